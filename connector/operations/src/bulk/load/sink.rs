//! A load as its host drives it.

use super::job::JobState;
use super::record_writer::Which;
use super::records::Records;
use super::{ABORTED, JobProtocol, Load, outcomes};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::mediation::connector::mediator::OutcomeSet;
use salesforce_contract::bindings::exports::mediation::connector::mediator::Progress;
use salesforce_contract::sink::Sink;
use salesforce_contract::source::Source;

impl<P: JobProtocol> Sink for Load<P> {
    fn write(&mut self, chunk: &[u8]) -> Result<(), Fault> {
        if self.closing {
            return Err(Fault::config(
                "The load is closed: nothing can be written to it",
            ));
        }
        self.begun |= !chunk.is_empty();
        self.row_reader.push(chunk);
        let done = self.advance().map(drop);
        self.guarded(done)
    }

    fn close(&mut self) -> Result<(), Fault> {
        if !self.closing {
            self.row_reader.end();
            self.closing = true;
        }
        self.go_to_end()
    }

    fn watch(&mut self, wait_ms: u32) -> Result<Progress, Fault> {
        let progress = self.finish_and_watch(wait_ms);
        progress.map_err(|fault| self.told(fault))
    }

    fn journal(&self) -> String {
        let mut state = self.state.borrow_mut();
        self.read.set(state.is_read());
        let taken = state.resume_at().map_or(0, |position| position.taken());
        let again = state.head().wants_failed && state.is_done() && !state.is_returned();
        let head = state.head_mut();
        (head.taken, head.again) = (taken, again);
        state.text()
    }

    fn outcomes(&mut self, which: OutcomeSet) -> Result<Box<dyn Source>, Fault> {
        let which = match which {
            OutcomeSet::All => {
                self.backpressure.ask_all()?;
                P::refresh_early(self)?;
                return Ok(Box::new(outcomes::all(self)));
            }
            OutcomeSet::Failed => Which::Failed,
            OutcomeSet::Succeeded => Which::Succeeded,
            OutcomeSet::Unprocessed => Which::Unprocessed,
        };
        if which == Which::Failed {
            self.backpressure.ask();
            self.state.borrow_mut().head_mut().wants_failed = true;
        }
        Ok(Box::new(Records::open(self, which)?))
    }

    fn abort(&mut self) -> Result<(), Fault> {
        self.reconcile()?;
        self.builder = None;
        P::abort(self)?;
        let mut state = self.state.borrow_mut();
        state.head_mut().aborted = true;
        state.head_mut().closed = false;
        // Rows that have been taken are gone: the host gives them again.
        self.broken = self.begun;
        self.row_reader.refuse_all(ABORTED);
        Ok(())
    }
}

impl<P: JobProtocol> Load<P> {
    /// Waits for jobs; what closing left to be sent is sent first.
    fn finish_and_watch(&mut self, wait_ms: u32) -> Result<Progress, Fault> {
        self.reconcile()?;
        if self.closing && !self.ended {
            self.go_to_end()?;
        }
        if self.closing && !self.ended {
            return Ok(self.progress());
        }
        if self.plan.delete_jobs && self.read.get() && !P::clean_up(self) {
            return Ok(Progress {
                done: false,
                ..self.progress()
            });
        }
        self.watch_jobs(u64::from(wait_ms))
    }
}
