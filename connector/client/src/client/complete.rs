//! What an operation has sent, told by its faults.

use super::Client;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::message::bounded;

impl Client {
    /// Completes a fault that leaves the operation: one that arose outside of a request counts as the outcome of those before it.
    pub fn complete(&self, fault: Fault) -> Fault {
        // A wait that is over is no request: the contract tells it from one that was given up by its having no attempts.
        let is_over = fault.kind == FaultKind::Timeout;
        if is_over || fault.attempts > 0 {
            return fault;
        }
        match self.trace.sent_for_ms(self.context.clock.monotonic_ms()) {
            Some(elapsed_ms) => Fault {
                attempts: 1,
                elapsed_ms: bounded(elapsed_ms),
                ..fault
            },
            None => fault,
        }
    }

    /// Whether the operation has changed the org already, by a request that must not be sent again.
    pub fn has_written(&self) -> bool {
        self.trace.has_written()
    }
}
