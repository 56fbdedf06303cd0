//! The Streaming API: CometD's Bayeux protocol over long polling at `/cometd/{version}`.
//!
//! Clients may append the type of a message to the path (`/cometd/62.0/handshake`); it means nothing. `/cometd/replay`
//! is where versions before 37.0 offered replay.

mod connect;
mod meta;
mod reply;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::Value as Json;

use super::{Shared, fault_injection};
use reply::Reply;
use sandbox_core::org::Session;

/// Largest request (Streaming API guide, "Message Reliability": 32,768 bytes).
const MAX_REQUEST_BYTES: usize = 32_768;
/// Oldest version of the API with streaming (Streaming API guide, "Streaming API Error Codes").
const OLDEST: u16 = 23;
/// The cookie that identifies a browser, here a client.
const BROWSER: &str = "BAYEUX_BROWSER";

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/cometd", post(no_version))
        .route("/cometd/{version}", post(handle))
        .route("/cometd/{version}/{kind}", post(handle_typed))
        .route("/cometd/replay/{version}", post(handle))
        .route("/cometd/replay/{version}/{kind}", post(handle_typed))
}

async fn no_version() -> Response {
    plain(
        StatusCode::BAD_REQUEST,
        "API version in the URI is mandatory. URI format: '/cometd/60.0'",
    )
}

async fn handle(
    State(org): State<Shared>,
    Path(version): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    respond(org, &version, headers, &body).await
}

async fn handle_typed(
    State(org): State<Shared>,
    Path((version, _)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    respond(org, &version, headers, &body).await
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, [(CONTENT_TYPE, "text/plain;charset=UTF-8")], text).into_response()
}

/// A request as its messages see it.
struct Call {
    org: Shared,
    /// The access token, if one was given.
    token: Option<String>,
    /// The cookie, if one was sent.
    browser: Option<String>,
}

impl Call {
    /// Returns the live session behind the token, which this keeps alive: sessions do not end while a client is connected.
    fn session(&self) -> Option<Session> {
        let token = self.token.as_deref()?;
        self.org.sessions().touch(token, self.org.clock().now())
    }

    /// Returns what is wrong with the token.
    fn rejection(&self) -> &'static str {
        match self.token {
            None => "401::Request requires authentication",
            Some(_) => "401::Authentication invalid",
        }
    }
}

async fn respond(org: Shared, version: &str, headers: HeaderMap, body: &Bytes) -> Response {
    let number = version
        .strip_suffix(".0")
        .and_then(|number| number.parse::<u16>().ok());
    if number.is_none_or(|number| number < OLDEST) {
        return plain(
            StatusCode::BAD_REQUEST,
            "Unsupported API version. Only API versions '23.0' and above are supported. URI format: '/cometd/60.0'",
        );
    }
    if body.len() > MAX_REQUEST_BYTES {
        return plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            "Maximum Request Size Exceeded",
        );
    }
    let messages = match serde_json::from_slice(body) {
        Ok(Json::Array(messages)) => messages,
        Ok(message @ Json::Object(_)) => vec![message],
        _ => return plain(StatusCode::BAD_REQUEST, "400::Malformed message"),
    };
    let call = Call {
        token: bearer(&headers),
        browser: cookie(&headers),
        org,
    };
    run(&call, &messages).await
}

/// Responds to the messages in order; a connect, which may wait, comes last whatever its place.
async fn run(call: &Call, messages: &[Json]) -> Response {
    let mut replies: Vec<Reply> = Vec::new();
    let mut events = Vec::new();
    let mut cookie = None;
    let is_connect = |message: &Json| message.get("channel") == Some(&"/meta/connect".into());
    for message in messages.iter().filter(|message| !is_connect(message)) {
        replies.push(match message.get("channel").and_then(Json::as_str) {
            Some("/meta/handshake") => meta::handshake(call, message, &mut cookie),
            Some("/meta/subscribe") => meta::subscribe(call, message).await,
            Some("/meta/unsubscribe") => meta::unsubscribe(call, message),
            Some("/meta/disconnect") => meta::disconnect(call, message),
            Some(_) => meta::publish(call, message),
            None => Reply::to(message).reject("400::Unknown channel"),
        });
    }
    for message in messages.iter().filter(|message| is_connect(message)) {
        match connect::connect(call, message).await {
            connect::Outcome::Reply(reply) => replies.push(reply),
            connect::Outcome::Events(found, reply) => {
                events.extend(found);
                replies.push(reply);
            }
            connect::Outcome::Dropped => return fault_injection::aborted(),
        }
    }
    let mut response = reply::response(&events, &replies);
    if let Some(browser) = cookie
        && let Ok(value) = HeaderValue::try_from(format!("{BROWSER}={browser};Path=/;HttpOnly"))
    {
        response.headers_mut().insert(SET_COOKIE, value);
    }
    response
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    let known = scheme.eq_ignore_ascii_case("Bearer") || scheme.eq_ignore_ascii_case("OAuth");
    known.then(|| token.trim().to_owned())
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let lines = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == BROWSER).then(|| value.trim_matches('"').to_owned())
    })
}
