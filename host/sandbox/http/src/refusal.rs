//! Refusals in the form of the API that a path belongs to.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::{answer, classic, soap};
use sandbox_model::problem::Problem;

/// A request that is refused before an API sees it.
pub(super) fn of(request: &Request<Body>, problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.http_status()).unwrap_or(StatusCode::BAD_REQUEST);
    let path = request.uri().path();
    native(
        status,
        path,
        request.headers(),
        problem.code,
        &problem.message,
    )
}

/// A SOAP fault, an error document of Bulk API 1.0, an OAuth error, or REST's error list.
pub(super) fn native(
    status: StatusCode,
    path: &str,
    headers: &HeaderMap,
    code: &str,
    message: &str,
) -> Response {
    if path.starts_with("/services/Soap/") {
        let xml = soap::fault::document(path, code, message);
        return (status, [(CONTENT_TYPE, "text/xml;charset=UTF-8")], xml).into_response();
    }
    if path.starts_with("/services/async/") {
        return classic::document::refusal(status, headers, code, message);
    }
    if path.starts_with("/services/oauth2/") {
        let body = json!({"error": "unknown_error", "error_description": message});
        return answer::json_with(status, &body);
    }
    rest(status, code, message)
}

/// REST's error list.
pub(super) fn rest(status: StatusCode, code: &str, message: &str) -> Response {
    answer::json_with(status, &json!([{"errorCode": code, "message": message}]))
}
