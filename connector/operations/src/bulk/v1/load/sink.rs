//! A load as a sink.

use super::{Load, outcomes, records, wire};
use crate::bulk::load::GIVEN_UP;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::mediation::connector::mediator::Progress;
use salesforce_contract::sink::Sink;
use salesforce_contract::source::Source;

impl Sink for Load {
    fn write(&mut self, chunk: &[u8]) -> Result<(), Fault> {
        if self.closing {
            return Err(Fault::config(
                "The load is closed: nothing can be written to it",
            ));
        }
        self.begun |= !chunk.is_empty();
        self.feed.push(chunk);
        let done = self.advance().map(drop);
        self.guarded(done)
    }

    fn close(&mut self) -> Result<(), Fault> {
        if !self.closing {
            self.feed.end();
            self.closing = true;
        }
        self.go_to_end()
    }

    fn watch(&mut self, wait_ms: u32) -> Result<Progress, Fault> {
        let progress = self.go_on(wait_ms);
        progress.map_err(|fault| self.told(fault))
    }

    fn journal(&self) -> String {
        let mut journal = self.journal.borrow_mut();
        journal.settle();
        journal.text()
    }

    fn outcomes(&mut self, which: &str) -> Result<Box<dyn Source>, Fault> {
        self.room.ask(which)?;
        self.refresh_if_due()?;
        if which != "all" {
            return Ok(Box::new(records::Records::open(self, which)?));
        }
        Ok(Box::new(outcomes::All::open(self)))
    }

    fn abort(&mut self) -> Result<(), Fault> {
        self.look()?;
        self.filling = None;
        self.ready = None;
        if let Some(job) = self.job() {
            wire::end_job(&self.org, &job, "Aborted")?;
        }
        let mut journal = self.journal.borrow_mut();
        journal.take_back_unsent();
        journal.aborted = true;
        journal.closed = false;
        journal.finished = true;
        // Rows that have been taken are gone: the host gives them again.
        self.broken = self.begun;
        self.feed.refuse_all(GIVEN_UP);
        Ok(())
    }
}

impl Load {
    /// Waits for batches; what closing left to be sent is sent first.
    fn go_on(&mut self, wait_ms: u32) -> Result<Progress, Fault> {
        self.look()?;
        if self.closing && !self.ended {
            self.go_to_end()?;
        }
        if self.closing && !self.ended {
            return Ok(self.progress());
        }
        self.watch_batches(u64::from(wait_ms))
    }
}
