//! A channel that subscribers read.

use super::log::Kind;
use super::names::ALL_CHANGES;
use super::topics::Filter;

/// A channel that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// As the subscriber named it.
    pub name: String,
    /// What comes over it.
    pub kind: Kind,
    /// Whether it is `/data/ChangeEvents`.
    pub all_changes: bool,
    /// Where the log has its events: one channel, or that of the user as well.
    pub(crate) sources: Vec<String>,
    /// Which of the events come over it.
    pub(crate) filter: Option<Filter>,
}

impl Channel {
    pub(super) fn new(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            all_changes: name == ALL_CHANGES,
            sources: vec![name.to_owned()],
            filter: None,
        }
    }
}
