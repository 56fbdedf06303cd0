//! Watching for what is new: a trigger is polled, what it finds goes to an [`Outlet`], and only then the place to resume
//! from is kept. So everything is handed on at least once, whatever dies in between; repeats carry the same `id`.

mod line;
mod outlet;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;

pub use line::line;
pub use outlet::{Appended, Outlet, OutletError, Through};

use crate::contract::{Batch, FaultKind};
use crate::error::HostError;
use crate::ledger::Ledger;
use crate::session::{Session, SessionError};

/// Is the pause after the first failure; it doubles from then on.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Bounds the pause between attempts. They go on for ever.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Bounds one wait inside the connector, so that a session that ended is noticed.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Where a watch stands; what its ledger keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Position {
    /// The connector's checkpoint; none before the first poll.
    pub checkpoint: Option<String>,
    /// How long the output file was when everything up to the checkpoint was in it.
    pub output_bytes: Option<u64>,
    /// Where in the output file the first batch begins, while it is not known to be in it whole. Without a checkpoint before
    /// it, nothing else would tell it from a batch that was never written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_from: Option<u64>,
}

impl Position {
    /// The position that holds, given the length of the output file: the first batch counts if it is in it whole.
    #[must_use]
    pub fn settled(self, written: Option<u64>) -> Self {
        let Some(from) = self.first_from else {
            return self;
        };
        let whole = written >= self.output_bytes;
        Self {
            checkpoint: self.checkpoint.filter(|_| whole),
            output_bytes: self.output_bytes.filter(|_| whole).or(Some(from)),
            first_from: None,
        }
    }
}

/// What a watch tells about itself.
pub enum State<'a> {
    /// So many findings were handed on, and the place is kept.
    Handled(usize),
    /// It failed, and goes on after the pause.
    Waiting(&'a dyn fmt::Display, Duration),
    /// It works again.
    Recovered,
}

/// One watch.
pub struct Watch<'a> {
    /// The operation, of style `trigger`.
    pub operation: &'a str,
    /// Its config.
    pub config: &'a Value,
    /// The time between two looks when nothing more is waiting.
    pub every: Duration,
    /// Takes the findings.
    pub outlet: Outlet,
    /// Keeps the position; none where it need not survive.
    pub ledger: Option<Ledger>,
    /// Where it stands.
    pub position: Position,
    /// Hears how it goes.
    pub tell: &'a mut (dyn FnMut(State<'_>) + Send + Sync),
}

/// Why a watch ended though nobody asked it to.
#[derive(Debug)]
pub enum WatchError {
    /// The connector says that trying again does not help.
    Session(SessionError),
    /// The position cannot be kept.
    Ledger {
        /// The ledger.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Watch<'_> {
    /// Watches with sessions that `open` starts, until `ended` comes true. What is being handed on then is brought to
    /// an end, and its place is kept.
    ///
    /// # Errors
    /// What no later attempt mends.
    pub async fn run<O, F>(
        &mut self,
        mut open: O,
        ended: impl Future<Output = ()>,
    ) -> Result<(), WatchError>
    where
        O: FnMut() -> F,
        F: Future<Output = Result<Session, SessionError>>,
    {
        let mut ended = std::pin::pin!(ended);
        let mut pauses = Pauses::default();
        let mut session: Option<Session> = None;
        loop {
            let look = self.look(&mut session, &mut open);
            let found = tokio::select! {
                found = look => found,
                () = &mut ended => return Ok(()),
            };
            let pause = match found {
                Ok(found) => {
                    if pauses.worked() {
                        (self.tell)(State::Recovered);
                    }
                    match self.hand_on(&found.batch, ended.as_mut()).await {
                        Ok(()) => found.pause(self.every),
                        Err(Stop::Ended) => return Ok(()),
                        Err(Stop::Failed(error)) => return Err(error),
                    }
                }
                Err(error) => {
                    if is_final(&error, pauses.ever_worked) {
                        return Err(WatchError::Session(error));
                    }
                    if error.fault().is_none() {
                        session = None;
                    }
                    let pause = pauses.next(asked(&error));
                    (self.tell)(State::Waiting(&error, pause));
                    pause
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = &mut ended => return Ok(()),
            }
        }
    }

    async fn look<O, F>(
        &self,
        session: &mut Option<Session>,
        open: &mut O,
    ) -> Result<Found, SessionError>
    where
        O: FnMut() -> F,
        F: Future<Output = Result<Session, SessionError>>,
    {
        let started = Instant::now();
        let session = match session {
            Some(session) => session,
            None => session.insert(open().await?),
        };
        let wait = self.every.min(LONGEST_WAIT).as_millis();
        let wait = u32::try_from(wait).unwrap_or(u32::MAX);
        let checkpoint = self.position.checkpoint.as_deref();
        let batch = session.poll(self.operation, self.config, checkpoint, wait);
        Ok(Found {
            batch: batch.await?,
            took: started.elapsed(),
        })
    }

    /// Hands findings on, as often as it takes, and keeps the place behind them. An attempt that is under way is brought to
    /// its end, whatever was asked.
    async fn hand_on(
        &mut self,
        batch: &Batch,
        mut ended: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<(), Stop> {
        if self.position.checkpoint.is_none() {
            self.announce(batch).map_err(Stop::Failed)?;
        }
        let mut pauses = Pauses::default();
        while let Err(error) = self.outlet.take(&batch.messages).await {
            let pause = pauses.next(None);
            (self.tell)(State::Waiting(&error, pause));
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = &mut ended => return Err(Stop::Ended),
            }
        }
        if pauses.worked() {
            (self.tell)(State::Recovered);
        }
        self.keep(&batch.checkpoint).map_err(Stop::Failed)?;
        if !batch.messages.is_empty() {
            (self.tell)(State::Handled(batch.messages.len()));
        }
        Ok(())
    }

    /// Notes where the first batch will stand in the output file.
    fn announce(&mut self, batch: &Batch) -> Result<(), WatchError> {
        let Some(from) = self.outlet.bytes() else {
            return Ok(());
        };
        self.note(&Position {
            checkpoint: Some(batch.checkpoint.clone()),
            output_bytes: Some(from + Outlet::size(&batch.messages)),
            first_from: Some(from),
        })
    }

    fn keep(&mut self, checkpoint: &str) -> Result<(), WatchError> {
        let position = Position {
            checkpoint: Some(checkpoint.to_owned()),
            output_bytes: self.outlet.bytes(),
            first_from: None,
        };
        if position == self.position {
            return Ok(());
        }
        self.note(&position)?;
        self.position = position;
        Ok(())
    }

    fn note(&mut self, position: &Position) -> Result<(), WatchError> {
        let Some(ledger) = &mut self.ledger else {
            return Ok(());
        };
        let kept = ledger.keep(position);
        kept.map_err(|source| WatchError::Ledger {
            path: ledger.path().to_owned(),
            source,
        })
    }
}

enum Stop {
    Ended,
    Failed(WatchError),
}

/// What one look found.
struct Found {
    batch: Batch,
    took: Duration,
}

impl Found {
    /// The connector has waited already for as long as it took.
    fn pause(&self, every: Duration) -> Duration {
        if self.batch.more {
            Duration::ZERO
        } else {
            every.saturating_sub(self.took)
        }
    }
}

/// Pauses that double, to a bound.
#[derive(Default)]
struct Pauses {
    failures: u32,
    ever_worked: bool,
}

impl Pauses {
    fn next(&mut self, asked: Option<Duration>) -> Duration {
        let doubled = FIRST_PAUSE.saturating_mul(1 << self.failures.min(16));
        self.failures += 1;
        asked
            .unwrap_or(doubled)
            .min(LONGEST_PAUSE.max(asked.unwrap_or_default()))
    }

    /// Says whether it had failed before.
    fn worked(&mut self) -> bool {
        self.ever_worked = true;
        std::mem::take(&mut self.failures) > 0
    }
}

fn asked(error: &SessionError) -> Option<Duration> {
    let asked = error.fault()?.retry_after_ms?;
    Some(Duration::from_millis(asked))
}

/// Says whether no later attempt helps. Credentials that worked once may do so again: a password that is being changed,
/// an org that is moved.
fn is_final(error: &SessionError, ever_worked: bool) -> bool {
    match error.fault().map(|fault| fault.kind) {
        Some(
            FaultKind::Unavailable
            | FaultKind::Timeout
            | FaultKind::LimitExceeded
            | FaultKind::Protocol,
        ) => false,
        Some(FaultKind::Unauthenticated | FaultKind::Forbidden | FaultKind::Other) => !ever_worked,
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

/// Opens the ledger of a watch, or begins it. `plan` tells which watch it is: a ledger of another one is refused.
///
/// # Errors
/// The file cannot be used, another process holds it (that is the lease), or it belongs to another watch.
pub fn open_ledger(path: &Path, plan: &Value) -> io::Result<(Ledger, Position)> {
    if !path.exists() {
        return Ok((Ledger::create(path, plan)?, Position::default()));
    }
    let (ledger, kept, position) = Ledger::open::<Value, Position>(path)?;
    if kept != *plan {
        return Err(io::Error::other(
            "it belongs to a watch with another operation, config or connection: name another file",
        ));
    }
    Ok((ledger, position.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn pauses_double_to_a_bound_and_begin_anew() {
        let mut pauses = Pauses::default();
        let four: Vec<u64> = (0..4).map(|_| pauses.next(None).as_secs()).collect();
        assert_eq!(four, [1, 2, 4, 8]);
        assert!((0..40).all(|_| pauses.next(None) <= LONGEST_PAUSE));
        assert!(pauses.worked());
        assert_eq!(pauses.next(Some(Duration::from_secs(300))).as_secs(), 300);
        assert!(pauses.worked());
        assert!(!pauses.worked());
    }

    #[test]
    fn the_first_batch_counts_once_it_is_in_the_file_whole() {
        let announced = Position {
            checkpoint: Some("1".into()),
            output_bytes: Some(100),
            first_from: Some(40),
        };
        let whole = announced.clone().settled(Some(100));
        assert_eq!(whole.checkpoint.as_deref(), Some("1"));
        assert_eq!((whole.output_bytes, whole.first_from), (Some(100), None));
        for written in [Some(99), Some(40), None] {
            let again = announced.clone().settled(written);
            assert_eq!((again.checkpoint, again.output_bytes), (None, Some(40)));
        }
        let kept = whole.clone().settled(Some(0));
        assert_eq!(kept, whole, "a later place does not depend on the file");
    }

    #[test]
    fn a_ledger_goes_on_where_it_stood_and_serves_one_watch() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("watch.checkpoint");
        let plan = json!({"operation": "echo/tick"});
        let (mut ledger, position) = open_ledger(&path, &plan).expect("begun");
        assert_eq!(position, Position::default());
        let here = Position {
            checkpoint: Some("7".into()),
            ..Position::default()
        };
        ledger.keep(&here).expect("kept");
        let held = open_ledger(&path, &plan).expect_err("held");
        assert!(held.to_string().contains("another run"), "{held}");
        drop(ledger);
        let (_, position) = open_ledger(&path, &plan).expect("opened");
        assert_eq!(position, here);
        let other = open_ledger(&path, &json!({})).expect_err("refused");
        assert!(
            other.to_string().contains("another watch")
                || other.to_string().contains("a watch with another")
        );
    }
}
