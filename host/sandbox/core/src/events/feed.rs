//! The way from a writer to the event bus.

use std::sync::atomic::Ordering;

use super::bus::Events;
use crate::outbound::Outbound;

/// The way from a writer to the bus.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Feed<'a> {
    pub events: &'a Events,
    pub outbound: &'a Outbound,
    /// Commits of this process before this transaction.
    pub commits: u64,
}

impl<'a> Feed<'a> {
    /// Returns the feed of a transaction; `None` while the org is being made.
    pub(crate) fn open(events: &'a Events, outbound: &'a Outbound, commits: u64) -> Option<Self> {
        let open = events.open.load(Ordering::Relaxed);
        open.then_some(Self {
            events,
            outbound,
            commits,
        })
    }

    /// Number of the transaction, greater than those of all transactions before, in this process and earlier ones.
    pub(super) fn transaction(&self) -> i64 {
        let commits = i64::try_from(self.commits).unwrap_or_default();
        self.events.first_transaction.saturating_add(commits)
    }
}
