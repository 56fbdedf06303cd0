//! Steering the sandbox: `/__sandbox/faults`, `/faults/names`, `/requests`, `/outbox`, `/clock`, `/sessions`, `/query`, `/bulk`, `/events`, `/outbound`,
//! `/reset`. Needs no token; in process and on loopback only.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use super::Shared;
use super::ingress::Peer;
use super::response;
use sandbox_core::faults::{Named, Rule};
use sandbox_core::org::Org;
use sandbox_model::value::dates;

pub(super) fn routes<S: Clone + Send + Sync + 'static>(org: Shared) -> Router<S> {
    Router::new()
        .route(
            "/faults",
            get(list_faults).post(add_fault).delete(clear_faults),
        )
        .route("/faults/names", get(list_names))
        .route("/requests", get(list_requests).delete(clear_requests))
        .route("/outbox", get(list_outbox).delete(clear_outbox))
        .route("/clock", get(read_clock).post(move_clock))
        .route("/sessions", get(count_sessions).delete(expire_sessions))
        .route("/query", get(show_query).post(configure_query))
        .route("/bulk", get(show_bulk).post(configure_bulk))
        .merge(super::admin_events::routes())
        .merge(super::admin_outbound::routes())
        .route("/reset", post(reset))
        .fallback(response::not_found)
        .layer(middleware::from_fn(loopback_only))
        .with_state(org)
}

async fn loopback_only(request: Request<Body>, next: Next) -> Response {
    let is_far = request
        .extensions()
        .get::<Peer>()
        .is_some_and(|peer| !peer.0.ip().is_loopback());
    if is_far {
        StatusCode::FORBIDDEN.into_response()
    } else {
        next.run(request).await
    }
}

fn reject(what: &str, error: &serde_json::Error) -> Response {
    response::json_with(
        StatusCode::BAD_REQUEST,
        &json!({"error": format!("{what}: {error}")}),
    )
}

fn show<T: serde::Serialize>(value: &T) -> Response {
    response::ok(&serde_json::to_value(value).unwrap_or_default())
}

async fn list_faults(State(org): State<Shared>) -> Response {
    show(&org.faults().list())
}

async fn list_names() -> Response {
    show(&Named::all())
}

async fn add_fault(State(org): State<Shared>, body: Bytes) -> Response {
    match serde_json::from_slice::<Rule>(&body) {
        Ok(rule) => show(&org.faults().add(rule)),
        Err(error) => reject("this is no rule for faults", &error),
    }
}

async fn clear_faults(State(org): State<Shared>) -> Response {
    org.faults().clear();
    response::no_content()
}

async fn list_requests(State(org): State<Shared>) -> Response {
    show(&org.journal().entries())
}

async fn clear_requests(State(org): State<Shared>) -> Response {
    org.journal().clear();
    response::no_content()
}

async fn list_outbox(State(org): State<Shared>) -> Response {
    show(&org.outbox().list())
}

async fn clear_outbox(State(org): State<Shared>) -> Response {
    org.outbox().clear();
    response::no_content()
}

/// How to move the clock: by so much, or to a point in time.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum ClockChange {
    AdvanceMs(i64),
    SetMs(i64),
}

fn clock(org: &Org) -> Response {
    let now = org.clock().now();
    response::ok(&json!({"now": dates::format_datetime(now), "ms": now}))
}

async fn read_clock(State(org): State<Shared>) -> Response {
    clock(&org)
}

async fn move_clock(State(org): State<Shared>, body: Bytes) -> Response {
    match serde_json::from_slice(&body) {
        Ok(ClockChange::AdvanceMs(ms)) => org.clock().advance(ms),
        Ok(ClockChange::SetMs(ms)) => org.clock().set(ms),
        Err(error) => return reject("send {\"advance-ms\": n} or {\"set-ms\": n}", &error),
    }
    clock(&org)
}

async fn count_sessions(State(org): State<Shared>) -> Response {
    response::ok(&json!({"open": org.sessions().len()}))
}

/// Ends all sessions: the next request of each has to log in again. Refresh tokens stay valid.
async fn expire_sessions(State(org): State<Shared>) -> Response {
    org.sessions().expire_all();
    response::no_content()
}

/// How queries are treated.
#[derive(Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct QueryMode {
    /// Whether locators end with the session that they were given to, rather than live with its user.
    locators_end_with_session: bool,
}

async fn show_query(State(org): State<Shared>) -> Response {
    show(&QueryMode {
        locators_end_with_session: org.queries().ends_with_session(),
    })
}

async fn configure_query(State(org): State<Shared>, body: Bytes) -> Response {
    match serde_json::from_slice::<QueryMode>(&body) {
        Ok(mode) => org
            .queries()
            .end_with_session(mode.locators_end_with_session),
        Err(error) => return reject("send {\"locatorsEndWithSession\": true}", &error),
    }
    show_query(State(org)).await
}

async fn show_bulk(State(org): State<Shared>) -> Response {
    show(&org.bulk().settings())
}

async fn configure_bulk(State(org): State<Shared>, body: Bytes) -> Response {
    match serde_json::from_slice(&body) {
        Ok(settings) => org.bulk().configure(settings),
        Err(error) => return reject("these are no settings for bulk jobs", &error),
    }
    show(&org.bulk().settings())
}

/// Forgets faults, requests, sessions, bulk jobs and the counts of requests and jobs; records stay.
async fn reset(State(org): State<Shared>) -> Response {
    org.faults().clear();
    org.journal().clear();
    org.outbox().clear();
    org.sessions().expire_all();
    org.usage().reset();
    org.queries().close_all();
    org.queries().end_with_session(false);
    org.bulk().reset();
    org.events().faults().clear();
    org.events().restart();
    response::no_content()
}
