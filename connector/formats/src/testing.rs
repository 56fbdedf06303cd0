//! What tests share.

use salesforce_contract::bindings::Message;

/// An input of this media type.
pub fn message(media_type: &str, body: &str) -> Message {
    Message {
        media_type: media_type.into(),
        body: body.as_bytes().to_vec(),
        attributes: Vec::new(),
    }
}
