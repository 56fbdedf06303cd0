//! What tests share.

use salesforce_contract::message::Message;

/// An input of this media type.
pub fn message(media_type: &str, body: &str) -> Message {
    Message {
        media_type: media_type.into(),
        body: body.as_bytes().to_vec(),
        metadata: Default::default(),
    }
}
