//! Publishing changes to the event bus and outbound messages.

use super::change::Change;
use super::{capture, generic, topics};
use crate::outbound;
use crate::write::{Row, Writer};
use sandbox_model::api_error::ApiError;

impl Writer<'_> {
    /// Publishes a change just written to the event bus and outbound messages.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn publish_change(&self, change: &Change<'_>) -> Result<(), ApiError> {
        self.publish_to(change, change.object().name != topics::OBJECT, true)
    }

    /// Publishes a change that the org made because another record was written. It causes no outbound message, as no
    /// workflow runs; and PushTopics get no events for tasks that merges and conversions of leads move (Streaming API
    /// guide, "Supported PushTopic Queries").
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn publish_cascade(&self, change: &Change<'_>) -> Result<(), ApiError> {
        self.publish_to(change, change.object().name != "Task", false)
    }

    fn publish_to(
        &self,
        change: &Change<'_>,
        to_topics: bool,
        to_outbound: bool,
    ) -> Result<(), ApiError> {
        let Some(feed) = self.feed else {
            return Ok(());
        };
        let listeners = &feed.events.listeners;
        // A PushTopic written now counts for the changes that follow in the same transaction.
        if change.object().name == topics::OBJECT {
            listeners.forget();
        }
        capture::capture(self, feed, change)?;
        let set_up = listeners.set_up(self.connection, feed.transaction())?;
        if set_up.topics && to_topics {
            topics::notify(self, feed, change)?;
        }
        if set_up.outbound && to_outbound {
            outbound::notify(self, feed.outbound, feed.transaction(), change)?;
        }
        feed.events.enforce_retention(self.connection, self.now)
    }
}

/// Completes and checks a record that configures the event bus and is about to be saved: a PushTopic or a channel of
/// generic streaming.
///
/// # Errors
/// Salesforce's error of it.
pub(crate) fn before_save(writer: &Writer<'_>, row: &mut Row<'_>) -> Result<(), ApiError> {
    generic::before_save(row)?;
    topics::before_save(writer, row)
}
