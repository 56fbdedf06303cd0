//! Telling the event bus and outbound messages of what was written.

use super::change::Change;
use super::{capture, generic, topics};
use crate::outbound;
use crate::write::{Row, Writer};
use sandbox_model::problem::Problem;

impl Writer<'_> {
    /// Tells the event bus and the outbound messages of a change just written.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn tell(&self, change: &Change<'_>) -> Result<(), Problem> {
        self.tell_all(change, change.object().name != topics::OBJECT, true)
    }

    /// Tells of a change that the org made because another record was written. It causes no outbound message, as no
    /// workflow runs; and PushTopics hear nothing of tasks that merges and conversions of leads move (Streaming API
    /// guide, "Supported PushTopic Queries").
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn tell_consequence(&self, change: &Change<'_>) -> Result<(), Problem> {
        self.tell_all(change, change.object().name != "Task", false)
    }

    fn tell_all(
        &self,
        change: &Change<'_>,
        to_topics: bool,
        to_outbound: bool,
    ) -> Result<(), Problem> {
        let Some(feed) = self.feed else {
            return Ok(());
        };
        let listeners = &feed.events.listeners;
        if change.object().name == topics::OBJECT {
            listeners.forget();
        }
        capture::capture(self, feed, change)?;
        let set_up = listeners.of(self.connection, feed.transaction())?;
        if set_up.topics && to_topics {
            topics::notify(self, feed, change)?;
        }
        if set_up.outbound && to_outbound {
            outbound::notify(self, feed.outbound, feed.transaction(), change)?;
        }
        feed.events.keep_up(self.connection, self.now)
    }
}

/// Completes and checks a record that steers the event bus and is about to be saved: a PushTopic or a channel of
/// generic streaming.
///
/// # Errors
/// Salesforce's refusal of it.
pub(crate) fn before_save(writer: &Writer<'_>, row: &mut Row<'_>) -> Result<(), Problem> {
    generic::before_save(row)?;
    topics::before_save(writer, row)
}
