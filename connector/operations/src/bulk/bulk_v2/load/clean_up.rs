//! What a load leaves in the org: jobs that are deleted once nobody needs them any more, and one whose data was refused.

use super::Load;
use super::journal::{Journal, Part, Returned, Stage};
use super::load_state::LoadState;
use crate::bulk::jobs::{self, INGEST, State};
use crate::rest::ask;
use salesforce_client::path::segment;
use salesforce_contract::bindings::Fault;

/// Longest time that one call deletes jobs, in milliseconds: a host that hears nothing for long could take the load for dead.
const CALL_MS: u64 = 20_000;

impl LoadState {
    /// Marks the part that was being filled as one whose data did not arrive; returns its job.
    fn leave_open_part(&mut self) -> Option<String> {
        let mut parts = self.journal.parts.iter_mut();
        let part = parts.find(|part| part.stage == Stage::Open)?;
        part.stage = Stage::Lost;
        Some(part.job.clone())
    }

    /// Begins anew where nothing of the input is in the org and nothing of it has been emitted: there is nothing to resume then.
    fn forget_unsent(&mut self) {
        let is_unsent = |part: &Part| {
            matches!(part.stage, Stage::Lost | Stage::Unsent)
                && !part.collected
                && part.returned == Returned::default()
                && part.untaken == 0
        };
        let head = &self.journal.head;
        let emitted = head.failed_begun || head.offers > 0;
        if !emitted && !head.closed && !head.aborted && self.journal.parts.iter().all(is_unsent) {
            *self = Self::new(Journal::default());
        }
    }

    /// Returns the parts that have a job which is at its end.
    fn with_jobs(&self) -> Vec<usize> {
        self.parts(|part| matches!(part.stage, Stage::Final(_)) && !part.job.is_empty())
    }
}

impl Load {
    /// Leaves the job whose data the org has refused. That it is aborted matters to nobody but who lists jobs.
    pub(super) fn leave_open_part(&mut self) {
        let job = self.state.borrow_mut().leave_open_part();
        if let Some(job) = job {
            let _ = jobs::set_state(&self.client, INGEST, &job, State::Aborted);
        }
        self.state.borrow_mut().forget_unsent();
    }

    /// Deletes jobs; false where some are left for another call. One that cannot be deleted is named, and is no failure of the load.
    pub(super) fn delete_jobs(&mut self) -> bool {
        let clock = &self.client.context().clock;
        let began = clock.monotonic_ms();
        let indexes = self.state.borrow().with_jobs();
        for index in indexes {
            if self.protocol.deleted.contains(&index) {
                continue;
            }
            if clock.monotonic_ms().saturating_sub(began) >= CALL_MS {
                return false;
            }
            let job = self.state.borrow().job(index);
            if let Err(fault) = self.delete_job(&job) {
                let why = &fault.message;
                self.remarks
                    .push_str(&format!("; job {job} was not deleted: {why}"));
            }
            self.protocol.deleted.insert(index);
        }
        true
    }

    fn delete_job(&self, job: &str) -> Result<(), Fault> {
        let path = format!("{INGEST}/{}", segment("job", job)?);
        match ask::delete(&self.client, &path) {
            // An instance before this one may have deleted it.
            Err(fault) if salesforce_client::fault::is_absent(&fault) => Ok(()),
            deleted => deleted.map(drop),
        }
    }
}
