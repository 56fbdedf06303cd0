//! What Salesforce says of one record of a call: SaveResult, UpsertResult, DeleteResult and their kind.

use super::xml::Element;
use crate::bindings::UpstreamFault;
use crate::bindings::exports::salesforce::connector::common::Outcome;
use crate::rest::collections::outcome::{failed, saved};

/// The outcome of the record at this place; `created` says whether success means a new record, where that is known.
pub fn outcome(result: &Element, index: u64, created: Option<bool>) -> Outcome {
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
            message: error.text_of("message").unwrap_or_default().to_owned(),
            fields: error.texts_of("fields"),
        })
        .collect()
}
