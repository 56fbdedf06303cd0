//! Where in a document something stands, and what is wrong there.

use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::bad_input;
use std::fmt;

/// Where a record stands in its document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The records before it.
    pub index: u64,
    /// The line on which it begins, from 1.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {} (line {})", self.index, self.line)
    }
}

/// Why a document cannot be read, in one sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError(pub String);

impl InputError {
    /// An error about one record.
    pub(super) fn of(place: Place, what: impl fmt::Display) -> Self {
        Self(format!("Of the input, {place}: {what}"))
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
