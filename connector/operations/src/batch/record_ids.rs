//! Records that an input names by their ids, to be retrieved or deleted.

use super::outcome::{has_code, saved};
use crate::typing::{FieldError, RecordError};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::message::Message;
use salesforce_formats::message::input::{Document, Node, Options};
use salesforce_formats::record_id::looks_like_id;

/// Characters of a text that is no id which a message quotes.
const MAX_QUOTE: usize = 40;

/// The code that says that a record is in the recycle bin already.
const DELETED: &str = "ENTITY_IS_DELETED";

/// Opens an input whose records may be plain ids, one a line.
pub(crate) fn document_of_ids(input: &Message) -> Result<Document<'_>, Fault> {
    let options = Options {
        plain_ids: true,
        ..Options::default()
    };
    Ok(Document::open(input, None, options)?)
}

/// Reads the ids of the input; one that cannot be an id is refused before anything is sent.
pub(crate) fn ids(input: &Message) -> Result<Vec<String>, Fault> {
    let document = document_of_ids(input)?;
    let mut ids = Vec::new();
    for record in document.records()? {
        let record = record?;
        match id_of(&record.node) {
            Ok(id) => ids.push(id.to_owned()),
            Err(RecordError::Fault(fault)) => return Err(fault),
            Err(RecordError::Record(error)) => {
                return Err(bad_input(format!(
                    "Of the input, {} is no record to retrieve: {}",
                    record.position, error.message
                )));
            }
        }
    }
    Ok(ids)
}

/// The id of a record, if it can be one: Salesforce refuses a whole call for one that cannot.
pub(crate) fn id_of(node: &Node) -> Result<&str, RecordError> {
    let error = |message: String| {
        RecordError::Record(FieldError {
            field: "Id".into(),
            message,
        })
    };
    let id = node.text("Id").map(str::trim).filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| error("it has no `Id`".into()))?;
    if looks_like_id(id) {
        return Ok(id);
    }
    Err(error(format!(
        "`Id` is `{}`, and ids have 15 or 18 letters and digits",
        id.chars().take(MAX_QUOTE).collect::<String>()
    )))
}

/// The outcome of a deletion. A record that is gone after a call that was `repeated` was deleted by the attempt whose answer was lost.
pub(crate) fn deletion_outcome(outcome: Outcome, id: &str, repeated: bool) -> Outcome {
    if repeated && has_code(&outcome, DELETED) {
        return saved(outcome.index, Some(id.to_owned()), Some(false));
    }
    outcome
}
