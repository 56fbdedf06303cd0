//! Waiting for batches.

use super::journal::{Journal, Part};
use super::{Load, wire};
use salesforce_contract::bindings::exports::mediation::connector::mediator::Progress;
use salesforce_contract::bindings::{Fault, FaultKind};

impl Load {
    /// Looks at batches until something has changed or the time is over. What the journal must name ends the wait, too.
    pub(super) fn watch_batches(&mut self, wait_ms: u64) -> Result<Progress, Fault> {
        let started = self.org.context().clock.monotonic_ms();
        loop {
            if self.send_part()? || self.split_one()? {
                return Ok(self.progress());
            }
            let changed = self.refresh_if_due()?;
            self.close_job()?;
            let clock = self.org.context().clock.as_ref();
            let done = self.is_done();
            if !done && self.pace.waited_ms(clock) >= self.plan.wait_ms {
                return Err(self.waited_out());
            }
            let left = wait_ms.saturating_sub(clock.monotonic_ms().saturating_sub(started));
            if done || changed || left == 0 {
                return Ok(self.progress());
            }
            clock.sleep_ms(self.pace.until_due(clock).min(left));
        }
    }

    /// Asks for the state of all batches, if it is time to; true if anything has changed.
    pub(super) fn refresh_if_due(&mut self) -> Result<bool, Fault> {
        let job = self.job().filter(|_| self.is_at_work());
        let clock = self.org.context().clock.as_ref();
        let Some(job) = job.filter(|_| self.pace.until_due(clock) == 0) else {
            return Ok(false);
        };
        let listed = wire::batches(&self.org, &job)?;
        self.pace.looked(clock, self.plan.poll_max_ms);
        Ok(self.journal.borrow_mut().saw(&listed))
    }

    fn is_at_work(&self) -> bool {
        let journal = self.journal.borrow();
        let at_work = |part: &Part| part.id.is_some() && !part.state.is_final();
        journal.parts().any(at_work)
    }

    fn is_done(&self) -> bool {
        let journal = self.journal.borrow();
        journal.is_settled(self.max_splits) && (journal.finished || journal.job.is_none())
    }

    /// Tells the job that nothing more follows, once that is certain: a closed job takes no batches that were split.
    fn close_job(&self) -> Result<(), Fault> {
        let mut journal = self.journal.borrow_mut();
        if journal.finished || !journal.is_settled(self.max_splits) {
            return Ok(());
        }
        if let Some(job) = &journal.job {
            wire::end_job(&self.org, job, "Closed")?;
        }
        journal.finished = true;
        Ok(())
    }

    pub(super) fn progress(&self) -> Progress {
        let journal = self.journal.borrow();
        let unfit: u64 = journal.batches.iter().map(|batch| batch.unfit_count).sum();
        let rows: u64 = journal.batches.iter().map(|batch| batch.rows).sum();
        let open = pending(&journal);
        let batches = journal.parts().count();
        let mut note = match (journal.closed, open) {
            (true, 0) => format!("{batches} batches done"),
            (true, _) => format!("Salesforce is working on {open} of {batches} batches"),
            (false, _) => format!("sending; {} of {batches} batches done", batches - open),
        };
        let incomplete = journal.parts().find(|part| part.unprocessed() > 0);
        note.extend(incomplete.map(left_over));
        let unknown: u64 = journal.parts().map(|part| part.unknown).sum();
        note.extend((unknown > 0).then(|| {
            format!(
                "; what became of {unknown} records is not known: look for them in the org before they are loaded again"
            )
        }));
        let failed = journal.parts().map(failed_of).sum::<u64>();
        Progress {
            done: self.is_done(),
            processed: journal.parts().map(processed_of).sum::<u64>() + unfit,
            failed: failed + unfit,
            total: journal.closed.then_some(rows),
            note,
        }
    }

    fn waited_out(&self) -> Fault {
        let journal = self.journal.borrow();
        Fault::new(
            FaultKind::Timeout,
            format!(
                "Salesforce is still working on {} batches of job {} after {} s: nothing has failed; wait on by opening the load again with its journal",
                pending(&journal),
                journal.job.as_deref().unwrap_or_default(),
                self.plan.wait_ms / 1_000
            ),
        )
    }
}

fn pending(journal: &Journal) -> usize {
    let open = |part: &&Part| part.id.is_none() || !part.state.is_final();
    journal.parts().filter(open).count()
}

/// Records that need no more work: all of a batch that is at its end.
fn processed_of(part: &Part) -> u64 {
    if part.state.is_final() {
        part.rows
    } else {
        part.processed.min(part.rows)
    }
}

/// Records that failed, those that nobody got to included.
fn failed_of(part: &Part) -> u64 {
    part.rows
        .min(part.failed + part.unprocessed() + part.unknown)
}

/// What is said of a batch that left records over.
fn left_over(part: &Part) -> String {
    let batch = part.id.as_deref().unwrap_or_default();
    let (count, (_, why)) = (part.unprocessed(), part.why_unprocessed());
    format!("; batch {batch} left {count} records over: {why}")
}
