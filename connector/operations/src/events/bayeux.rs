//! The Bayeux protocol's messages (Bayeux 1.0), with what Salesforce adds: `ext.replay`, and codes before its sentences.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The channel of handshakes.
pub const HANDSHAKE: &str = "/meta/handshake";
/// The channel on which it waits for events.
pub const CONNECT: &str = "/meta/connect";
/// The channel on which it asks for channels.
pub const SUBSCRIBE: &str = "/meta/subscribe";
/// The channel on which a client ends its subscription.
const DISCONNECT: &str = "/meta/disconnect";

/// The only way in which Salesforce serves events over HTTP.
const LONG_POLLING: &str = "long-polling";

/// A message of the server.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BayeuxMessage {
    /// The channel that it is about.
    pub channel: String,
    /// Whether what was asked for was done; absent in events.
    pub successful: Option<bool>,
    /// The name that the server gave the client.
    pub client_id: Option<String>,
    /// The channel that was asked for.
    pub subscription: Option<Value>,
    /// Why it was not done, as `403::Unknown subscriber`.
    pub error: Option<String>,
    /// What to do next.
    pub advice: Option<Advice>,
    /// What Salesforce adds.
    pub ext: Option<Value>,
    /// The event.
    pub data: Option<Box<RawValue>>,
}

/// What a server tells its clients to do next.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Advice {
    /// `retry`, `handshake` or `none`.
    pub reconnect: Option<String>,
    /// Milliseconds to wait before that.
    interval: Option<u64>,
    /// Milliseconds for which the server holds a connect that it has nothing for.
    timeout: Option<u64>,
}

/// Longest pause that advice can ask for, in milliseconds; also the usual time for which Salesforce holds a connect (Streaming API
/// Developer Guide, "Streaming API Limits": 110 seconds). A client that waits longer is forgotten.
pub const MAX_INTERVAL_MS: u64 = 110_000;

/// Longest time for which a server is believed to hold a connect, in milliseconds.
const MAX_HOLD_MS: u64 = 2 * MAX_INTERVAL_MS;

impl Advice {
    /// The pause before the next step, within its bound.
    pub fn interval_ms(&self) -> u64 {
        self.interval.unwrap_or(0).min(MAX_INTERVAL_MS)
    }

    /// How long the server holds a connect, within its bound.
    pub fn hold_ms(&self) -> Option<u64> {
        let held = self.timeout.filter(|ms| *ms > 0)?;
        Some(held.min(MAX_HOLD_MS))
    }
}

impl BayeuxMessage {
    /// Reads the messages of an answer: a list, or a single one.
    pub fn parse(body: &[u8]) -> serde_json::Result<Vec<Self>> {
        if body.trim_ascii_start().first() == Some(&b'[') {
            return serde_json::from_slice(body);
        }
        serde_json::from_slice(body).map(|one| vec![one])
    }

    /// Whether it says that something was refused.
    pub fn is_refused(&self) -> bool {
        self.successful == Some(false)
    }

    /// Why, if it says so: the reason that Salesforce nests in a handshake that it denies goes before its own words.
    fn reason(&self) -> Option<&str> {
        let nested = self
            .ext
            .as_ref()
            .and_then(|ext| ext.get("sfdc")?.get("failureReason")?.as_str());
        nested.or(self.error.as_deref())
    }

    /// Why, for people.
    pub fn upstream_error(&self) -> &str {
        self.reason().unwrap_or("without telling why")
    }

    /// Whether it gives no reason for what it refuses.
    pub fn is_without_reason(&self) -> bool {
        self.reason().is_none_or(|reason| reason.trim().is_empty())
    }

    /// The code before the error.
    pub fn code(&self) -> Option<u16> {
        code(self.upstream_error())
    }

    /// Whether the server can send events again, as the answer to a handshake tells.
    pub fn replays(&self) -> bool {
        let replay = self.ext.as_ref().and_then(|ext| ext.get("replay"));
        replay.is_some_and(|replay| *replay != Value::Bool(false) && !replay.is_null())
    }

    /// What it advises to do next: `retry`, `handshake` or `none`.
    pub fn reconnect(&self) -> Option<&str> {
        self.advice.as_ref()?.reconnect.as_deref()
    }

    /// Tells whether the client must do the handshake again.
    pub fn wants_handshake(&self) -> bool {
        self.reconnect() == Some("handshake")
            || (self.is_refused() && self.upstream_error().contains("Unknown client"))
    }

    /// Whether it says that the session is no longer good.
    pub fn is_unauthenticated(&self) -> bool {
        self.is_refused() && self.code() == Some(401)
    }

    /// Whether it says that a replay id leads nowhere.
    pub fn is_replay_id_invalid(&self) -> bool {
        let error = self.upstream_error();
        self.is_refused()
            && self.code() == Some(400)
            && error.contains("replayId")
            && error.contains("invalid")
    }
}

/// The number before `::`, or before `:`.
fn code(error: &str) -> Option<u16> {
    error.split(':').next()?.trim().parse().ok()
}

/// The messages of a handshake.
pub fn handshake(id: u64) -> Value {
    json!([{
        "id": id.to_string(),
        "channel": HANDSHAKE,
        "version": "1.0",
        "minimumVersion": "1.0",
        "supportedConnectionTypes": [LONG_POLLING],
        "ext": {"replay": true},
    }])
}

/// The message that waits for events.
pub fn connect(id: u64, subscriber: &str) -> Value {
    json!([{
        "id": id.to_string(),
        "channel": CONNECT,
        "clientId": subscriber,
        "connectionType": LONG_POLLING,
    }])
}

/// The message that ends the subscription of a client.
pub fn disconnect(id: u64, subscriber: &str) -> Value {
    json!([{"id": id.to_string(), "channel": DISCONNECT, "clientId": subscriber}])
}

/// One message that asks for a channel. Its replay id is written as the number that it is, whatever its size.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscribe<'a> {
    /// The number of the message.
    pub id: String,
    channel: &'static str,
    client_id: &'a str,
    subscription: &'a str,
    ext: Replay<'a>,
}

#[derive(Serialize)]
struct Replay<'a> {
    replay: BTreeMap<&'a str, Box<RawValue>>,
}

impl<'a> Subscribe<'a> {
    /// Asks for a channel after a replay id.
    pub fn to(
        id: u64,
        subscriber: &'a str,
        channel: &'a str,
        replay_id: &str,
    ) -> serde_json::Result<Self> {
        let number = RawValue::from_string(replay_id.to_owned())?;
        Ok(Self {
            id: id.to_string(),
            channel: SUBSCRIBE,
            client_id: subscriber,
            subscription: channel,
            ext: Replay {
                replay: BTreeMap::from([(channel, number)]),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> BayeuxMessage {
        BayeuxMessage::parse(text.as_bytes()).unwrap().remove(0)
    }

    #[test]
    fn refusals_are_told_apart() {
        let unknown = parsed(
            r#"[{"channel":"/meta/connect","successful":false,"error":"403::Unknown client","advice":{"reconnect":"handshake","interval":0}}]"#,
        );
        assert!(unknown.wants_handshake() && !unknown.is_unauthenticated());
        let denied = parsed(
            r#"{"channel":"/meta/handshake","successful":false,"error":"403::Handshake denied","ext":{"sfdc":{"failureReason":"401::Authentication invalid"}},"advice":{"reconnect":"none"}}"#,
        );
        assert!(denied.is_unauthenticated());
        assert_eq!(denied.upstream_error(), "401::Authentication invalid");
        let gone = parsed(
            r#"{"channel":"/meta/subscribe","successful":false,"error":"400::The replayId {82} you provided was invalid. Please provide a valid ID, -2 to replay all events, or -1 to replay only new events."}"#,
        );
        assert!(gone.is_replay_id_invalid());
        let missing = parsed(
            r#"{"channel":"/meta/subscribe","successful":false,"error":"400::The channel you requested to subscribe to does not exist {/event/X__e}"}"#,
        );
        assert!(!missing.is_replay_id_invalid() && missing.code() == Some(400));
        let good = parsed(r#"{"channel":"/meta/connect","successful":true}"#);
        let silent = parsed(r#"{"channel":"/meta/connect","successful":false}"#);
        assert!(silent.is_refused() && silent.is_without_reason() && !gone.is_without_reason());
        assert!(!good.is_refused() && !good.is_unauthenticated() && !good.is_replay_id_invalid());
    }

    #[test]
    fn advice_has_bounds_and_replay_must_be_granted() {
        let advised = parsed(
            r#"{"channel":"/meta/connect","advice":{"interval":99999999999,"timeout":99999999999}}"#,
        );
        let advice = advised.advice.unwrap();
        assert_eq!(advice.interval_ms(), MAX_INTERVAL_MS);
        assert_eq!(advice.hold_ms(), Some(MAX_HOLD_MS));
        let handshake =
            |ext: &str| parsed(&format!(r#"{{"channel":"/meta/handshake","ext":{ext}}}"#));
        assert!(handshake(r#"{"replay":true}"#).replays());
        for ext in ["null", "{}", r#"{"replay":false}"#] {
            assert!(!handshake(ext).replays(), "{ext}");
        }
    }

    #[test]
    fn replay_ids_of_any_size_are_sent_as_they_came() {
        let message = Subscribe::to(2, "c", "/u/x", "123456789012345678901234567890").unwrap();
        assert_eq!(
            serde_json::to_string(&message).unwrap(),
            r#"{"id":"2","channel":"/meta/subscribe","clientId":"c","subscription":"/u/x","ext":{"replay":{"/u/x":123456789012345678901234567890}}}"#
        );
    }
}
