//! How long a transfer waits for a remote system that cannot answer.

use std::time::{Duration, Instant};

use super::{TransferError, Watcher, passes};
use crate::session::SessionError;

/// Pause after the first failure where the connector names none; it doubles from then on.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Bound of a pause of ours. One that the remote system asks for is kept.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Bound of a pause that the remote system asks for. 15 minutes; who asks for more is asked again by whoever continues.
const LONGEST_ASKED: Duration = Duration::from_secs(15 * 60);
/// Bound of a wait in which the remote system says nothing new. 8 days; a job of Salesforce's may take 7.
const LONGEST_STALL: Duration = Duration::from_secs(8 * 24 * 3600);

/// Bound of the times that a transfer is resumed without getting any further.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    limit: u32,
    failures: u32,
    /// When the transfer got further last.
    since: Instant,
}

impl RetryPolicy {
    /// Continues after so many failures in a row, and no more.
    #[must_use]
    pub fn new(limit: u32) -> Self {
        Self {
            limit,
            failures: 0,
            since: Instant::now(),
        }
    }

    /// Says that the transfer got further.
    pub(super) fn renew(&mut self) {
        self.failures = 0;
        self.since = Instant::now();
    }

    /// Allows another poll of a remote system that works, unless it has said nothing new for too long.
    pub(super) fn waits(&self) -> Result<(), TransferError> {
        let waited = self.since.elapsed();
        if waited < LONGEST_STALL {
            Ok(())
        } else {
            Err(TransferError::Stalled { waited })
        }
    }

    /// Counts a failure whose reason is gone; false when there have been too many.
    pub(super) const fn resolved(&mut self) -> bool {
        self.failures += 1;
        self.failures <= self.limit
    }

    /// Waits before the transfer continues, if that may help.
    pub(super) async fn wait(
        &mut self,
        error: SessionError,
        watcher: &mut dyn Watcher,
    ) -> Result<(), TransferError> {
        if !passes(&error) || self.failures >= self.limit {
            return Err(error.into());
        }
        let pause = self.pause(&error);
        if pause > LONGEST_ASKED {
            return Err(error.into());
        }
        self.failures += 1;
        watcher.again(&error, pause);
        tokio::time::sleep(pause).await;
        Ok(())
    }

    fn pause(&self, error: &SessionError) -> Duration {
        let asked = error.fault().and_then(|fault| fault.retry_after_ms);
        asked.map_or_else(
            || {
                FIRST_PAUSE
                    .saturating_mul(1 << self.failures.min(16))
                    .min(LONGEST_PAUSE)
            },
            Duration::from_millis,
        )
    }
}

impl Default for RetryPolicy {
    /// Returns a policy of ten failures in a row: with the pauses between them about seven minutes.
    fn default() -> Self {
        Self::new(10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Fault, FaultKind};
    use crate::error::HostError;

    fn failure(kind: FaultKind, retry_after_ms: Option<u64>) -> SessionError {
        let fault = Fault {
            kind,
            message: "it failed".into(),
            status: None,
            upstream: Vec::new(),
            retry_after_ms,
            maybe_applied: false,
            attempts: 1,
            elapsed_ms: 0,
        };
        SessionError::Host(HostError::from(fault))
    }

    #[tokio::test]
    async fn what_passes_is_waited_for_so_many_times() {
        let mut retry = RetryPolicy::new(2);
        for _ in 0..2 {
            let waited = retry
                .wait(failure(FaultKind::Unavailable, Some(5)), &mut ())
                .await;
            waited.expect("continues");
        }
        let stopped = retry
            .wait(failure(FaultKind::Unavailable, Some(5)), &mut ())
            .await;
        assert!(stopped.is_err());
        retry.renew();
        let waited = retry
            .wait(failure(FaultKind::Timeout, Some(1)), &mut ())
            .await;
        assert!(waited.is_ok());
    }

    #[tokio::test]
    async fn what_stays_is_not_waited_for() {
        let mut retry = RetryPolicy::default();
        for kind in [
            FaultKind::Config,
            FaultKind::Forbidden,
            FaultKind::LimitExceeded,
        ] {
            assert!(retry.wait(failure(kind, None), &mut ()).await.is_err());
        }
    }

    #[tokio::test]
    async fn a_pause_without_bound_is_not_waited_out() {
        let mut retry = RetryPolicy::default();
        let asked = failure(FaultKind::Unavailable, Some(u64::MAX));
        assert!(retry.wait(asked, &mut ()).await.is_err());
    }

    #[test]
    fn pauses_grow_to_a_bound() {
        let mut retry = RetryPolicy::default();
        let error = failure(FaultKind::Unavailable, None);
        assert_eq!(retry.pause(&error), FIRST_PAUSE);
        retry.failures = 30;
        assert_eq!(retry.pause(&error), LONGEST_PAUSE);
        let asked = failure(FaultKind::Unavailable, Some(90_000));
        assert_eq!(retry.pause(&asked), Duration::from_secs(90));
    }
}
