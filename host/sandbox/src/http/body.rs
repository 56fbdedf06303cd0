//! Reading request bodies to their end, whatever becomes of the request.

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use http_body_util::BodyExt as _;

use crate::problem::Problem;

/// Largest body of a request but for bulk uploads (server's words: "Maximum size of request is 52428800 bytes").
const LARGEST: usize = 52_428_800;
/// Largest upload of a Bulk API 2.0 job (Bulk API 2.0 guide, "Limits": 150 MB after base64 encoding).
const LARGEST_UPLOAD: usize = 150 * 1024 * 1024;

/// The largest body that a path takes.
pub(super) fn limit(path: &str) -> usize {
    if path.contains("/jobs/ingest/") {
        LARGEST_UPLOAD
    } else {
        LARGEST
    }
}

/// Reads all of a body. What goes beyond the limit is read, too, but not kept: a server that answers before it has read
/// everything hides its answer from many clients.
///
/// # Errors
/// The body is too large, or the client went away.
pub(super) async fn drain(mut body: Body, limit: usize) -> Result<Bytes, Problem> {
    let mut kept = Vec::new();
    let mut total = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame
            .map_err(|error| Problem::json(format!("The request body ended early: {error}")))?;
        let Ok(bytes) = frame.into_data() else {
            continue;
        };
        total += bytes.len();
        if total <= limit {
            kept.extend_from_slice(&bytes);
        } else {
            kept = Vec::new();
        }
    }
    if total <= limit {
        return Ok(kept.into());
    }
    Err(Problem::new(
        "REQUEST_ENTITY_TOO_LARGE",
        format!("Maximum size of request is {limit} bytes"),
    ))
}

/// Refuses bodies that are not JSON.
///
/// # Errors
/// 415 `UNSUPPORTED_MEDIA_TYPE`.
pub(super) fn expect_json(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media_type = given.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let message = format!(
        "Content-Type {media_type:?} is not supported for this request; send application/json"
    );
    Err(Problem::new("UNSUPPORTED_MEDIA_TYPE", message))
}
