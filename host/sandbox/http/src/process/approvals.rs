//! `/process/approvals`: the processes, and requests to them.

use std::collections::BTreeMap;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::super::auth::Caller;
use super::super::response::{self, HandlerResult};
use super::super::{Shared, body};
use super::{Flag, error};
use sandbox_core::org::Org;
use sandbox_core::rules::approval::{self, Decision, Outcome, Submission};
use sandbox_core::setup;
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::json::{Body, or_default};

/// Requests of one call (Salesforce Developer Limits, "SOAP API process()": 200).
const MAX_REQUESTS: usize = 200;

/// The body of a POST.
#[derive(Debug, Deserialize)]
struct Call {
    requests: Vec<Request>,
}

/// One request to a process.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    action_type: String,
    context_id: Option<String>,
    context_actor_id: Option<String>,
    #[serde(default)]
    comments: Option<String>,
    #[serde(default)]
    next_approver_ids: Option<Vec<String>>,
    process_definition_name_or_id: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    skip_entry_criteria: Flag,
}

/// Lists the processes by object.
pub(super) async fn list() -> Response {
    let mut by_object: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    for (at, process) in setup::standard().approvals.iter().enumerate() {
        let of_object = by_object.entry(&process.object).or_default();
        of_object.push(json!({
            "description": process.description,
            "id": setup::id(approval::PROCESSES, at).as_str(),
            "name": process.name,
            "object": process.object,
            "sortOrder": of_object.len() + 1,
        }));
    }
    response::ok(&json!({"approvals": by_object}))
}

/// Submits, approves, rejects: one result for each request; those that succeed stay.
pub(super) async fn run(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    body::expect_json(&headers)?;
    Body::new(&bytes)?.members()?;
    let call: Call =
        serde_json::from_slice(&bytes).map_err(|error| ApiError::json(error.to_string()))?;
    if call.requests.len() > MAX_REQUESTS {
        let message = format!("a call takes at most {MAX_REQUESTS} requests");
        return Err(ApiError::new("LIMIT_EXCEEDED", message).into());
    }
    response::run_blocking(move || {
        let results: Vec<Json> = call
            .requests
            .iter()
            .map(|request| shown(&one(&org, &caller, request)))
            .collect();
        Ok(response::ok(&json!(results)))
    })
    .await?
}

fn one(org: &Org, caller: &Caller, request: &Request) -> Result<Outcome, ApiError> {
    let context = id(
        request.context_id.as_deref().unwrap_or_default(),
        "contextId",
    )?;
    let comments = request.comments.clone().unwrap_or_default();
    let decision = match request.action_type.to_ascii_lowercase().as_str() {
        "submit" => None,
        "approve" => Some(Decision::Approved),
        "reject" => Some(Decision::Rejected),
        other => {
            let message = format!("actionType must be Submit, Approve or Reject, not {other:?}");
            return Err(ApiError::for_record(
                "INVALID_OPERATION",
                message,
                ["actionType"],
            ));
        }
    };
    let approver = request.next_approver_ids.iter().flatten().next();
    let submission = Submission {
        record: context.clone(),
        submitter: optional_id(request.context_actor_id.as_deref(), "contextActorId")?,
        approver: optional_id(approver.map(String::as_str), "nextApproverIds")?,
        process: request.process_definition_name_or_id.clone(),
        skip_entry: request.skip_entry_criteria.is_set(),
        comments: comments.clone(),
    };
    org.write(&caller.user, caller.options, |writer| match decision {
        None => approval::submit(writer, &submission, org.admin()),
        Some(decision) => approval::decide(writer, &context, decision, &comments, org.admin()),
    })
}

fn id(text: &str, name: &str) -> Result<RecordId, ApiError> {
    RecordId::parse(text).ok_or_else(|| {
        ApiError::for_record(
            "MALFORMED_ID",
            format!("{name}: malformed id {text}"),
            [name],
        )
    })
}

fn optional_id(text: Option<&str>, name: &str) -> Result<Option<RecordId>, ApiError> {
    text.map(|text| id(text, name)).transpose()
}

fn shown(outcome: &Result<Outcome, ApiError>) -> Json {
    match outcome {
        Ok(outcome) => {
            let actors: Vec<_> = outcome.actors.iter().map(RecordId::as_str).collect();
            let items: Vec<_> = outcome.work_item.iter().map(RecordId::as_str).collect();
            json!({
                "actorIds": if actors.is_empty() { Json::Null } else { json!(actors) },
                "entityId": outcome.entity.as_str(),
                "errors": null,
                "instanceId": outcome.instance.as_str(),
                "instanceStatus": outcome.status,
                "newWorkitemIds": items,
                "success": true,
            })
        }
        Err(api_error) => json!({
            "actorIds": null,
            "entityId": null,
            "errors": [error(api_error)],
            "instanceId": null,
            "instanceStatus": null,
            "newWorkitemIds": null,
            "success": false,
        }),
    }
}
