//! What an operation has sent so far, so that each of its faults can tell.

use super::{Call, Org};
use crate::bindings::{Fault, FaultKind};
use crate::exchange::Nature;
use std::cell::Cell;

/// The requests of one operation, in as few words as its faults need.
#[derive(Default)]
pub struct Trace {
    /// When the operation began, in milliseconds on the clock that never goes back.
    began_ms: u64,
    /// Whether a request was sent that does more than prepare another.
    sent: Cell<bool>,
    /// Whether the last request changes the org each time it is sent, and was answered.
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
    pub fn note_sent(&self, call: &Call) {
        self.sent.set(self.sent.get() || !call.preparatory);
        self.written.set(self.written.get() || self.answered.get());
    }

    /// Notes a call that was answered. Whether the answer is a refusal is known to the operation alone: it ends there then.
    pub fn note_answered(&self, call: &Call) {
        self.answered.set(call.nature == Nature::Write);
    }
}

impl Org {
    /// Completes a fault that leaves the operation: one that arose outside of a request counts as the outcome of those before it.
    pub fn complete(&self, fault: Fault) -> Fault {
        // A wait that is over is no request: the contract tells it from one that was given up by its having no attempts.
        let is_over = fault.kind == FaultKind::Timeout;
        if is_over || fault.attempts > 0 || !self.trace.sent.get() {
            return fault;
        }
        let now_ms = self.context.clock.monotonic_ms();
        Fault {
            attempts: 1,
            elapsed_ms: now_ms.saturating_sub(self.trace.began_ms),
            ..fault
        }
    }

    /// Whether the operation has changed the org already, by a request that must not be sent again.
    pub fn has_written(&self) -> bool {
        self.trace.written.get()
    }
}
