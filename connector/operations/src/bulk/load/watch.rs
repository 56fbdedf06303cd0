//! Waiting for jobs.

use super::Load;
use super::journal::{Part, Stage};
use super::state::named;
use crate::bulk::jobs::{self, INGEST, State};
use salesforce_client::clock::Clock;
use salesforce_client::fault::is_absent;
use salesforce_contract::bindings::exports::mediation::connector::mediator::Progress;
use salesforce_contract::bindings::{Fault, FaultKind};

/// The first pause between two looks at a job, in milliseconds.
pub const FIRST_PAUSE_MS: u64 = 200;

/// How often a job that stays open is told that its data is complete.
const MOST_CLOSES: u32 = 5;

/// When the next look is due, and since when the wait lasts.
pub struct Pace {
    since_ms: u64,
    pause_ms: u64,
    due_ms: u64,
}

impl Pace {
    /// Begins to wait.
    pub fn new(clock: &dyn Clock) -> Self {
        Self {
            since_ms: clock.monotonic_ms(),
            pause_ms: FIRST_PAUSE_MS,
            due_ms: 0,
        }
    }

    /// Milliseconds until the next look is due.
    pub fn until_due(&self, clock: &dyn Clock) -> u64 {
        self.due_ms.saturating_sub(clock.monotonic_ms())
    }

    /// After a look: the next pause is half as long again as the one before, up to a bound.
    pub fn looked(&mut self, clock: &dyn Clock, most_ms: u64) {
        let pause = self.pause_ms.min(most_ms);
        self.due_ms = clock.monotonic_ms().saturating_add(pause);
        self.pause_ms = (pause + pause / 2).min(most_ms);
    }

    /// How long the wait has lasted.
    pub fn waited_ms(&self, clock: &dyn Clock) -> u64 {
        clock.monotonic_ms().saturating_sub(self.since_ms)
    }
}

/// What is said of a job that left records over.
fn left_over(part: &Part) -> String {
    let (job, count) = (&part.job, part.unprocessed());
    let state = match part.stage {
        Stage::Final(state) => state.name(),
        _ => "open",
    };
    let why = part.reason.as_deref().unwrap_or("no reason is told");
    format!("; job {job} ended {state} and left {count} records over: {why}")
}

/// What is said of records whose outcome cannot be known.
fn unknown(parts: &[Part]) -> Option<String> {
    let of: Vec<&Part> = parts.iter().filter(|part| part.unknown > 0).collect();
    let count: u64 = of.iter().map(|part| part.unknown).sum();
    let jobs: Vec<&str> = of.iter().map(|part| part.job.as_str()).collect();
    (count > 0).then(|| {
        format!(
            "; what became of {count} records is not known (jobs {}): look for them in the org before they are loaded again",
            named(&jobs)
        )
    })
}

impl Load {
    /// Looks at jobs until something has changed or the time is over.
    pub(super) fn watch_jobs(&mut self, wait_ms: u64) -> Result<Progress, Fault> {
        let started = self.org.context().clock.monotonic_ms();
        loop {
            self.check_passed()?;
            // A job that Salesforce has left open though it was closed is closed again, one per call.
            let open = self.load_state.borrow().uploaded().filter(|_| self.closing);
            if let Some(part) = open {
                self.close_part(part)?;
                return Ok(self.progress());
            }
            let due = self.watch.until_due(self.org.context().clock.as_ref()) == 0;
            let changed = due && self.refresh()?;
            let clock = self.org.context().clock.as_ref();
            if due {
                self.watch.looked(clock, self.plan.poll_max_ms);
            }
            let done = self.load_state.borrow().journal.is_done();
            if !done && self.watch.waited_ms(clock) >= self.plan.wait_ms {
                return Err(self.waited_out());
            }
            let left = wait_ms.saturating_sub(clock.monotonic_ms().saturating_sub(started));
            if done || changed || left == 0 {
                return Ok(self.progress());
            }
            clock.sleep_ms(self.watch.until_due(clock).min(left));
        }
    }

    /// Asks for the state of all jobs at work; true if anything has changed.
    pub(super) fn refresh(&mut self) -> Result<bool, Fault> {
        let at_work: Vec<usize> = {
            let load_state = self.load_state.borrow();
            let parts = load_state.journal.parts.iter().enumerate();
            parts
                .filter(|(_, part)| part.stage == Stage::Closed)
                .map(|(index, _)| index)
                .collect()
        };
        let mut changed = false;
        for index in at_work {
            let job = self.load_state.borrow().job(index);
            match jobs::info(&self.org, INGEST, &job) {
                Ok((_, info)) => changed |= self.load_state.borrow_mut().saw(index, &info),
                Err(fault) if is_absent(&fault) => {
                    self.load_state.borrow_mut().gone(index);
                    changed = true;
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(changed)
    }

    /// Tells a job that its data is complete. Whether Salesforce heard it is seen by the state it answers, and by those it tells later.
    pub(super) fn close_part(&mut self, index: usize) -> Result<(), Fault> {
        let job = self.load_state.borrow().job(index);
        let closes = self.closes.entry(index).or_default();
        if *closes >= MOST_CLOSES {
            return Err(Fault::protocol(format!(
                "Job {job} stays open though Salesforce was told {closes} times that its data is complete: its data is there; close it in the org (Setup, Bulk Data Load Jobs), or go on later"
            )));
        }
        *closes += 1;
        let again = *closes > 1;
        if again {
            self.org.context().clock.sleep_ms(FIRST_PAUSE_MS);
        }
        match jobs::set_state(&self.org, INGEST, &job, State::UploadComplete) {
            Ok((_, info)) => {
                self.load_state.borrow_mut().saw(index, &info);
                Ok(())
            }
            Err(fault) => self.close_refused(index, fault),
        }
    }

    pub(super) fn progress(&self) -> Progress {
        let load_state = self.load_state.borrow();
        let journal = &load_state.journal;
        let sum = |count: fn(&super::Part) -> u64| journal.parts.iter().map(count).sum::<u64>();
        let unfit = sum(|part| part.unfit);
        let pending = journal.pending().len();
        let jobs = journal.jobs();
        let mut note = match (journal.closed, pending) {
            (true, 0) => format!("{jobs} jobs done"),
            (true, _) => format!("Salesforce is working on {pending} of {jobs} jobs"),
            (false, _) => format!(
                "sending; {} of {jobs} jobs done",
                jobs.saturating_sub(pending)
            ),
        };
        let incomplete = journal.parts.iter().find(|part| part.unprocessed() > 0);
        note.extend(incomplete.map(left_over));
        note.extend(unknown(&journal.parts));
        // What Salesforce will not get to needs no more work, and has failed; what is not known is no success.
        let gone = |part: &Part| {
            if part.stage == Stage::Gone {
                part.sent()
            } else {
                0
            }
        };
        let processed =
            sum(|part| part.processed.min(part.sent()) + part.unprocessed()) + sum(gone);
        Progress {
            done: journal.is_done(),
            processed: processed + unfit,
            failed: sum(Part::unsaved) + unfit,
            total: journal.closed.then(|| sum(|part| part.rows)),
            note,
        }
    }

    pub(super) fn waited_out(&self) -> Fault {
        let load_state = self.load_state.borrow();
        let pending = load_state.journal.pending();
        Fault::new(
            FaultKind::Timeout,
            format!(
                "Salesforce is still working on {} jobs ({}) after {} s: nothing has failed; wait on by opening the load again with its journal",
                pending.len(),
                named(&pending),
                self.plan.wait_ms / 1_000
            ),
        )
    }

    /// Aborts what has not come to its end.
    pub(super) fn abort_jobs(&mut self) -> Result<(), Fault> {
        let open: Vec<usize> = {
            let load_state = self.load_state.borrow();
            let parts = load_state.journal.parts.iter().enumerate();
            parts
                .filter(|(_, part)| !part.is_final() && !part.job.is_empty())
                .map(|(index, _)| index)
                .collect()
        };
        for index in open {
            let job = self.load_state.borrow().job(index);
            // A job that came to its end meanwhile refuses to be aborted.
            let aborted = jobs::set_state(&self.org, INGEST, &job, State::Aborted).or_else(
                |fault| match fault.kind {
                    FaultKind::Invalid | FaultKind::Conflict => jobs::info(&self.org, INGEST, &job),
                    _ => Err(fault),
                },
            );
            match aborted {
                // What had not arrived whole stays what it is: nothing was sent of it.
                Ok((_, info)) => self.load_state.borrow_mut().aborted(index, &info),
                Err(fault) if is_absent(&fault) => {
                    self.load_state.borrow_mut().missing(index);
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }
}
