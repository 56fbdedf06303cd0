//! The Streaming API as its clients see it.

mod cascades;
mod changes;
mod generic;
mod platform;
mod protocol;
mod topics;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value as Json, json};

use super::{Client, NOW, TestResponse};
use sandbox_core::events::Settings;
use sandbox_core::org::{Clock, Org, OrgBuilder};

/// Long enough for a response that comes, short enough for one that does not.
const TIMEOUT_MS: u64 = 150;

/// A Bayeux client.
pub(super) struct Bayeux<'c> {
    pub client: &'c Client,
    pub id: String,
    pub cookie: String,
}

/// An org without data whose connects end soon.
pub(super) fn org() -> OrgBuilder {
    let settings = Settings {
        timeout_ms: TIMEOUT_MS,
        ..Settings::default()
    };
    let builder = Org::builder().clock(Clock::fixed(NOW));
    builder.without_data().events(settings)
}

impl Client {
    /// Sends Bayeux messages with this token and cookie.
    pub async fn bayeux(&self, messages: &Json, token: &str, cookie: &str) -> TestResponse {
        let request = Request::post("/cometd/62.0")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("cookie", cookie)
            .body(Body::from(messages.to_string()));
        self.send(request.unwrap()).await
    }

    /// Creates a record (or publishes an event), gives its id.
    pub async fn make(&self, object: &str, record: Json) -> String {
        let path = format!("/sobjects/{object}");
        let response = self.call("POST", &path, Some(record)).await;
        assert_eq!(response.status, 201, "{}", response.text());
        response.json()["id"].as_str().unwrap().to_owned()
    }
}

impl<'c> Bayeux<'c> {
    /// Sends a handshake and the first connect.
    pub async fn new(client: &'c Client) -> Self {
        let message = json!([{"channel": "/meta/handshake", "version": "1.0", "minimumVersion": "1.0",
            "supportedConnectionTypes": ["long-polling"], "id": "1"}]);
        let response = client.bayeux(&message, &client.token, "").await;
        let reply = &response.json()[0];
        assert_eq!(reply["successful"], true, "{reply}");
        let cookie = response.header("set-cookie").split(';').next().unwrap();
        let bayeux = Self {
            client,
            id: reply["clientId"].as_str().unwrap().to_owned(),
            cookie: cookie.to_owned(),
        };
        let first = bayeux.connect().await;
        assert_eq!(first[0]["advice"]["reconnect"], "retry");
        bayeux
    }

    pub async fn send(&self, message: Json) -> Vec<Json> {
        let mut message = message;
        message["clientId"] = json!(self.id);
        message["id"] = json!("7");
        let response = self
            .client
            .bayeux(&json!([message]), &self.client.token, &self.cookie)
            .await;
        response.json().as_array().unwrap().clone()
    }

    pub async fn connect(&self) -> Vec<Json> {
        self.send(json!({"channel": "/meta/connect", "connectionType": "long-polling"}))
            .await
    }

    /// The response to a subscription that resumes after `replay`.
    pub async fn subscribe(&self, channel: &str, replay: impl Into<Json>) -> Json {
        let ext = json!({"replay": {channel: replay.into()}});
        self.send(json!({"channel": "/meta/subscribe", "subscription": channel, "ext": ext}))
            .await
            .remove(0)
    }

    /// A subscription that has to work.
    pub async fn follow(&self, channel: &str, replay: i64) {
        let reply = self.subscribe(channel, replay).await;
        assert_eq!(reply["successful"], true, "{reply}");
    }

    /// The events that one connect brings.
    pub async fn events(&self) -> Vec<Json> {
        let mut messages = self.connect().await;
        let reply = messages.pop().unwrap();
        assert_eq!(reply["successful"], true, "{reply}");
        messages
    }

    /// The headers of the change events that one connect brings.
    pub async fn headers(&self) -> Vec<Json> {
        let events = self.events().await;
        let header = |event: &Json| event["data"]["payload"]["ChangeEventHeader"].clone();
        events.iter().map(header).collect()
    }
}
