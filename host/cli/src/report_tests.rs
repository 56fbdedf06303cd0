use super::*;
use mediate::error::HostError;
use mediate::session::SessionError;

fn fault(kind: FaultKind) -> Fault {
    Fault {
        kind,
        message: "the record was refused".into(),
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

fn failure(fault: Fault, denials: Vec<Denial>) -> Failure {
    Failure::Session {
        error: Box::new(SessionError::Host(HostError::from(fault))),
        denials,
        connection: "`acme`".into(),
        sent: Some(0),
        in_doubt: false,
    }
}

#[test]
fn a_fault_is_told_with_the_remote_system_s_words() {
    let failure = failure(fault(FaultKind::Invalid), vec![]);
    assert_eq!(failure.to_string(), "the record was refused");
    assert_eq!(
        details(&failure),
        [
            "REQUIRED_FIELD_MISSING: Required fields are missing: [Name] (fields: Name)",
            "HTTP status 400, 1 attempt"
        ]
    );
}

#[test]
fn a_mark_below_a_query_stands_at_its_place_and_is_told_once() {
    let told = Fault {
        message: "refused: MALFORMED_QUERY: SELECT Nam\n       ^\nNo such column".into(),
        upstream: vec![UpstreamFault {
            code: "MALFORMED_QUERY".into(),
            message: "\nSELECT Nam\n       ^\nNo such column".into(),
            fields: vec![],
        }],
        ..fault(FaultKind::Invalid)
    };
    let failure = failure(told, vec![]);
    let expected = "refused: MALFORMED_QUERY: \nSELECT Nam\n       ^\nNo such column";
    assert_eq!(sentence(&failure), expected);
    assert_eq!(details(&failure), ["HTTP status 400, 1 attempt"]);
}

#[test]
fn retries_and_doubts_are_told() {
    let failure = failure(
        Fault {
            attempts: 5,
            elapsed_ms: 2500,
            maybe_applied: true,
            status: None,
            upstream: vec![],
            ..fault(FaultKind::Unavailable)
        },
        vec![],
    );
    assert_eq!(
        details(&failure),
        [
            "5 attempts in 2.5 s",
            "it may have been applied: check before you run it again"
        ]
    );
}

#[test]
fn nothing_sent_is_told() {
    let failure = failure(
        Fault {
            attempts: 0,
            status: None,
            upstream: vec![],
            ..fault(FaultKind::Config)
        },
        vec![],
    );
    assert_eq!(details(&failure), ["nothing was sent"]);
}

#[test]
fn what_earlier_steps_sent_is_not_denied() {
    let last = Fault {
        attempts: 0,
        status: None,
        upstream: vec![],
        ..fault(FaultKind::Config)
    };
    let mut failure = failure(last, vec![]);
    if let Failure::Session { sent, .. } = &mut failure {
        *sent = Some(3);
    }
    assert_eq!(details(&failure), Vec::<String>::new());
    let unfinished = Failure::Unfinished {
        why: Box::new(failure),
        journal: "in.csv.journal".into(),
        load_status: Some(Box::default()),
    };
    let lines = details(&unfinished);
    assert!(
        lines.iter().any(|line| line.starts_with("so far: ")),
        "{lines:?}"
    );
    assert!(!lines.contains(&"nothing was sent".into()), "{lines:?}");
}

#[test]
fn an_instance_that_broke_off_in_a_write_leaves_doubt() {
    let trapped = Failure::Session {
        error: Box::new(SessionError::Host(HostError::InstanceEnded {
            reason: "trap".into(),
        })),
        denials: vec![],
        connection: "acme".into(),
        sent: Some(1),
        in_doubt: true,
    };
    assert_eq!(as_json(&trapped)["maybe-applied"], true);
    assert_eq!(details(&trapped).len(), 1);
}

#[test]
fn a_refused_login_names_the_connection() {
    let failure = failure(
        Fault {
            upstream: vec![],
            ..fault(FaultKind::Unauthenticated)
        },
        vec![],
    );
    assert!(details(&failure).contains(
        &"hint: check the credentials of the connection `acme` with `mediate test`".into()
    ));
}

#[test]
fn a_refused_origin_brings_the_line_that_allows_it() {
    let refused = Denial {
        origin: "https://x.example".into(),
        reason: "it is not on the list".into(),
        remedy: Some("allow = [\"https://x.example\"]".into()),
    };
    let failure = failure(
        Fault {
            status: None,
            upstream: vec![],
            ..fault(FaultKind::EgressDenied)
        },
        vec![refused],
    );
    let lines = details(&failure);
    assert!(
        lines.contains(&"denied: https://x.example: it is not on the list".into()),
        "{lines:?}"
    );
    assert!(
        lines
            .last()
            .is_some_and(|line| line.ends_with("allow = [\"https://x.example\"]")),
        "{lines:?}"
    );
}

#[test]
fn programs_get_the_fault_as_json() {
    let document = as_json(&failure(fault(FaultKind::Invalid), vec![]));
    assert_eq!(document["kind"], "invalid");
    assert_eq!(document["exit-code"], 4);
    assert_eq!(document["upstream"][0]["code"], "REQUIRED_FIELD_MISSING");
    let document = as_json(&Failure::usage("no"));
    assert_eq!(
        document,
        json!({"level": "error", "kind": "usage", "message": "no", "exit-code": 2})
    );
}

#[test]
fn times_are_written_as_people_say_them() {
    assert_eq!(time(Duration::from_millis(40)), "40 ms");
    assert_eq!(time(Duration::from_millis(2540)), "2.5 s");
    assert_eq!(time(Duration::from_secs(90)), "1 min 30 s");
}
