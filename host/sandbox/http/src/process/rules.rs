//! `/process/rules`: the workflow rules, and running them over records.

use std::collections::BTreeMap;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::super::auth::Caller;
use super::super::records::find_object;
use super::super::response::{self, HandlerResult};
use super::super::{Shared, body};
use sandbox_core::rules::workflow;
use sandbox_core::setup::WorkflowRule;
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::json::Body;

/// Key prefix of the actions of rules.
const ACTIONS: &str = "04Y";

/// The body of a POST.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    context_ids: Vec<String>,
}

/// Lists the rules by object.
pub(super) async fn list() -> Response {
    response::ok(&json!({"rules": by_object(|_| true)}))
}

/// Lists the rules of one object.
pub(super) async fn of_object(
    State(org): State<Shared>,
    Path((_, name)): Path<(String, String)>,
) -> HandlerResult {
    let object = find_object(&org, &name)?;
    let rules = by_object(|rule| rule.object == object.name);
    Ok(response::ok(&json!({"rules": rules})))
}

/// Shows one rule.
pub(super) async fn one(Path((_, object, id)): Path<(String, String, String)>) -> HandlerResult {
    let (id, rule) = find(&object, &id)?;
    Ok(response::ok(&shown(&id, rule)))
}

/// Runs all rules over the records.
pub(super) async fn run(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    body::expect_json(&headers)?;
    run_over(org, caller, bytes, |_, _| true).await
}

/// Runs the rules of one object.
pub(super) async fn run_of_object(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    body::expect_json(&headers)?;
    let object = find_object(&org, &name)?.name.clone();
    run_over(org, caller, bytes, move |_, rule| rule.object == object).await
}

/// Runs one rule.
pub(super) async fn run_one(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, object, id)): Path<(String, String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    body::expect_json(&headers)?;
    let (id, _) = find(&object, &id)?;
    run_over(org, caller, bytes, move |known, _| *known == id).await
}

/// All or nothing: one record that cannot be found undoes the rest.
async fn run_over(
    org: Shared,
    caller: Caller,
    bytes: Bytes,
    wanted: impl Fn(&RecordId, &WorkflowRule) -> bool + Send + 'static,
) -> HandlerResult {
    Body::new(&bytes)?.members()?;
    let call: Call =
        serde_json::from_slice(&bytes).map_err(|error| ApiError::json(error.to_string()))?;
    response::run_blocking(move || {
        let ids = call
            .context_ids
            .iter()
            .map(|text| {
                let message = || format!("malformed id {text}");
                RecordId::parse(text).ok_or_else(|| ApiError::new("MALFORMED_ID", message()))
            })
            .collect::<Result<Vec<_>, _>>()?;
        org.write(&caller.user, caller.options, |writer| {
            for id in &ids {
                let rules = workflow::all().filter(|(id, rule)| wanted(id, rule));
                workflow::run(writer, rules.map(|(_, rule)| rule), id)?;
            }
            Ok(())
        })?;
        Ok(response::ok(&json!({"errors": null, "success": true})))
    })
    .await?
}

fn by_object(wanted: impl Fn(&WorkflowRule) -> bool) -> BTreeMap<&'static str, Vec<Json>> {
    let mut found: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    for (id, rule) in workflow::all().filter(|(_, rule)| wanted(rule)) {
        found
            .entry(&rule.object)
            .or_default()
            .push(shown(&id, rule));
    }
    found
}

fn find(object: &str, id: &str) -> Result<(RecordId, &'static WorkflowRule), ApiError> {
    let id = RecordId::parse(id);
    workflow::all()
        .find(|(known, rule)| {
            Some(known) == id.as_ref() && rule.object.eq_ignore_ascii_case(object)
        })
        .ok_or_else(ApiError::not_found)
}

fn shown(id: &RecordId, rule: &WorkflowRule) -> Json {
    let action = |(at, it): (usize, &sandbox_core::setup::FieldUpdate)| {
        let number = id.number().unwrap_or_default() * 100 + at as u64;
        json!({"id": RecordId::new(ACTIONS, number).as_str(), "name": it.name, "type": it.kind})
    };
    json!({
        "actions": rule.actions.iter().enumerate().map(action).collect::<Vec<_>>(),
        "description": rule.description,
        "id": id.as_str(),
        "name": rule.name,
        "namespacePrefix": null,
        "object": rule.object,
    })
}
