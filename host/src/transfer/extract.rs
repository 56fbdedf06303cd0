//! An extract: a source into a file, continued where it stopped if the source can.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{RetryPolicy, TransferError, Watcher};
use crate::contract::{Head, Message};
use crate::journal_file::JournalFile;
use crate::output::PartFile;
use crate::session::{Reader, Session};

/// Bound of one piece of the output.
const CHUNK: u32 = 256 * 1024;

/// What is kept of an extract at each step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ExtractState {
    /// The config with which to continue; none before the source named one.
    pub config: Option<Value>,
    /// How many bytes of the output stand before that.
    pub bytes: u64,
    /// Whether only the file's name is left to be given.
    pub finished: bool,
}

/// One extract: run it with [`Extract::run`].
pub struct Extract<'a> {
    session: &'a Session,
    operation: &'a str,
    config: &'a Value,
    input: Option<Message>,
    journal_file: &'a mut JournalFile,
    state: ExtractState,
    output: PartFile,
    retry: RetryPolicy,
    watcher: Box<dyn Watcher + 'a>,
}

impl<'a> Extract<'a> {
    /// Prepares an extract by an operation of style `source` into a file. Each position to continue from is kept in the journal file.
    pub fn new(
        session: &'a Session,
        operation: &'a str,
        config: &'a Value,
        output: PartFile,
        journal_file: &'a mut JournalFile,
    ) -> Self {
        Self {
            session,
            operation,
            config,
            input: None,
            journal_file,
            state: ExtractState::default(),
            output,
            retry: RetryPolicy::default(),
            watcher: Box::new(()),
        }
    }

    /// Sets the input, for operations that take one.
    #[must_use]
    pub fn input(self, input: Option<Message>) -> Self {
        Self { input, ..self }
    }

    /// Continues from the step that the journal file kept last.
    #[must_use]
    pub fn state(self, state: ExtractState) -> Self {
        Self { state, ..self }
    }

    /// Sets how often, and for how long, a remote system that cannot answer is waited for.
    #[must_use]
    pub fn retry(self, retry: RetryPolicy) -> Self {
        Self { retry, ..self }
    }

    /// Sets the observer of the extract.
    #[must_use]
    pub fn watcher(self, watcher: impl Watcher + 'a) -> Self {
        Self {
            watcher: Box::new(watcher),
            ..self
        }
    }

    /// Reads to the end. The journal file says so then; naming the file and removing the journal file is the caller's. Returns the
    /// source's facts and the file.
    ///
    /// # Errors
    /// What stopped it; the journal file and the file hold what is needed to resume it.
    pub async fn run(mut self) -> Result<(Head, PartFile), TransferError> {
        match self.persist().await {
            Ok(head) => Ok((head, self.output)),
            Err(error) => {
                // What is still being written would hold the file against the next run.
                let _ = self.output.sync().await;
                Err(error)
            }
        }
    }

    /// Continues until the end, or until waiting does not help.
    async fn persist(&mut self) -> Result<Head, TransferError> {
        loop {
            match self.attempt().await {
                Ok(head) => {
                    self.state.finished = true;
                    self.state.bytes = self.output.bytes();
                    self.keep().await?;
                    return Ok(head);
                }
                Err(TransferError::Session(error)) => {
                    // Reading again changes nothing, whatever an instance was doing that broke off.
                    let resolved = self.session.is_resolved(&error).await
                        || self.session.restart_after(&error).await;
                    let resolved = resolved && self.retry.resolved();
                    if !resolved {
                        // The connector has tried again by itself: waiting is for what can be continued.
                        if self.state.config.is_none() {
                            return Err(error.into());
                        }
                        self.retry.wait(error, &mut *self.watcher).await?;
                    }
                    let cut = self.output.cut(self.state.bytes).await;
                    cut.map_err(TransferError::file(self.output.path()))?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn attempt(&mut self) -> Result<Head, TransferError> {
        let config = self.state.config.as_ref().unwrap_or(self.config);
        let input = self.input.clone();
        let mut reader = self.session.read(self.operation, config, input).await?;
        // The source counts from where it was opened, the file from its beginning.
        let opened_at = self.state.bytes;
        self.step(&reader, opened_at).await?;
        while let Some(chunk) = reader.next(CHUNK).await? {
            let written = self.output.write(&chunk).await;
            written.map_err(TransferError::file(self.output.path()))?;
            self.watcher.bytes(self.output.bytes(), None);
            self.step(&reader, opened_at).await?;
        }
        Ok(reader.head().await?)
    }

    /// Keeps the position to continue from, where the source has named another one.
    async fn step(&mut self, reader: &Reader<'_>, opened_at: u64) -> Result<(), TransferError> {
        let head = reader.head().await?;
        let Some((config, bytes)) = position(&head) else {
            return Ok(());
        };
        let bytes = opened_at + bytes;
        let is_known = bytes == self.state.bytes && self.state.config.as_ref() == Some(&config);
        if is_known || bytes > self.output.bytes() {
            return Ok(());
        }
        self.state.bytes = bytes;
        self.state.config = Some(config);
        self.retry.renew();
        self.keep().await
    }

    /// Keeps the state: the output is on disk before the journal file says that it is.
    async fn keep(&mut self) -> Result<(), TransferError> {
        let synced = self.output.sync().await;
        synced.map_err(TransferError::file(self.output.path()))?;
        let kept = self.journal_file.keep(&self.state);
        kept.map_err(TransferError::file(self.journal_file.path()))
    }
}

fn position(head: &Head) -> Option<(Value, u64)> {
    let resumption = head.metadata.resumption.as_ref()?;
    let config = serde_json::from_str(&resumption.config).ok()?;
    Some((config, resumption.bytes))
}
