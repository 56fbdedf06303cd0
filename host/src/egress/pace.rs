//! How slowly an answer may come.
//!
//! Silence has its limit in [`TimeLimits`](super::TimeLimits), which connectors set. A peer that sends a byte now and then is never
//! silent; so the host counts, too, what came in a window of time, and how long an exchange waits in all. Only waiting counts: time
//! in which the connector, or whoever reads its output, does something else is nobody's delay.

use super::failure::Failure;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Sleep;

/// Bytes that must come in each window. Salesforce's slowest answers come all at once after a silence; a mobile link brings ten
/// times as much in a second.
pub const MIN_BYTES: u64 = 1024;

/// Bound of all waiting for one exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Length of the window in which [`MIN_BYTES`] must come, or the end.
    pub window: Duration,
    /// All waiting for one exchange.
    pub total: Duration,
}

/// A minute without a kilobyte is no transfer. Six hours carry 2 GB, the largest file of Salesforce ("Files Limits"), at 0.8 Mbit/s.
impl Default for Pace {
    fn default() -> Self {
        Self {
            window: Duration::from_secs(60),
            total: Duration::from_secs(6 * 60 * 60),
        }
    }
}

impl Pace {
    /// Returns the step in which waiting is counted.
    pub(super) fn step(self) -> Duration {
        /// Longest step: how much later than the limit an exchange may end.
        const LONGEST: Duration = Duration::from_secs(1);
        /// Steps in a window at least, so that a window is not much longer than it says.
        const PER_WINDOW: u32 = 8;
        LONGEST
            .min(self.window / PER_WINDOW)
            .max(Duration::from_millis(1))
    }
}

/// Number of the waiting for the body of an answer.
pub(super) struct Waiting {
    pace: Pace,
    in_window: Duration,
    bytes: u64,
    in_all: Duration,
    step: Option<Pin<Box<Sleep>>>,
}

impl Waiting {
    pub(super) fn new(pace: Pace) -> Self {
        Self {
            pace,
            in_window: Duration::ZERO,
            bytes: 0,
            in_all: Duration::ZERO,
            step: None,
        }
    }

    /// Notes what came.
    pub(super) fn came(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// Continues to wait; returns why it is over, when it is.
    ///
    /// Each step is counted when somebody looks, and then starts again: a reader that stays away for an hour counts as one step.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Failure> {
        let length = self.pace.step();
        loop {
            let step = self
                .step
                .get_or_insert_with(|| Box::pin(tokio::time::sleep(length)));
            if step.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.step = None;
            if let Some(failure) = self.passed(length) {
                return Poll::Ready(failure);
            }
        }
    }

    fn passed(&mut self, step: Duration) -> Option<Failure> {
        self.in_window += step;
        self.in_all += step;
        if self.in_all >= self.pace.total {
            return Some(Failure::TooLong(self.pace.total));
        }
        if self.in_window < self.pace.window {
            return None;
        }
        let came = std::mem::take(&mut self.bytes);
        self.in_window = Duration::ZERO;
        (came < MIN_BYTES).then_some(Failure::TooSlow(self.pace.window))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        window: Duration::from_secs(60),
        total: Duration::from_secs(600),
    };

    fn wait(waiting: &mut Waiting, seconds: u32, bytes_a_second: u64) -> Option<Failure> {
        (0..seconds).find_map(|_| {
            waiting.came(bytes_a_second);
            waiting.passed(Duration::from_secs(1))
        })
    }

    #[test]
    fn a_byte_now_and_then_is_too_slow() {
        let mut waiting = Waiting::new(PACE);
        assert_eq!(wait(&mut waiting, 59, 2), None);
        assert_eq!(
            wait(&mut waiting, 1, 2),
            Some(Failure::TooSlow(PACE.window))
        );
    }

    #[test]
    fn a_slow_answer_is_waited_for_until_the_total() {
        let mut waiting = Waiting::new(PACE);
        assert_eq!(wait(&mut waiting, 599, 20), None);
        assert_eq!(
            wait(&mut waiting, 1, 20),
            Some(Failure::TooLong(PACE.total))
        );
    }

    #[test]
    fn steps_are_short_against_the_window() {
        assert_eq!(PACE.step(), Duration::from_secs(1));
        let short = Pace {
            window: Duration::from_millis(400),
            ..PACE
        };
        assert_eq!(short.step(), Duration::from_millis(50));
    }
}
