//! How a command fails: the sentence, and the exit code that scripts go by.

use std::io;
use std::path::PathBuf;

use mediate::contract::{Fault, FaultKind};
use mediate::egress::Denial;
use mediate::error::HostError;
use mediate::profile::ProfileError;
use mediate::session::SessionError;
use mediate::text;
use mediate::transfer::LoadStatus;

/// Any other failure, for example of a disk.
pub(super) const OTHER: u8 = 1;
/// Arguments, the connection file or the config are wrong.
pub(super) const USAGE: u8 = 2;
/// The login was refused, or a permission is missing.
pub(super) const ACCESS: u8 = 3;
/// The remote system refused the request as it is.
pub(super) const REFUSED: u8 = 4;
/// A quota is used up.
pub(super) const LIMIT: u8 = 5;
/// No answer now.
pub(super) const UNAVAILABLE: u8 = 6;
/// The host's policy keeps the address out of reach.
pub(super) const EGRESS: u8 = 7;
/// The connector or the remote system broke the rules.
pub(super) const PROTOCOL: u8 = 8;
/// Everything ran, and some records failed.
pub(super) const SOME_FAILED: u8 = 9;

/// Reason why a command ends early.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The arguments cannot be used.
    #[error("{0}")]
    Usage(String),
    /// The connection file cannot be used.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The host could not do its part before a session was there.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The operation did not succeed.
    #[error("{error}")]
    Session {
        /// Why.
        error: Box<SessionError>,
        /// What the connector was kept from reaching.
        denials: Vec<Denial>,
        /// Which connection it was, for hints.
        connection: String,
        /// How many requests the operation sent, from its beginning on; none where nobody counted.
        sent: Option<u64>,
        /// Whether something may have been applied that no fault says.
        in_doubt: bool,
    },
    /// A file could not be written.
    #[error("cannot write {}: {}", .path.display(), text::io(.source))]
    Write { path: PathBuf, source: io::Error },
    /// The connection was examined, and is not good.
    #[error("{0}")]
    Tested(Box<Failure>),
    /// A transfer stopped and can be continued.
    #[error("{why}")]
    Unfinished {
        /// Why it stopped.
        why: Box<Failure>,
        /// Its journal.
        journal: PathBuf,
        /// How the whole load stands; none for an extract.
        load_status: Option<Box<LoadStatus>>,
    },
    /// One of several things that run at once failed.
    #[error("{what}: {why}")]
    OneOf {
        /// Which.
        what: String,
        /// Why.
        why: Box<Failure>,
    },
    /// Everything ran, and some records did not succeed.
    #[error("{}", did_not_succeed(*.failed, *.total))]
    SomeFailed {
        /// How many.
        failed: u64,
        /// Of how many.
        total: Option<u64>,
        /// How the whole load stands; none for a call, whose reply tells.
        load_status: Option<Box<LoadStatus>>,
    },
    /// A component was judged, and breaks promises of the contract.
    #[error("the component breaks {} of the contract", text::count(*.0 as u64, "promise"))]
    Checked(usize),
    /// Something else.
    #[error("{0}")]
    Other(String),
    /// A signal ended the command; holds the exit code.
    #[error("interrupted")]
    Interrupted(u8),
    /// Whoever read stdout has had enough: no failure for people.
    #[error("the reader of stdout has closed it")]
    OutputClosed,
}

impl Failure {
    pub(super) fn usage(sentence: impl Into<String>) -> Self {
        Self::Usage(sentence.into())
    }

    /// Makes a failure of an error on a file.
    pub(super) fn write(path: &std::path::Path, source: io::Error) -> Self {
        Self::Write {
            path: path.to_owned(),
            source,
        }
    }

    /// Makes a failure of an error on stdout.
    pub(super) fn stdout(source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::BrokenPipe {
            Self::OutputClosed
        } else {
            Self::Write {
                path: "stdout".into(),
                source,
            }
        }
    }

    /// Returns the connector's fault, if that is what this is.
    pub(super) fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Session { error, .. } => error.fault(),
            Self::Host(error) => error.fault(),
            Self::Unfinished { why, .. } | Self::Tested(why) | Self::OneOf { why, .. } => {
                why.fault()
            }
            _ => None,
        }
    }

    /// Returns how the load stands that failed, if that is known.
    pub(super) fn load_status(&self) -> Option<&LoadStatus> {
        match self {
            Self::SomeFailed { load_status, .. } | Self::Unfinished { load_status, .. } => {
                load_status.as_deref()
            }
            _ => None,
        }
    }

    /// Says whether the operation, from its beginning on, certainly sent nothing.
    pub(super) fn sent_nothing(&self) -> bool {
        matches!(self, Self::Session { sent: Some(0), .. })
    }

    /// Says whether the remote system may have applied something that is not known of.
    pub(super) fn may_be_applied(&self) -> bool {
        let told = self.fault().is_some_and(|fault| fault.maybe_applied);
        told || match self {
            Self::Session { in_doubt, .. } => *in_doubt,
            Self::Unfinished { why, .. } => why.may_be_applied(),
            _ => false,
        }
    }

    /// Names the kind in the words of the contract where it has one.
    pub(super) fn kind(&self) -> &'static str {
        match (self.fault(), self.exit_code()) {
            (Some(fault), _) => fault.kind.name(),
            (None, USAGE) => "usage",
            (None, UNAVAILABLE) => "timeout",
            (None, EGRESS) => "egress-denied",
            (None, PROTOCOL) => "protocol",
            (None, SOME_FAILED) => "some-failed",
            _ => "other",
        }
    }

    /// Returns the code for the shell; `mediate help exit-codes` documents them.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Profile(_) => USAGE,
            Self::Host(error) => of_host(error),
            Self::Session { error, .. } => of_session(error),
            Self::Unfinished { why, .. } | Self::Tested(why) | Self::OneOf { why, .. } => {
                why.exit_code()
            }
            Self::Checked(_) => PROTOCOL,
            Self::SomeFailed { .. } => SOME_FAILED,
            Self::Write { .. } | Self::Other(_) => OTHER,
            Self::Interrupted(code) => *code,
            Self::OutputClosed => 0,
        }
    }
}

const fn of_kind(kind: FaultKind) -> u8 {
    match kind {
        FaultKind::Config | FaultKind::Unsupported => USAGE,
        FaultKind::Unauthenticated | FaultKind::Forbidden => ACCESS,
        FaultKind::NotFound
        | FaultKind::Conflict
        | FaultKind::Invalid
        | FaultKind::CheckpointLost => REFUSED,
        FaultKind::LimitExceeded => LIMIT,
        FaultKind::Unavailable | FaultKind::Timeout => UNAVAILABLE,
        FaultKind::EgressDenied => EGRESS,
        FaultKind::Protocol => PROTOCOL,
        FaultKind::Other => OTHER,
    }
}

/// Returns the code of a fault. What the connector finds wrong with the input before anything is sent is the caller's mistake, as in
/// the config.
fn of_fault(fault: &Fault) -> u8 {
    let nothing_sent = fault.attempts == 0 && fault.status.is_none() && !fault.maybe_applied;
    match fault.kind {
        FaultKind::Invalid if nothing_sent => USAGE,
        kind => of_kind(kind),
    }
}

fn of_host(error: &HostError) -> u8 {
    match error {
        HostError::Fault(fault) => of_fault(fault),
        HostError::NotAComponent { .. }
        | HostError::NotAConnector { .. }
        | HostError::MissingImport { .. }
        | HostError::Settings { .. } => USAGE,
        HostError::DeadlineExceeded { .. } => UNAVAILABLE,
        HostError::Trap { .. }
        | HostError::ResourceLimit { .. }
        | HostError::ContractBroken { .. }
        | HostError::InstanceEnded { .. } => PROTOCOL,
        _ => OTHER,
    }
}

fn of_session(error: &SessionError) -> u8 {
    match error {
        SessionError::Host(error) => of_host(error),
        SessionError::UnknownOperation { .. } | SessionError::OtherStyle { .. } => USAGE,
        SessionError::Origin(_) => EGRESS,
        SessionError::NotASession | SessionError::BadSchema { .. } => PROTOCOL,
        _ => OTHER,
    }
}

fn did_not_succeed(failed: u64, total: Option<u64>) -> String {
    let failed = text::count(failed, "record");
    match total {
        Some(total) => format!("{failed} of {} did not succeed", text::thousands(total)),
        None => format!("{failed} did not succeed"),
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        Self::Session {
            error: Box::new(error),
            denials: Vec::new(),
            connection: String::new(),
            sent: None,
            in_doubt: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_stdout_is_no_failure() {
        let closed = Failure::stdout(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(closed.exit_code(), 0);
        assert_eq!(
            Failure::stdout(io::Error::from(io::ErrorKind::StorageFull)).exit_code(),
            OTHER
        );
    }

    #[test]
    fn kinds_have_their_codes() {
        let code = |kind| of_kind(kind);
        assert_eq!(code(FaultKind::Config), 2);
        assert_eq!(code(FaultKind::Forbidden), 3);
        assert_eq!(code(FaultKind::Invalid), 4);
        assert_eq!(code(FaultKind::LimitExceeded), 5);
        assert_eq!(code(FaultKind::Timeout), 6);
        assert_eq!(code(FaultKind::EgressDenied), 7);
        assert_eq!(code(FaultKind::Protocol), 8);
        assert_eq!(code(FaultKind::Other), 1);
    }

    #[test]
    fn input_that_was_refused_before_anything_was_sent_is_a_mistake_of_usage() {
        let mut fault = Fault {
            kind: FaultKind::Invalid,
            message: "no".into(),
            status: None,
            upstream: vec![],
            retry_after_ms: None,
            maybe_applied: false,
            attempts: 0,
            elapsed_ms: 0,
        };
        assert_eq!(of_fault(&fault), USAGE);
        fault.attempts = 1;
        assert_eq!(of_fault(&fault), REFUSED);
    }
}
