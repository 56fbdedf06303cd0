//! Trying again: how often, how long, and after which pauses.

use crate::clock::Clock;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::connection::RetryPolicy;
use salesforce_contract::message::bounded;

/// Bounds on the attempts of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// All attempts, the first included.
    pub max_attempts: u32,
    /// Milliseconds before the second attempt; doubles from there.
    pub first_delay_ms: u64,
    /// Longest single pause in milliseconds.
    pub max_delay_ms: u64,
    /// Longest time from the first attempt to the start of the last, in milliseconds.
    pub total_ms: u64,
}

impl Policy {
    /// The policy of a connection; what is absent takes the documented default.
    pub fn from_config(config: Option<&RetryPolicy>) -> Self {
        let pick = |field: fn(&RetryPolicy) -> Option<u32>, default: u32| {
            u64::from(config.and_then(field).unwrap_or(default))
        };
        Self {
            max_attempts: u32::from(config.and_then(|policy| policy.max_attempts).unwrap_or(5)),
            first_delay_ms: pick(|policy| policy.first_delay_ms, 500),
            max_delay_ms: pick(|policy| policy.max_delay_ms, 30_000),
            total_ms: pick(|policy| policy.total_ms, 300_000),
        }
    }

    /// The pauses of this policy.
    pub fn backoff(self) -> Backoff {
        Backoff {
            first_ms: self.first_delay_ms,
            max_ms: self.max_delay_ms,
        }
    }
}

/// Pauses between attempts that fail one after the other: they double, up to a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The first pause in milliseconds.
    pub first_ms: u64,
    /// The longest pause in milliseconds.
    pub max_ms: u64,
}

impl Backoff {
    /// Returns the pause after so many others.
    pub fn pause_ms(self, others: u32) -> u64 {
        (self.first_ms << others.min(20)).min(self.max_ms)
    }

    /// As `pause_ms`, half of it for certain, half by chance: clients that failed together do not return together.
    pub fn jittered_ms(self, others: u32, clock: &dyn Clock) -> u64 {
        let full = self.pause_ms(others);
        full / 2 + clock.random(full / 2 + 1)
    }
}

/// The attempts of one request so far.
pub struct Attempts<'a> {
    policy: Policy,
    clock: &'a dyn Clock,
    started_ms: u64,
    /// Attempts begun.
    pub count: u32,
}

impl<'a> Attempts<'a> {
    /// Starts counting with the first attempt.
    pub fn first(policy: Policy, clock: &'a dyn Clock) -> Self {
        Self {
            policy,
            clock,
            started_ms: clock.monotonic_ms(),
            count: 1,
        }
    }

    /// Counts another attempt that needs no pause: after a new session.
    pub fn once_more(&mut self) {
        self.count += 1;
    }

    /// Pauses before another attempt, or returns false when the policy allows none. `asked_ms` is the server's own
    /// `Retry-After`: it is honoured, and ends the attempts when it is longer than the policy's longest pause.
    pub fn pause(&mut self, asked_ms: Option<u64>) -> bool {
        let Some(delay) = self.next_delay(asked_ms) else {
            return false;
        };
        self.clock.sleep_ms(delay);
        self.count += 1;
        true
    }

    fn next_delay(&self, asked_ms: Option<u64>) -> Option<u64> {
        if self.count >= self.policy.max_attempts
            || asked_ms.is_some_and(|asked| asked > self.policy.max_delay_ms)
        {
            return None;
        }
        let backoff = self.policy.backoff();
        let delay = asked_ms
            .unwrap_or_else(|| backoff.jittered_ms(self.count.saturating_sub(1), self.clock));
        (self.elapsed_ms().saturating_add(delay) <= self.policy.total_ms).then_some(delay)
    }

    fn elapsed_ms(&self) -> u64 {
        self.clock.monotonic_ms().saturating_sub(self.started_ms)
    }

    /// Notes attempts and time in the fault that ends them.
    pub fn sign(&self, mut fault: Fault) -> Fault {
        fault.attempts = self.count;
        fault.elapsed_ms = bounded(self.elapsed_ms());
        if self.count > 1 {
            let seconds = format!(
                "{}.{:01}",
                fault.elapsed_ms / 1000,
                fault.elapsed_ms % 1000 / 100
            );
            fault.message = format!(
                "{} (gave up after {} attempts in {seconds} s)",
                fault.message, self.count
            );
        }
        fault
    }
}

/// Reads `Retry-After`: seconds, or an HTTP date, as milliseconds from now.
pub fn retry_after_ms(value: &str, now_unix_ms: u64) -> Option<u64> {
    let value = value.trim();
    match value.parse::<u64>() {
        Ok(seconds) => seconds.checked_mul(1000),
        Err(_) => {
            let date = httpdate::parse_http_date(value)
                .ok()?
                .duration_since(std::time::UNIX_EPOCH)
                .ok()?;
            Some(
                u64::try_from(date.as_millis())
                    .ok()?
                    .saturating_sub(now_unix_ms),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::scripted::TestClock;

    const POLICY: Policy = Policy {
        max_attempts: 4,
        first_delay_ms: 100,
        max_delay_ms: 300,
        total_ms: 1_000,
    };

    #[test]
    fn delays_double_up_to_the_cap_with_jitter_in_the_upper_half() {
        let clock = TestClock::default();
        let mut attempts = Attempts::first(POLICY, &clock);
        while attempts.pause(None) {}
        assert_eq!(attempts.count, 4);
        let slept = clock.slept();
        for (slept, full) in slept.iter().zip([100, 200, 300]) {
            assert!((full / 2..=full).contains(slept), "{slept} of {full}");
        }
    }

    #[test]
    fn retry_after_is_honoured_up_to_the_longest_pause() {
        let clock = TestClock::default();
        let mut attempts = Attempts::first(POLICY, &clock);
        assert!(attempts.pause(Some(250)));
        assert_eq!(clock.slept(), [250]);
        assert!(!attempts.pause(Some(301)));
    }

    #[test]
    fn total_time_bounds_the_attempts() {
        let clock = TestClock::default();
        let mut attempts = Attempts::first(
            Policy {
                total_ms: 150,
                ..POLICY
            },
            &clock,
        );
        assert!(attempts.pause(Some(150)));
        assert!(!attempts.pause(Some(1)));
    }

    #[test]
    fn the_last_fault_tells_attempts_and_time() {
        let clock = TestClock::default();
        let mut attempts = Attempts::first(POLICY, &clock);
        assert!(attempts.pause(Some(300)));
        let fault = attempts.sign(Fault::protocol("It broke"));
        assert_eq!((fault.attempts, fault.elapsed_ms), (2, 300));
        assert_eq!(
            fault.message,
            "It broke (gave up after 2 attempts in 0.3 s)"
        );
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after_ms("3", 0), Some(3_000));
        assert_eq!(
            retry_after_ms("Wed, 21 Oct 2015 07:28:00 GMT", 1_445_412_470_000),
            Some(10_000)
        );
        assert_eq!(retry_after_ms("soon", 0), None);
    }
}
