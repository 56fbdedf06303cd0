//! Faults of the Streaming API on demand.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// A fault of the Streaming API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventFault {
    /// A connect's connection is reset.
    Drop,
    /// A connect is rejected with `403::Unknown client`, and the client is forgotten.
    UnknownClient,
    /// A subscription that resumes after an event is rejected: its replay id is invalid.
    ReplayGone,
    /// A connect never gets a response.
    Silence,
    /// A connect finds that the session has ended: `401::Authentication invalid`.
    Unauthorized,
}

/// Faults to come, in the order they were asked for.
#[derive(Debug, Default)]
pub struct EventFaults(Mutex<Vec<(EventFault, u64)>>);

impl EventFaults {
    fn pending(&self) -> MutexGuard<'_, Vec<(EventFault, u64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Plays a fault the next `times` times that it can happen.
    pub fn inject(&self, fault: EventFault, times: u64) {
        if times > 0 {
            self.pending().push((fault, times));
        }
    }

    /// Faults to come, with how often.
    #[must_use]
    pub fn list(&self) -> Vec<(EventFault, u64)> {
        self.pending().clone()
    }

    /// Forgets the faults to come.
    pub fn clear(&self) {
        self.pending().clear();
    }

    /// Returns the next fault, if it is one of those that can happen here; counts it.
    pub fn next_fault(&self, possible: &[EventFault]) -> Option<EventFault> {
        let mut pending = self.pending();
        let at = pending
            .iter()
            .position(|(fault, _)| possible.contains(fault))?;
        let (fault, times) = pending.get_mut(at)?;
        let fault = *fault;
        *times -= 1;
        if *times == 0 {
            pending.remove(at);
        }
        Some(fault)
    }
}
