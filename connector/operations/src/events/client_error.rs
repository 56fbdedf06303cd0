//! What refusals and failures mean for a client: whether another one may do better, and when.

use super::bayeux::BayeuxMessage;
use salesforce_client::fault::{self, Retry};
use salesforce_client::transport::TransportError;
use salesforce_contract::bindings::{Fault, FaultKind};

/// Why a client cannot go on.
pub enum ClientError {
    /// The session has ended.
    Session(Fault),
    /// Another client may do better, after so many milliseconds.
    Retry(Fault, u64),
    /// No other client would do better.
    Fatal(Fault),
}

impl From<Fault> for ClientError {
    fn from(fault: Fault) -> Self {
        Self::Fatal(fault)
    }
}

impl ClientError {
    /// What a refusal means for the client. `standing` is the advice that holds where the refusal brings none of its own.
    pub fn from_refusal(what: &str, answer: &BayeuxMessage, standing: Option<&str>) -> Self {
        let upstream_error = answer.upstream_error();
        let kind = match answer.code() {
            // Nothing says that it would be refused again.
            _ if answer.is_without_reason() => FaultKind::Unavailable,
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
        if answer.is_unauthenticated() {
            return Self::Session(fault);
        }
        let advice = answer.advice.clone().unwrap_or_default();
        let interval_ms = advice.interval_ms();
        if answer.wants_handshake() || kind == FaultKind::Unavailable {
            let kind = FaultKind::Unavailable;
            return Self::Retry(Fault { kind, ..fault }, interval_ms);
        }
        match answer.reconnect().or(standing) {
            Some("retry") => Self::Retry(fault, interval_ms),
            _ => Self::Fatal(fault),
        }
    }

    /// What a failure below HTTP means for the client.
    pub fn from_transport(error: &TransportError) -> Self {
        let (fault, retry) = fault::from_transport(error);
        match retry {
            Retry::Never | Retry::InDoubt => Self::Fatal(fault),
            Retry::Always | Retry::IfRepeatable => Self::Retry(fault, 0),
        }
    }

    /// What another HTTP status than 200 means for the client; `asked_ms` is the pause that the answer asks for.
    pub fn from_status(status: u16, body: &[u8], asked_ms: u64) -> Self {
        let (fault, retry) = fault::from_answer(status, body);
        match retry {
            _ if fault::session_is_invalid(&fault) => Self::Session(fault),
            Retry::Never | Retry::InDoubt => Self::Fatal(fault),
            Retry::Always | Retry::IfRepeatable => Self::Retry(fault, asked_ms),
        }
    }

    /// A server that asks the client to go.
    pub fn disconnected(interval_ms: u64) -> Self {
        let message = "Salesforce asks the client not to wait for events any more";
        Self::Retry(Fault::new(FaultKind::Unavailable, message), interval_ms)
    }

    /// An answer that is not one of the protocol.
    pub fn malformed(message: String) -> Self {
        Self::Retry(Fault::protocol(message), 0)
    }
}
