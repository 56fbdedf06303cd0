//! The steps of a load: what is kept on disk before the next thing is done.

use serde::Deserialize;

use super::Load;
use crate::contract::OutcomeSet;
use crate::session::Writer;
use crate::transfer::TransferError;
use crate::transfer::store::{copy, rewind};

/// The members of a sink's journal that the contract names.
#[derive(Deserialize)]
pub(super) struct JournalMembers {
    /// Bytes of the input that need not be written again.
    pub(super) taken: u64,
    /// Whether failed records must be read from the input again.
    #[serde(default)]
    pub(super) again: bool,
}

impl Load<'_> {
    /// Checks that what the sink has taken is still there: it is not given again.
    pub(super) async fn check_beginning(&mut self) -> Result<(), TransferError> {
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

    /// Keeps the journal if it changed, and fetches the outcomes that are known by now. Says whether it changed.
    pub(super) async fn step(
        &mut self,
        writer: &mut Writer<'_>,
        passed: u64,
    ) -> Result<bool, TransferError> {
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
    pub(super) async fn learn(&mut self, writer: &Writer<'_>) -> Result<(), TransferError> {
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
    pub(super) async fn forget_if_blank(&mut self) -> Result<(), TransferError> {
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
    pub(super) async fn collect(&mut self, writer: &mut Writer<'_>) -> Result<(), TransferError> {
        if self.outcomes.is_none() && self.failed.is_none() {
            return Ok(());
        }
        // Counted once the outcomes are on disk: what is read again after a failure is counted again.
        let mut tally = self.state.tally.clone();
        let outcomes = self.outcomes.as_mut();
        let outcomes_bytes = copy(writer, OutcomeSet::All, outcomes, Some(&mut tally)).await?;
        let failed_bytes = match &mut self.failed {
            Some(file) => copy(writer, OutcomeSet::Failed, Some(file), None).await?,
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
    pub(super) async fn ask_why(&mut self, writer: &mut Writer<'_>) {
        let mut tally = self.state.tally.clone();
        if let Err(error) = copy(writer, OutcomeSet::All, None, Some(&mut tally)).await {
            tracing::info!("why records failed cannot be told: {error}");
        }
        self.state.tally = tally;
    }

    /// Cuts off what was written after the last step.
    pub(super) async fn rewind(&mut self) -> Result<(), TransferError> {
        rewind(&mut self.outcomes, self.state.outcomes_bytes).await?;
        rewind(&mut self.failed, self.state.failed_bytes).await
    }

    pub(super) async fn keep(&mut self) -> Result<(), TransferError> {
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

    pub(super) fn taken(&self) -> Result<u64, TransferError> {
        Ok(self.members()?.taken)
    }

    pub(super) fn members(&self) -> Result<JournalMembers, TransferError> {
        let journal = self.state.journal.as_deref().unwrap_or_default();
        serde_json::from_str(journal).map_err(|_| TransferError::BadJournal)
    }
}
