//! The pauses between two requests for the state of a job.

use salesforce_client::clock::Clock;

/// The first pause between two polls of a job, in milliseconds.
pub const FIRST_PAUSE_MS: u64 = 200;

/// When the next poll is due, and since when the wait lasts.
pub struct PollInterval {
    since_ms: u64,
    pause_ms: u64,
    due_ms: u64,
}

impl PollInterval {
    /// Begins to wait.
    pub fn new(clock: &dyn Clock) -> Self {
        Self {
            since_ms: clock.monotonic_ms(),
            pause_ms: FIRST_PAUSE_MS,
            due_ms: 0,
        }
    }

    /// Returns the milliseconds until the next poll is due.
    pub fn until_due(&self, clock: &dyn Clock) -> u64 {
        self.due_ms.saturating_sub(clock.monotonic_ms())
    }

    /// Sets the next pause after a poll: half as long again as the one before, up to a bound.
    pub fn polled(&mut self, clock: &dyn Clock, most_ms: u64) {
        let pause = self.pause_ms.min(most_ms);
        self.due_ms = clock.monotonic_ms().saturating_add(pause);
        self.pause_ms = (pause + pause / 2).min(most_ms);
    }

    /// Returns how long the wait has lasted.
    pub fn waited_ms(&self, clock: &dyn Clock) -> u64 {
        clock.monotonic_ms().saturating_sub(self.since_ms)
    }
}
