//! An event as a message: its body as Salesforce sent it, and what can be told of it beforehand.

use crate::triggers::instant::Instant;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::message::Message;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_64;

/// What every kind of event has, under one name or another.
#[derive(Default, Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    event: Option<Head<'a>>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

/// What Salesforce says of an event.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    #[serde(borrow)]
    replay_id: Option<&'a RawValue>,
    created_date: Option<String>,
}

/// What matters of the payload of platform events and changes.
#[derive(Default, Deserialize)]
struct Payload {
    #[serde(rename = "ChangeEventHeader")]
    change: Option<Change>,
    #[serde(rename = "CreatedDate")]
    created_date: Option<Value>,
}

/// What Salesforce says of a change.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    entity_name: Option<String>,
    change_type: Option<String>,
    commit_timestamp: Option<i64>,
}

/// An event that has been received.
pub struct Received {
    /// The message to deliver.
    pub message: Message,
    /// Its replay id.
    pub replay_id: Option<String>,
    /// When it came to be, in milliseconds since 1970.
    pub created_ms: Option<i64>,
}

/// Reads an event. What cannot be read is delivered all the same.
pub fn receive(channel: &str, data: &RawValue) -> Received {
    let event: Event<'_> = serde_json::from_str(data.get()).unwrap_or_default();
    let head = event.event.unwrap_or_default();
    let payload = event.payload.map(RawValue::get);
    let payload: Payload = payload
        .and_then(|payload| serde_json::from_str(payload).ok())
        .unwrap_or_default();
    let replay_id = head
        .replay_id
        .map(|id| id.get().trim_matches('"').to_owned());
    let change = payload.change;
    let committed_ms = change.as_ref().and_then(|change| change.commit_timestamp);
    let date = payload
        .created_date
        .or_else(|| head.created_date.map(Value::from));
    let created_ms = committed_ms.or_else(|| milliseconds(&date?));
    Received {
        message: Message {
            media_type: "application/json".into(),
            body: data.get().as_bytes().to_vec(),
            metadata: Metadata {
                extras: extras(channel, replay_id.as_deref(), change, data),
                ..Metadata::default()
            },
        },
        replay_id,
        created_ms,
    }
}

/// The time of an event: a date-time, or milliseconds as schemas write them.
fn milliseconds(date: &Value) -> Option<i64> {
    match date {
        Value::String(text) => Some(Instant::read(text)?.ms),
        number => number.as_i64(),
    }
}

fn extras(
    channel: &str,
    replay_id: Option<&str>,
    change: Option<Change>,
    data: &RawValue,
) -> Vec<(String, String)> {
    // PushTopics of old versions have no replay id: what they say has to tell them apart.
    let tail = replay_id.map_or_else(
        || format!("{:016x}", xxh3_64(data.get().as_bytes())),
        str::to_owned,
    );
    let mut extras = vec![
        ("event-id".to_owned(), format!("{channel}#{tail}")),
        ("channel".to_owned(), channel.to_owned()),
    ];
    let mut add = |name: &str, value: Option<String>| {
        extras.extend(value.map(|value| (name.to_owned(), value)));
    };
    add("replay-id", replay_id.map(str::to_owned));
    if let Some(change) = change {
        add("entity", change.entity_name);
        let gap = change
            .change_type
            .clone()
            .filter(|kind| kind.starts_with("GAP_"));
        add("change-type", change.change_type);
        add("gap", gap);
    }
    extras
}

/// The message that reports events that are gone.
pub fn gap(channel: &str, after: &str, resumed: &str, reason: &str) -> Message {
    let body: Value = json!({
        "gap": {"channel": channel, "after": after, "resumed": resumed, "reason": reason}
    });
    Message {
        media_type: "application/json".into(),
        body: body.to_string().into_bytes(),
        metadata: Metadata {
            extras: vec![
                ("event-id".into(), format!("{channel}#gap-after-{after}")),
                ("channel".into(), channel.to_owned()),
                ("gap".into(), "replay-lost".into()),
            ],
            ..Metadata::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(channel: &str, text: &str) -> (Received, Vec<(String, String)>) {
        let data = RawValue::from_string(text.to_owned()).unwrap();
        let received = receive(channel, &data);
        let extras = received.message.metadata.extras.clone();
        (received, extras)
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.into(), value.into())
    }

    #[test]
    fn changes_tell_entity_kind_and_gaps() {
        let text = r#"{"schema":"s","payload":{"ChangeEventHeader":{"entityName":"Account","changeType":"GAP_UPDATE","commitTimestamp":1700000000123,"recordIds":["001"]}},"event":{"replayId":9007199254740993}}"#;
        let (received, extras) = received("/data/ChangeEvents", text);
        assert_eq!(received.message.body, text.as_bytes());
        assert_eq!(received.replay_id.as_deref(), Some("9007199254740993"));
        assert_eq!(received.created_ms, Some(1_700_000_000_123));
        assert_eq!(
            extras,
            [
                pair("event-id", "/data/ChangeEvents#9007199254740993"),
                pair("channel", "/data/ChangeEvents"),
                pair("replay-id", "9007199254740993"),
                pair("entity", "Account"),
                pair("change-type", "GAP_UPDATE"),
                pair("gap", "GAP_UPDATE"),
            ]
        );
    }

    #[test]
    fn all_kinds_of_events_have_an_id_and_most_a_time() {
        let (platform, _) = received(
            "/event/X__e",
            r#"{"schema":"s","payload":{"CreatedDate":"1970-01-01T00:00:01.5Z","A__c":1},"event":{"replayId":7}}"#,
        );
        assert_eq!(
            (platform.replay_id.as_deref(), platform.created_ms),
            (Some("7"), Some(1_500))
        );
        let (topic, _) = received(
            "/topic/T",
            r#"{"event":{"createdDate":"1970-01-01T00:00:02.000Z","replayId":8,"type":"created"},"sobject":{"Id":"001"}}"#,
        );
        assert_eq!(
            (topic.replay_id.as_deref(), topic.created_ms),
            (Some("8"), Some(2_000))
        );
        let (generic, _) = received(
            "/u/x",
            r#"{"payload":"hello","event":{"createdDate":"1970-01-01T00:00:03Z","replayId":9}}"#,
        );
        assert_eq!(
            (generic.replay_id.as_deref(), generic.created_ms),
            (Some("9"), Some(3_000))
        );
        let (numbered, _) = received(
            "/event/X__e",
            r#"{"payload":{"CreatedDate":4000},"event":{"replayId":10}}"#,
        );
        assert_eq!(numbered.created_ms, Some(4_000));
        let (odd, extras) = received("/topic/T", "[1]");
        assert_eq!((odd.replay_id, odd.created_ms), (None, None));
        assert!(extras[0].1.starts_with("/topic/T#"));
    }
}
