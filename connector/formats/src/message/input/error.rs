//! What is wrong with a document.

use super::position::RecordPosition;
use salesforce_contract::bindings::{Fault, bad_input};
use std::fmt;

/// Why a document cannot be read, in one sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError(pub String);

impl InputError {
    /// Returns an error about one record.
    pub(super) fn in_record(position: RecordPosition, what: impl fmt::Display) -> Self {
        Self(format!("Of the input, {position}: {what}"))
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InputError {}

impl From<InputError> for Fault {
    fn from(error: InputError) -> Self {
        bad_input(error.0)
    }
}
