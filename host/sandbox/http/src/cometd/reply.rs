//! Responses to Bayeux messages.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value as Json, json};

use crate::response;
use sandbox_core::events::log::Event;

/// The response to one message.
#[derive(Debug, Clone)]
pub(super) struct Reply(Map<String, Json>);

impl Reply {
    /// Returns a response that repeats the message's channel, id and client.
    pub(super) fn to(message: &Json) -> Self {
        let mut members = Map::new();
        for name in ["channel", "id", "clientId"] {
            if let Some(value) = message.get(name) {
                members.insert(name.into(), value.clone());
            }
        }
        Self(members)
    }

    pub(super) fn with(mut self, name: &str, value: Json) -> Self {
        self.0.insert(name.into(), value);
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.0.remove(name);
        self
    }

    /// Returns what to do next: `reconnect` is `retry`, `handshake` or `none`.
    pub(super) fn advise(self, reconnect: &str) -> Self {
        self.with("advice", json!({"interval": 0, "reconnect": reconnect}))
    }

    /// Says yes.
    pub(super) fn accept(self) -> Self {
        self.with("successful", json!(true))
    }

    /// Says no, and why.
    pub(super) fn reject(self, error: impl Into<String>) -> Self {
        self.with("error", json!(error.into()))
            .with("successful", json!(false))
    }

    /// Reports that the client is not known (any more): it needs a new handshake.
    pub(super) fn unknown_client(self) -> Self {
        self.without("clientId")
            .advise("handshake")
            .reject("403::Unknown client")
    }
}

/// Returns all messages in one array: events first, then responses.
pub(super) fn response(events: &[(String, Event)], replies: &[Reply]) -> Response {
    let mut text = String::with_capacity(
        events
            .iter()
            .map(|(channel, event)| channel.len() + event.body.len() + 24)
            .sum::<usize>()
            + 256,
    );
    text.push('[');
    for (channel, event) in events {
        let comma = if text.len() > 1 { "," } else { "" };
        let channel = Json::from(channel.as_str()).to_string();
        text.extend([
            comma,
            "{\"data\":",
            &event.body,
            ",\"channel\":",
            &channel,
            "}",
        ]);
    }
    for reply in replies {
        let comma = if text.len() > 1 { "," } else { "" };
        text.extend([comma, &Json::Object(reply.0.clone()).to_string()]);
    }
    text.push(']');
    response::json_bytes(StatusCode::OK, text)
}
