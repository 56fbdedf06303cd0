//! When something last went over the wire, so that a connector that does nothing can be told from one that works.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Moment of the last byte that was sent or received.
pub(super) struct Traffic {
    started: Instant,
    last_ms: AtomicU64,
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            last_ms: AtomicU64::new(0),
        }
    }
}

impl Traffic {
    /// Notes that something was sent or received just now.
    pub(super) fn touch(&self) {
        self.last_ms.store(self.now(), Ordering::Relaxed);
    }

    /// Returns how long nothing was sent or received.
    pub(super) fn quiet_for(&self) -> Duration {
        let last = self.last_ms.load(Ordering::Relaxed);
        Duration::from_millis(self.now().saturating_sub(last))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
