//! A load as its host drives it.

use super::*;
use salesforce_contract::sink::Sink;

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
        progress.map_err(|fault| state::told(fault, &self.load_state.borrow().journal))
    }

    fn journal(&self) -> String {
        let journal = &mut self.load_state.borrow_mut().journal;
        journal.settle();
        journal.text()
    }

    fn outcomes(&mut self, which: &str) -> Result<Box<dyn Source>, Fault> {
        if which == "all" {
            self.load_state.borrow_mut().ask()?;
            self.refresh()?;
            return Ok(Box::new(outcomes::All::open(
                &self.org,
                &self.plan,
                &self.load_state,
            )));
        }
        Ok(Box::new(records::Records::open(
            &self.org,
            &self.plan,
            &self.load_state,
            which,
        )?))
    }

    fn abort(&mut self) -> Result<(), Fault> {
        self.look()?;
        self.filling = None;
        self.abort_jobs()?;
        let mut load_state = self.load_state.borrow_mut();
        load_state.give_up();
        // Rows that have been taken are gone: the host gives them again.
        self.broken = self.begun;
        self.next_part = load_state.journal.first_needed();
        self.feed.refuse_all(GIVEN_UP);
        Ok(())
    }
}

impl Load {
    /// Waits for jobs; what closing left to be sent is sent first.
    fn go_on(&mut self, wait_ms: u32) -> Result<Progress, Fault> {
        self.look()?;
        if self.closing && !self.ended {
            self.go_to_end()?;
        }
        if self.closing && !self.ended {
            return Ok(self.progress());
        }
        self.watch_jobs(u64::from(wait_ms))
    }

    /// Sends what is held back, up to the next border; all has been sent when there is none.
    fn go_to_end(&mut self) -> Result<(), Fault> {
        while !self.ended {
            let step = self.step_to_end();
            if self.guarded(step)? == Step::Border {
                return Ok(());
            }
        }
        Ok(())
    }

    fn step_to_end(&mut self) -> Result<Step, Fault> {
        if self.advance()? == Step::Border {
            return Ok(Step::Border);
        }
        if self.filling.is_some() {
            return self.finish_part();
        }
        let mut load_state = self.load_state.borrow_mut();
        if !load_state.journal.end_at(self.next_part) {
            return Err(changed("it is shorter"));
        }
        load_state.journal.closed = true;
        self.ended = true;
        self.watch = watch::Pace::new(self.org.context().clock.as_ref());
        Ok(Step::Nothing)
    }
}
