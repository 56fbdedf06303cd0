//! The org's event bus: change data capture, platform events, PushTopics and generic events, kept for replay.
//!
//! Events are rows of the org's own database ([`log`]), written in the transaction that causes them: they appear with
//! its commit, and what is rolled back yields none. Subscribers ([`Clients`]) read on from where they are; so a slow
//! one costs nothing but falls behind until what it has not read is past its retention.

mod change;
mod channel;
mod client;
mod faults;
mod fields;
mod fold;
mod gap;
mod generic;
mod listeners;
pub(crate) mod log;
mod origin;
mod platform;
mod schema;
mod settings;
#[cfg(test)]
mod tests;
mod topics;

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

pub use change::{Change, is_captured};
pub use channel::Channel;
pub use client::{Client, Clients, Subscription, TooManyClients};
pub use faults::{EventFault, EventFaults};
pub use gap::{Gap, GapKind};
pub(crate) use generic::{OBJECT as STREAMING_CHANNEL, Push, Pushed};
pub use origin::{Api, ClientName, Origin};
pub(crate) use platform::publish;
pub use platform::{event_uuid, is_event};
pub use schema::{Form, event_schema, schema_by_id};
pub use settings::Settings;
pub use topics::Filter;

use crate::outbound::{self, Outbound};
use crate::problem::Problem;
use crate::write::{Row, Writer};

/// The event bus of one org.
#[derive(Debug)]
pub struct Events {
    /// Set once the org is made: what it is made with yields no events.
    open: AtomicBool,
    settings: RwLock<Settings>,
    clients: Clients,
    faults: EventFaults,
    /// Number of the transaction before the first one of this process.
    first_transaction: i64,
    /// Counts the ids of published events.
    published: AtomicU64,
    upkeep: Upkeep,
    told: fold::Told,
    listeners: listeners::Listeners,
}

/// When the log was last freed of what is past its retention.
#[derive(Debug, Default)]
struct Upkeep {
    appended: AtomicU64,
    last: AtomicI64,
}

impl Events {
    pub(crate) fn new(settings: Settings) -> Self {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let micros = i64::try_from(since.as_micros()).unwrap_or_default();
        Self {
            open: AtomicBool::new(false),
            settings: RwLock::new(settings),
            clients: Clients::default(),
            faults: EventFaults::default(),
            first_transaction: micros,
            published: AtomicU64::new(0),
            upkeep: Upkeep::default(),
            told: fold::Told::default(),
            listeners: listeners::Listeners::default(),
        }
    }

    /// From now on, changes yield events.
    pub(crate) fn open(&self) {
        self.open.store(true, Ordering::Relaxed);
    }

    /// The subscribers.
    #[must_use]
    pub fn clients(&self) -> &Clients {
        &self.clients
    }

    /// Faults of the Streaming API on demand.
    #[must_use]
    pub fn faults(&self) -> &EventFaults {
        &self.faults
    }

    /// How the bus works.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.settings
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Works otherwise from now on.
    pub fn configure(&self, settings: Settings) {
        *self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// As if Salesforce's server was started anew: all subscribers are unknown. Events stay.
    pub fn restart(&self) {
        self.clients.forget_all();
    }

    /// Frees the log of what is past its retention, now and then.
    fn keep_up(&self, writer: &Writer<'_>) -> Result<(), Problem> {
        /// Events between two looks at the number of events.
        const STRETCH: u64 = 1_000;
        /// Milliseconds between two looks at the age of events.
        const PAUSE_MS: i64 = 10 * 60 * 1_000;
        let appended = self.upkeep.appended.fetch_add(1, Ordering::Relaxed);
        if appended % STRETCH == STRETCH - 1 {
            log::cut(writer.connection, self.settings().capacity)?;
        }
        let last = self.upkeep.last.load(Ordering::Relaxed);
        if (writer.now - last).abs() >= PAUSE_MS {
            self.upkeep.last.store(writer.now, Ordering::Relaxed);
            log::expire(writer.connection, writer.now)?;
        }
        Ok(())
    }
}

/// The way from a writer to the bus.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Feed<'a> {
    pub events: &'a Events,
    pub outbound: &'a Outbound,
    /// Commits of this process before this transaction.
    pub commits: u64,
}

impl<'a> Feed<'a> {
    /// The feed of a transaction; `None` while the org is being made.
    pub(crate) fn of(events: &'a Events, outbound: &'a Outbound, commits: u64) -> Option<Self> {
        let open = events.open.load(Ordering::Relaxed);
        open.then_some(Self {
            events,
            outbound,
            commits,
        })
    }

    /// Number of the transaction, greater than those of all transactions before, in this process and earlier ones.
    fn transaction(&self) -> i64 {
        let commits = i64::try_from(self.commits).unwrap_or_default();
        self.events.first_transaction.saturating_add(commits)
    }
}

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
        change::capture(self, feed, change)?;
        let set_up = listeners.of(self, feed.transaction())?;
        if set_up.topics && to_topics {
            topics::notify(self, feed, change)?;
        }
        if set_up.outbound && to_outbound {
            outbound::notify(self, feed.outbound, feed.transaction(), change)?;
        }
        feed.events.keep_up(self)
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

/// A UUID made of `text`, the same each time.
fn uuid_of(text: &str) -> String {
    use md5::{Digest as _, Md5};
    let hex: String = Md5::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-")
}
