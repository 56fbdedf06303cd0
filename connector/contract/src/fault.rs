//! Faults, made.

use crate::bindings::{Fault, FaultKind};

impl Fault {
    /// A fault of this kind that nothing was sent for.
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            status: None,
            upstream: Vec::new(),
            retry_after_ms: None,
            maybe_applied: false,
            attempts: 0,
            elapsed_ms: 0,
        }
    }

    /// The caller's config or connection is wrong.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Config, message)
    }

    /// The answer broke the protocol's rules.
    pub fn protocol(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Protocol, message)
    }
}

/// The fault for input that is not what an operation takes.
pub fn bad_input(message: impl Into<String>) -> Fault {
    Fault::new(FaultKind::Invalid, message)
}
