//! When a watch that failed tries again, and when it does not.

use std::time::Duration;

use crate::contract::FaultKind;
use crate::error::HostError;
use crate::session::SessionError;

/// The pause after the first failure; it doubles from then on. Nothing that fails is tried again sooner.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Bound of the doubled backoff. The attempts continue forever.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// So many failures in a row that say when to come back are followed exactly; then their pauses double, too.
const BELIEVED: u32 = 10;
/// Bound of the pause that a remote system asks for: quotas of a day are given back bit by bit.
const LONGEST_ASKED: Duration = Duration::from_secs(60 * 60);

/// Backoff that double, to a bound.
#[derive(Default)]
pub(super) struct Backoff {
    failures: u32,
    pub(super) ever_worked: bool,
}

impl Backoff {
    /// Returns the pause after another failure. One that says when to come back is believed for a while.
    pub(super) fn next(&mut self, asked: Option<Duration>) -> Duration {
        let believed = if asked.is_some() { BELIEVED } else { 0 };
        let times = self.failures.saturating_sub(believed).min(16);
        self.failures = self.failures.saturating_add(1);
        let doubled = FIRST_PAUSE.saturating_mul(1 << times).min(LONGEST_PAUSE);
        doubled.max(asked.unwrap_or_default().min(LONGEST_ASKED))
    }

    /// Says whether it had failed before.
    pub(super) fn worked(&mut self) -> bool {
        self.ever_worked = true;
        std::mem::take(&mut self.failures) > 0
    }
}

/// Returns the pause that a fault asks for.
pub(super) fn asked(error: &SessionError) -> Option<Duration> {
    let asked = error.fault()?.retry_after_ms?;
    Some(Duration::from_millis(asked))
}

/// Says whether no later attempt helps. Credentials that worked once may do so again: a password that is being changed,
/// an org that is moved.
pub(super) fn is_final(error: &SessionError, ever_worked: bool) -> bool {
    match error.fault().map(|fault| fault.kind) {
        Some(
            FaultKind::Unavailable
            | FaultKind::Timeout
            | FaultKind::LimitExceeded
            | FaultKind::Protocol,
        ) => false,
        // The config is the same as when it worked: it is the remote system that is different.
        Some(
            FaultKind::Unauthenticated
            | FaultKind::Forbidden
            | FaultKind::Config
            | FaultKind::Other,
        ) => !ever_worked,
        Some(_) => true,
        None => !matches!(
            error,
            SessionError::Host(
                HostError::Trap { .. }
                    | HostError::ResourceLimit { .. }
                    | HostError::DeadlineExceeded { .. }
                    | HostError::InstanceEnded { .. }
                    | HostError::TooManyInstances { .. }
            ) | SessionError::File(_)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_to_a_bound_and_start_again() {
        let mut backoff = Backoff::default();
        let four: Vec<u64> = (0..4).map(|_| backoff.next(None).as_secs()).collect();
        assert_eq!(four, [1, 2, 4, 8]);
        assert!((0..40).all(|_| backoff.next(None) <= LONGEST_PAUSE));
        assert!(backoff.worked());
        assert_eq!(backoff.next(Some(Duration::from_secs(300))).as_secs(), 300);
        assert!(backoff.worked());
        assert!(!backoff.worked());
    }

    #[test]
    fn what_a_fault_asks_for_has_bounds() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.next(Some(Duration::ZERO)), FIRST_PAUSE);
        assert_eq!(backoff.next(Some(Duration::MAX)), LONGEST_ASKED);
        let soon = Some(Duration::from_millis(20));
        let last = (0..40).fold(Duration::ZERO, |_, _| backoff.next(soon));
        assert_eq!(last, LONGEST_PAUSE);
    }
}
