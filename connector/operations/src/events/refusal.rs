//! What refusals and failures mean for a client: whether another one may do better, and when.

use super::bayeux::Said;
use salesforce_client::fault::{self, Retry};
use salesforce_client::transport::TransportError;
use salesforce_contract::bindings::{Fault, FaultKind};

/// Why a client cannot go on.
pub enum Broken {
    /// The session has ended.
    Session(Fault),
    /// Another client may do better, after so many milliseconds.
    Again(Fault, u64),
    /// No other client would do better.
    Fatal(Fault),
}

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Self {
        Self::Fatal(fault)
    }
}

/// What a refusal means for the client. `standing` is the advice that holds where the refusal brings none of its own.
pub fn refused(what: &str, said: &Said, standing: Option<&str>) -> Broken {
    let upstream_error = said.upstream_error();
    let kind = match said.code() {
        // Nothing says that it would be refused again.
        _ if said.is_mute() => FaultKind::Unavailable,
        Some(401) => FaultKind::Unauthenticated,
        _ if upstream_error.contains("limit exceeded") => FaultKind::LimitExceeded,
        Some(403) => FaultKind::Forbidden,
        Some(404) => FaultKind::NotFound,
        Some(500..=599 | 408) => FaultKind::Unavailable,
        _ => FaultKind::Invalid,
    };
    let fault = Fault {
        attempts: 1,
        ..Fault::new(kind, format!("{what} was refused: {upstream_error}"))
    };
    if said.is_unauthenticated() {
        return Broken::Session(fault);
    }
    let advice = said.advice.clone().unwrap_or_default();
    let interval_ms = advice.interval_ms();
    if said.wants_handshake() || kind == FaultKind::Unavailable {
        let kind = FaultKind::Unavailable;
        return Broken::Again(Fault { kind, ..fault }, interval_ms);
    }
    match said.reconnect().or(standing) {
        Some("retry") => Broken::Again(fault, interval_ms),
        _ => Broken::Fatal(fault),
    }
}

/// What a failure below HTTP means for the client.
pub fn lost(error: &TransportError) -> Broken {
    let (fault, retry) = fault::from_transport(error);
    match retry {
        Retry::Never | Retry::InDoubt => Broken::Fatal(fault),
        Retry::Always | Retry::IfRepeatable => Broken::Again(fault, 0),
    }
}

/// What another HTTP status than 200 means for the client; `asked_ms` is the pause that the answer asks for.
pub fn status(status: u16, body: &[u8], asked_ms: u64) -> Broken {
    let (fault, retry) = fault::from_answer(status, body);
    match retry {
        _ if fault::session_is_invalid(&fault) => Broken::Session(fault),
        Retry::Never | Retry::InDoubt => Broken::Fatal(fault),
        Retry::Always | Retry::IfRepeatable => Broken::Again(fault, asked_ms),
    }
}

/// A server that breaks off politely.
pub fn sent_away(interval_ms: u64) -> Broken {
    let sentence = "Salesforce asks the client not to wait for events any more";
    Broken::Again(Fault::new(FaultKind::Unavailable, sentence), interval_ms)
}

/// An answer that is not one of the protocol.
pub fn odd(sentence: String) -> Broken {
    Broken::Again(Fault::protocol(sentence), 0)
}
