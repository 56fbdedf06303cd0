//! What an org keeps of its outbound messages besides the queue.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use sandbox_model::id::RecordId;

/// Key prefix of notifications' ids.
const KEY_PREFIX: &str = "04l";

/// What an org keeps of its outbound messages besides the queue.
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

    /// Counts notifications as acknowledged.
    pub fn count(&self, acknowledged: usize) {
        let acknowledged = u64::try_from(acknowledged).unwrap_or_default();
        self.delivered.fetch_add(acknowledged, Ordering::Relaxed);
    }

    pub(super) fn next_id(&self) -> RecordId {
        let number = self.queued.fetch_add(1, Ordering::Relaxed);
        RecordId::new(KEY_PREFIX, self.first.wrapping_add(number))
    }
}
