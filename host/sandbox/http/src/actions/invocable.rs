//! Invocable actions: `/actions/standard/{name}`, `/actions/custom/{flow|apex}/{name}`.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::run;
use crate::auth::Caller;
use crate::response::{self, HandlerResult};
use crate::{Shared, body};
use sandbox_core::org::Org;
use sandbox_model::api_error::ApiError;
use sandbox_model::json::Body;

/// An action with what it takes and gives: name, type, whether it is needed.
pub(super) struct Action {
    /// `standard`, `flow` or `apex`.
    pub kind: &'static str,
    pub name: &'static str,
    pub label: &'static str,
    /// Name of its type in responses.
    pub type_name: &'static str,
    pub inputs: &'static [(&'static str, &'static str, bool)],
    pub outputs: &'static [(&'static str, &'static str)],
}

/// The actions of the org.
const ACTIONS: &[Action] = &[
    Action {
        kind: "standard",
        name: "chatterPost",
        label: "Post to Chatter",
        type_name: "CHATTERPOST",
        inputs: &[
            ("text", "TEXTAREA", true),
            ("subjectNameOrId", "STRING", true),
            ("type", "STRING", false),
        ],
        outputs: &[("feedItemId", "REFERENCE")],
    },
    Action {
        kind: "standard",
        name: "emailSimple",
        label: "Send Email",
        type_name: "EMAILSIMPLE",
        inputs: &[
            ("emailBody", "TEXTAREA", true),
            ("emailSubject", "STRING", true),
            ("emailAddresses", "STRING", true),
            ("senderType", "STRING", false),
            ("senderAddress", "STRING", false),
        ],
        outputs: &[],
    },
    Action {
        kind: "standard",
        name: "submit",
        label: "Submit for Approval",
        type_name: "SUBMITAPPROVAL",
        inputs: &[
            ("objectId", "REFERENCE", true),
            ("comment", "TEXTAREA", false),
            ("processDefinitionNameOrId", "STRING", false),
            ("submitterId", "REFERENCE", false),
            ("skipEntryCriteria", "BOOLEAN", false),
        ],
        outputs: &[
            ("instanceId", "REFERENCE"),
            ("instanceStatus", "PICKLIST"),
            ("entityId", "REFERENCE"),
        ],
    },
    Action {
        kind: "flow",
        name: "Create_Follow_Up_Task",
        label: "Create Follow-Up Task",
        type_name: "FLOW",
        inputs: &[("recordId", "STRING", true), ("subject", "STRING", false)],
        outputs: &[("taskId", "STRING"), ("Flow__InterviewStatus", "STRING")],
    },
    Action {
        kind: "apex",
        name: "RateAccount",
        label: "Rate accounts",
        type_name: "APEX",
        inputs: &[("accountIds", "ID", true)],
        outputs: &[("output", "STRING")],
    },
];

/// Inputs of one call (REST API guide, "Invocable Actions Custom": 200 invocations).
const MAX_INPUTS: usize = 200;

#[derive(Deserialize)]
struct Call {
    inputs: Vec<Map<String, Json>>,
}

/// Names the two kinds.
pub(super) async fn index(Extension(caller): Extension<Caller>) -> Response {
    let base = format!("{}/actions", caller.base());
    response::ok(
        &json!({"custom": format!("{base}/custom"), "standard": format!("{base}/standard")}),
    )
}

/// Lists the standard actions.
pub(super) async fn standard(Extension(caller): Extension<Caller>) -> Response {
    listed(&caller, "standard")
}

/// Names the kinds of custom actions.
pub(super) async fn custom(Extension(caller): Extension<Caller>) -> Response {
    let base = format!("{}/actions/custom", caller.base());
    response::ok(&json!({"apex": format!("{base}/apex"), "flow": format!("{base}/flow")}))
}

/// Lists the custom actions of a kind.
pub(super) async fn custom_of(
    Extension(caller): Extension<Caller>,
    Path((_, kind)): Path<(String, String)>,
) -> HandlerResult {
    match kind.as_str() {
        "apex" | "flow" => Ok(listed(&caller, &kind)),
        _ => Err(ApiError::not_found().into()),
    }
}

/// Describes a standard action.
pub(super) async fn describe_standard(Path((_, name)): Path<(String, String)>) -> HandlerResult {
    Ok(find("standard", &name).map(|action| response::ok(&described(action)))?)
}

/// Describes a custom action.
pub(super) async fn describe_custom(
    Path((_, kind, name)): Path<(String, String, String)>,
) -> HandlerResult {
    Ok(find(&kind, &name).map(|action| response::ok(&described(action)))?)
}

/// Runs a standard action.
pub(super) async fn run_standard(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    invoke(org, caller, find("standard", &name)?, &headers, &bytes).await
}

/// Runs a custom action.
pub(super) async fn run_custom(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, kind, name)): Path<(String, String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    invoke(org, caller, find(&kind, &name)?, &headers, &bytes).await
}

/// One result for each input; 400 if one of them failed.
async fn invoke(
    org: Shared,
    caller: Caller,
    action: &'static Action,
    headers: &HeaderMap,
    bytes: &Bytes,
) -> HandlerResult {
    body::expect_json(headers)?;
    Body::new(bytes)?.members()?;
    let call: Call =
        serde_json::from_slice(bytes).map_err(|error| ApiError::json(error.to_string()))?;
    if call.inputs.len() > MAX_INPUTS {
        let message = format!("a call takes at most {MAX_INPUTS} inputs");
        return Err(ApiError::new("LIMIT_EXCEEDED", message).into());
    }
    response::run_blocking(move || {
        let results: Vec<_> = call
            .inputs
            .iter()
            .map(|input| one(&org, &caller, action, input))
            .collect();
        let status = if results.iter().all(Result::is_ok) {
            StatusCode::OK
        } else {
            StatusCode::BAD_REQUEST
        };
        let shown: Vec<Json> = results
            .iter()
            .map(|result| outcome(action, result))
            .collect();
        Ok(response::json_with(status, &json!(shown)))
    })
    .await?
}

fn one(
    org: &Org,
    caller: &Caller,
    action: &Action,
    input: &Map<String, Json>,
) -> Result<Json, ApiError> {
    let missing = |(name, _, needed): &&(&str, &str, bool)| {
        *needed && input.get(*name).is_none_or(Json::is_null)
    };
    if let Some((name, ..)) = action.inputs.iter().find(missing) {
        let message = format!("Missing required input parameter: {name}");
        return Err(ApiError::for_record("REQUIRED_FIELD_MISSING", message, []));
    }
    let is_known = |name: &String| action.inputs.iter().any(|(known, ..)| known == name);
    if let Some(name) = input.keys().find(|name| !is_known(name)) {
        let message = format!(
            "The input parameter {name} isn't known by the action {}",
            action.name
        );
        return Err(ApiError::for_record("INVALID_API_INPUT", message, []));
    }
    run::run(org, caller, action.name, input)
}

fn outcome(action: &Action, result: &Result<Json, ApiError>) -> Json {
    match result {
        Ok(output) => json!({
            "actionName": action.name, "errors": null, "isSuccess": true, "outputValues": output
        }),
        Err(api_error) => json!({
            "actionName": action.name,
            "errors": [{"fields": api_error.fields.clone().unwrap_or_default(), "message": api_error.message, "statusCode": api_error.code}],
            "isSuccess": false,
            "outputValues": null,
        }),
    }
}

fn find(kind: &str, name: &str) -> Result<&'static Action, ApiError> {
    let is_it = |action: &&Action| action.kind == kind && action.name.eq_ignore_ascii_case(name);
    ACTIONS.iter().find(is_it).ok_or_else(ApiError::not_found)
}

fn listed(caller: &Caller, kind: &str) -> Response {
    let folder = if kind == "standard" {
        kind.to_owned()
    } else {
        format!("custom/{kind}")
    };
    let actions: Vec<Json> = ACTIONS
        .iter()
        .filter(|action| action.kind == kind)
        .map(|action| {
            let url = format!("{}/actions/{folder}/{}", caller.base(), action.name);
            json!({"label": action.label, "name": action.name, "type": action.type_name, "url": url})
        })
        .collect();
    response::ok(&json!({"actions": actions}))
}

fn described(action: &Action) -> Json {
    let input = |(name, kind, needed): &(&str, &str, bool)| {
        json!({
            "apexClass": null, "byteLength": 0, "description": null, "label": name, "maxOccurs": 1,
            "name": name, "picklistValues": null, "required": needed, "sobjectType": null, "type": kind,
        })
    };
    let output = |(name, kind): &(&str, &str)| {
        json!({
            "apexClass": null, "description": null, "label": name, "maxOccurs": 1, "name": name,
            "picklistValues": null, "sobjectType": null, "type": kind,
        })
    };
    json!({
        "description": action.label,
        "inputs": action.inputs.iter().map(input).collect::<Vec<_>>(),
        "label": action.label,
        "name": action.name,
        "outputs": action.outputs.iter().map(output).collect::<Vec<_>>(),
        "standard": action.kind == "standard",
        "targetEntityName": null,
        "type": action.type_name,
    })
}
