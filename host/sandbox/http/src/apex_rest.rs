//! Apex REST: `/services/apexrest/echo/…`, a class that tells what it was sent.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::any;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value as Json, json};

use super::answer::{self, Reply};
use super::{Shared, gate};
use sandbox_model::problem::Problem;

/// Where the class answers.
const MAPPING: &str = "/services/apexrest/echo";

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/services/apexrest/echo", any(echo))
        .route("/services/apexrest/echo/{*path}", any(echo))
        .route("/services/apexrest/{*path}", any(nothing))
}

/// Tells method, path, parameters, headers and body; `?status=418` makes it answer with that status.
async fn echo(
    State(org): State<Shared>,
    OriginalUri(uri): OriginalUri,
    method: Method,
    headers: HeaderMap,
    bytes: Bytes,
) -> Reply {
    let session = gate::session(&org, &headers)?;
    if !org.usage().count(org.clock().now()) {
        return Err(Problem::new("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.").into());
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
        return Ok(answer::no_content());
    }
    Ok(answer::json_with(status, &body))
}

/// No class answers there.
async fn nothing(State(org): State<Shared>, headers: HeaderMap) -> Reply {
    gate::session(&org, &headers)?;
    Err(Problem::new("NOT_FOUND", "Could not find a match for URL").into())
}

/// All but what carries the session.
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
