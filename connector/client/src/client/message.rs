//! Replies as messages.

use super::Client;
use crate::exchange::Reply;
use crate::media_type::essence;
use crate::metadata::Metadata;
use salesforce_contract::bindings::Message;

impl Client {
    /// What a reply told, and whether the operation has opened another session, as a message carries it.
    pub fn attributes(&self, metadata: &Metadata) -> Vec<(String, String)> {
        let mut attributes = metadata.attributes().to_vec();
        if self.renewed.get() {
            attributes.push(("session-renewed".into(), "true".into()));
        }
        attributes
    }

    /// The body of a reply as a message.
    pub fn message(&self, reply: Reply) -> Message {
        let media_type = reply.header("content-type").map_or_else(
            || "application/json".into(),
            |value| essence(value).to_owned(),
        );
        Message {
            media_type,
            attributes: self.attributes(&Metadata::from(&reply)),
            body: reply.body,
        }
    }
}
