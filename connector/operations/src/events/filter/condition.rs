//! A filter as it is evaluated: three-valued, since an event need not have the fields that a filter compares.

use super::compare::Test;
use super::fields::Fields;
use salesforce_formats::soql::build::Wrong;
use salesforce_formats::soql::build::operator;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// How to write a filter.
const SHAPE: &str = "write {\"field\": …, \"operator\": …, \"value\": …}, or join filters by {\"and\": […]}, {\"or\": […]}, {\"not\": …}";

/// A filter.
#[derive(Clone, Debug)]
pub enum Condition {
    /// All of these hold.
    All(Vec<Condition>),
    /// One of these holds.
    Any(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
    /// A field is compared.
    Compare {
        /// The field's name, below those of what it is in.
        path: Vec<String>,
        /// What it is compared with, and how.
        test: Test,
    },
}

type Members<'a> = BTreeMap<String, &'a RawValue>;

impl Condition {
    /// Reads a filter in the JSON of `query/build`.
    pub fn parse(json: &str, place: &str) -> Result<Self, Wrong> {
        let members: Members<'_> = serde_json::from_str(json)
            .map_err(|_| Wrong(format!("{place} is no filter: {SHAPE}")))?;
        match (members.len(), members.iter().next()) {
            (1, Some((word, inner))) if word == "and" => {
                list(inner.get(), &format!("{place}.and")).map(Self::All)
            }
            (1, Some((word, inner))) if word == "or" => {
                list(inner.get(), &format!("{place}.or")).map(Self::Any)
            }
            (1, Some((word, inner))) if word == "not" => {
                Self::parse(inner.get(), &format!("{place}.not")).map(Self::negated)
            }
            _ => comparison(&members, place),
        }
    }

    fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Tells whether an event meets it; nothing where its fields do not tell.
    pub fn holds(&self, fields: &Fields<'_>) -> Option<bool> {
        match self {
            Self::All(conditions) => joined(conditions, fields, false),
            Self::Any(conditions) => joined(conditions, fields, true),
            Self::Not(condition) => condition.holds(fields).map(|holds| !holds),
            Self::Compare { path, test } => test.meets(fields.get(path)?.as_deref()),
        }
    }
}

/// One that is decided so decides the whole, whatever the others; otherwise all must be decided.
fn joined(conditions: &[Condition], fields: &Fields<'_>, decisive: bool) -> Option<bool> {
    let mut all_decided = true;
    for condition in conditions {
        match condition.holds(fields) {
            Some(holds) if holds == decisive => return Some(decisive),
            Some(_) => {}
            None => all_decided = false,
        }
    }
    all_decided.then_some(!decisive)
}

fn list(json: &str, place: &str) -> Result<Vec<Condition>, Wrong> {
    let list: Vec<&RawValue> = serde_json::from_str(json)
        .map_err(|_| Wrong(format!("{place} is no list: list the filters to join")))?;
    if list.is_empty() {
        return Err(Wrong(format!(
            "{place} is empty: list at least one filter, or leave it out"
        )));
    }
    let list = list.iter().enumerate();
    list.map(|(at, inner)| Condition::parse(inner.get(), &format!("{place}[{at}]")))
        .collect()
}

fn comparison(members: &Members<'_>, place: &str) -> Result<Condition, Wrong> {
    const NAMES: [&str; 3] = ["field", "operator", "value"];
    if let Some(name) = members.keys().find(|name| !NAMES.contains(&name.as_str())) {
        return Err(Wrong(format!("{place} has a member `{name}`: {SHAPE}")));
    }
    let field = text(members, "field", place)?;
    let path: Vec<String> = field.split('.').map(str::to_owned).collect();
    if !path.iter().all(|name| is_name(name)) {
        return Err(Wrong(format!(
            "{place}.field `{field}` is no name of a field: write it as in `Industry` or `Name.LastName`"
        )));
    }
    let name = text(members, "operator", place)?;
    let operator = operator::find(&name, &format!("{place}.operator"))?;
    let value = members.get("value").ok_or_else(|| {
        Wrong(format!(
            "{place} has no `value`: give one, `null` for an empty field"
        ))
    })?;
    let place = format!("{place}.value");
    operator.literal(value.get(), &place)?;
    let (test, negated) = Test::parse(&operator, value.get(), &place)?;
    let condition = Condition::Compare { path, test };
    Ok(if negated {
        condition.negated()
    } else {
        condition
    })
}

fn is_name(name: &str) -> bool {
    let letters = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    letters && !name.is_empty()
}

fn text(members: &Members<'_>, name: &str, place: &str) -> Result<String, Wrong> {
    let value = members.get(name);
    let text = value.and_then(|value| serde_json::from_str(value.get()).ok());
    text.ok_or_else(|| Wrong(format!("{place} needs `{name}`, a text")))
}
