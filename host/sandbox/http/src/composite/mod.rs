//! Many records or requests in one call: `/composite` and what lies under it.
//!
//! Each part of a composite, batch or graph request goes through the same router as a request of its own, on one thread
//! ([`response::run_in_place`]), so that a transaction around them holds them all.

mod batch;
mod blobs;
mod collections;
mod graph;
mod part;
mod reference;
mod request;
mod retrieve;
mod tree;
mod upsert;

use axum::body::Bytes;
use axum::response::Response;
use axum::routing::{get, patch, post};
use axum::{Extension, Router};
use http::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::json;

pub(super) use part::Parts;

use super::auth::Caller;
use super::{Shared, body, response};
use sandbox_model::api_error::ApiError;
use sandbox_model::json::Body;

/// Collections, which may also be parts of a composite request.
pub(super) fn collections() -> Router<Shared> {
    let many = post(collections::create)
        .patch(collections::update)
        .delete(collections::delete);
    let of_object = get(retrieve::get).post(retrieve::post);
    Router::new()
        .route("/composite/sobjects", many)
        .route("/composite/sobjects/{object}", of_object)
        .route(
            "/composite/sobjects/{object}/{field}",
            patch(upsert::upsert),
        )
}

/// Requests that are made of parts.
pub(super) fn routes(parts: Parts) -> Router<Shared> {
    Router::new()
        .route("/composite", get(list).post(request::run))
        .route("/tooling/composite", post(request::run))
        .route("/composite/batch", post(batch::run))
        .route("/composite/graph", post(graph::run))
        .route("/composite/tree/{object}", post(tree::create))
        .layer(Extension(parts))
}

/// `GET /composite`: the paths of the others.
async fn list(Extension(caller): Extension<Caller>) -> Response {
    let path = |name: &str| format!("{}/composite/{name}", caller.base());
    response::ok(&json!({
        "tree": path("tree"), "batch": path("batch"), "sobjects": path("sobjects"), "graph": path("graph"),
    }))
}

/// Reads a JSON body into its shape.
fn read<T: DeserializeOwned>(headers: &HeaderMap, bytes: &Bytes) -> Result<T, ApiError> {
    body::expect_json(headers)?;
    Body::new(bytes)?.parse()
}

/// Returns a request that breaks a limit or a rule of composites.
fn rejected(message: impl Into<String>) -> ApiError {
    ApiError::new("INVALID_INPUT", message)
}
