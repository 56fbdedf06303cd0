//! Outbound messages: what a workflow posts to a listener when a record is created or changed.
//!
//! A change queues a notification in its own transaction ([`queue`]); [`delivery`] posts what is queued, up to 100
//! notifications in one message, until the listener acknowledges them or 24 hours have passed. What a message tells of a
//! record is how the record is when it is sent (SOAP API guide, "Understanding Notifications").

pub(crate) mod delivery;
mod message;
mod post;
pub(crate) mod queue;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

pub use message::{Occasion, OutboundMessage};
pub use queue::Notification;

use crate::events::Change;
use crate::id::RecordId;
use crate::org::Org;
use crate::problem::Problem;
use crate::rules::meets;
use crate::write::{WriteOptions, Writer};

/// Key prefix of notifications' ids.
const KEY_PREFIX: &str = "04l";

/// What an org keeps of its outbound messages beside the queue.
#[derive(Debug)]
pub struct Outbound {
    delivered: AtomicU64,
    queued: AtomicU64,
    /// Number of the notification before the first one of this process.
    first: u64,
}

impl Default for Outbound {
    fn default() -> Self {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            delivered: AtomicU64::new(0),
            queued: AtomicU64::new(0),
            first: u64::try_from(since.as_micros()).unwrap_or_default(),
        }
    }
}

impl Outbound {
    /// Notifications that were acknowledged so far.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        self.delivered.load(Ordering::Relaxed)
    }

    fn count(&self, acknowledged: usize) {
        let acknowledged = u64::try_from(acknowledged).unwrap_or_default();
        self.delivered.fetch_add(acknowledged, Ordering::Relaxed);
    }

    fn next_id(&self) -> RecordId {
        let number = self.queued.fetch_add(1, Ordering::Relaxed);
        RecordId::new(KEY_PREFIX, self.first.wrapping_add(number))
    }
}

impl Org {
    /// Sends this message from now on; one of the same name is replaced, and its queue stays.
    ///
    /// # Errors
    /// One sentence: what about it cannot be.
    pub fn add_outbound_message(&self, message: &OutboundMessage) -> Result<(), Problem> {
        let message = message.checked(self)?;
        self.write(&self.admin, WriteOptions::default(), |writer| {
            queue::define(writer.connection, &message)
        })
    }

    /// Forgets a message and what is queued of it; says whether there was one.
    ///
    /// # Errors
    /// The database's.
    pub fn remove_outbound_message(&self, name: &str) -> Result<bool, Problem> {
        self.write(&self.admin, WriteOptions::default(), |writer| {
            queue::remove(writer.connection, name)
        })
    }

    /// The messages that are sent, by name.
    ///
    /// # Errors
    /// The database's.
    pub fn outbound_messages(&self) -> Result<Vec<OutboundMessage>, Problem> {
        self.store.read(queue::messages)
    }

    /// What waits to be acknowledged, oldest first, at most `most`.
    ///
    /// # Errors
    /// The database's.
    pub fn outbound_queue(&self, most: usize) -> Result<Vec<Notification>, Problem> {
        self.store
            .read(|connection| queue::waiting(connection, most))
    }
}

/// Queues what a change causes.
///
/// # Errors
/// The database's.
pub(crate) fn notify(
    writer: &Writer<'_>,
    outbound: &Outbound,
    transaction: i64,
    change: &Change<'_>,
) -> Result<(), Problem> {
    let occasion = match change {
        Change::Created(_) => Occasion::Created,
        Change::Updated { .. } => Occasion::Updated,
        Change::Deleted { .. } | Change::Undeleted(_) => return Ok(()),
    };
    let object = change.object();
    for message in queue::messages_of(writer.connection, &object.name)? {
        let criteria = message.criteria.as_deref();
        if message.on.contains(&occasion) && meets(writer, object, change.id(), criteria)? {
            let notification = queue::New {
                id: outbound.next_id(),
                message: &message.name,
                record: change.id(),
                transaction,
            };
            queue::add(writer.connection, &notification, writer.now)?;
        }
    }
    Ok(())
}
