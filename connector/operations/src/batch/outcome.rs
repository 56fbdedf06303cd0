//! Outcomes of records, from Salesforce's words and from the connector's own.

use salesforce_client::fault;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::{Fault, UpstreamFault};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Code of a record that was not sent.
pub(crate) const NOT_SENT: &str = "NOT_SENT";
/// Code of a record of which it is not known whether it was saved.
pub(crate) const UNKNOWN: &str = "UNKNOWN";
/// Salesforce's code of a record that was right, in a call that was not.
pub(crate) const ROLLED_BACK: &str = "ALL_OR_NONE_OPERATION_ROLLED_BACK";
/// Salesforce's code of a record that somebody else was saving.
pub(crate) const ROW_LOCKED: &str = "UNABLE_TO_LOCK_ROW";

/// An error as Salesforce's collections write it.
pub(crate) struct WireError(UpstreamFault);

impl<'de> Deserialize<'de> for WireError {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let error = Value::deserialize(from)?;
        let read = fault::upstream_error(&error).map(Self);
        read.ok_or_else(|| D::Error::custom("an error of a record has no `statusCode`"))
    }
}

impl From<WireError> for UpstreamFault {
    fn from(error: WireError) -> Self {
        error.0
    }
}

/// What an upsert says of a record being new. `repeated` says that an earlier attempt may have created what this one found.
pub(crate) fn created_by_upsert(created: bool, repeated: bool) -> Option<bool> {
    (created || !repeated).then_some(created)
}

/// A record that was saved.
pub(crate) fn saved(index: u32, id: Option<String>, created: Option<bool>) -> Outcome {
    Outcome {
        index,
        id,
        success: true,
        created,
        errors: Vec::new(),
    }
}

/// A record that was not.
pub(crate) fn failed(index: u32, errors: Vec<UpstreamFault>) -> Outcome {
    Outcome {
        index,
        id: None,
        success: false,
        created: Some(false),
        errors,
    }
}

/// A record that was not, with one reason.
pub(crate) fn failed_by(index: u32, code: &str, message: &str, field: Option<&str>) -> Outcome {
    let reason = UpstreamFault {
        code: code.to_owned(),
        message: message.to_owned(),
        fields: field.into_iter().map(str::to_owned).collect(),
    };
    failed(index, vec![reason])
}

/// A record whose call failed as a whole.
pub(crate) fn of_failed_call(index: u32, fault: &Fault) -> Outcome {
    if fault.maybe_applied {
        let message = format!(
            "It is not known whether this record was saved: {}",
            fault.message
        );
        return failed_by(index, UNKNOWN, &message, None);
    }
    if fault.upstream.is_empty() {
        return failed_by(index, NOT_SENT, &fault.message, None);
    }
    failed(index, fault.upstream.clone())
}

/// Whether one of its errors has this code.
pub(crate) fn has_code(outcome: &Outcome, code: &str) -> bool {
    outcome.errors.iter().any(|error| error.code == code)
}
