//! Bulk API 1.0: `/services/async/{version}/job`.

mod auth;
mod batch;
pub(super) mod document;
mod info;
mod job;

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::middleware;
use axum::routing::get;

use super::Shared;
use document::{BulkError, Form};
use sandbox_core::bulk::bulk_v1::{Content, Job};
use sandbox_core::bulk::limits::BATCH_BYTES;

/// Returns all routes; they need a session in `X-SFDC-Session`.
pub(super) fn routes(org: &Shared) -> Router<Shared> {
    let paths = Router::new()
        .route("/job", axum::routing::post(job::create))
        .route("/job/{job}", get(job::show).post(job::change))
        .route("/job/{job}/batch", get(batch::list).post(batch::create))
        .route("/job/{job}/batch/{batch}", get(batch::show))
        .route("/job/{job}/batch/{batch}/request", get(batch::request))
        .route("/job/{job}/batch/{batch}/result", get(batch::results))
        .route(
            "/job/{job}/batch/{batch}/result/{result}",
            get(batch::result),
        )
        .fallback(auth::no_such_path)
        .method_not_allowed_fallback(auth::no_such_method)
        .layer(middleware::from_fn_with_state(
            std::sync::Arc::clone(org),
            auth::authenticate,
        ));
    Router::new().nest("/services/async/{version}", paths)
}

/// Returns the form of the response that a client wants: a JSON job's clients, and those that send or accept JSON, in JSON.
fn form(headers: &HeaderMap, job: Option<&Job>) -> Form {
    let says = |name: &str, what: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.to_ascii_lowercase().contains(what))
    };
    let is_json_job = job.is_some_and(|job| job.request.content == Content::Json);
    if says("accept", "application/json") {
        return Form::Json;
    }
    if says("accept", "xml") {
        return Form::Xml;
    }
    if is_json_job || says("content-type", "application/json") {
        return Form::Json;
    }
    Form::Xml
}

/// Rejects what is larger than a batch may be.
fn check_size(bytes: &Bytes) -> Result<(), BulkError> {
    if bytes.len() > BATCH_BYTES {
        let message = format!("Request entity is too large: the limit is {BATCH_BYTES} bytes");
        return Err(BulkError::new("ClientInputError", message));
    }
    Ok(())
}
