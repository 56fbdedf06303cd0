//! Watching for what is new: a trigger is polled, what it finds goes to an [`Output`], and only then the checkpoint to resume
//! from is kept. So everything is delivered at least once, whatever dies in between; repeats carry the same `id`.
//!
//! # Example
//!
//! ```no_run
//! # use mediate::{Connector, Profile, Session};
//! use mediate::watch::{Output, Watch};
//! # use serde_json::json;
//! # async fn run(connector: &Connector, profile: &Profile) -> Result<(), Box<dyn std::error::Error>> {
//! let config = json!({"object": "Account"});
//! let mut watch = Watch::new("triggers/updated", &config, Output::Stdout);
//! let ended = async { let _ = tokio::signal::ctrl_c().await; };
//! watch.run(|| Session::builder(connector, profile).open(), ended).await?;
//! # Ok(())
//! # }
//! ```

mod backoff;
mod command;
mod delivered;
mod gather;
mod line;
mod once;
mod output;
mod position;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

pub use command::Command;
pub use delivered::DeliveredIds;
pub use gather::{Gather, MAX_AT_LEAST, MAX_WITHIN};
pub use line::line;
pub use once::OnceOutput;
pub use output::{AppendedFile, Output, OutputError, WriteThrough};
pub use position::{Identity, Opened, Position, open_journal};

use crate::contract::{Batch, Message};
use crate::journal_file::JournalFile;
use crate::session::{Session, SessionError};
use crate::text;
use backoff::{Backoff, asked, is_final};
use gather::Held;

/// Name of the attribute of messages that tell of findings that are missing, or may be.
const GAP: &str = "gap";
/// Time between two polls, unless said otherwise. 30 s, as inbound endpoints of integration platforms have it.
const POLL_INTERVAL: Duration = Duration::from_secs(30);
/// Bound of one wait inside the connector, so that a session that ended is noticed.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Events in the life of a watch.
#[non_exhaustive]
pub enum State<'a> {
    /// It has begun: from now on nothing is missed.
    Begun,
    /// So many findings were delivered, and the checkpoint is kept.
    Handled(usize),
    /// Findings are missing, or may be: this message tells which. It was delivered like any other.
    Gap(&'a Message),
    /// It failed, and continues after the pause.
    Waiting(&'a dyn fmt::Display, Duration),
    /// It works again.
    Recovered,
}

/// One watch: run it with [`Watch::run`].
pub struct Watch<'a> {
    operation: &'a str,
    config: &'a Value,
    every: Duration,
    gather: Option<Gather>,
    held: Held,
    output: Output,
    journal_file: Option<JournalFile>,
    position: Position,
    tell: Tell<'a>,
}

/// Observer of a watch.
type Tell<'a> = Box<dyn FnMut(State<'_>) + Send + Sync + 'a>;

/// Why a watch ended though nobody asked it to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WatchError {
    /// The connector says that trying again does not help.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The position cannot be kept.
    #[error("cannot write {}: {}", .path.display(), text::io(.source))]
    Checkpoint {
        /// The checkpoint file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl<'a> Watch<'a> {
    /// Prepares a watch by an operation of style `trigger`, its findings going to an output.
    pub fn new(operation: &'a str, config: &'a Value, output: Output) -> Self {
        Self {
            operation,
            config,
            every: POLL_INTERVAL,
            gather: None,
            held: Held::default(),
            output,
            journal_file: None,
            position: Position::default(),
            tell: Box::new(|_| ()),
        }
    }

    /// Sets the poll interval when nothing more is waiting; 30 s unless said otherwise.
    #[must_use]
    pub fn every(self, every: Duration) -> Self {
        Self { every, ..self }
    }

    /// Sets when findings are delivered that come one by one; as soon as they come unless said otherwise. What waits when the watch ends is
    /// not delivered: it is found again from the checkpoint, which needs a file.
    #[must_use]
    pub fn gather(self, gather: Option<Gather>) -> Self {
        Self { gather, ..self }
    }

    /// Keeps the position in a file, so that another process continues from there.
    #[must_use]
    pub fn checkpoint(self, file: Option<JournalFile>, position: Position) -> Self {
        Self {
            journal_file: file,
            position,
            ..self
        }
    }

    /// Sets the observer of the watch.
    #[must_use]
    pub fn tell(self, tell: impl FnMut(State<'_>) + Send + Sync + 'a) -> Self {
        Self {
            tell: Box::new(tell),
            ..self
        }
    }

    /// Watches with sessions that `open` starts, until `ended` comes true. What is being delivered then is brought to
    /// an end, and its checkpoint is kept.
    ///
    /// # Errors
    /// What no later attempt fixes.
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
        let mut backoff = Backoff::default();
        let mut session: Option<Session> = None;
        loop {
            let poll = self.poll(&mut session, &mut open);
            let found = tokio::select! {
                found = poll => found,
                () = &mut ended => return Ok(()),
            };
            let pause = match found {
                Ok(Found { batch, took }) => {
                    if backoff.worked() {
                        (self.tell)(State::Recovered);
                    }
                    let more = batch.more;
                    match self.take(batch, ended.as_mut()).await {
                        Ok(progress) => pause(more && progress, self.every, took),
                        Err(Stop::Ended) => return Ok(()),
                        Err(Stop::Failed(error)) => return Err(error),
                    }
                }
                Err(error) => {
                    if is_final(&error, backoff.ever_worked) {
                        return Err(WatchError::Session(error));
                    }
                    if error.fault().is_none() {
                        session = None;
                    }
                    let pause = backoff.next(asked(&error));
                    (self.tell)(State::Waiting(&error, pause));
                    pause
                }
            };
            match self.rest(pause, ended.as_mut()).await {
                Ok(()) => {}
                Err(Stop::Ended) => return Ok(()),
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
    }

    /// Takes what a poll found, and delivers it with what is held once that is due. Says whether anything is different now.
    async fn take(
        &mut self,
        found: Batch,
        ended: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<bool, Stop> {
        let is_new = self.found_until() != Some(&found.checkpoint);
        self.held.add(found, Instant::now());
        Ok(self.deliver_held(ended).await? || is_new)
    }

    /// Delivers what is held if it is due. Says whether anything is different now.
    async fn deliver_held(
        &mut self,
        ended: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<bool, Stop> {
        match self.held.take_due(self.gather, Instant::now()) {
            Some(batch) => self.deliver(&batch, ended).await,
            None => Ok(false),
        }
    }

    /// Waits before the next poll; what becomes due meanwhile is delivered.
    async fn rest(
        &mut self,
        pause: Duration,
        mut ended: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<(), Stop> {
        let started = Instant::now();
        loop {
            let left = pause.saturating_sub(started.elapsed());
            tokio::select! {
                () = tokio::time::sleep(left.min(self.held.left(self.gather, Instant::now()))) => {}
                () = &mut ended => return Err(Stop::Ended),
            }
            self.deliver_held(ended.as_mut()).await?;
            if started.elapsed() >= pause {
                return Ok(());
            }
        }
    }

    /// Returns the checkpoint after all that was found.
    fn found_until(&self) -> Option<&str> {
        let held = self.held.checkpoint();
        held.or(self.position.checkpoint.as_deref())
    }

    async fn poll<O, F>(
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
        let wait = self.every.min(LONGEST_WAIT);
        let wait = wait
            .min(self.held.left(self.gather, Instant::now()))
            .as_millis();
        let wait = u32::try_from(wait).unwrap_or(u32::MAX);
        let checkpoint = self.found_until();
        let batch = session.poll(self.operation, self.config, checkpoint, wait);
        Ok(Found {
            batch: batch.await?,
            took: started.elapsed(),
        })
    }

    /// Delivers findings, as often as it takes, and keeps the checkpoint after them. An attempt that is under way is brought to
    /// its end, whatever was asked. Says whether anything is different now.
    async fn deliver(
        &mut self,
        batch: &Batch,
        mut ended: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<bool, Stop> {
        let first = self.position.checkpoint.is_none();
        if first {
            self.announce(batch).map_err(Stop::Failed)?;
        }
        let mut backoff = Backoff::default();
        while let Err(error) = self.output.take(&batch.messages).await {
            let pause = backoff.next(None);
            (self.tell)(State::Waiting(&error, pause));
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = &mut ended => return Err(Stop::Ended),
            }
        }
        if backoff.worked() {
            (self.tell)(State::Recovered);
        }
        let moved = self.keep(&batch.checkpoint).map_err(Stop::Failed)?;
        if first {
            (self.tell)(State::Begun);
        }
        for gap in batch
            .messages
            .iter()
            .filter(|one| one.metadata.extra(GAP).is_some())
        {
            (self.tell)(State::Gap(gap));
        }
        if !batch.messages.is_empty() {
            (self.tell)(State::Handled(batch.messages.len()));
        }
        Ok(moved || !batch.messages.is_empty())
    }

    /// Notes where the first batch will stand in the output file.
    fn announce(&mut self, batch: &Batch) -> Result<(), WatchError> {
        let Some(from) = self.output.bytes() else {
            return Ok(());
        };
        self.note(&Position {
            checkpoint: Some(batch.checkpoint.clone()),
            output_bytes: Some(from + Output::size(&batch.messages)),
            first_from: Some(from),
        })
    }

    /// Keeps a checkpoint; says whether it is another one.
    fn keep(&mut self, checkpoint: &str) -> Result<bool, WatchError> {
        let position = Position {
            checkpoint: Some(checkpoint.to_owned()),
            output_bytes: self.output.bytes(),
            first_from: None,
        };
        if position == self.position {
            return Ok(false);
        }
        self.note(&position)?;
        self.position = position;
        Ok(true)
    }

    fn note(&mut self, position: &Position) -> Result<(), WatchError> {
        let Some(journal_file) = &mut self.journal_file else {
            return Ok(());
        };
        let kept = journal_file.keep(position);
        kept.map_err(|source| WatchError::Checkpoint {
            path: journal_file.path().to_owned(),
            source,
        })
    }
}

enum Stop {
    Ended,
    Failed(WatchError),
}

/// What one poll found.
struct Found {
    batch: Batch,
    took: Duration,
}

/// Returns the pause before the next poll. The connector has waited already for as long as it took. One that promises more without any
/// progress is not believed.
fn pause(at_once: bool, every: Duration, took: Duration) -> Duration {
    if at_once {
        Duration::ZERO
    } else {
        every.saturating_sub(took)
    }
}
