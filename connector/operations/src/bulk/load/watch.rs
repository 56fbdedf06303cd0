//! Waiting for what was sent.

use super::Load;
use super::protocol::{JobProtocol, JobState};
use salesforce_contract::bindings::exports::mediation::connector::mediator::Progress;
use salesforce_contract::bindings::{Fault, FaultKind};

impl<P: JobProtocol> Load<P> {
    /// Polls until something has changed or the time is over. What the journal must name ends the wait, too.
    pub(super) fn watch_jobs(&mut self, wait_ms: u64) -> Result<Progress, Fault> {
        let started = self.org.context().clock.monotonic_ms();
        loop {
            if P::work(self)? {
                return Ok(self.progress());
            }
            let changed = self.refresh_if_due()?;
            P::complete(self)?;
            let clock = self.org.context().clock.as_ref();
            let done = self.state.borrow().is_done();
            if !done && self.poll.waited_ms(clock) >= self.plan.wait_ms {
                return Err(self.waited_out());
            }
            let left = wait_ms.saturating_sub(clock.monotonic_ms().saturating_sub(started));
            if done || changed || left == 0 {
                return Ok(self.progress());
            }
            clock.sleep_ms(self.poll.until_due(clock).min(left));
        }
    }

    /// Asks for the state of what is at work, if it is time to; true if anything has changed.
    pub fn refresh_if_due(&mut self) -> Result<bool, Fault> {
        if self.poll.until_due(self.org.context().clock.as_ref()) > 0 {
            return Ok(false);
        }
        let changed = P::refresh(self)?;
        let clock = self.org.context().clock.as_ref();
        self.poll.polled(clock, self.plan.poll_max_ms);
        Ok(changed)
    }

    pub(super) fn progress(&self) -> Progress {
        let state = self.state.borrow();
        let counts = state.counts();
        let (all, pending, units) = (counts.units, counts.pending, P::State::UNITS);
        let closed = state.head().closed;
        let mut note = match (closed, pending) {
            (true, 0) => format!("{all} {units} done"),
            (true, _) => format!("Salesforce is working on {pending} of {all} {units}"),
            (false, _) => {
                let done = all.saturating_sub(pending);
                format!("sending; {done} of {all} {units} done")
            }
        };
        note.push_str(&counts.notes);
        Progress {
            done: state.is_done(),
            processed: counts.processed,
            failed: counts.failed,
            total: closed.then_some(counts.rows),
            note,
        }
    }

    pub(super) fn waited_out(&self) -> Fault {
        Fault::new(
            FaultKind::Timeout,
            format!(
                "Salesforce is still working on {} after {} s: nothing has failed; wait on by opening the load again with its journal",
                self.state.borrow().pending(),
                self.plan.wait_ms / 1_000
            ),
        )
    }
}
