//! Steering the event bus: `/__sandbox/events`, `/events/faults`, `/events/gap`, `/events/restart`.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Shared;
use super::response::{self, ErrorResponse};
use sandbox_core::events::{EventFault, Gap, log};
use sandbox_core::write::WriteOptions;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/events", get(show).post(configure))
        .route(
            "/events/faults",
            get(list_faults).post(add_fault).delete(clear_faults),
        )
        .route("/events/gap", post(gap))
        .route("/events/restart", post(restart))
}

fn reject(what: &str, error: &serde_json::Error) -> Response {
    let body = json!({"error": format!("{what}: {error}")});
    response::json_with(StatusCode::BAD_REQUEST, &body)
}

async fn show(State(org): State<Shared>) -> Response {
    let shared = Shared::clone(&org);
    let extent = response::run_blocking(move || shared.store().read(log::extent)).await;
    match extent {
        Ok(Ok((events, oldest, newest))) => response::ok(&json!({
            "clients": org.events().clients().len(),
            "events": events,
            "newestReplayId": newest,
            "oldestReplayId": oldest,
            "settings": org.events().settings(),
        })),
        Ok(Err(api_error)) | Err(api_error) => ErrorResponse(api_error).into_response(),
    }
}

async fn configure(State(org): State<Shared>, body: Bytes) -> Response {
    match serde_json::from_slice(&body) {
        Ok(settings) => org.events().configure(settings),
        Err(error) => return reject("these are no settings for events", &error),
    }
    show(State(org)).await
}

/// A fault and how often it happens; once unless given.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ordered {
    kind: EventFault,
    #[serde(default = "once")]
    times: u64,
}

const fn once() -> u64 {
    1
}

async fn list_faults(State(org): State<Shared>) -> Response {
    let pending = org.events().faults().list();
    let pending: Vec<Ordered> = pending
        .into_iter()
        .map(|(kind, times)| Ordered { kind, times })
        .collect();
    response::ok(&json!(pending))
}

async fn add_fault(State(org): State<Shared>, body: Bytes) -> Response {
    match serde_json::from_slice::<Ordered>(&body) {
        Ok(fault) => org.events().faults().inject(fault.kind, fault.times),
        Err(error) => return reject("this is no fault of the Streaming API", &error),
    }
    list_faults(State(org)).await
}

async fn clear_faults(State(org): State<Shared>) -> Response {
    org.events().faults().clear();
    response::no_content()
}

async fn gap(State(org): State<Shared>, body: Bytes) -> Response {
    let gap: Gap = match serde_json::from_slice(&body) {
        Ok(gap) => gap,
        Err(error) => return reject("this is no gap", &error),
    };
    let written = response::run_blocking(move || {
        org.write(org.admin(), WriteOptions::default(), |writer| {
            writer.publish_gap(&gap)
        })
    })
    .await;
    match written {
        Ok(Ok(())) => response::no_content(),
        Ok(Err(api_error)) | Err(api_error) => ErrorResponse(api_error).into_response(),
    }
}

async fn restart(State(org): State<Shared>) -> Response {
    org.events().restart();
    response::no_content()
}
