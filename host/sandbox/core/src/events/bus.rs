//! The state of the event bus.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::Connection;

use super::client::Clients;
use super::delivered::DeliveredSet;
use super::faults::EventFaults;
use super::listeners::Listeners;
use super::log;
use super::settings::Settings;
use sandbox_model::api_error::ApiError;

/// The event bus of one org.
#[derive(Debug)]
pub struct Events {
    /// Set once the org is made: what it is made with yields no events.
    pub(super) open: AtomicBool,
    settings: RwLock<Settings>,
    clients: Clients,
    faults: EventFaults,
    /// Number of the transaction before the first one of this process.
    pub(super) first_transaction: i64,
    /// Counts the ids of published events.
    pub(super) published: AtomicU64,
    retention: Retention,
    pub(super) delivered: DeliveredSet,
    pub(super) listeners: Listeners,
}

/// When the log was last freed of what is past its retention.
#[derive(Debug, Default)]
struct Retention {
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
            retention: Retention::default(),
            delivered: DeliveredSet::default(),
            listeners: Listeners::default(),
        }
    }

    /// From now on, changes yield events.
    pub(crate) fn open(&self) {
        self.open.store(true, Ordering::Relaxed);
    }

    /// Returns the subscribers.
    #[must_use]
    pub fn clients(&self) -> &Clients {
        &self.clients
    }

    /// Faults of the Streaming API on demand.
    #[must_use]
    pub fn faults(&self) -> &EventFaults {
        &self.faults
    }

    /// Returns how the bus works.
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
    pub(super) fn enforce_retention(
        &self,
        connection: &Connection,
        now: i64,
    ) -> Result<(), ApiError> {
        /// Events between two looks at the number of events.
        const CHUNK: u64 = 1_000;
        /// Milliseconds between two looks at the age of events.
        const PAUSE_MS: i64 = 10 * 60 * 1_000;
        let appended = self.retention.appended.fetch_add(1, Ordering::Relaxed);
        if appended % CHUNK == CHUNK - 1 {
            log::cut(connection, self.settings().capacity)?;
        }
        let last = self.retention.last.load(Ordering::Relaxed);
        if (now - last).abs() >= PAUSE_MS {
            self.retention.last.store(now, Ordering::Relaxed);
            log::expire(connection, now)?;
        }
        Ok(())
    }
}
