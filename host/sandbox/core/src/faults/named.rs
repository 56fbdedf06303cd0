//! Faults by name: what was seen in the field, ready to be crossed with every path.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::Fault;

/// A fault with a name.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Its name, as rules take it.
    pub name: String,
    /// Description in one sentence.
    pub about: String,
    /// What happens.
    pub fault: Fault,
}

static ALL: LazyLock<Vec<Named>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("named.json")).unwrap_or_else(|error| {
        tracing::error!(%error, "the list of named faults cannot be read");
        Vec::new()
    })
});

impl Named {
    /// Returns all of them.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &ALL
    }
}

/// Returns the fault of this name.
#[must_use]
pub fn named(name: &str) -> Option<Fault> {
    let found = ALL.iter().find(|known| known.name == name);
    found.map(|known| known.fault.clone())
}
