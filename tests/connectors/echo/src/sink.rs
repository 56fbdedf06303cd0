//! `echo/collect`: keeps what it is given, line by line; a line that starts with `!` counts as failed. `~pass` fails for
//! a while and `~stay` for good, until the sink is taken up again from its journal; `~trap` breaks off once. With `~refuse`
//! in it, all of it is refused at the end, and nothing is kept.

use crate::bindings::exports::mediation::connector::mediator::{GuestSink, Progress, Sink, Source};
use crate::bindings::exports::mediation::connector::types::{Fault, FaultKind};
use crate::source::Lines;
use crate::{fault, unknown};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};

/// What was written so far; the journal holds the text itself.
pub struct Collected {
    text: RefCell<String>,
    closed: Cell<bool>,
    taken_up: bool,
    /// How much of the text was told as outcomes.
    told: Cell<usize>,
}

#[derive(Default, Serialize, Deserialize)]
struct Journal {
    taken: u64,
    text: String,
    told: usize,
}

impl Collected {
    fn fail_at(&self, line: &str) -> Result<(), Fault> {
        match line.trim_end() {
            "~trap" => crate::misbehave::trap().map(drop),
            "~pass" => Err(Fault {
                retry_after_ms: Some(1),
                ..fault(FaultKind::Unavailable, "failed for a while")
            }),
            "~stay" => Err(fault(FaultKind::LimitExceeded, "failed for good")),
            _ => Ok(()),
        }
    }

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
        let taken_up = journal.is_some();
        let journal: Journal = match journal {
            Some(text) => crate::parse(&text)?,
            None => Journal::default(),
        };
        Ok(Sink::new(Self {
            text: RefCell::new(journal.text),
            closed: Cell::new(false),
            taken_up,
            told: Cell::new(journal.told),
        }))
    }

    fn write(&self, chunk: Vec<u8>) -> Result<(), Fault> {
        if self.closed.get() {
            return Err(fault(FaultKind::Invalid, "the sink is closed"));
        }
        let chunk =
            String::from_utf8(chunk).map_err(|_| fault(FaultKind::Invalid, "this is no text"))?;
        for line in chunk.split_inclusive('\n') {
            if !self.taken_up {
                self.fail_at(line)?;
            }
            self.text.borrow_mut().push_str(line);
        }
        Ok(())
    }

    fn close(&self) -> Result<(), Fault> {
        self.closed.set(true);
        Ok(())
    }

    fn watch(&self, _wait_ms: u32) -> Result<Progress, Fault> {
        if self.text.borrow().lines().any(|line| line == "~refuse") {
            self.text.borrow_mut().clear();
            self.told.set(0);
            return Err(fault(FaultKind::Invalid, "refused as it is"));
        }
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
        let text = self.text.borrow().clone();
        let journal = Journal {
            taken: text.len() as u64,
            text,
            told: self.told.get(),
        };
        serde_json::to_string(&journal).unwrap_or_default()
    }

    fn outcomes(&self, which: String) -> Result<Source, Fault> {
        let text = match which.as_str() {
            "all" => {
                let text = self.text.borrow();
                let new = text.get(self.told.get()..).unwrap_or_default().to_owned();
                self.told.set(text.len());
                new
            }
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
