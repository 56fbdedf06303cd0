//! `echo/count`: numbered lines, in pages if asked for; it can be resumed at each page.

use crate::bindings::exports::mediation::connector::mediator::{GuestSource, Head, Source};
use crate::bindings::exports::mediation::connector::types::{
    Fault, FaultKind, Metadata, Resumption,
};
use crate::{fault, parse, unknown};
use serde::Deserialize;
use std::cell::RefCell;

/// Lines that are made as they are read.
pub struct Lines {
    state: RefCell<State>,
    total: u64,
    page: Option<u64>,
}

struct State {
    next: u64,
    fail_at: Option<u64>,
    pending: Vec<u8>,
    given: u64,
    misbehaves: Option<Misbehaviour>,
    /// The last page border that was read: its line, and the bytes before it.
    border: Option<(u64, u64)>,
}

/// What a source must not do.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Misbehaviour {
    /// Gives one byte more than was asked for.
    Oversize,
    /// Gives no byte, and says that more follows.
    Empty,
}

#[derive(Deserialize)]
struct Count {
    lines: u64,
    misbehaves: Option<Misbehaviour>,
    fail_at: Option<u64>,
    page: Option<u64>,
    #[serde(default)]
    from: u64,
}

impl Lines {
    pub fn of(text: Vec<u8>) -> Self {
        Self::new(State::at(0, None, text), 0, None)
    }

    fn new(state: State, total: u64, page: Option<u64>) -> Self {
        Self {
            state: RefCell::new(state),
            total,
            page,
        }
    }

    fn ends_page(&self, line: u64) -> bool {
        self.page.is_some_and(|page| line % page == 0)
    }
}

impl State {
    fn at(next: u64, fail_at: Option<u64>, pending: Vec<u8>) -> Self {
        Self {
            next,
            fail_at,
            pending,
            misbehaves: None,
            given: 0,
            border: None,
        }
    }
}

impl Lines {
    pub fn open(operation: &str, config: &str) -> Result<Source, Fault> {
        if operation != "echo/count" {
            return Err(unknown(operation));
        }
        let Count {
            lines,
            fail_at,
            page,
            from,
            misbehaves,
        } = parse(config)?;
        let state = State {
            misbehaves,
            ..State::at(from, fail_at, Vec::new())
        };
        Ok(crate::any::Source::Own(Self::new(state, lines, page)).into())
    }
}

impl GuestSource for Lines {
    fn read(&self, max_bytes: u32) -> Result<Option<Vec<u8>>, Fault> {
        let max = max_bytes as usize;
        let state = &mut *self.state.borrow_mut();
        match state.misbehaves {
            Some(Misbehaviour::Oversize) => return Ok(Some(vec![b'x'; max + 1])),
            Some(Misbehaviour::Empty) => return Ok(Some(Vec::new())),
            None => {}
        }
        while state.pending.len() < max && state.next < self.total {
            if state.fail_at == Some(state.next) {
                return Err(fault(FaultKind::Unavailable, "failed on purpose"));
            }
            state.next += 1;
            let line = format!("{}\n", state.next);
            state.pending.extend_from_slice(line.as_bytes());
            if self.ends_page(state.next) {
                break;
            }
        }
        let rest = state.pending.split_off(max.min(state.pending.len()));
        let chunk = std::mem::replace(&mut state.pending, rest);
        state.given += chunk.len() as u64;
        if state.pending.is_empty() && self.ends_page(state.next) {
            state.border = Some((state.next, state.given));
        }
        Ok(if chunk.is_empty() { None } else { Some(chunk) })
    }

    /// Its bytes are digits and line ends: each is a character.
    fn read_text(&self, max_bytes: u32) -> Result<Option<String>, Fault> {
        let chunk = self.read(max_bytes)?;
        let text = chunk.map(String::from_utf8).transpose();
        text.map_err(|_| fault(FaultKind::Protocol, "this is no text"))
    }

    fn head(&self) -> Head {
        let border = self.page.zip(self.state.borrow().border);
        let resumption = border.map(|(page, (line, bytes))| {
            let config = serde_json::json!({"lines": self.total, "page": page, "from": line});
            let config = config.to_string();
            Resumption { config, bytes }
        });
        Head {
            media_type: "text/plain".into(),
            metadata: Metadata {
                total: u32::try_from(self.total).ok(),
                resumption,
                ..crate::no_metadata()
            },
        }
    }
}
