//! Why rows cannot be written.

use std::fmt;

use super::PageError;
use salesforce_contract::bindings::{Fault, FaultKind};

/// Why rows cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowError {
    /// CSV was asked for, and the SELECT list has child sub-queries.
    ChildrenInCsv {
        /// The relationships, separated by commas.
        relationships: String,
    },
    /// CSV was asked for, and the SELECT list could not be read, yet the org answered with records.
    NoColumns,
    /// A record has a member that no column of the CSV takes.
    NoColumnFor {
        /// Its dotted path.
        path: String,
    },
    /// The text of a record is not JSON.
    Malformed {
        /// Where reading stopped, in bytes from the beginning of the record.
        at: usize,
    },
    /// A record is nested deeper than [`super::MAX_DEPTH`].
    TooDeep,
    /// A row has more bytes than [`salesforce_contract::limits::MAX_ROW_BYTES`].
    TooLarge {
        /// Its number, counted from 1.
        row: u64,
    },
    /// A page of child records cannot be read.
    ChildPage {
        /// The relationship.
        relationship: String,
        /// What is wrong with it.
        error: PageError,
    },
    /// The pages of child records held another number of records than their `totalSize` says.
    ChildCount {
        /// The relationship.
        relationship: String,
        /// What `totalSize` says.
        expected: u64,
        /// How many there were.
        found: u64,
    },
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChildrenInCsv { relationships } => write!(
                f,
                "CSV has no place for child records ({relationships}): take the sub-query out of the SELECT list, or read the rows as ndjson or json"
            ),
            Self::NoColumns => {
                write!(
                    f,
                    "the columns of the CSV cannot be told from this SELECT list: read the rows as ndjson or json"
                )
            }
            Self::NoColumnFor { path } => write!(
                f,
                "a record has `{path}`, which the SELECT list does not tell, so the CSV has no column for it: read the rows as ndjson or json"
            ),
            Self::Malformed { at } => write!(f, "a record is not JSON at its byte {at}"),
            Self::TooDeep => write!(
                f,
                "a record is nested more than {} levels deep",
                super::MAX_DEPTH
            ),
            Self::TooLarge { row } => write!(
                f,
                "row {row} of the answer has more than {} MiB, which is the most that one row may have: leave its largest field out of the query, and read that by itself (`files/download` reads bytes of any length)",
                salesforce_contract::limits::MAX_ROW_BYTES >> 20
            ),
            Self::ChildPage {
                relationship,
                error,
            } => write!(f, "of the child records `{relationship}`, {error}"),
            Self::ChildCount {
                relationship,
                expected,
                found,
            } => write!(
                f,
                "the child records `{relationship}` should be {expected}, but their pages held {found}: they changed while being read, so read them again"
            ),
        }
    }
}

impl std::error::Error for RowError {}

impl From<RowError> for Fault {
    fn from(error: RowError) -> Self {
        let kind = match error {
            RowError::ChildrenInCsv { .. }
            | RowError::NoColumns
            | RowError::NoColumnFor { .. }
            | RowError::TooLarge { .. } => FaultKind::Config,
            RowError::Malformed { .. }
            | RowError::TooDeep
            | RowError::ChildPage { .. }
            | RowError::ChildCount { .. } => FaultKind::Protocol,
        };
        Self::new(kind, error.to_string())
    }
}
