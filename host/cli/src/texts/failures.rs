use std::io;
use std::time::Duration;

use insta::assert_snapshot;
use mediate::contract::{Fault, FaultKind, Style, UpstreamFault};
use mediate::egress::Denial;
use mediate::error::HostError;
use mediate::profile::ProfileError;
use mediate::session::{SessionError, SessionFileError};
use mediate::transfer::{LoadState, LoadStatus, Reason, Tally, TransferError};
use mediate::watch::OutputError;

use super::{console, under_headings};
use crate::console::captured;
use crate::failure::Failure;
use crate::report::report;

const KINDS: [FaultKind; 14] = [
    FaultKind::Config,
    FaultKind::Unauthenticated,
    FaultKind::Forbidden,
    FaultKind::NotFound,
    FaultKind::Conflict,
    FaultKind::Invalid,
    FaultKind::LimitExceeded,
    FaultKind::Unavailable,
    FaultKind::Timeout,
    FaultKind::EgressDenied,
    FaultKind::CheckpointLost,
    FaultKind::Protocol,
    FaultKind::Unsupported,
    FaultKind::Other,
];

/// Writes a failure as people and as programs read it, with its exit code.
fn told(failure: &Failure) -> String {
    let code = failure.exit_code();
    let text = captured::during(|| {
        report(failure, &console(false));
        report(failure, &console(true));
    });
    format!("{text}exit code {code}")
}

fn fault(kind: FaultKind) -> Fault {
    Fault {
        kind,
        message: "the org said no".into(),
        status: Some(400),
        upstream: vec![UpstreamFault {
            code: "REQUIRED_FIELD_MISSING".into(),
            message: "Required fields are missing: [Name]".into(),
            fields: vec!["Name".into()],
        }],
        retry_after_ms: None,
        maybe_applied: false,
        attempts: 1,
        elapsed_ms: 20,
    }
}

fn of_session(error: impl Into<SessionError>) -> Failure {
    Failure::Session {
        error: Box::new(error.into()),
        denials: Vec::new(),
        connection: "`acme` (connections/acme.toml)".into(),
        sent: Some(1),
        in_doubt: false,
    }
}

fn of_fault(fault: Fault) -> Failure {
    of_session(HostError::from(fault))
}

pub(super) fn load_status() -> LoadStatus {
    let mut tally = Tally::default();
    tally.saved = 2_000;
    tally.failed = 3;
    tally.reasons = vec![Reason {
        code: "DUPLICATE_VALUE".into(),
        count: 2,
        message: "duplicate value found: Ext__c".into(),
        row: Some(17),
    }];
    tally.other = 1;
    let state = LoadState {
        journal: Some(r#"{"taken": 9, "parts": [{"job": "750A"}, {"job": "750B"}]}"#.into()),
        tally,
        ..LoadState::default()
    };
    state.load_status()
}

#[test]
fn kinds_of_fault() {
    let texts = KINDS.map(|kind| (kind.name(), told(&of_fault(fault(kind)))));
    assert_snapshot!(under_headings(texts));
}

#[test]
fn what_is_known_of_a_fault() {
    let retried = Fault {
        attempts: 5,
        elapsed_ms: 2500,
        maybe_applied: true,
        status: None,
        upstream: vec![],
        retry_after_ms: Some(90_000),
        ..fault(FaultKind::Unavailable)
    };
    let unsent = Fault {
        attempts: 0,
        status: None,
        upstream: vec![],
        ..fault(FaultKind::Invalid)
    };
    let mut nothing_sent = of_fault(unsent);
    if let Failure::Session { sent, .. } = &mut nothing_sent {
        *sent = Some(0);
    }
    let mut denied = of_fault(fault(FaultKind::EgressDenied));
    if let Failure::Session { denials, .. } = &mut denied {
        denials.push(Denial {
            origin: "https://x.example".into(),
            reason: "it is not on the list of allowed addresses".into(),
            remedy: Some("allow = [\"https://x.example\"]".into()),
        });
    }
    let tested = Failure::Tested(Box::new(of_fault(fault(FaultKind::Unauthenticated))));
    let texts = [
        (
            "retried, perhaps applied, with a wait",
            told(&of_fault(retried)),
        ),
        ("nothing sent", told(&nothing_sent)),
        ("kept from an address", told(&denied)),
        ("mediate test", told(&tested)),
    ];
    assert_snapshot!(under_headings(texts));
}

#[test]
fn transfers() {
    let unfinished = Failure::Unfinished {
        why: Box::new(of_fault(fault(FaultKind::Unavailable))),
        journal: "accounts.csv.journal".into(),
        load_status: Some(Box::new(load_status())),
    };
    let extract = Failure::Unfinished {
        why: Box::new(Failure::Interrupted(130)),
        journal: "accounts.csv.journal".into(),
        load_status: None,
    };
    let some_failed = Failure::SomeFailed {
        failed: 3,
        total: Some(2_003),
        load_status: Some(Box::new(load_status())),
    };
    let one_failed = Failure::SomeFailed {
        failed: 1,
        total: None,
        load_status: None,
    };
    let path = || "accounts.csv".into();
    let error = |error: TransferError| told(&Failure::Other(error.to_string()));
    let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
    let texts = [
        ("a load that can be continued", told(&unfinished)),
        ("an extract that can be continued", told(&extract)),
        ("some records failed", told(&some_failed)),
        ("a record of a call failed", told(&one_failed)),
        (
            "file",
            error(TransferError::File {
                path: path(),
                source: denied(),
            }),
        ),
        (
            "input",
            error(TransferError::Input {
                path: path(),
                source: denied(),
            }),
        ),
        (
            "input changed",
            error(TransferError::InputChanged {
                path: path(),
                bytes: 1024,
            }),
        ),
        ("bad journal", error(TransferError::BadJournal)),
        ("restless", error(TransferError::Restless)),
        (
            "stalled",
            error(TransferError::Stalled {
                waited: Duration::from_secs(7200),
            }),
        ),
    ];
    assert_snapshot!(under_headings(texts));
}

#[test]
fn failures_of_the_host() {
    let during = || "call `records/create`".to_owned();
    let reason = || "unreachable".to_owned();
    let errors = [
        HostError::NotAComponent { reason: reason() },
        HostError::NotAConnector {
            missing: vec!["mediation:connector/catalog@0.1.0".into()],
        },
        HostError::MissingImport { reason: reason() },
        HostError::Trap {
            during: during(),
            reason: reason(),
        },
        HostError::ResourceLimit {
            during: during(),
            limit: "256 MiB of memory".into(),
        },
        HostError::ContractBroken {
            during: during(),
            problem: "it gave no name".into(),
        },
        HostError::DeadlineExceeded {
            during: during(),
            limit: Duration::from_secs(30),
        },
        HostError::InstanceEnded { reason: reason() },
        HostError::TooManyInstances { reason: reason() },
        HostError::Settings {
            message: "stall-timeout is too short".into(),
        },
        HostError::Io {
            doing: "read the CA file",
            path: "ca.pem".into(),
            source: io::Error::from(io::ErrorKind::NotFound),
        },
        HostError::Engine {
            doing: "set up the engine",
            source: "no memory".into(),
        },
    ];
    let texts = errors.map(|error| {
        let debug = format!("{error:?}");
        let name = debug
            .split([' ', '('])
            .next()
            .unwrap_or_default()
            .to_owned();
        (name, told(&of_session(error)))
    });
    assert_snapshot!(under_headings(texts));
}

#[test]
fn failures_of_sessions_and_files() {
    let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
    let path = || "acme.session.json".into();
    let style = |style| SessionError::OtherStyle {
        operation: "a/b".into(),
        style,
    };
    let errors = [
        SessionError::UnknownOperation {
            name: "query/qurey".into(),
            connector: "salesforce".into(),
            nearest: Some("query/query".into()),
        },
        style(Style::Call),
        style(Style::Source),
        style(Style::Sink),
        style(Style::Trigger),
        SessionError::NotASession,
        SessionError::BadSchema {
            what: "the connection".into(),
            problem: "EOF".into(),
        },
        SessionFileError::Io {
            doing: "write",
            path: path(),
            source: denied(),
        }
        .into(),
        SessionFileError::Damaged {
            path: path(),
            line: 1,
            column: 2,
        }
        .into(),
        SessionFileError::Busy {
            path: path(),
            wait: Duration::from_secs(60),
        }
        .into(),
    ];
    let texts = errors.map(|error| told(&of_session(error))).join("\n\n");
    assert_snapshot!("sessions", texts);
    let path = || "connections/acme.toml".into();
    let key = || "auth.client-credentials.client-secret".to_owned();
    let errors = [
        ProfileError::NotFound {
            name: "acem".into(),
            tried: vec![
                path(),
                "/home/me/.config/mediate/connections/acem.toml".into(),
            ],
            nearest: Some("acme".into()),
        },
        ProfileError::Unreadable {
            path: path(),
            source: denied(),
        },
        ProfileError::Syntax {
            path: path(),
            line: 3,
            column: 7,
            problem: "expected `=`".into(),
        },
        ProfileError::Value {
            path: path(),
            key: key(),
            problem: "must be text in quotes".into(),
        },
    ];
    let texts = errors
        .map(|error| told(&Failure::Profile(error)))
        .join("\n\n");
    assert_snapshot!("connection-files", texts);
}

#[test]
fn other_failures() {
    let watch = Failure::OneOf {
        what: "watch 2 (`triggers/updated`)".into(),
        why: Box::new(of_fault(fault(FaultKind::CheckpointLost))),
    };
    let full = io::Error::from(io::ErrorKind::StorageFull);
    let closed = io::Error::from(io::ErrorKind::BrokenPipe);
    let output = |error: OutputError| told(&Failure::Other(error.to_string()));
    let texts = [
        (
            "usage",
            told(&Failure::usage(
                "--path must begin with a slash: write it as /NAME",
            )),
        ),
        ("write", told(&Failure::write("rows.csv".as_ref(), full))),
        ("stdout closed", told(&Failure::stdout(closed))),
        ("interrupted", told(&Failure::Interrupted(130))),
        ("one of several watches", told(&watch)),
        (
            "output: command",
            output(OutputError::Command("ended with exit status: 1".into())),
        ),
        (
            "output: address",
            output(OutputError::Post("status 500".into())),
        ),
    ];
    assert_snapshot!(under_headings(texts));
}
