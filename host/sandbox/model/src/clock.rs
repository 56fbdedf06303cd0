//! The org's clock, which can be moved.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Says what time it is in the org: real time plus an offset, or a fixed time.
#[derive(Debug)]
pub struct Clock {
    fixed: bool,
    /// The offset from real time, or the time itself where it is fixed; in milliseconds.
    value: AtomicI64,
}

impl Clock {
    /// Real time.
    #[must_use]
    pub fn real() -> Self {
        Self {
            fixed: false,
            value: AtomicI64::new(0),
        }
    }

    /// Time fixed at `ms` (since 1970, UTC) until it is moved.
    #[must_use]
    pub fn fixed(ms: i64) -> Self {
        Self {
            fixed: true,
            value: AtomicI64::new(ms),
        }
    }

    /// Milliseconds since 1970, UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        let value = self.value.load(Ordering::Relaxed);
        if self.fixed {
            value
        } else {
            real_now().saturating_add(value)
        }
    }

    /// Moves the clock, backwards if negative.
    pub fn advance(&self, ms: i64) {
        let _ = self
            .value
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |value| {
                Some(value.saturating_add(ms))
            });
    }

    /// Sets the clock to `ms` since 1970, UTC; a real clock continues from there.
    pub fn set(&self, ms: i64) {
        let value = if self.fixed {
            ms
        } else {
            ms.saturating_sub(real_now())
        };
        self.value.store(value, Ordering::Relaxed);
    }
}

fn real_now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn a_fixed_clock_moves_only_when_it_is_set() {
        let clock = Clock::fixed(1_000);
        clock.advance(500);
        assert_eq!(clock.now(), 1_500);
        clock.set(7);
        assert_eq!(clock.now(), 7);
    }

    #[test]
    fn a_real_clock_goes_on_from_where_it_was_set() {
        let clock = Clock::real();
        clock.set(1_000);
        assert!((1_000..61_000).contains(&clock.now()));
    }
}
