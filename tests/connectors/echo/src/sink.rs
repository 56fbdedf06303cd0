//! `echo/collect`: keeps what it is given, line by line; a line that starts with `!` counts as failed.

use crate::bindings::exports::mediation::connector::mediator::{GuestSink, Progress, Sink, Source};
use crate::bindings::exports::mediation::connector::types::{Fault, FaultKind};
use crate::source::Lines;
use crate::{fault, unknown};
use std::cell::{Cell, RefCell};

/// What was written so far; the journal is the text itself.
pub struct Collected {
    text: RefCell<String>,
    closed: Cell<bool>,
}

impl Collected {
    fn lines(&self, failed: bool) -> String {
        let text = self.text.borrow();
        text.lines()
            .filter(|line| line.starts_with('!') == failed)
            .map(|line| format!("{line}\n"))
            .collect()
    }
}

impl GuestSink for Collected {
    fn open(
        _connection: String,
        operation: String,
        _config: String,
        journal: Option<String>,
    ) -> Result<Sink, Fault> {
        if operation != "echo/collect" {
            return Err(unknown(&operation));
        }
        let text = RefCell::new(journal.unwrap_or_default());
        Ok(Sink::new(Self {
            text,
            closed: Cell::new(false),
        }))
    }

    fn write(&self, chunk: Vec<u8>) -> Result<(), Fault> {
        if self.closed.get() {
            return Err(fault(FaultKind::Invalid, "the sink is closed"));
        }
        let chunk =
            String::from_utf8(chunk).map_err(|_| fault(FaultKind::Invalid, "this is no text"))?;
        self.text.borrow_mut().push_str(&chunk);
        Ok(())
    }

    fn close(&self) -> Result<(), Fault> {
        self.closed.set(true);
        Ok(())
    }

    fn watch(&self, _wait_ms: u32) -> Result<Progress, Fault> {
        let processed = self.text.borrow().lines().count() as u64;
        Ok(Progress {
            done: self.closed.get(),
            processed,
            failed: self.lines(true).lines().count() as u64,
            total: self.closed.get().then_some(processed),
            note: "collected".into(),
        })
    }

    fn journal(&self) -> String {
        self.text.borrow().clone()
    }

    fn outcomes(&self, which: String) -> Result<Source, Fault> {
        let text = match which.as_str() {
            "all" => self.text.borrow().clone(),
            "failed" => self.lines(true),
            "succeeded" => self.lines(false),
            "unprocessed" => String::new(),
            _ => {
                return Err(fault(
                    FaultKind::Config,
                    format!("there are no {which} outcomes"),
                ));
            }
        };
        Ok(Source::new(Lines::of(text.into_bytes())))
    }

    fn abort(&self) -> Result<(), Fault> {
        self.text.borrow_mut().clear();
        self.closed.set(true);
        Ok(())
    }
}
