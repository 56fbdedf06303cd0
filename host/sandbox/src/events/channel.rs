//! Names of channels, and what they stand for.

use super::log::Kind;
use super::{change, is_captured};
use crate::org::Org;

/// A channel that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// As the subscriber named it.
    pub name: String,
    /// What comes over it.
    pub kind: Kind,
    /// Whether it is `/data/ChangeEvents`.
    pub all_changes: bool,
}

impl Channel {
    /// The channel called so, in the exact case; `None` if there is none.
    #[must_use]
    pub fn find(org: &Org, name: &str) -> Option<Self> {
        let channel = |kind, all_changes| Self {
            name: name.to_owned(),
            kind,
            all_changes,
        };
        if name == change::ALL {
            return Some(channel(Kind::Change, true));
        }
        if name.starts_with("/data/") {
            let captured = org.schema.objects().iter().find(|object| {
                is_captured(object, &org.events.settings()) && change::channel(&object.name) == name
            });
            return captured.map(|_| channel(Kind::Change, false));
        }
        if let Some(event) = name.strip_prefix("/event/") {
            let object = org.schema.object(event)?;
            let known = super::is_event(object) && object.name == event;
            return known.then(|| channel(Kind::Platform, false));
        }
        None
    }
}
