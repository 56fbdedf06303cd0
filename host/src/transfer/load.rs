//! A load: an input file into a sink, its outcomes into a file.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::input::{Beginning, CHUNK, Input};
use super::standing::Standing;
use super::store::{copy, rewind};
use super::tally::Tally;
use super::{RetryPolicy, Stopped, TransferError, Watcher, passes};
use crate::contract::Progress;
use crate::journal_file::JournalFile;
use crate::output::PartFile;
use crate::session::{Session, SessionError, Writer};

/// Bound of one wait for progress, so that it is shown while it happens. 1 s.
const WATCH_MS: u32 = 1_000;
/// Bound of the steps that one piece of input leads to. 2^20; four for each of 256 Ki records of one byte.
const MAX_STEPS: u32 = 1 << 20;

/// Bound of the passes over the input: one for the outcomes, and others for failed records that the sink does not hold. 4;
/// the connectors known need two.
const MAX_PASSES: u32 = 4;

/// Stands for all of the input.
const CLOSED: u64 = u64::MAX;

/// What is kept of a load at each step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct LoadState {
    /// The sink's journal; none before the sink was opened.
    pub journal: Option<String>,
    /// Fingerprint of what the journal says is taken of the input: the rest may change until it is taken, too.
    pub taken_fingerprint: Option<String>,
    /// How many bytes of outcomes belong to that journal.
    pub outcomes_bytes: u64,
    /// How many bytes of failed records belong to it.
    pub failed_bytes: u64,
    /// What these outcomes amount to.
    pub tally: Tally,
    /// Whether only the files' names are left to be given.
    pub finished: bool,
}

impl LoadState {
    /// Says how the load stands, as far as is kept.
    #[must_use]
    pub fn standing(&self) -> Standing {
        Standing::new(None, &self.tally, self.journal.as_deref())
    }
}

/// One load.
pub struct Load<'a> {
    /// Runs the operation.
    pub session: &'a Session,
    /// The operation.
    pub operation: &'a str,
    /// Its config.
    pub config: &'a Value,
    /// The input: a file, for it may be read again.
    pub input: &'a Input,
    /// Keeps the steps.
    pub journal_file: &'a mut JournalFile,
    /// Where the last step was.
    pub state: LoadState,
    /// Takes the outcome of every record, in input order.
    pub outcomes: Option<PartFile>,
    /// Takes the failed records as they were given.
    pub failed: Option<PartFile>,
    /// Waits while the remote system cannot answer.
    pub retry: RetryPolicy,
    /// Hears how it goes.
    pub watcher: &'a mut dyn Watcher,
    /// Gives the load up: nothing more is sent, and the outcomes of what was are collected.
    pub giving_up: bool,
    /// How far the load has come, to tell whether it gets any further.
    pub reached: Reached,
}

/// How far a load has come in this process.
#[derive(Default)]
pub struct Reached {
    /// Whether the sink has taken any of the input.
    begun: bool,
    /// Bytes of the input at the furthest step.
    passed: u64,
    /// What the sink said last.
    progress: Option<Progress>,
    beginning: Beginning,
}

/// The members of a sink's journal that the contract names.
#[derive(Deserialize)]
struct JournalMembers {
    /// Bytes of the input that need not be written again.
    taken: u64,
    /// Whether failed records must be read from the input again.
    #[serde(default)]
    again: bool,
}

/// How a load ended, with its files whole but not yet named.
#[derive(Debug)]
pub struct Loaded {
    /// The last that was heard from the sink.
    pub progress: Progress,
    /// How the whole load stands.
    pub standing: Standing,
    /// The outcomes.
    pub outcomes: Option<PartFile>,
    /// The failed records.
    pub failed: Option<PartFile>,
}

impl Load<'_> {
    /// Loads until the remote system has finished and all outcomes are on disk. The journal file says so then; giving the
    /// files their names and removing the journal file is the caller's.
    ///
    /// # Errors
    /// What stopped it. The journal file and the files hold what is needed to continue; the journal file has no steps where there is
    /// nothing to continue.
    pub async fn run(mut self) -> Result<Loaded, Stopped> {
        let ended = self.persist().await;
        let journal = self.state.journal.as_deref();
        let progress = self.reached.progress.as_ref();
        let standing = Standing::new(progress, &self.state.tally, journal);
        match ended {
            Ok(progress) => Ok(Loaded {
                progress,
                standing,
                outcomes: self.outcomes,
                failed: self.failed,
            }),
            Err(error) => {
                // What is still being written would hold the files against the next run.
                for file in [&mut self.outcomes, &mut self.failed].into_iter().flatten() {
                    let _ = file.sync().await;
                }
                Err(Stopped {
                    error,
                    standing,
                    state: self.state,
                })
            }
        }
    }

    /// Goes on until the end, or until waiting does not help.
    async fn persist(&mut self) -> Result<Progress, TransferError> {
        loop {
            match self.attempt().await {
                Ok(progress) => {
                    self.state.finished = true;
                    self.keep().await?;
                    return Ok(progress);
                }
                Err(error) => {
                    if let Err(error) = self.go_on_after(error).await {
                        self.forget_if_blank().await?;
                        return Err(error);
                    }
                }
            }
            self.rewind().await?;
        }
    }

    /// Returns when another attempt may do better.
    async fn go_on_after(&mut self, error: TransferError) -> Result<(), TransferError> {
        let TransferError::Session(error) = error else {
            return Err(error);
        };
        let mended = self.session.is_mended(&error).await;
        // An instance that broke off may have been about to send what no journal names yet.
        let mended =
            mended || self.journal_file.has_steps() && self.session.restart_after(&error).await;
        if mended {
            self.watcher.again(&error, Duration::ZERO);
            return if self.retry.mended() {
                Ok(())
            } else {
                Err(error.into())
            };
        }
        if passes(&error) && self.may_go_on(&error) {
            return self.retry.wait(error, self.watcher).await;
        }
        Err(error.into())
    }

    /// The connector has tried again by itself: waiting is for what has begun. What the journal does not name yet is sent
    /// again only if it certainly was not applied.
    fn may_go_on(&self, error: &SessionError) -> bool {
        let maybe_applied = error.fault().is_some_and(|fault| fault.maybe_applied);
        self.journal_file.has_steps() || (self.reached.begun && !maybe_applied)
    }

    async fn attempt(&mut self) -> Result<Progress, TransferError> {
        for _ in 0..MAX_PASSES {
            let progress = self.run_sink().await?;
            // Failed records that the sink does not hold are read from the input again, from where the journal says.
            if self.failed.is_none() || !self.members()?.again {
                return Ok(progress);
            }
        }
        Err(TransferError::Restless)
    }

    /// Opens the sink, gives it the input from where the journal says, and waits until it is done.
    async fn run_sink(&mut self) -> Result<Progress, TransferError> {
        let session = self.session;
        let journal = self.state.journal.clone();
        let writer = session.write(self.operation, self.config, journal.as_deref());
        let mut writer = writer.await?;
        if self.state.journal.is_none() {
            // Nothing has happened in the remote system yet: nothing to keep.
            self.state.journal = Some(writer.journal().await?);
        }
        let worked = self.work(&mut writer).await;
        if worked.is_err() {
            self.learn(&writer).await?;
        }
        worked
    }

    async fn work(&mut self, writer: &mut Writer<'_>) -> Result<Progress, TransferError> {
        if self.giving_up {
            writer.abort().await?;
            self.step(writer, 0).await?;
        }
        self.check_beginning().await?;
        self.feed(writer).await?;
        writer.close().await?;
        self.step(writer, CLOSED).await?;
        self.wait(writer).await?;
        self.collect(writer).await?;
        // Reading the outcomes may have shown more failures.
        let progress = writer.watch(0).await?;
        if self.outcomes.is_none() && self.failed.is_none() && progress.failed > 0 {
            self.ask_why(writer).await;
        }
        Ok(progress)
    }

    /// What the sink has taken is not given again, so it must still be there.
    async fn check_beginning(&mut self) -> Result<(), TransferError> {
        let Some(known) = &self.state.taken_fingerprint else {
            return Ok(());
        };
        let (known, taken) = (known.clone(), self.taken()?);
        if self.fingerprint(taken).await?.as_ref() == Some(&known) {
            Ok(())
        } else {
            Err(self.changed(taken))
        }
    }

    fn changed(&self, taken: u64) -> TransferError {
        TransferError::InputChanged {
            path: self.input.path.clone(),
            bytes: taken,
        }
    }

    async fn fingerprint(&mut self, bytes: u64) -> Result<Option<String>, TransferError> {
        let found = self.reached.beginning.fingerprint(self.input, bytes).await;
        found.map_err(TransferError::read(&self.input.path))
    }

    /// Hands over the input from where the journal says.
    async fn feed(&mut self, writer: &mut Writer<'_>) -> Result<(), TransferError> {
        let mut passed = self.taken()?;
        let reader = self.input.open_at(passed).await;
        let mut reader = reader.map_err(TransferError::read(&self.input.path))?;
        loop {
            let piece = reader.next(CHUNK).await;
            let piece = piece.map_err(TransferError::read(&self.input.path))?;
            if piece.is_empty() {
                return Ok(());
            }
            passed += piece.len() as u64;
            writer.write(piece).await?;
            self.reached.begun = true;
            self.watcher.bytes(passed, reader.of);
            // Each thing that the journal must name is kept before the next one is done.
            let mut steps = 0;
            while self.step(writer, passed).await? {
                steps += 1;
                if steps > MAX_STEPS {
                    return Err(TransferError::Restless);
                }
                writer.write(Vec::new()).await?;
            }
        }
    }

    async fn wait(&mut self, writer: &mut Writer<'_>) -> Result<Progress, TransferError> {
        loop {
            let progress = writer.watch(WATCH_MS).await?;
            self.watcher.progress(&progress);
            let before = self.reached.progress.replace(progress.clone());
            if before.is_none_or(|before| progress.processed > before.processed) {
                self.retry.renew();
            }
            self.step(writer, CLOSED).await?;
            if progress.done {
                return Ok(progress);
            }
            self.retry.waits()?;
        }
    }

    /// Keeps the journal if it changed, and fetches the outcomes that are known by now. Says whether it changed.
    async fn step(&mut self, writer: &mut Writer<'_>, passed: u64) -> Result<bool, TransferError> {
        let journal = writer.journal().await?;
        if self.state.journal.as_deref() == Some(&journal) {
            return Ok(false);
        }
        self.state.journal = Some(journal);
        self.keep().await?;
        if passed > self.reached.passed {
            self.reached.passed = passed;
            self.retry.renew();
        }
        self.collect(writer).await?;
        Ok(true)
    }

    /// Keeps what the sink makes of a failure: a refusal may have undone what the journal said before.
    async fn learn(&mut self, writer: &Writer<'_>) -> Result<(), TransferError> {
        // An instance that has ended has nothing to say.
        let Ok(journal) = writer.journal().await else {
            return Ok(());
        };
        if self.state.journal.as_deref() != Some(&journal) {
            self.state.journal = Some(journal);
            self.rewind().await?;
            if self.journal_file.has_steps() {
                self.keep().await?;
            }
        }
        Ok(())
    }

    /// Clears the journal file where the sink's journal is that of one to which nothing has happened: there is nothing to
    /// continue, and nothing that could be in the way of the next run.
    async fn forget_if_blank(&mut self) -> Result<(), TransferError> {
        if !self.journal_file.has_steps() || self.state.finished {
            return Ok(());
        }
        let opened = self.session.write(self.operation, self.config, None).await;
        let Ok(writer) = opened else { return Ok(()) };
        let blank = writer.journal().await.ok();
        if blank.is_some() && blank == self.state.journal {
            let cleared = self.journal_file.clear();
            cleared.map_err(TransferError::file(self.journal_file.path()))?;
        }
        Ok(())
    }

    /// Stores the outcomes and the failed records that became known, and then the journal that knows of it.
    async fn collect(&mut self, writer: &mut Writer<'_>) -> Result<(), TransferError> {
        if self.outcomes.is_none() && self.failed.is_none() {
            return Ok(());
        }
        // Counted once the outcomes are on disk: what is read again after a failure is counted again.
        let mut tally = self.state.tally.clone();
        let outcomes = self.outcomes.as_mut();
        let outcomes_bytes = copy(writer, "all", outcomes, Some(&mut tally)).await?;
        let failed_bytes = match &mut self.failed {
            Some(file) => copy(writer, "failed", Some(file), None).await?,
            None => 0,
        };
        let journal = Some(writer.journal().await?);
        if journal == self.state.journal {
            return Ok(());
        }
        self.state.journal = journal;
        self.state.tally = tally;
        self.state.outcomes_bytes = outcomes_bytes;
        self.state.failed_bytes = failed_bytes;
        self.keep().await
    }

    /// Reads the outcomes only to tell why records failed; it is no failure if they cannot be had any more.
    async fn ask_why(&mut self, writer: &mut Writer<'_>) {
        let mut tally = self.state.tally.clone();
        if let Err(error) = copy(writer, "all", None, Some(&mut tally)).await {
            tracing::info!("why records failed cannot be told: {error}");
        }
        self.state.tally = tally;
    }

    /// Cuts off what was written after the last step.
    async fn rewind(&mut self) -> Result<(), TransferError> {
        rewind(&mut self.outcomes, self.state.outcomes_bytes).await?;
        rewind(&mut self.failed, self.state.failed_bytes).await
    }

    async fn keep(&mut self) -> Result<(), TransferError> {
        let taken = self.taken()?;
        self.state.taken_fingerprint = match taken {
            0 => None,
            taken => Some(
                self.fingerprint(taken)
                    .await?
                    .ok_or_else(|| self.changed(taken))?,
            ),
        };
        let kept = self.journal_file.keep(&self.state);
        kept.map_err(TransferError::file(self.journal_file.path()))
    }

    fn taken(&self) -> Result<u64, TransferError> {
        Ok(self.members()?.taken)
    }

    fn members(&self) -> Result<JournalMembers, TransferError> {
        let journal = self.state.journal.as_deref().unwrap_or_default();
        serde_json::from_str(journal).map_err(|_| TransferError::BadJournal)
    }
}
