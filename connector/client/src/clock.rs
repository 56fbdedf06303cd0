//! Time and chance, injected so that tests decide both.

/// Tells the time, waits and rolls dice.
pub trait Clock {
    /// Milliseconds since 1970, UTC.
    fn unix_ms(&self) -> u64;
    /// Milliseconds on a clock that never goes back.
    fn monotonic_ms(&self) -> u64;
    /// Waits.
    fn sleep_ms(&self, ms: u64);
    /// A random number in `0..bound`; 0 when `bound` is 0.
    fn random(&self, bound: u64) -> u64;
}

/// The platform's clock and randomness.
#[derive(Debug)]
pub struct SystemClock {
    started: std::time::Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self {
            started: std::time::Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    fn unix_ms(&self) -> u64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |elapsed| {
            u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
        })
    }

    fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn sleep_ms(&self, ms: u64) {
        std::thread::sleep(std::time::Duration::from_millis(ms));
    }

    fn random(&self, bound: u64) -> u64 {
        use std::hash::{BuildHasher, Hasher};
        // std seeds every RandomState from the platform's randomness: enough for jitter, not for secrets.
        let roll = std::collections::hash_map::RandomState::new()
            .build_hasher()
            .finish();
        roll.checked_rem(bound).unwrap_or(0)
    }
}
