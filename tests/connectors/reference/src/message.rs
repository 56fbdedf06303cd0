//! Messages and their metadata.

use super::bindings::exports::mediation::connector::types::{Body, Message, Metadata};

/// Makes a reply of text.
pub(crate) fn text(media_type: &str, body: String) -> Message {
    Message {
        media_type: media_type.to_owned(),
        body: Body::Text(body),
        metadata: no_metadata(),
    }
}

/// Says that nothing is known of an exchange.
pub(crate) const fn no_metadata() -> Metadata {
    Metadata {
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
