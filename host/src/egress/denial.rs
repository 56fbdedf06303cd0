//! What the policy did not let through, with the line of configuration that would.

use super::allow::Destination;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// More refused origins than this are not remembered.
const MAX_DENIALS: usize = 100;

/// A request that the policy refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The origin that was asked for, for example `https://acme.my.salesforce.com`.
    pub origin: String,
    /// Why it was refused, in one sentence.
    pub reason: String,
    /// The line of configuration, under `[host]`, that would allow it; none where no line can.
    pub remedy: Option<String>,
}

impl Denial {
    /// Says why this destination was not reached.
    pub(super) fn new(destination: &Destination, network: bool) -> Self {
        let origin = destination.origin();
        if !network {
            return Self {
                origin,
                reason: "this run has no network".into(),
                remedy: None,
            };
        }
        if !destination.is_secure() && !destination.is_loopback() {
            let reason = "plain http may go to this machine only".into();
            return Self {
                origin,
                reason,
                remedy: None,
            };
        }
        let remedy = Some(format!("allow = [\"{origin}\"]"));
        Self {
            origin,
            reason: "it is not on the list of allowed addresses".into(),
            remedy,
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "The host refused a request to {}: {}",
            self.origin, self.reason
        )?;
        match &self.remedy {
            Some(line) => write!(f, "; `{line}` under `[host]` would allow it."),
            None => f.write_str("."),
        }
    }
}

/// The denials so far, each once, in order.
#[derive(Default)]
pub(super) struct Denials(Mutex<Vec<Denial>>);

impl Denials {
    pub(super) fn add(&self, denial: Denial) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MAX_DENIALS && !known.contains(&denial) {
            tracing::warn!(target: "mediate::egress", "{denial}");
            known.push(denial);
        }
    }

    pub(super) fn list(&self) -> Vec<Denial> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.clone()
    }
}
