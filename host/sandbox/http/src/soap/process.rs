//! `process()`: submitting records for approval, and deciding.

use serde_json::{Value as Json, json};

use super::Context;
use super::arguments::Arguments;
use super::fault::Fault;
use super::members::actions::PROCESS;
use super::pages::{each, entries};
use super::results::{self, MAX_RECORDS};
use sandbox_model::xml::Element;
use sandbox_model::xml::Out;

pub(super) fn process(context: &Context<'_>, mut arguments: Arguments<'_>) -> Result<Out, Fault> {
    let actions = arguments.many("actions");
    arguments.finish()?;
    results::reject_many(actions.len(), MAX_RECORDS)?;
    let requests = actions
        .into_iter()
        .map(request)
        .collect::<Result<Vec<_>, _>>()?;
    if requests.is_empty() {
        return Ok(Out::default());
    }
    let body = json!({"requests": requests});
    let outcomes = context.ask("POST", "/process/approvals", Some(body))?;
    Ok(each(context, entries(&outcomes), PROCESS))
}

/// Returns a `ProcessSubmitRequest`, or a `ProcessWorkitemRequest`: the members decide which.
fn request(action: &Element) -> Result<Json, Fault> {
    let mut parts = Arguments::new(action);
    let comments = parts.optional_text("comments");
    let mut approvers = parts.texts("nextApproverIds");
    approvers.retain(|id| !id.is_empty());
    let request = match parts.optional_text("workitemId") {
        Some(item) => json!({
            "actionType": parts.text("action")?,
            "contextId": item,
        }),
        None => json!({
            "actionType": "Submit",
            "contextId": parts.text("objectId")?,
            "contextActorId": parts.optional_text("submitterId"),
            "processDefinitionNameOrId": parts.optional_text("processDefinitionNameOrId"),
            "skipEntryCriteria": parts.flag("skipEntryCriteria")?.unwrap_or(false),
        }),
    };
    parts.finish()?;
    let mut request = request;
    if let Some(members) = request.as_object_mut() {
        members.insert("comments".to_owned(), json!(comments));
        members.insert("nextApproverIds".to_owned(), json!(approvers));
    }
    Ok(request)
}
