//! Positions in a document.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a record stands in its document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordPosition {
    /// The records before it.
    pub index: u64,
    /// The line on which it begins, from 1.
    pub line: u64,
}

impl fmt::Display for RecordPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {} (line {})", self.index, self.line)
    }
}

/// Where a reader stands between two records: enough to continue from there with another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputPosition {
    /// Bytes of the input before it.
    pub at: u64,
    /// Its line.
    pub line: u64,
    /// The tag that opens the root, of XML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// Whether it is within a list, of JSON.
    #[serde(default)]
    pub listed: bool,
    /// Whether that list stands in `{"records": […]}`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wrapped: bool,
    /// Whether the input cannot be read any further.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub broken: bool,
}

/// The beginning of an input.
impl Default for InputPosition {
    fn default() -> Self {
        Self {
            at: 0,
            line: 1,
            root: None,
            listed: false,
            wrapped: false,
            broken: false,
        }
    }
}

impl InputPosition {
    /// Returns the same, behind all that can be read.
    pub fn broken(self) -> Self {
        Self {
            at: self.at + 1,
            broken: true,
            ..self
        }
    }

    /// Counts bytes of the input that need not be written again to continue from here.
    pub fn taken(&self) -> u64 {
        self.at.saturating_sub(u64::from(self.broken))
    }
}
