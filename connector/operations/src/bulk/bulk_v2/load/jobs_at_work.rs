//! Jobs that are closed, polled and aborted.

use super::Load;
use super::journal::{Part, Stage};
use crate::bulk::jobs::{self, INGEST, State};
use crate::bulk::poll::FIRST_PAUSE_MS;
use salesforce_client::fault::is_absent;
use salesforce_contract::bindings::{Fault, FaultKind};

/// How often a job that stays open is told that its data is complete.
const MOST_CLOSES: u32 = 5;

impl Load {
    /// Asks for the state of all jobs at work; true if anything has changed.
    pub(super) fn refresh_jobs(&mut self) -> Result<bool, Fault> {
        let at_work = self
            .state
            .borrow()
            .parts(|part| part.stage == Stage::Closed);
        let mut changed = false;
        for index in at_work {
            let job = self.state.borrow().job(index);
            match jobs::info(&self.client, INGEST, &job) {
                Ok((_, info)) => changed |= self.state.borrow_mut().saw(index, &info),
                Err(fault) if is_absent(&fault) => {
                    self.state.borrow_mut().gone(index);
                    changed = true;
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(changed)
    }

    /// Tells a job that its data is complete. Whether Salesforce heard it is seen by the state it answers, and by those it tells later.
    pub(super) fn close_part(&mut self, index: usize) -> Result<(), Fault> {
        let job = self.state.borrow().job(index);
        let closes = self.protocol.closes.entry(index).or_default();
        if *closes >= MOST_CLOSES {
            return Err(Fault::protocol(format!(
                "Job {job} stays open though Salesforce was told {closes} times that its data is complete: its data is there; close it in the org (Setup, Bulk Data Load Jobs), or continue later"
            )));
        }
        *closes += 1;
        let again = *closes > 1;
        if again {
            self.client.context().clock.sleep_ms(FIRST_PAUSE_MS);
        }
        match jobs::set_state(&self.client, INGEST, &job, State::UploadComplete) {
            Ok((_, info)) => {
                self.state.borrow_mut().saw(index, &info);
                Ok(())
            }
            Err(fault) => self.close_refused(index, fault),
        }
    }

    /// Aborts what has not come to its end.
    pub(super) fn abort_jobs(&mut self) -> Result<(), Fault> {
        let is_open = |part: &Part| !part.is_final() && !part.job.is_empty();
        let open = self.state.borrow().parts(is_open);
        for index in open {
            let job = self.state.borrow().job(index);
            // A job that came to its end meanwhile refuses to be aborted.
            let aborted =
                jobs::set_state(&self.client, INGEST, &job, State::Aborted).or_else(|fault| {
                    match fault.kind {
                        FaultKind::Invalid | FaultKind::Conflict => {
                            jobs::info(&self.client, INGEST, &job)
                        }
                        _ => Err(fault),
                    }
                });
            match aborted {
                // What had not arrived whole stays what it is: nothing was sent of it.
                Ok((_, info)) => self.state.borrow_mut().aborted(index, &info),
                Err(fault) if is_absent(&fault) => {
                    self.state.borrow_mut().missing(index);
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }
}
