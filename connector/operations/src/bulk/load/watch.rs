//! Waiting: for what was sent, and for room for more.

use super::job::JobState;
use super::{JobProtocol, Load};
use salesforce_contract::bindings::exports::mediation::connector::mediator::Progress;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::message::bounded;

/// Longest wait for room within one call, in milliseconds: a host that hears nothing for long could take the load for dead.
const CALL_WAIT_MS: u64 = 20_000;

impl<P: JobProtocol> Load<P> {
    /// Polls until something has changed or the time is over. What the journal must name ends the wait, too.
    pub(super) fn watch_jobs(&mut self, wait_ms: u64) -> Result<Progress, Fault> {
        let started = self.client.context().clock.monotonic_ms();
        loop {
            if P::work(self)? {
                return Ok(self.progress());
            }
            let changed = self.refresh_if_due()?;
            P::complete(self)?;
            let clock = self.client.context().clock.as_ref();
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
        if self.poll.until_due(self.client.context().clock.as_ref()) > 0 {
            return Ok(false);
        }
        let changed = P::refresh(self)?;
        let clock = self.client.context().clock.as_ref();
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
        note.push_str(&self.remarks);
        Progress {
            done: state.is_done(),
            processed: bounded(counts.processed),
            failed: bounded(counts.failed),
            total: closed.then_some(bounded(counts.rows)),
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

    /// Returns whether there is room for another part. Where there is none, the journal may say that outcomes can be fetched, which makes room.
    pub(super) fn has_room(&mut self) -> Result<bool, Fault> {
        let began = self.client.context().clock.monotonic_ms();
        while self.is_full() {
            if self.drop_unasked() {
                continue;
            }
            if self.offer() {
                return Ok(false);
            }
            let is_waited_for = self.backpressure.asked && self.state.borrow().known().is_empty();
            if !is_waited_for {
                self.backpressure.forgot = true;
                self.state.borrow_mut().drop_kept(true);
                break;
            }
            // Only work makes room where a batch waits to be split.
            if P::work(self)? {
                return Ok(false);
            }
            if P::refresh_early(self)? {
                continue;
            }
            let clock = self.client.context().clock.as_ref();
            let now = clock.monotonic_ms();
            let since = *self.backpressure.since_ms.get_or_insert(now);
            if now.saturating_sub(since) >= self.plan.wait_ms {
                return Err(self.waited_out());
            }
            let left_ms = CALL_WAIT_MS.saturating_sub(now.saturating_sub(began));
            if left_ms == 0 {
                return Ok(false);
            }
            clock.sleep_ms(self.plan.poll_max_ms.min(left_ms));
        }
        self.backpressure.since_ms = None;
        Ok(true)
    }

    fn is_full(&self) -> bool {
        let kept = self.state.borrow().kept();
        kept.rows >= self.backpressure.most_rows || kept.bytes >= self.backpressure.most_bytes
    }

    /// Drops records that were not saved, unless somebody has asked for them; false where there are none.
    fn drop_unasked(&self) -> bool {
        let mut state = self.state.borrow_mut();
        !state.head().wants_failed && state.drop_kept(false)
    }

    /// Lets the journal say that outcomes are to be fetched, once at least, and whenever more of them are known; false where it has said so.
    fn offer(&mut self) -> bool {
        let mut state = self.state.borrow_mut();
        let known = state.known();
        let gives = state.head().wants_failed && state.kept().has_records;
        let news = match self.backpressure.offered {
            None => true,
            Some(offered) => {
                self.backpressure.asked && (gives || known.end > offered.max(known.start))
            }
        };
        if news {
            state.head_mut().offers += 1;
            self.backpressure.offered = Some(known.end);
            self.backpressure.asked = false;
        }
        news
    }
}
