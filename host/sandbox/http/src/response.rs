//! Responses: JSON bodies, and errors in Salesforce's wording.

use std::cell::Cell;

use axum::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json, json};

use super::versions::NEWEST;
use sandbox_model::api_error::ApiError;
use sandbox_model::api_error::{Duplicates, Matches};

/// What a handler gives back.
pub(super) type HandlerResult = Result<Response, ErrorResponse>;

/// The media type of every REST response.
const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");

/// JSON that is written already.
pub(super) fn json_bytes(status: StatusCode, body: impl Into<axum::body::Body>) -> Response {
    (status, [(CONTENT_TYPE, JSON)], body.into()).into_response()
}

/// JSON with this status.
pub(super) fn json_with(status: StatusCode, body: &Json) -> Response {
    json_bytes(status, body.to_string())
}

/// JSON with status 200.
pub(super) fn ok(body: &Json) -> Response {
    json_with(StatusCode::OK, body)
}

/// 204: done, nothing to say.
pub(super) fn no_content() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// Returns an error as an entry of REST's error list.
pub(super) fn to_json(api_error: &ApiError) -> Json {
    let mut entry = json!({"message": api_error.message, "errorCode": api_error.code});
    let Some(members) = entry.as_object_mut() else {
        return entry;
    };
    if let Some(found) = &api_error.duplicates {
        // Salesforce's own spelling.
        members.insert("duplicateResut".into(), duplicates(found));
    } else if let Some(fields) = &api_error.fields {
        members.insert("fields".into(), json!(fields));
    }
    entry
}

fn duplicates(found: &Duplicates) -> Json {
    let record = |object: &str, members: &Map<String, Json>| {
        let id = members.get("Id").and_then(Json::as_str).unwrap_or_default();
        let url = format!("/services/data/v{NEWEST}.0/sobjects/{object}/{id}");
        let mut record = members.clone();
        record.insert("attributes".into(), json!({"type": object, "url": url}));
        json!({
            "additionalInformation": [],
            "fieldDiffs": [],
            "matchConfidence": 100.0,
            "record": record,
        })
    };
    let result = |it: &Matches| {
        let records: Vec<Json> = it
            .records
            .iter()
            .map(|one| record(&it.object, one))
            .collect();
        json!({
            "entityType": it.object,
            "errors": [],
            "matchEngine": "ExactMatchEngine",
            "matchRecords": records,
            "rule": it.rule,
            "size": records.len(),
            "success": true,
        })
    };
    json!({
        "allowSave": true,
        "duplicateRule": found.rule,
        "duplicateRuleEntityType": found.object,
        "errorMessage": "Use one of these records?",
        "matchResults": found.matches.iter().map(result).collect::<Vec<_>>(),
    })
}

/// An error as the REST API responds with it.
#[derive(Debug)]
pub(super) struct ErrorResponse(pub(super) ApiError);

impl<E: Into<ApiError>> From<E> for ErrorResponse {
    fn from(api_error: E) -> Self {
        Self(api_error.into())
    }
}

impl IntoResponse for ErrorResponse {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.http_status()).unwrap_or(StatusCode::BAD_REQUEST);
        json_with(status, &json!([to_json(&self.0)]))
    }
}

/// 404 for paths that do not exist.
pub(super) async fn not_found() -> ErrorResponse {
    ApiError::not_found().into()
}

/// Methods in the order in which Salesforce lists them.
const METHODS: [&str; 6] = ["HEAD", "GET", "POST", "PUT", "PATCH", "DELETE"];

/// The method of a request that its path does not take, until [`list_allowed_methods`] has added those that it does.
#[derive(Debug, Clone)]
struct RefusedMethod(Method);

/// 405 for methods that a path does not take; the router adds those that it does.
pub(super) async fn method_not_allowed(method: Method) -> Response {
    let mut response = StatusCode::METHOD_NOT_ALLOWED.into_response();
    response.extensions_mut().insert(RefusedMethod(method));
    response
}

/// Gives a 405 the message that names the methods allowed. The router adds those last of all, so this comes after it.
pub(super) fn list_allowed_methods(mut response: Response) -> Response {
    let Some(RefusedMethod(method)) = response.extensions_mut().remove() else {
        return response;
    };
    let allow = response.headers().get(ALLOW);
    let given = allow
        .and_then(|list| list.to_str().ok())
        .unwrap_or_default();
    let is_given = |method: &&str| given.split(',').any(|one| one.trim() == *method);
    let allowed: Vec<_> = METHODS.into_iter().filter(is_given).collect();
    let allowed = allowed.join(",");
    let message = format!("HTTP Method '{method}' not allowed. Allowed are {allowed}");
    let error = ErrorResponse(ApiError::new("METHOD_NOT_ALLOWED", message)).into_response();
    let (mut head, body) = (response.into_parts().0, error.into_body());
    head.headers.remove(CONTENT_LENGTH);
    head.headers.insert(CONTENT_TYPE, JSON);
    if let Ok(allowed) = HeaderValue::try_from(allowed) {
        head.headers.insert(ALLOW, allowed);
    }
    Response::from_parts(head, body)
}

thread_local! {
    static RUNS_IN_PLACE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` so that what it calls stays on this thread: the parts of a composite request share its transaction.
pub(super) fn run_in_place<T>(work: impl FnOnce() -> T) -> T {
    struct ResetOnDrop(bool);
    impl Drop for ResetOnDrop {
        fn drop(&mut self) {
            RUNS_IN_PLACE.set(self.0);
        }
    }
    let _restore = ResetOnDrop(RUNS_IN_PLACE.replace(true));
    work()
}

/// Runs what may wait for the database away from the threads that serve connections.
pub(super) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    if RUNS_IN_PLACE.get() {
        return Ok(work());
    }
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "a request's work did not finish");
        ApiError::new("UNKNOWN_EXCEPTION", "An unexpected error occurred")
    })
}
