//! A finding as one line of JSON.

use serde_json::{Map, Value, json};

use crate::contract::Message;

/// Name of the attribute that tells findings apart; it is the same when one is delivered again.
pub(super) const ID: &str = "event-id";

/// Writes a finding as a line: `id`, `attributes`, and `body`, which is JSON where the finding is, and text otherwise.
#[must_use]
pub fn line(message: &Message) -> Vec<u8> {
    let body = if message.media_type.ends_with("json") {
        serde_json::from_slice(&message.body).ok()
    } else {
        None
    };
    let text = || Value::String(String::from_utf8_lossy(&message.body).into_owned());
    let attributes = message.metadata.attributes().into_iter();
    let attributes: Map<String, Value> = attributes
        .filter(|(name, _)| name != ID)
        .map(|(name, value)| (name, Value::String(value)))
        .collect();
    let document = json!({
        "id": message.metadata.extra(ID),
        "attributes": attributes,
        "body": body.unwrap_or_else(text),
    });
    let mut line = document.to_string().into_bytes();
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_json_and_text_becomes_a_string() {
        let mut message = Message::new("application/json", r#"{"Name":"Acme"}"#);
        message.metadata.extras = vec![
            ("event-id".into(), "7".into()),
            ("channel".into(), "/data/ChangeEvents".into()),
        ];
        let written: Value = serde_json::from_slice(&line(&message)).expect("JSON");
        assert_eq!(
            written,
            json!({"id": "7", "attributes": {"channel": "/data/ChangeEvents"}, "body": {"Name": "Acme"}})
        );
        let written: Value =
            serde_json::from_slice(&line(&Message::new("text/plain", "a\nb"))).expect("JSON");
        assert_eq!(written["body"], "a\nb");
    }
}
