//! The fields of an event.

use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What a field that an event lacks means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It is empty: such events have all fields that are not (Change Data Capture Developer Guide, "Change Event Body Fields").
    Null,
    /// Nothing: it did not change, or was not selected.
    Unknown,
}

/// The fields of one event.
pub struct Fields<'a> {
    members: Members<'a>,
    missing: Missing,
}

type Members<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

impl<'a> Fields<'a> {
    /// Reads the fields of a JSON object; nothing of anything else.
    pub fn read(json: &'a str, missing: Missing) -> Option<Self> {
        let members = serde_json::from_str(json).ok()?;
        Some(Self { members, missing })
    }

    /// The JSON of a field; an empty one is `Some(None)`, and one of which nothing is known `None`.
    pub fn get(&self, path: &[String]) -> Option<Option<Cow<'a, str>>> {
        let (first, rest) = path.split_first()?;
        let mut found = find(&self.members, first).map(Cow::Borrowed);
        for name in rest {
            found = match found.as_deref() {
                None => None,
                Some("null") => return Some(None),
                Some(json) => {
                    let members: Members<'_> = serde_json::from_str(json).ok()?;
                    find(&members, name).map(|inner| Cow::Owned(inner.to_owned()))
                }
            };
        }
        match found {
            Some(json) => Some(Some(json)),
            None if self.missing == Missing::Null => Some(None),
            None => None,
        }
    }
}

/// The member of this name, in any case, as SOQL takes names.
fn find<'a>(members: &Members<'a>, name: &str) -> Option<&'a str> {
    let exact = members.get(name);
    let found = exact.or_else(|| {
        let mut all = members.iter();
        all.find_map(|(known, value)| known.eq_ignore_ascii_case(name).then_some(value))
    });
    found.map(|value| value.get())
}
