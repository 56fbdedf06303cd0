//! The messages that an org sends, and what waits of them.

use super::message::OutboundMessage;
use super::queue::{self, Notification};
use crate::org::Org;
use crate::write::WriteOptions;
use sandbox_model::api_error::ApiError;

impl Org {
    /// Sends this message from now on; one of the same name is replaced, and its queue stays.
    ///
    /// # Errors
    /// One sentence: what about it cannot be.
    pub fn add_outbound_message(&self, message: &OutboundMessage) -> Result<(), ApiError> {
        let message = message.checked(self)?;
        self.write(&self.admin, WriteOptions::default(), |writer| {
            queue::define(writer.connection, &message)
        })
    }

    /// Forgets a message and what is queued of it; says whether there was one.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_outbound_message(&self, name: &str) -> Result<bool, ApiError> {
        self.write(&self.admin, WriteOptions::default(), |writer| {
            queue::remove(writer.connection, name)
        })
    }

    /// Returns the messages that are sent, by name.
    ///
    /// # Errors
    /// The database's.
    pub fn outbound_messages(&self) -> Result<Vec<OutboundMessage>, ApiError> {
        self.store.read(queue::messages)
    }

    /// Returns what waits to be acknowledged, oldest first, at most `most`.
    ///
    /// # Errors
    /// The database's.
    pub fn outbound_queue(&self, most: usize) -> Result<Vec<Notification>, ApiError> {
        self.store
            .read(|connection| queue::waiting(connection, most))
    }
}
