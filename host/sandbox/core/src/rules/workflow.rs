//! Workflow rules: fields that are set when a record is like this or that.

use super::meets;
use crate::setup::{self, WorkflowRule};
use crate::write::{Draft, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::value::from_text;

/// Key prefix of all rules; those of workflows follow those of assignment.
const RULES: &str = "01Q";

/// Returns all workflow rules with their ids.
pub fn all() -> impl Iterator<Item = (RecordId, &'static WorkflowRule)> {
    let setup = setup::standard();
    let before = setup.assignment_rules.len();
    let rules = setup.workflow_rules.iter().enumerate();
    rules.map(move |(at, rule)| (setup::id(RULES, before + at), rule))
}

/// Runs the given rules over a record; those whose criteria it does not meet do nothing.
///
/// # Errors
/// `INVALID_CROSS_REFERENCE_KEY` if there is no such record.
pub fn run<'r>(
    writer: &Writer<'_>,
    rules: impl Iterator<Item = &'r WorkflowRule>,
    id: &RecordId,
) -> Result<(), ApiError> {
    let object = writer
        .schema
        .object_by_prefix(id.key_prefix())
        .ok_or_else(no_such_id)?;
    if !meets(writer, object, id.as_str(), Some("Id != null"))? {
        return Err(no_such_id());
    }
    for rule in rules.filter(|rule| rule.object == object.name) {
        if !meets(writer, object, id.as_str(), Some(&rule.criteria))? {
            continue;
        }
        let mut draft = Draft::default();
        for action in &rule.actions {
            if let Some(field) = object.field(&action.field) {
                draft.set(object, &action.field, from_text(field, &action.value)?);
            }
        }
        writer.change(object, id, draft)?;
    }
    Ok(())
}

fn no_such_id() -> ApiError {
    ApiError::for_record(
        "INVALID_CROSS_REFERENCE_KEY",
        "invalid cross reference id",
        [],
    )
}
