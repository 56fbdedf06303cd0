//! What Salesforce says of one record of a call: SaveResult, UpsertResult, DeleteResult and their kind.

use super::xml::Element;
use crate::batch::{failed, saved};
use salesforce_client::fault::details::{beside, named};
use salesforce_contract::bindings::UpstreamFault;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;

/// The outcome of the record at this index; `created` says whether success means a new record, where that is known.
pub fn outcome(result: &Element, index: u32, created: Option<bool>) -> Outcome {
    let id = result.text_of("id").map(str::to_owned);
    if succeeded(result) {
        return saved(index, id, created);
    }
    Outcome {
        id,
        ..failed(index, errors(result))
    }
}

/// Whether a result says that all went well.
pub fn succeeded(result: &Element) -> bool {
    flag(result, "success")
}

/// Whether a result has this flag set.
pub fn flag(result: &Element, name: &str) -> bool {
    matches!(result.text_of(name).map(str::trim), Some("true" | "1"))
}

fn errors(result: &Element) -> Vec<UpstreamFault> {
    result
        .all("errors")
        .filter(|error| !error.open.nil)
        .map(|error| UpstreamFault {
            code: error.text_of("statusCode").unwrap_or_default().to_owned(),
            message: beside(
                error.text_of("message").unwrap_or_default().to_owned(),
                &details(error),
            ),
            fields: error.texts_of("fields"),
        })
        .collect()
}

/// What an error tells beside its sentence: extended codes, and the records that a duplicate rule found (`DuplicateError`).
fn details(error: &Element) -> Vec<String> {
    let extended = error.all("extendedErrorDetails");
    let mut told: Vec<String> = extended
        .filter_map(|details| details.text_of("extendedErrorCode"))
        .map(|code| format!("extended error: {code}"))
        .collect();
    let lists = error
        .child("duplicateResult")
        .into_iter()
        .flat_map(|result| result.all("matchResults"));
    let ids: Vec<String> = lists
        .flat_map(|list| list.all("matchRecords"))
        .filter_map(|found| found.child("record")?.text_of("Id").map(str::to_owned))
        .collect();
    told.extend((!ids.is_empty()).then(|| named(&ids)));
    told
}
