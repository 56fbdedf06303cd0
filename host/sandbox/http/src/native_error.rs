//! Errors in the form of the API that a path belongs to.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::{bulk_v1, response, soap};
use sandbox_model::api_error::ApiError;

/// Returns a request that is rejected before an API sees it.
pub(super) fn respond(request: &Request<Body>, error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.http_status()).unwrap_or(StatusCode::BAD_REQUEST);
    let path = request.uri().path();
    native(status, path, request.headers(), error.code, &error.message)
}

/// Returns a SOAP fault, an error document of Bulk API 1.0, an OAuth error, or REST's error list.
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
        return bulk_v1::document::error(status, headers, code, message);
    }
    if path.starts_with("/services/oauth2/") {
        let body = json!({"error": "unknown_error", "error_description": message});
        return response::json_with(status, &body);
    }
    rest(status, code, message)
}

/// REST's error list.
pub(super) fn rest(status: StatusCode, code: &str, message: &str) -> Response {
    response::json_with(status, &json!([{"errorCode": code, "message": message}]))
}
