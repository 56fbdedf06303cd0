//! `echo/collect`: keeps what it is given, line by line; a line that starts with `!` counts as failed. `~pass` fails for
//! a while and `~stay` for good, until the sink is resumed from its journal; `~trap` breaks off once. With `~refuse`
//! in it, all of it is refused at the end, and nothing is kept.

use crate::bindings::exports::mediation::connector::mediator::{
    GuestSink, OutcomeSet, Progress, Sink, Source,
};
use crate::bindings::exports::mediation::connector::types::{Fault, FaultKind};
use crate::source::Lines;
use crate::{fault, unknown};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};

/// What was written so far; the journal holds the text itself.
pub struct Collected {
    kept: RefCell<Journal>,
    closed: Cell<bool>,
    taken_up: bool,
    /// Given as the journal, whatever was written.
    false_journal: Option<String>,
}

#[derive(Deserialize)]
struct Config {
    false_journal: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
struct Journal {
    taken: u64,
    /// A line for each line of the input; one with `-` in front was not sent, for the load was given up.
    text: String,
    /// How much of the text was told as outcomes, and as failed lines.
    told: usize,
    told_failed: usize,
    given_up: bool,
}

impl Collected {
    fn fail_at(line: &str) -> Result<(), Fault> {
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
}

fn has_failed(line: &&str) -> bool {
    line.starts_with(['!', '-'])
}

fn lines<'a>(text: impl Iterator<Item = &'a str>) -> String {
    text.map(|line| format!("{line}\n")).collect()
}

/// Takes what was not told yet.
fn news<'a>(text: &'a str, told: &mut usize) -> &'a str {
    let new = text.get(*told..).unwrap_or_default();
    *told = text.len();
    new
}

impl Collected {
    pub fn open(operation: &str, config: &str, journal: Option<String>) -> Result<Sink, Fault> {
        if operation != "echo/collect" {
            return Err(unknown(operation));
        }
        let taken_up = journal.is_some();
        let journal: Journal = match journal {
            Some(text) => crate::parse(&text)?,
            None => Journal::default(),
        };
        let Config { false_journal } = crate::parse(config)?;
        let sink = Self {
            false_journal,
            kept: RefCell::new(journal),
            closed: Cell::new(false),
            taken_up,
        };
        Ok(crate::any::Sink::Own(sink).into())
    }
}

impl GuestSink for Collected {
    fn write(&self, chunk: Vec<u8>) -> Result<(), Fault> {
        if self.closed.get() {
            return Err(fault(FaultKind::Invalid, "the sink is closed"));
        }
        let chunk =
            String::from_utf8(chunk).map_err(|_| fault(FaultKind::Invalid, "this is no text"))?;
        let kept = &mut *self.kept.borrow_mut();
        for line in chunk.split_inclusive('\n') {
            if kept.given_up {
                kept.text.push('-');
            } else if !self.taken_up {
                Self::fail_at(line)?;
            }
            kept.text.push_str(line);
            kept.taken += line.len() as u64;
        }
        Ok(())
    }

    fn write_text(&self, chunk: String) -> Result<(), Fault> {
        self.write(chunk.into_bytes())
    }

    fn close(&self) -> Result<(), Fault> {
        self.closed.set(true);
        Ok(())
    }

    fn watch(&self, _wait_ms: u32) -> Result<Progress, Fault> {
        let kept = &mut *self.kept.borrow_mut();
        if kept.text.lines().any(|line| line == "~refuse") {
            *kept = Journal::default();
            return Err(Fault {
                attempts: 1,
                ..fault(FaultKind::Invalid, "refused as it is")
            });
        }
        let count = |lines: usize| u32::try_from(lines).unwrap_or(u32::MAX);
        let processed = count(kept.text.lines().count());
        Ok(Progress {
            done: self.closed.get(),
            processed,
            failed: count(kept.text.lines().filter(has_failed).count()),
            total: self.closed.get().then_some(processed),
            note: "collected".into(),
        })
    }

    fn journal(&self) -> String {
        if let Some(journal) = &self.false_journal {
            return journal.clone();
        }
        serde_json::to_string(&*self.kept.borrow()).unwrap_or_default()
    }

    fn outcomes(&self, which: OutcomeSet) -> Result<Source, Fault> {
        let Journal {
            text,
            told,
            told_failed,
            ..
        } = &mut *self.kept.borrow_mut();
        let text = match which {
            OutcomeSet::All => news(text, told).to_owned(),
            OutcomeSet::Failed => lines(news(text, told_failed).lines().filter(has_failed)),
            OutcomeSet::Succeeded => lines(text.lines().filter(|line| !has_failed(line))),
            OutcomeSet::Unprocessed => String::new(),
        };
        Ok(crate::any::Source::Own(Lines::of(text.into_bytes())).into())
    }

    fn abort(&self) -> Result<(), Fault> {
        self.kept.borrow_mut().given_up = true;
        Ok(())
    }
}
