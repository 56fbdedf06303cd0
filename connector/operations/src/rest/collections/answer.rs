//! What sObject Collections answer: a list with one result per record.

use crate::batch::{Answered, Row, WireError, check_count, failed, saved};
use salesforce_client::client::Unusable;
use salesforce_client::exchange::Reply;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use serde::Deserialize;

/// What Salesforce says of one record.
#[derive(Deserialize)]
pub(super) struct RecordResult {
    id: Option<String>,
    success: bool,
    /// Whether an upsert has created the record.
    #[serde(default)]
    pub created: Option<bool>,
    #[serde(default)]
    errors: Vec<WireError>,
}

impl RecordResult {
    /// The outcome of the record at this index; `created` says whether success means a new record, where that is known.
    pub fn outcome(self, index: u32, created: Option<bool>) -> Outcome {
        if self.success {
            return saved(index, self.id, created);
        }
        let errors = self.errors.into_iter().map(Into::into).collect();
        Outcome {
            id: self.id,
            ..failed(index, errors)
        }
    }
}

/// Reads the outcomes of rows, by what makes an outcome of a row and its result.
pub(super) fn outcomes(
    reply: &Reply,
    rows: &[Row],
    outcome: impl Fn(&Row, RecordResult) -> Outcome,
) -> Result<Answered, Unusable> {
    let results: Vec<RecordResult> = serde_json::from_slice(&reply.body).map_err(|error| {
        Unusable(format!(
            "The answer to a call of {} records is not as documented: {error}",
            rows.len()
        ))
    })?;
    check_count(results.len(), rows.len())?;
    let pairs = rows.iter().zip(results);
    Ok(Ok(pairs
        .map(|(row, result)| outcome(row, result))
        .collect()))
}
