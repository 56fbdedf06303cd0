//! Replies as messages.

use super::Client;
use crate::exchange::Reply;
use crate::media_type::essence;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::message::Message;

impl Client {
    /// What a reply told, and whether the operation has opened another session.
    pub fn metadata(&self, told: Metadata) -> Metadata {
        Metadata {
            session_renewed: self.renewed.get(),
            ..told
        }
    }

    /// The body of a reply as a message.
    pub fn message(&self, reply: Reply) -> Message {
        let media_type = reply.header("content-type").map_or_else(
            || "application/json".into(),
            |value| essence(value).to_owned(),
        );
        Message {
            media_type,
            metadata: self.metadata(Metadata::from(&reply)),
            body: reply.body,
        }
    }
}
