//! Apex REST: `/services/apexrest/echo/…`, a class that echoes its request.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::any;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value as Json, json};

use super::response::{self, HandlerResult};
use super::{Shared, auth};
use sandbox_model::api_error::ApiError;

/// Base path of the class.
const MAPPING: &str = "/services/apexrest/echo";

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/services/apexrest/echo", any(echo))
        .route("/services/apexrest/echo/{*path}", any(echo))
        .route("/services/apexrest/{*path}", any(nothing))
}

/// Echoes method, path, parameters, headers and body; `?status=418` makes it respond with that status.
async fn echo(
    State(org): State<Shared>,
    OriginalUri(uri): OriginalUri,
    method: Method,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    let session = auth::session(&org, &headers)?;
    if !org.usage().count(org.clock().now()) {
        return Err(
            ApiError::new("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.").into(),
        );
    }
    let query = uri.query().unwrap_or_default();
    let parameters: Map<String, Json> = url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (name.into_owned(), json!(value)))
        .collect();
    let status = parameters
        .get("status")
        .and_then(|text| text.as_str()?.parse().ok())
        .and_then(|status| StatusCode::from_u16(status).ok())
        .unwrap_or(StatusCode::OK);
    let body = json!({
        "method": method.as_str(),
        "path": uri.path().strip_prefix(MAPPING).unwrap_or_default(),
        "parameters": parameters,
        "headers": shown_headers(&headers),
        "body": shown_body(&headers, &bytes),
        "userId": session.user.as_str(),
    });
    if status == StatusCode::NO_CONTENT {
        return Ok(response::no_content());
    }
    Ok(response::json_with(status, &body))
}

/// 404: no class is registered at this path.
async fn nothing(State(org): State<Shared>, headers: HeaderMap) -> HandlerResult {
    auth::session(&org, &headers)?;
    Err(ApiError::new("NOT_FOUND", "Could not find a match for URL").into())
}

/// Returns all but what carries the session.
fn shown_headers(headers: &HeaderMap) -> Map<String, Json> {
    headers
        .iter()
        .filter(|(name, _)| *name != "authorization" && *name != "cookie")
        .filter_map(|(name, value)| Some((name.to_string(), json!(value.to_str().ok()?))))
        .collect()
}

/// JSON as JSON, text as text, the rest in base64; null if there is none.
fn shown_body(headers: &HeaderMap, bytes: &Bytes) -> Json {
    if bytes.is_empty() {
        return Json::Null;
    }
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default();
    if media_type.contains("json")
        && let Ok(json) = serde_json::from_slice(bytes)
    {
        return json;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(_) => json!(BASE64.encode(bytes)),
    }
}
