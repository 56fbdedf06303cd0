//! The records that a rejected record is a duplicate of.

use serde_json::{Map, Value as Json};

/// The records that a record is the duplicate of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicates {
    /// Developer name of the duplicate rule.
    pub rule: String,
    /// The object of the rule.
    pub object: String,
    /// What each matching rule found.
    pub matches: Vec<Matches>,
    /// Whether other fields than the id are shown.
    pub with_details: bool,
}

/// The records that a matching rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matches {
    /// Developer name of the matching rule.
    pub rule: String,
    /// The object searched.
    pub object: String,
    /// Fields of each record, the id first.
    pub records: Vec<Map<String, Json>>,
}
