//! What an operation has sent so far, so that each of its faults can tell.

use super::request::Request;
use crate::exchange::Idempotency;
use std::cell::Cell;

/// The requests of one operation, in as few words as its faults need.
#[derive(Default)]
pub struct Trace {
    /// When the operation began, in milliseconds on the clock that never goes back.
    began_ms: u64,
    /// Whether a request was sent that does more than prepare another.
    sent: Cell<bool>,
    /// Whether a request that changes the org each time it is sent was answered.
    answered: Cell<bool>,
    /// Whether the operation went on after such a request, so that the org accepted it.
    written: Cell<bool>,
}

impl Trace {
    /// The trace of an operation that begins now.
    pub fn new(began_ms: u64) -> Self {
        Self {
            began_ms,
            ..Self::default()
        }
    }

    /// Notes a call that is about to be sent.
    pub fn record_sent(&self, call: &Request) {
        self.sent.set(self.sent.get() || !call.prerequisite);
        self.written.set(self.written.get() || self.answered.get());
    }

    /// Notes a call that was answered. Whether the answer is a refusal is known to the operation alone: it ends there then.
    pub fn record_answered(&self, call: &Request) {
        self.answered
            .set(self.answered.get() || call.idempotency == Idempotency::NonIdempotent);
    }

    /// How long ago the operation began, if a request was sent that does more than prepare another.
    pub fn sent_for_ms(&self, now_ms: u64) -> Option<u64> {
        let since = now_ms.saturating_sub(self.began_ms);
        self.sent.get().then_some(since)
    }

    /// Whether the operation went on after a request that must not be sent again.
    pub fn has_written(&self) -> bool {
        self.written.get()
    }
}
