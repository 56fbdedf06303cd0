//! Why a session could not do what it was asked for.

use super::SessionFileError;
use crate::contract::{Fault, FaultKind, Style};
use crate::error::HostError;
use crate::text;

/// Reason why an operation was not run, or did not succeed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The runtime, the egress or the connector itself failed.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The connector has no such operation.
    #[error("the connector `{connector}` has no operation `{name}`{}", text::did_you_mean(.nearest.as_deref()))]
    UnknownOperation {
        /// The name that was asked for.
        name: String,
        /// The connector.
        connector: String,
        /// The operation that is meant, most likely.
        nearest: Option<String>,
    },
    /// The operation is of another style.
    #[error("`{operation}` is {}", style_words(*.style))]
    OtherStyle {
        /// The operation.
        operation: String,
        /// Its style.
        style: Style,
    },
    /// The connection or the session names an address that may not be reached.
    #[error("{0}")]
    Origin(String),
    /// The connector answered `session` with something that is not a session.
    #[error("the connector's session is not a JSON object: the login cannot be used")]
    NotASession,
    /// The connector published a schema that is not JSON.
    #[error(
        "the connector's schema of {what} is not JSON ({problem}): report it to the connector's authors"
    )]
    BadSchema {
        /// What the schema is for.
        what: String,
        /// The parser's words.
        problem: String,
    },
    /// The session cannot be kept or resumed.
    #[error(transparent)]
    File(#[from] SessionFileError),
}

impl SessionError {
    /// Returns the connector's fault, if that is what this is.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Host(error) => error.fault(),
            _ => None,
        }
    }

    /// Says which address was not reached, and why, where the connector got no answer.
    pub(super) fn with_reason(mut self, last_failure: Option<String>) -> Self {
        if let Self::Host(HostError::Fault(fault)) = &mut self
            && matches!(fault.kind, FaultKind::Unavailable | FaultKind::Timeout)
            && fault.status.is_none()
            && fault.attempts > 0
            && let Some(reason) = last_failure
        {
            fault.message = format!("{} ({reason})", fault.message.trim_end_matches('.'));
        }
        self
    }

    /// Says whether the instance of the connector is gone with this.
    #[must_use]
    pub const fn ended_the_instance(&self) -> bool {
        matches!(
            self,
            Self::Host(
                HostError::Trap { .. }
                    | HostError::ResourceLimit { .. }
                    | HostError::DeadlineExceeded { .. }
                    | HostError::InstanceEnded { .. }
            )
        )
    }

    /// Says whether the connector may have opened another session before this happened.
    pub(super) fn may_follow_a_renewal(&self) -> bool {
        self.fault()
            .is_some_and(|fault| fault.kind != FaultKind::Config)
    }
}

const fn style_words(style: Style) -> &'static str {
    match style {
        Style::Call => "a call: one request, one reply",
        Style::Source => "a source: it is read in chunks",
        Style::Sink => "a sink: it is written in chunks",
        Style::Trigger => "a trigger: it is polled",
    }
}
