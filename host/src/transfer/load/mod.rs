//! A load: an input file into a sink, its outcomes into a file.

mod attempts;
mod steps;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::input::{Beginning, Input};
use super::load_status::LoadStatus;
use super::tally::Tally;
use super::{RetryPolicy, Stopped, Watcher};
use crate::contract::Progress;
use crate::journal_file::JournalFile;
use crate::output::PartFile;
use crate::session::Session;

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
    pub fn load_status(&self) -> LoadStatus {
        LoadStatus::new(None, &self.tally, self.journal.as_deref())
    }
}

/// One load: run it with [`Load::run`].
pub struct Load<'a> {
    session: &'a Session,
    operation: &'a str,
    config: &'a Value,
    input: &'a Input,
    journal_file: &'a mut JournalFile,
    state: LoadState,
    outcomes: Option<PartFile>,
    failed: Option<PartFile>,
    retry: RetryPolicy,
    watcher: Box<dyn Watcher + 'a>,
    aborting: bool,
    reached: Reached,
}

/// How far a load has come in this process.
#[derive(Default)]
struct Reached {
    /// Whether the sink has taken any of the input.
    begun: bool,
    /// Bytes of the input at the furthest step.
    passed: u64,
    /// What the sink said last.
    progress: Option<Progress>,
    beginning: Beginning,
}

/// How a load ended, with its files whole but not yet named.
#[derive(Debug)]
#[non_exhaustive]
pub struct Loaded {
    /// The last that was heard from the sink.
    pub progress: Progress,
    /// How the whole load stands.
    pub load_status: LoadStatus,
    /// The outcomes.
    pub outcomes: Option<PartFile>,
    /// The failed records.
    pub failed: Option<PartFile>,
}

impl<'a> Load<'a> {
    /// Prepares a load of a file by an operation of style `sink`. Each step is kept in the journal file before the next is done.
    pub fn new(
        session: &'a Session,
        operation: &'a str,
        config: &'a Value,
        input: &'a Input,
        journal_file: &'a mut JournalFile,
    ) -> Self {
        Self {
            session,
            operation,
            config,
            input,
            journal_file,
            state: LoadState::default(),
            outcomes: None,
            failed: None,
            retry: RetryPolicy::default(),
            watcher: Box::new(()),
            aborting: false,
            reached: Reached::default(),
        }
    }

    /// Continues from the step that the journal file kept last.
    #[must_use]
    pub fn state(self, state: LoadState) -> Self {
        Self { state, ..self }
    }

    /// Sets the file for the outcome of every record, in input order.
    #[must_use]
    pub fn outcomes(self, file: Option<PartFile>) -> Self {
        Self {
            outcomes: file,
            ..self
        }
    }

    /// Sets the file for the failed records as they were given.
    #[must_use]
    pub fn failed(self, file: Option<PartFile>) -> Self {
        Self {
            failed: file,
            ..self
        }
    }

    /// Sets how often, and for how long, a remote system that cannot answer is waited for.
    #[must_use]
    pub fn retry(self, retry: RetryPolicy) -> Self {
        Self { retry, ..self }
    }

    /// Sets the observer of the load.
    #[must_use]
    pub fn watcher(self, watcher: impl Watcher + 'a) -> Self {
        Self {
            watcher: Box::new(watcher),
            ..self
        }
    }

    /// Aborts the load: nothing more is sent, and the outcomes of what was are collected.
    #[must_use]
    pub fn abort(self) -> Self {
        Self {
            aborting: true,
            ..self
        }
    }

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
        let load_status = LoadStatus::new(progress, &self.state.tally, journal);
        match ended {
            Ok(progress) => Ok(Loaded {
                progress,
                load_status,
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
                    load_status,
                    state: self.state,
                })
            }
        }
    }
}
