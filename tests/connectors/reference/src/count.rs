//! Style `source`: `echo/count` gives lines, and is resumed at the end of any of them.

use super::bindings::exports::mediation::connector::mediator::{GuestSource, Head};
use super::bindings::exports::mediation::connector::types::{
    Fault, FaultKind, Metadata, Resumption,
};
use super::fault::{fault, parse, unknown, within};
use super::message::no_metadata;
use serde::Deserialize;
use std::cell::RefCell;

/// The most lines that can be asked for.
const MAX_LINES: u64 = 1_000_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    lines: u64,
    #[serde(default)]
    from: u64,
}

/// Text that is made as it is read.
pub struct Text {
    state: RefCell<State>,
}

struct State {
    /// Lines that were made, those left out included.
    made: u64,
    lines: u64,
    /// What was made and not yet given.
    pending: Vec<u8>,
    given: u64,
    /// Lines and bytes at the last end of a line that was given whole.
    position: Option<(u64, u64)>,
}

impl Text {
    /// Opens an operation of style `source`.
    pub(crate) fn open(operation: &str, config: &str) -> Result<Self, Fault> {
        if operation != "echo/count" {
            return Err(unknown(operation, "open-source"));
        }
        let config: Config = parse("config", config)?;
        within("lines", config.lines, 0, MAX_LINES)?;
        within("from", config.from, 0, MAX_LINES)?;
        Ok(Self::new(config.from, config.lines, Vec::new()))
    }

    /// Makes a source of a text that is there, such as outcomes.
    pub(crate) fn of(text: String) -> Self {
        Self::new(0, 0, text.into_bytes())
    }

    const fn new(made: u64, lines: u64, pending: Vec<u8>) -> Self {
        let state = State {
            made,
            lines,
            pending,
            given: 0,
            position: None,
        };
        Self {
            state: RefCell::new(state),
        }
    }
}

impl State {
    /// Makes lines until so many bytes are there; one at a time, so that each end of a line can be a position.
    fn fill(&mut self, max: usize) {
        while self.pending.is_empty() && max > 0 && self.made < self.lines {
            self.made += 1;
            let line = format!("{} \u{e4}\u{20ac}\n", self.made);
            self.pending.extend_from_slice(line.as_bytes());
        }
    }

    fn give(&mut self, length: usize) -> Option<Vec<u8>> {
        let rest = self.pending.split_off(length.min(self.pending.len()));
        let chunk = std::mem::replace(&mut self.pending, rest);
        self.given += chunk.len() as u64;
        if self.pending.is_empty() && self.lines > 0 {
            self.position = Some((self.made, self.given));
        }
        (!chunk.is_empty()).then_some(chunk)
    }
}

impl GuestSource for Text {
    fn read(&self, max_bytes: u32) -> Result<Option<Vec<u8>>, Fault> {
        let state = &mut *self.state.borrow_mut();
        let max = max_bytes as usize;
        state.fill(max);
        Ok(state.give(max))
    }

    /// Cuts between characters: a chunk ends before the one that no longer fits.
    fn read_text(&self, max_bytes: u32) -> Result<Option<String>, Fault> {
        let not_text = |_| fault(FaultKind::Protocol, "This is not UTF-8: read it by `read`.");
        let state = &mut *self.state.borrow_mut();
        let max = max_bytes as usize;
        state.fill(max);
        let text = std::str::from_utf8(&state.pending).map_err(|_| not_text(()))?;
        let length = text.floor_char_boundary(max.min(text.len()));
        let chunk = state.give(length).map(String::from_utf8).transpose();
        chunk.map_err(|_| not_text(()))
    }

    fn head(&self) -> Head {
        let state = self.state.borrow();
        let resumption = state.position.map(|(line, bytes)| {
            let config = serde_json::json!({"lines": state.lines, "from": line});
            Resumption {
                config: config.to_string(),
                bytes,
            }
        });
        Head {
            media_type: "text/plain".into(),
            metadata: Metadata {
                total: (state.lines > 0).then_some(u32::try_from(state.lines).unwrap_or(u32::MAX)),
                resumption,
                ..no_metadata()
            },
        }
    }
}
