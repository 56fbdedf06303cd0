//! Reading request bodies to their end, whatever the outcome of the request.

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use http_body_util::BodyExt as _;
use std::io::{self, Write as _};

use sandbox_core::bulk::blob::{Blob, BlobWriter};
use sandbox_model::api_error::ApiError;

/// Largest body of a request but for bulk uploads (server's message: "Maximum size of request is 52428800 bytes").
pub(super) const MAX_BYTES: usize = 52_428_800;

/// Reads all of a body. What goes beyond the limit is read, too, but not kept: a server that responds before it has read
/// everything hides its response from many clients.
///
/// # Errors
/// The body is too large, or the client went away.
pub(super) async fn drain(mut body: Body, limit: usize) -> Result<Bytes, ApiError> {
    let mut kept = Vec::new();
    let mut total = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| unreadable(&error))?;
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
    Err(too_large(limit))
}

/// Returns what is no gzip although it says so, or a body that ended early.
fn unreadable(error: &axum::Error) -> ApiError {
    let mut source: Option<&dyn std::error::Error> = Some(error);
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<io::Error>()
            && matches!(
                io.kind(),
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
            )
        {
            let message = format!("ClientInputError : The data is not compressed with gzip: {io}");
            return ApiError::new("CLIENTINPUTERROR", message);
        }
        source = cause.source();
    }
    ApiError::json(format!("The request body ended early: {error}"))
}

/// Returns the error for a body above the limit.
pub(super) fn too_large(limit: usize) -> ApiError {
    ApiError::new(
        "REQUEST_ENTITY_TOO_LARGE",
        format!("Maximum size of request is {limit} bytes"),
    )
}

/// As [`drain`], with what is large on disk.
///
/// # Errors
/// As [`drain`].
pub(super) async fn spool(mut body: Body, limit: usize) -> Result<Blob, ApiError> {
    let (mut writer, mut total) = (BlobWriter::default(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| unreadable(&error))?;
        let Ok(bytes) = frame.into_data() else {
            continue;
        };
        total += bytes.len();
        if total <= limit {
            writer
                .write_all(&bytes)
                .map_err(|error| sandbox_core::bulk::blob::disk_error(&error))?;
        } else if !writer.is_empty() {
            writer = BlobWriter::default();
        }
    }
    if total > limit {
        return Err(too_large(limit));
    }
    writer
        .finish()
        .map_err(|error| sandbox_core::bulk::blob::disk_error(&error))
}

/// Returns the `Content-Type` without its parameters; empty if there is none.
pub(super) fn media_type(headers: &HeaderMap) -> &str {
    let given = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    given.split(';').next().unwrap_or_default().trim()
}

/// Rejects bodies that are not JSON.
///
/// # Errors
/// 415 `UNSUPPORTED_MEDIA_TYPE`.
pub(super) fn expect_json(headers: &HeaderMap) -> Result<(), ApiError> {
    let media_type = media_type(headers);
    if media_type.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let message = format!(
        "Content-Type {media_type:?} is not supported for this request; send application/json"
    );
    Err(ApiError::new("UNSUPPORTED_MEDIA_TYPE", message))
}
