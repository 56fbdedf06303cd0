//! A load: an input file into a sink, its outcomes into a file.

use std::io::SeekFrom;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use super::{Patience, TransferError, Watcher};
use crate::contract::Progress;
use crate::ledger::Ledger;
use crate::part_file::PartFile;
use crate::session::{Session, SessionError, Writer};

/// Bounds one piece of the input.
const CHUNK: usize = 256 * 1024;
/// Bounds one piece of the outcomes.
const OUTCOMES_CHUNK: u32 = 256 * 1024;
/// Bounds one wait for progress, so that it is shown while it happens.
const WATCH_MS: u32 = 1_000;

/// Bounds how often the input is given once more for failed records alone. 4: one pass finds which are missing, one gives
/// them, and each may be interrupted once.
const MOST_PASSES: u32 = 4;

/// Stands for all of the input.
const CLOSED: u64 = u64::MAX;

/// What is kept of a load at each step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LoadState {
    /// The sink's journal; none before the sink was opened.
    pub journal: Option<String>,
    /// How many bytes of outcomes belong to that journal.
    pub outcomes_bytes: u64,
    /// How many bytes of failed records belong to that journal.
    #[serde(default)]
    pub failed_bytes: u64,
    /// Whether only the files' names are left to be given.
    pub finished: bool,
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
    pub input: &'a Path,
    /// Keeps the steps.
    pub ledger: &'a mut Ledger,
    /// Where the last step was.
    pub state: LoadState,
    /// Takes the outcome of every record, in input order.
    pub outcomes: Option<PartFile>,
    /// Takes the failed records as they were given.
    pub failed: Option<PartFile>,
    /// Waits while the remote system cannot answer.
    pub patience: Patience,
    /// Hears how it goes.
    pub watcher: &'a mut dyn Watcher,
    /// How far the load has come, to tell whether it gets any further.
    pub reached: Reached,
}

/// How far a load has come.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reached {
    /// Whether the sink has taken any of the input.
    begun: bool,
    /// Bytes of the input at the furthest step.
    passed: u64,
    /// Records that were worked off.
    processed: u64,
}

/// How a load ended, with its files whole but not yet named.
#[derive(Debug)]
pub struct Loaded {
    /// The last that was heard from the sink.
    pub progress: Progress,
    /// The outcomes.
    pub outcomes: Option<PartFile>,
    /// The failed records.
    pub failed: Option<PartFile>,
}

impl Load<'_> {
    /// Loads until the remote system has finished and all outcomes are on disk. The ledger says so then; giving the
    /// files their names and removing the ledger is the caller's.
    ///
    /// # Errors
    /// What stopped it; the ledger and the files hold what is needed to take it up again.
    pub async fn run(mut self) -> Result<Loaded, TransferError> {
        let progress = match self.persist().await {
            Ok(progress) => progress,
            Err(error) => {
                // What is still being written would hold the files against the next run.
                for file in [&mut self.outcomes, &mut self.failed].into_iter().flatten() {
                    let _ = file.sync().await;
                }
                return Err(error);
            }
        };
        Ok(Loaded {
            progress,
            outcomes: self.outcomes,
            failed: self.failed,
        })
    }

    /// Goes on until the end, or until waiting does not help.
    async fn persist(&mut self) -> Result<Progress, TransferError> {
        let mut passes = 0;
        loop {
            match self.attempt().await {
                Ok(_) if self.is_wanted_again()? && passes < MOST_PASSES => passes += 1,
                Ok(progress) => {
                    self.state.finished = true;
                    self.keep()?;
                    return Ok(progress);
                }
                Err(Stop::Passing(error)) if !self.may_go_on(&error) => return Err(error.into()),
                Err(Stop::Passing(error)) => {
                    self.patience.wait(error, self.watcher).await?;
                    self.rewind().await?;
                }
                Err(Stop::Final(TransferError::Session(error)))
                    if self.session.is_mended(&error).await && self.patience.mended() =>
                {
                    self.rewind().await?;
                }
                Err(Stop::Final(error)) => return Err(error),
            }
        }
    }

    /// The connector has tried again by itself: waiting is for what has begun. What the journal does not name yet is sent
    /// again only if it certainly was not applied.
    fn may_go_on(&self, error: &SessionError) -> bool {
        let maybe_applied = error.fault().is_some_and(|fault| fault.maybe_applied);
        self.ledger.has_steps() || (self.reached.begun && !maybe_applied)
    }

    async fn attempt(&mut self) -> Result<Progress, Stop> {
        let session = self.session;
        let journal = self.state.journal.clone();
        let writer = session.write(self.operation, self.config, journal.as_deref());
        let mut writer = writer.await?;
        if self.state.journal.is_none() {
            // Nothing has happened in the remote system yet: nothing to keep.
            self.state.journal = Some(writer.journal().await?);
        }
        self.feed(&mut writer).await?;
        writer.close().await?;
        self.step(&mut writer, CLOSED).await?;
        self.wait(&mut writer).await?;
        self.collect(&mut writer).await?;
        // Reading the outcomes may have shown more failures.
        Ok(writer.watch(0).await?)
    }

    /// Hands over the input from where the journal says.
    async fn feed(&mut self, writer: &mut Writer<'_>) -> Result<(), Stop> {
        let failed = || TransferError::file(self.input);
        let mut file = File::open(self.input).await.map_err(failed())?;
        let of = file.metadata().await.map_err(failed())?.len();
        let mut passed = self.taken()?;
        file.seek(SeekFrom::Start(passed)).await.map_err(failed())?;
        loop {
            let mut chunk = Vec::with_capacity(CHUNK);
            let mut piece = (&mut file).take(CHUNK as u64);
            if piece.read_to_end(&mut chunk).await.map_err(failed())? == 0 {
                return Ok(());
            }
            passed += chunk.len() as u64;
            writer.write(chunk).await?;
            self.reached.begun = true;
            self.watcher.bytes(passed, Some(of));
            // Each thing that the journal must name is kept before the next one is done.
            while self.step(writer, passed).await? {
                writer.write(Vec::new()).await?;
            }
        }
    }

    async fn wait(&mut self, writer: &mut Writer<'_>) -> Result<Progress, Stop> {
        loop {
            let progress = writer.watch(WATCH_MS).await?;
            self.watcher.progress(&progress);
            if progress.processed > self.reached.processed {
                self.reached.processed = progress.processed;
                self.patience.renew();
            }
            self.step(writer, CLOSED).await?;
            if progress.done {
                return Ok(progress);
            }
        }
    }

    /// Keeps the journal if it changed, and fetches the outcomes that are known by now. Says whether it changed.
    async fn step(&mut self, writer: &mut Writer<'_>, passed: u64) -> Result<bool, Stop> {
        let journal = writer.journal().await?;
        if self.state.journal.as_deref() == Some(&journal) {
            return Ok(false);
        }
        self.state.journal = Some(journal);
        self.keep()?;
        if passed > self.reached.passed {
            self.reached.passed = passed;
            self.patience.renew();
        }
        self.collect(writer).await?;
        Ok(true)
    }

    /// Fetches outcomes and failed records that became known, and keeps the journal that knows of it.
    async fn collect(&mut self, writer: &mut Writer<'_>) -> Result<(), Stop> {
        if let Some(file) = &mut self.outcomes {
            copy(writer, "all", file).await?;
            self.state.outcomes_bytes = file.bytes();
        }
        if let Some(file) = &mut self.failed {
            copy(writer, "failed", file).await?;
            self.state.failed_bytes = file.bytes();
        }
        let journal = writer.journal().await?;
        if self.state.journal.as_deref() != Some(&journal) {
            self.state.journal = Some(journal);
            self.keep()?;
        }
        Ok(())
    }

    /// Cuts off what was written after the last step.
    async fn rewind(&mut self) -> Result<(), TransferError> {
        rewind(&mut self.outcomes, self.state.outcomes_bytes).await?;
        rewind(&mut self.failed, self.state.failed_bytes).await
    }

    fn keep(&mut self) -> Result<(), TransferError> {
        let kept = self.ledger.keep(&self.state);
        kept.map_err(TransferError::file(self.ledger.path()))
    }

    fn taken(&self) -> Result<u64, TransferError> {
        Ok(self.members()?.taken)
    }

    /// Says whether the sink wants the input once more, for failed records.
    fn is_wanted_again(&self) -> Result<bool, TransferError> {
        Ok(self.failed.is_some() && self.members()?.again)
    }

    fn members(&self) -> Result<Members, TransferError> {
        let journal = self.state.journal.as_deref().unwrap_or_default();
        serde_json::from_str(journal).map_err(|_| TransferError::BadJournal)
    }
}

/// What a host reads of a sink's journal.
#[derive(Deserialize)]
struct Members {
    taken: u64,
    #[serde(default)]
    again: bool,
}

async fn rewind(file: &mut Option<PartFile>, bytes: u64) -> Result<(), TransferError> {
    let Some(file) = file else { return Ok(()) };
    let cut = file.cut(bytes).await;
    cut.map_err(TransferError::file(file.path()))
}

/// Appends what is known, and returns when it is on disk.
async fn copy(writer: &mut Writer<'_>, which: &str, file: &mut PartFile) -> Result<(), Stop> {
    let mut reader = writer.outcomes(which).await?;
    let before = file.bytes();
    while let Some(chunk) = reader.next(OUTCOMES_CHUNK).await? {
        let written = file.write(&chunk).await;
        written.map_err(TransferError::file(file.path()))?;
    }
    if file.bytes() > before {
        file.sync()
            .await
            .map_err(TransferError::file(file.path()))?;
    }
    Ok(())
}

/// Why an attempt ended.
enum Stop {
    /// Another attempt may do better.
    Passing(SessionError),
    /// None would.
    Final(TransferError),
}

impl From<SessionError> for Stop {
    fn from(error: SessionError) -> Self {
        if super::passes(&error) {
            Self::Passing(error)
        } else {
            Self::Final(error.into())
        }
    }
}

impl From<TransferError> for Stop {
    fn from(error: TransferError) -> Self {
        Self::Final(error)
    }
}
