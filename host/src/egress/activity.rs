//! What a request under way is waiting for, so that each time limit counts only its own kind of waiting.
//!
//! Connecting has a limit of its own. After that, silence of the other side counts: from the last byte of the request
//! that it took to the first byte of its answer. A guest that takes its time with the body it sends is not the other
//! side's fault, and stops the clock.

use super::failure::{Failure, of_connecting};
use super::pace::Pace;
use super::traffic::Traffic;
use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use tower::{Layer, Service};

/// How long to wait for each step of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLimits {
    /// For the connection: name, TCP, proxy, TLS.
    pub connect: Duration,
    /// For the answer's head, from the moment that the request was taken.
    pub first_byte: Duration,
    /// For each further piece of the answer's body, while somebody waits for it.
    pub between_bytes: Duration,
}

/// Where a connector sets no limits: a connection that is not there after 30 s will not come, while an answer may be the
/// work of minutes (Salesforce ends its own transactions after 10 minutes).
impl Default for TimeLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            first_byte: Duration::from_secs(600),
            between_bytes: Duration::from_secs(600),
        }
    }
}

#[derive(Clone, Copy)]
enum WaitingFor {
    Connection,
    Guest,
    Answer { since: Instant },
}

/// The clock of one request.
pub(super) struct Activity {
    waiting_for: watch::Sender<WaitingFor>,
    traffic: Arc<Traffic>,
}

impl Activity {
    pub(super) fn new(traffic: Arc<Traffic>) -> Self {
        traffic.touch();
        Self {
            traffic,
            waiting_for: watch::Sender::new(WaitingFor::Answer {
                since: Instant::now(),
            }),
        }
    }

    fn connecting(&self) {
        self.waiting_for.send_replace(WaitingFor::Connection);
    }

    /// Notes that the guest has not got the next piece of its body ready.
    pub(super) fn guest_pauses(&self) {
        self.waiting_for.send_replace(WaitingFor::Guest);
    }

    /// Notes that the other side took something; the clock starts again.
    pub(super) fn taken(&self) {
        self.traffic.touch();
        self.waiting_for.send_replace(WaitingFor::Answer {
            since: Instant::now(),
        });
    }

    /// Ends when the waiting for the other side took this long in all; the guest's own time does not count.
    pub(super) async fn spent(&self, pace: Pace) -> Failure {
        let step = pace.step();
        let mut waited = Duration::ZERO;
        while waited < pace.total {
            tokio::time::sleep(step).await;
            if !matches!(*self.waiting_for.borrow(), WaitingFor::Guest) {
                waited += step;
            }
        }
        Failure::TooLong(pace.total)
    }

    /// Ends when the other side has been silent for that long.
    pub(super) async fn silence(&self, limit: Duration) {
        let mut changes = self.waiting_for.subscribe();
        loop {
            let waiting_for = *changes.borrow_and_update();
            let deadline = match waiting_for {
                WaitingFor::Answer { since } => since.checked_add(limit),
                WaitingFor::Connection | WaitingFor::Guest => None,
            };
            tokio::select! {
                () = at(deadline) => return,
                changed = changes.changed() => if changed.is_err() { return },
            }
        }
    }
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

tokio::task_local! {
    /// The request on whose behalf a connection is opened: the HTTP client calls its connector in the request's task.
    static ATTEMPT: (Arc<Activity>, Duration);
}

/// Runs a request so that a connection opened for it keeps to the request's own limit.
pub(super) async fn with_connect_limit<T>(
    activity: Arc<Activity>,
    limit: Duration,
    request: impl Future<Output = T>,
) -> T {
    ATTEMPT.scope((activity, limit), request).await
}

/// The layer around the HTTP client's connector: it bounds connecting, and says precisely why it failed.
#[derive(Clone, Copy)]
pub(super) struct ConnectLimit;

#[derive(Clone)]
pub(super) struct Connecting<S>(S);

impl<S> Layer<S> for ConnectLimit {
    type Service = Connecting<S>;

    fn layer(&self, inner: S) -> Connecting<S> {
        Connecting(inner)
    }
}

type BoxError = Box<dyn Error + Send + Sync>;

impl<S, R> Service<R> for Connecting<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
    S::Response: 'static,
    S::Error: Into<BoxError> + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, destination: R) -> Self::Future {
        let attempt = ATTEMPT.try_with(Clone::clone);
        let (activity, limit) = attempt.unwrap_or_else(|_| {
            (
                Arc::new(Activity::new(Arc::default())),
                TimeLimits::default().connect,
            )
        });
        activity.connecting();
        let connection = self.0.call(destination);
        Box::pin(async move {
            let connected = tokio::time::timeout(limit, connection).await;
            activity.taken();
            match connected {
                Ok(Ok(connection)) => Ok(connection),
                Ok(Err(error)) => {
                    let error: BoxError = error.into();
                    let failure = of_connecting(&*error);
                    tracing::debug!("connecting failed: {failure}: {error}");
                    Err(failure.into())
                }
                Err(_) => Err(Failure::ConnectTimeout.into()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(100);

    #[tokio::test]
    async fn silence_counts_from_the_last_byte_taken() {
        let activity = Arc::new(Activity::new(Arc::default()));
        let start = Instant::now();
        let sender = Arc::clone(&activity);
        tokio::spawn(async move {
            tokio::time::sleep(LIMIT / 2).await;
            sender.taken();
        });
        activity.silence(LIMIT).await;
        assert!(start.elapsed() >= LIMIT * 3 / 2);
    }

    #[tokio::test]
    async fn a_pausing_guest_and_a_connection_stop_the_clock() {
        let activity = Activity::new(Arc::default());
        activity.guest_pauses();
        assert!(
            tokio::time::timeout(LIMIT * 3, activity.silence(LIMIT))
                .await
                .is_err()
        );
        activity.connecting();
        assert!(
            tokio::time::timeout(LIMIT * 3, activity.silence(LIMIT))
                .await
                .is_err()
        );
    }
}
