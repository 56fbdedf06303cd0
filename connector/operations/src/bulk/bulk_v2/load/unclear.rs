//! Uploads that the org answered with something else than that it took the data: their jobs are asked, or aborted, before the records
//! go anywhere else.

use super::Load;
use super::journal::Stage;
use super::load_state::LoadState;
use super::untaken::{MOST_JOBS, leave};
use crate::bulk::jobs::{self, INGEST, State};
use crate::bulk::poll::FIRST_PAUSE_MS;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::message::bounded;

impl LoadState {
    /// Returns whether the answer to the upload of a part did not say that it was taken.
    fn is_unclear(&self, index: usize) -> bool {
        let part = self.journal.parts.get(index);
        part.is_some_and(|part| part.unclear.is_some())
    }

    /// A job that was aborted while it was open, for this reason.
    fn untaken(&mut self, index: usize, why: &str) {
        if let Some(part) = self.journal.parts.get_mut(index) {
            part.stage = Stage::Final(State::Aborted);
            (part.processed, part.failed) = (0, 0);
            leave(part, Some(why));
        }
    }

    /// No more jobs are made: records that none has taken stay unprocessed.
    pub fn leave_untaken(&mut self) {
        for part in &mut self.journal.parts {
            if part.stage == Stage::Lost && part.untaken > 0 {
                let said = part.unclear.as_deref().unwrap_or_default();
                part.reason = Some(format!(
                    "Job {} took none of these records ({said}), and the load was given up",
                    part.job
                ));
                part.stage = Stage::Final(State::Aborted);
            }
        }
    }
}

impl Load {
    /// Settles what a refusal to close means for a job whose upload was answered unclearly. One that is still open is aborted: whatever it has,
    /// nothing of it will be processed, so that another job may have the records.
    pub(super) fn close_refused(&self, index: usize, fault: Fault) -> Result<(), Fault> {
        let refused = matches!(fault.status, Some(400 | 409));
        if !refused || !self.state.borrow().is_unclear(index) {
            return Err(fault);
        }
        let job = self.state.borrow().job(index);
        let (_, mut info) = jobs::info(&self.client, INGEST, &job)?;
        if info.state == State::Open {
            (_, info) = jobs::set_state(&self.client, INGEST, &job, State::Aborted)?;
        }
        let mut state = self.state.borrow_mut();
        match info.state {
            State::Aborted => state.untaken(index, &fault.message),
            _ => {
                state.saw(index, &info);
            }
        }
        Ok(())
    }

    /// Fails where records that have gone by go into another job: only the host has them. It has kept a journal that says so by now.
    pub(super) fn check_passed(&self) -> Result<(), Fault> {
        let state = self.state.borrow();
        let mut passed = state.journal.parts.iter().take(self.protocol.next_part);
        let Some(part) = passed.find(|part| part.stage == Stage::Lost) else {
            return Ok(());
        };
        Err(Fault {
            retry_after_ms: Some(bounded(FIRST_PAUSE_MS)),
            attempts: 1,
            ..Fault::new(
                FaultKind::Unavailable,
                format!(
                    "Job {} took none of its {} records ({}): they go into another job, the {} of {MOST_JOBS} at most, once the load is opened again with its journal",
                    part.job,
                    part.sent(),
                    part.unclear.as_deref().unwrap_or("its data did not arrive"),
                    if part.untaken == 1 { "second" } else { "last" },
                ),
            )
        })
    }
}
