//! `echo/count`: numbered lines.

use crate::bindings::exports::mediation::connector::mediator::{GuestSource, Source};
use crate::bindings::exports::mediation::connector::types::{Fault, FaultKind, Message};
use crate::{fault, parse, unknown};
use serde::Deserialize;
use std::cell::RefCell;

/// Lines that are made as they are read.
pub struct Lines {
    state: RefCell<State>,
    total: u64,
}

struct State {
    next: u64,
    fail_at: Option<u64>,
    pending: Vec<u8>,
}

#[derive(Deserialize)]
struct Count {
    lines: u64,
    fail_at: Option<u64>,
}

impl Lines {
    pub fn of(text: Vec<u8>) -> Self {
        Self {
            state: RefCell::new(State {
                next: 0,
                fail_at: None,
                pending: text,
            }),
            total: 0,
        }
    }
}

impl GuestSource for Lines {
    fn open(
        _connection: String,
        operation: String,
        config: String,
        _input: Option<Message>,
    ) -> Result<Source, Fault> {
        if operation != "echo/count" {
            return Err(unknown(&operation));
        }
        let Count { lines, fail_at } = parse(&config)?;
        let state = RefCell::new(State {
            next: 0,
            fail_at,
            pending: Vec::new(),
        });
        Ok(Source::new(Self {
            state,
            total: lines,
        }))
    }

    fn read(&self, max_bytes: u32) -> Result<Option<Vec<u8>>, Fault> {
        let max = max_bytes as usize;
        let state = &mut *self.state.borrow_mut();
        while state.pending.len() < max && state.next < self.total {
            if state.fail_at == Some(state.next) {
                return Err(fault(FaultKind::Unavailable, "failed on purpose"));
            }
            state.next += 1;
            state
                .pending
                .extend_from_slice(format!("{}\n", state.next).as_bytes());
        }
        let rest = state.pending.split_off(max.min(state.pending.len()));
        let chunk = std::mem::replace(&mut state.pending, rest);
        Ok(if chunk.is_empty() { None } else { Some(chunk) })
    }

    fn head(&self) -> Message {
        let mut head = crate::text(String::new());
        head.attributes
            .push(("total".into(), self.total.to_string()));
        head
    }
}
