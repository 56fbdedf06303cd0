//! What is kept of an upload to take it up again.

use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use serde::{Deserialize, Serialize};

/// What is kept to take it up again.
#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    /// The bytes that need not be given again.
    pub taken: u64,
    /// Whether the end of the body is about to be sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closing: bool,
    /// What became of the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Whether the outcome has been read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told: bool,
}
