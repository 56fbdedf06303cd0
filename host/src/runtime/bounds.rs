//! Time limits of a call into a connector.

use super::RuntimeSettings;
use crate::egress::Egress;
use crate::error::{HostError, seconds};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Limits of the calls of one instance.
#[derive(Clone)]
pub(super) struct Bounds {
    call: Option<Duration>,
    quiet: Duration,
    compute: Duration,
    egress: Arc<Egress>,
}

/// Limit that a call exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exceeded {
    /// The whole time of a call.
    Call(Duration),
    /// The time without anything sent or received.
    Quiet(Duration),
    /// The time of computing.
    Compute(Duration),
}

impl Exceeded {
    /// Says what was exceeded, and when.
    pub(super) fn error(self, during: &str) -> HostError {
        match self {
            Self::Call(limit) => HostError::DeadlineExceeded {
                during: during.to_owned(),
                limit,
            },
            Self::Quiet(limit) => HostError::DeadlineExceeded {
                during: format!("{during}, in which nothing was sent or received"),
                limit,
            },
            Self::Compute(limit) => HostError::ResourceLimit {
                during: during.to_owned(),
                limit: format!("its limit of {} of computing", seconds(limit)),
            },
        }
    }
}

impl Bounds {
    pub(super) fn new(settings: &RuntimeSettings, egress: Arc<Egress>) -> Self {
        Self {
            call: settings.call_timeout,
            quiet: settings.max_quiet,
            compute: settings.max_compute,
            egress,
        }
    }

    /// Waits for the work within the limits. `wait` is what the work was asked to wait, and comes on top of them.
    pub(super) async fn hold<T>(
        &self,
        wait: Duration,
        work: impl Future<Output = T>,
    ) -> Result<T, Exceeded> {
        let call = self.call.map(|limit| limit.saturating_add(wait));
        let quiet = self.quiet.saturating_add(wait);
        tokio::select! {
            done = computing(self.compute, work) => done,
            () = after(call) => Err(Exceeded::Call(call.unwrap_or_default())),
            () = self.quiet(quiet) => Err(Exceeded::Quiet(quiet)),
        }
    }

    async fn quiet(&self, limit: Duration) {
        let started = Instant::now();
        loop {
            let quiet = self.egress.quiet_for().min(started.elapsed());
            if quiet >= limit {
                return;
            }
            tokio::time::sleep(limit - quiet).await;
        }
    }
}

async fn after(limit: Option<Duration>) {
    match limit {
        Some(limit) => tokio::time::sleep(limit).await,
        None => std::future::pending().await,
    }
}

/// Longest turn that counts. A guest gives way every few milliseconds: a longer turn was a process that was stopped, or a write to
/// a terminal that nobody reads.
const LONGEST_TURN: Duration = Duration::from_millis(250);

/// Runs work until it has computed for so long. A running guest gives way every few milliseconds, so that this is noticed.
pub(super) async fn computing<T>(
    limit: Duration,
    work: impl Future<Output = T>,
) -> Result<T, Exceeded> {
    Computing {
        work: Box::pin(work),
        limit,
        spent: Duration::ZERO,
    }
    .await
}

/// Work whose time of being polled is counted: a guest runs only then.
struct Computing<F> {
    work: Pin<Box<F>>,
    limit: Duration,
    spent: Duration,
}

impl<F: Future> Future for Computing<F> {
    type Output = Result<F::Output, Exceeded>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.spent >= self.limit {
            return Poll::Ready(Err(Exceeded::Compute(self.limit)));
        }
        let started = Instant::now();
        let polled = self.work.as_mut().poll(cx);
        self.spent += started.elapsed().min(LONGEST_TURN);
        polled.map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: Duration = Duration::from_millis(5);

    async fn spin() {
        loop {
            std::thread::sleep(MOMENT);
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn computing_counts_and_waiting_does_not() {
        let limit = MOMENT * 4;
        assert_eq!(
            computing(limit, spin()).await,
            Err(Exceeded::Compute(limit))
        );
        assert_eq!(
            computing(limit, tokio::time::sleep(limit * 3)).await,
            Ok(())
        );
    }

    #[tokio::test]
    async fn a_call_without_traffic_ends() {
        let settings = RuntimeSettings {
            max_quiet: MOMENT,
            ..RuntimeSettings::default()
        };
        let bounds = Bounds::new(&settings, Egress::sealed());
        let held = bounds.hold(MOMENT, std::future::pending::<()>()).await;
        assert_eq!(held, Err(Exceeded::Quiet(MOMENT * 2)));
    }
}
