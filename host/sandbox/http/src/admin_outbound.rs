//! Steering outbound messages: `/__sandbox/outbound`, `/outbound/{name}`, `/outbound/retry`.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use serde_json::{Value as Json, json};

use super::Shared;
use super::response::{self, ErrorResponse};
use sandbox_core::org::Org;
use sandbox_core::outbound::{OutboundMessage, queue};
use sandbox_core::write::WriteOptions;
use sandbox_model::api_error::ApiError;

/// Notifications shown at most.
const MAX_SHOWN: usize = 1_000;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/outbound", get(show).post(add).delete(remove_all))
        .route("/outbound/retry", post(retry))
        .route("/outbound/{name}", delete(remove))
}

/// Runs work with the org, and shows what it gives.
async fn run(
    org: Shared,
    work: impl FnOnce(&Org) -> Result<Json, ApiError> + Send + 'static,
) -> Response {
    match response::run_blocking(move || work(&org)).await {
        Ok(Ok(json)) => response::ok(&json),
        Ok(Err(api_error)) | Err(api_error) => ErrorResponse(api_error).into_response(),
    }
}

fn state(org: &Org) -> Result<Json, ApiError> {
    Ok(json!({
        "delivered": org.outbound().delivered(),
        "messages": org.outbound_messages()?,
        "queue": org.outbound_queue(MAX_SHOWN)?,
        "waiting": org.store().read(queue::len)?,
    }))
}

/// The messages, and what waits to be acknowledged.
async fn show(State(org): State<Shared>) -> Response {
    run(org, state).await
}

/// Sends one more message, or the one of this name otherwise.
async fn add(State(org): State<Shared>, body: Bytes) -> Response {
    let message: OutboundMessage = match serde_json::from_slice(&body) {
        Ok(message) => message,
        Err(error) => {
            let message = format!("this is no outbound message: {error}");
            return response::json_with(StatusCode::BAD_REQUEST, &json!({"error": message}));
        }
    };
    run(org, move |org| {
        org.add_outbound_message(&message)?;
        state(org)
    })
    .await
}

async fn remove(State(org): State<Shared>, Path(name): Path<String>) -> Response {
    run(org, move |org| {
        match org.remove_outbound_message(&name)? {
            true => state(org),
            false => Err(ApiError::not_found()),
        }
    })
    .await
}

async fn remove_all(State(org): State<Shared>) -> Response {
    run(org, |org| {
        for message in org.outbound_messages()? {
            org.remove_outbound_message(&message.name)?;
        }
        state(org)
    })
    .await
}

/// Makes all that waits due now.
async fn retry(State(org): State<Shared>) -> Response {
    run(org, |org| {
        let now = org.clock().now();
        org.write(org.admin(), WriteOptions::default(), |writer| {
            queue::retry_now(writer.connection, now)
        })?;
        state(org)
    })
    .await
}
