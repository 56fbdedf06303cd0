//! Number of API requests that the org has handled, against its daily allowance.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Requests of a Developer Edition org per 24 hours (Salesforce Developer Limits quick reference, "API Request Limits").
pub const DEVELOPER_EDITION: u64 = 15_000;
/// The span that the allowance is for.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Counts requests; starts anew when a day has passed since the first one counted.
#[derive(Debug)]
pub struct Usage {
    limit: u64,
    used: AtomicU64,
    since: AtomicI64,
}

impl Usage {
    /// Creates an allowance of `limit` requests per 24 hours.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        Self {
            limit,
            used: AtomicU64::new(0),
            since: AtomicI64::new(i64::MIN),
        }
    }

    /// Counts a request; false if the allowance is used up.
    pub fn count(&self, now: i64) -> bool {
        if now.saturating_sub(self.since.load(Ordering::Relaxed)) >= DAY_MS {
            self.since.store(now, Ordering::Relaxed);
            self.used.store(0, Ordering::Relaxed);
        }
        self.used.fetch_add(1, Ordering::Relaxed) < self.limit
    }

    /// Requests counted so far, never more than the limit.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed).min(self.limit)
    }

    /// Returns the allowance.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Forgets what was counted.
    pub fn reset(&self) {
        self.used.store(0, Ordering::Relaxed);
    }
}
