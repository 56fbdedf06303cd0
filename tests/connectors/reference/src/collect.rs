//! Style `sink`: `echo/collect` takes lines, and refuses those that begin in a certain way.
//!
//! The journal holds what the outcomes of the lines that were taken need, and nothing of the line that is incomplete: the host
//! writes that again. So an instance that was lost loses nothing.

use super::bindings::exports::mediation::connector::mediator::{
    GuestSink, OutcomeSet, Progress, Source,
};
use super::bindings::exports::mediation::connector::types::{Fault, FaultKind};
use super::count::Text;
use super::fault::{fault, parse, unknown, within};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default, deserialize_with = "given")]
    refuse: Option<String>,
}

/// Reads a member that may be left out, but not be null.
fn given<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<Option<String>, D::Error> {
    String::deserialize(reader).map(Some)
}

/// What became of a line.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Fate {
    Saved,
    Refused,
    NotSent,
}

/// What is kept durably by the host.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Journal {
    /// Bytes of the input that need not be written again: whole lines.
    taken: u64,
    /// The lines with what became of them. A connector with a remote system behind it names here where they are.
    lines: Vec<(String, Fate)>,
    /// Lines whose outcomes were read from `all` and from `failed`.
    told: usize,
    told_failed: usize,
    aborted: bool,
}

/// Lines that were taken.
pub struct Collected {
    config: Config,
    state: RefCell<State>,
}

struct State {
    journal: Journal,
    /// The line that is not complete yet.
    held: Vec<u8>,
    closed: bool,
}

impl Collected {
    /// Opens an operation of style `sink`, anew or from its journal.
    pub(crate) fn open(
        operation: &str,
        config: &str,
        journal: Option<&str>,
    ) -> Result<Self, Fault> {
        if operation != "echo/collect" {
            return Err(unknown(operation, "open-sink"));
        }
        let config: Config = parse("config", config)?;
        let beginning = config.refuse.as_ref().map_or(1, String::len);
        within("the length of refuse", beginning as u64, 1, u64::MAX)?;
        let journal = journal
            .map(|journal| parse("journal", journal))
            .transpose()?;
        let state = State {
            journal: journal.unwrap_or_default(),
            held: Vec::new(),
            closed: false,
        };
        Ok(Self {
            config,
            state: RefCell::new(state),
        })
    }

    fn fate(&self, line: &str, aborted: bool) -> Fate {
        let refuses = |start: &String| line.starts_with(start.as_str());
        match &self.config.refuse {
            _ if aborted => Fate::NotSent,
            Some(start) if refuses(start) => Fate::Refused,
            _ => Fate::Saved,
        }
    }

    fn take(&self, state: &mut State, line: Vec<u8>) -> Result<(), Fault> {
        let length = line.len() as u64;
        let line = String::from_utf8(line)
            .map_err(|_| fault(FaultKind::Invalid, "The input is not UTF-8 text."))?;
        let line = line.trim_end_matches('\n').to_owned();
        let fate = self.fate(&line, state.journal.aborted);
        state.journal.lines.push((line, fate));
        state.journal.taken += length;
        Ok(())
    }
}

impl GuestSink for Collected {
    fn write(&self, chunk: Vec<u8>) -> Result<(), Fault> {
        let state = &mut *self.state.borrow_mut();
        if state.closed {
            return Err(fault(FaultKind::Invalid, "The sink is closed."));
        }
        for piece in chunk.split_inclusive(|byte| *byte == b'\n') {
            state.held.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut state.held);
                self.take(state, line)?;
            }
        }
        Ok(())
    }

    fn write_text(&self, chunk: String) -> Result<(), Fault> {
        self.write(chunk.into_bytes())
    }

    fn close(&self) -> Result<(), Fault> {
        let state = &mut *self.state.borrow_mut();
        state.closed = true;
        let line = std::mem::take(&mut state.held);
        if line.is_empty() {
            return Ok(());
        }
        self.take(state, line)
    }

    fn watch(&self, _wait_ms: u32) -> Result<Progress, Fault> {
        let state = self.state.borrow();
        let count = |lines: usize| u32::try_from(lines).unwrap_or(u32::MAX);
        let lines = &state.journal.lines;
        let failed = lines.iter().filter(|(_, fate)| *fate != Fate::Saved);
        Ok(Progress {
            done: state.closed,
            processed: count(lines.len()),
            failed: count(failed.count()),
            total: state.closed.then_some(count(lines.len())),
            note: "collecting".into(),
        })
    }

    fn journal(&self) -> String {
        serde_json::to_string(&self.state.borrow().journal).unwrap_or_default()
    }

    fn outcomes(&self, which: OutcomeSet) -> Result<Source, Fault> {
        Ok(Source::new(self.news(which)))
    }

    fn abort(&self) -> Result<(), Fault> {
        self.state.borrow_mut().journal.aborted = true;
        Ok(())
    }
}

impl Collected {
    /// Returns outcomes since they were last asked for. They count as read at once, for they are held in this text whole.
    pub(crate) fn news(&self, which: OutcomeSet) -> Text {
        let journal = &mut self.state.borrow_mut().journal;
        let length = journal.lines.len();
        let from = match which {
            OutcomeSet::All => std::mem::replace(&mut journal.told, length),
            OutcomeSet::Failed => std::mem::replace(&mut journal.told_failed, length),
            OutcomeSet::Succeeded | OutcomeSet::Unprocessed => 0,
        };
        let text = journal
            .lines
            .iter()
            .skip(from)
            .filter_map(|(line, fate)| match (which, fate) {
                (OutcomeSet::All, Fate::Saved) => Some("saved\n".to_owned()),
                (OutcomeSet::All, Fate::Refused) => Some("refused\n".to_owned()),
                (OutcomeSet::All, Fate::NotSent) => {
                    Some("not sent: the load was aborted\n".to_owned())
                }
                (OutcomeSet::Failed, Fate::Refused | Fate::NotSent)
                | (OutcomeSet::Succeeded, Fate::Saved)
                | (OutcomeSet::Unprocessed, Fate::NotSent) => Some(format!("{line}\n")),
                _ => None,
            });
        Text::of(text.collect())
    }
}
