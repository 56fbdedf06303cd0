//! Messages as the operations handle them: bytes, whatever they hold. Whether a host gets text is decided where a message leaves.

use crate::bindings::exports::mediation::connector::types::{Body, Content, Fault, Metadata};
use crate::bindings::exports::mediation::connector::{mediator, types};

/// A body with its media type and what is known beside it. An input has no metadata.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    /// The media type of the body.
    pub media_type: String,
    /// The bytes; empty where there are none.
    pub body: Vec<u8>,
    /// What is known beside it.
    pub metadata: Metadata,
}

/// The media type of a source, and what is known so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    /// The media type of all chunks together.
    pub media_type: String,
    /// What is known so far.
    pub metadata: Metadata,
}

/// What a trigger found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// The findings, oldest first.
    pub messages: Vec<Message>,
    /// The checkpoint to resume from, once these have been handled.
    pub checkpoint: String,
    /// Whether more is waiting.
    pub more: bool,
}

#[expect(
    clippy::derivable_impls,
    reason = "the type is generated, with the same derives as types that have no default"
)]
impl Default for Metadata {
    fn default() -> Self {
        Self {
            status: None,
            headers: Vec::new(),
            usage: None,
            session_renewed: false,
            records: None,
            failed: None,
            total: None,
            total_bytes: None,
            resumption: None,
            extras: Vec::new(),
        }
    }
}

impl Metadata {
    /// One fact that only this operation has.
    pub fn of(name: &str, value: impl Into<String>) -> Self {
        let mut metadata = Self::default();
        metadata.add(name, value);
        metadata
    }

    /// Adds a fact that only this operation has.
    pub fn add(&mut self, name: &str, value: impl Into<String>) {
        self.extras.push((name.to_owned(), value.into()));
    }

    /// Adds what was found in a body.
    pub fn extend(&mut self, found: Self) {
        self.records = found.records.or(self.records);
        self.failed = found.failed.or(self.failed);
        self.total = found.total.or(self.total);
        self.extras.extend(found.extras);
    }

    /// The fact of this name that only this operation has.
    pub fn extra(&self, name: &str) -> Option<&str> {
        let found = self.extras.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Of a reply that became a fault, its status is known.
impl From<&Fault> for Metadata {
    fn from(fault: &Fault) -> Self {
        Self {
            status: fault.status,
            ..Self::default()
        }
    }
}

/// A count or a time in milliseconds as the contract carries it: the greatest number stands for all above it.
pub fn bounded(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Media types, without parameters, whose bodies are text besides `text/*` and what ends in `+json` or `+xml`.
const TEXTS: [&str; 5] = [
    "application/json",
    "application/x-ndjson",
    "application/xml",
    "application/javascript",
    "application/x-www-form-urlencoded",
];

fn is_text(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
        || TEXTS.contains(&essence.as_str())
}

/// The body as a host gets it: text where the media type says so and the bytes are UTF-8.
fn body(media_type: &str, bytes: Vec<u8>) -> Body {
    if !is_text(media_type) {
        return Body::Binary(bytes);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Body::Text(text),
        Err(other) => Body::Binary(other.into_bytes()),
    }
}

impl From<Message> for types::Message {
    fn from(it: Message) -> Self {
        Self {
            body: body(&it.media_type, it.body),
            media_type: it.media_type,
            metadata: it.metadata,
        }
    }
}

impl From<Head> for mediator::Head {
    fn from(it: Head) -> Self {
        Self {
            media_type: it.media_type,
            metadata: it.metadata,
        }
    }
}

impl From<Batch> for mediator::Batch {
    fn from(it: Batch) -> Self {
        Self {
            messages: it.messages.into_iter().map(Into::into).collect(),
            checkpoint: it.checkpoint,
            more: it.more,
        }
    }
}

impl From<Content> for Message {
    fn from(it: Content) -> Self {
        let body = match it.body {
            Body::Text(text) => text.into_bytes(),
            Body::Binary(bytes) => bytes,
        };
        Self {
            media_type: it.media_type,
            body,
            metadata: Metadata::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(media_type: &str, body: &[u8]) -> Body {
        let message = Message {
            media_type: media_type.into(),
            body: body.into(),
            ..Message::default()
        };
        types::Message::from(message).body
    }

    #[test]
    fn bodies_are_text_where_media_type_and_bytes_say_so() {
        for media_type in [
            "application/json",
            "text/csv; charset=UTF-8",
            "image/svg+xml",
        ] {
            assert_eq!(
                sent(media_type, b"{}"),
                Body::Text("{}".into()),
                "{media_type}"
            );
        }
        assert_eq!(sent("text/csv", b"\xff"), Body::Binary(vec![0xff]));
        assert_eq!(sent("application/pdf", b"a"), Body::Binary(b"a".into()));
    }

    #[test]
    fn input_is_bytes_in_either_form() {
        let content = |body| Content {
            media_type: "text/csv".into(),
            body,
        };
        let text = Message::from(content(Body::Text("é".into())));
        assert_eq!(text, Message::from(content(Body::Binary("é".into()))));
    }
}
