//! The attempts of a load: each opens the sink with the last journal, and feeds it from there.

use std::time::Duration;

use super::Load;
use crate::contract::Progress;
use crate::session::{SessionError, Writer};
use crate::transfer::input::CHUNK;
use crate::transfer::{TransferError, passes};

/// Bound of one wait for progress, so that it is shown while it happens. 1 s.
const WATCH_MS: u32 = 1_000;
/// Bound of the steps that one piece of input leads to. 2^20; four for each of 256 Ki records of one byte.
const MAX_STEPS: u32 = 1 << 20;

/// Bound of the passes over the input: one for the outcomes, and others for failed records that the sink does not hold. 4;
/// the connectors known need two.
const MAX_PASSES: u32 = 4;

/// Length that stands for all of the input.
const CLOSED: u64 = u64::MAX;

impl Load<'_> {
    /// Continues until the end, or until waiting does not help.
    pub(super) async fn persist(&mut self) -> Result<Progress, TransferError> {
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
        let resolved = self.session.is_resolved(&error).await;
        // An instance that broke off may have been about to send what no journal names yet.
        let resolved =
            resolved || self.journal_file.has_steps() && self.session.restart_after(&error).await;
        if resolved {
            self.watcher.again(&error, Duration::ZERO);
            return if self.retry.resolved() {
                Ok(())
            } else {
                Err(error.into())
            };
        }
        if passes(&error) && self.may_continue(&error) {
            return self.retry.wait(error, &mut *self.watcher).await;
        }
        Err(error.into())
    }

    /// Says whether waiting may help. The connector has tried again by itself: waiting is for what has begun. What the
    /// journal does not name yet is sent again only if it certainly was not applied.
    fn may_continue(&self, error: &SessionError) -> bool {
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
        if self.aborting {
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
}
