//! Every operation against answers that are none: a maintenance page, nothing at all, and JSON that breaks off, each with status
//! 200 and each in the place of every answer that the operation needs. None may report success.

use super::case::Case;
use super::cases;
use salesforce_client::transport::scripted::Play;
use salesforce_contract::bindings::FaultKind;
use salesforce_contract::catalog::{self, Effect};
use salesforce_contract::message::Message;
use std::collections::BTreeSet;

const PAGE: &str = "<html>\n<body>\n<center>We are down for maintenance.</center></body></html>";

/// More than any operation asks for before it gives up.
pub const MANY: usize = 99;

/// Operations that take an answer as it is, with the reason.
const TAKEN: &[(&str, &str, &str)] = &[
    (
        "raw/request",
        "",
        "the caller has written the request and reads the answer himself",
    ),
    ("raw/apex-rest", "", "an Apex class may answer anything"),
    (
        "connection/revoke",
        "empty",
        "RFC 7009: the status says it, the body does not count",
    ),
];

/// Operations that ask many things one after the other, with a config and an input: their sequences, and faults at each step of
/// them, are tested where they are. Here all of their answers are none.
pub const LONG: &[(&str, &str, &str)] = &[
    (
        "bulk/load",
        r#"{"object": "Account", "operation": "insert"}"#,
        "Name\nAcme\n",
    ),
    (
        "bulk/v1-load",
        r#"{"object": "Account", "operation": "insert"}"#,
        "Name\nAcme\n",
    ),
    ("bulk/extract", r#"{"soql": "SELECT Id FROM Account"}"#, ""),
    (
        "bulk/v1-extract",
        r#"{"soql": "SELECT Id FROM Account"}"#,
        "",
    ),
    (
        "triggers/created",
        r#"{"object": "Account", "start": "earliest"}"#,
        "",
    ),
    (
        "triggers/updated",
        r#"{"object": "Account", "start": "earliest"}"#,
        "",
    ),
    (
        "triggers/created-or-updated",
        r#"{"object": "Account", "start": "earliest"}"#,
        "",
    ),
    (
        "triggers/deleted",
        r#"{"object": "Account", "start": "earliest"}"#,
        "",
    ),
    (
        "triggers/query",
        r#"{"soql": "SELECT Id FROM Account", "start": "earliest"}"#,
        "",
    ),
    (
        "events/subscribe",
        r#"{"channels": ["/event/Order__e"]}"#,
        "",
    ),
];

/// A case of such an operation.
pub fn long(operation: &str, config: &str, input: &str) -> Case {
    serde_json::from_value(serde_json::json!({
        "operation": operation,
        "config": serde_json::from_str::<serde_json::Value>(config).unwrap(),
        "input": (!input.is_empty()).then_some(input),
        "media-type": "text/csv",
        "expect": {},
    }))
    .unwrap()
}

/// Operations that read no answer of the org.
fn asks_nobody(name: &str) -> bool {
    let pure = catalog::find(name).is_some_and(|known| known.effect == Effect::Pure);
    // A dry run holds writes back; what it reads, it reads as the operation does.
    pure || name == "raw/dry-run"
}

fn answers() -> [(&'static str, &'static str, &'static str); 3] {
    [
        ("page", "text/html; charset=UTF-8", PAGE),
        ("empty", "application/json", ""),
        ("cut", "application/json", "{\"records\":[{\"Id\":\"001\""),
    ]
}

fn bad(media_type: &str, body: &str) -> Play {
    let headers = vec![("content-type".into(), media_type.into())];
    Play::Answer(200, headers, body.into())
}

fn is_taken(operation: &str, kind: &str) -> bool {
    TAKEN
        .iter()
        .any(|(name, only, _)| *name == operation && (only.is_empty() || *only == kind))
}

/// Whether a reply says that all went well.
pub fn says_success(message: &Message) -> bool {
    let metadata = &message.metadata;
    let failed = metadata.failed.unwrap_or(0);
    let none_unknown = metadata.extra("unknown").is_none_or(|count| count == "0");
    failed == 0 && none_unknown && metadata.extra("fault").is_none()
}

/// The errors about one case.
fn run(name: &str, case: &Case) -> Vec<String> {
    let mut error_texts = Vec::new();
    for (kind, media_type, body) in answers() {
        if is_taken(&case.operation, kind) {
            continue;
        }
        for at in 0..case.answers() {
            let bad = (0..MANY).map(|_| bad(media_type, body));
            let plays = case.plays().take(at).chain(bad);
            match case.result(plays) {
                Ok(message) if says_success(&message) => {
                    error_texts.push(format!("{name}: succeeds on `{kind}` as answer {at}"));
                }
                Err(fault) if fault.kind == FaultKind::EgressDenied => {
                    error_texts.push(format!("{name}: asks for ever for `{kind}` as answer {at}"));
                }
                Ok(_) | Err(_) => {}
            }
        }
    }
    error_texts
}

#[test]
fn no_operation_succeeds_on_an_answer_that_is_none() {
    let good: Vec<_> = cases()
        .into_iter()
        .filter(|(_, case)| !case.fails())
        .collect();
    let error_texts: Vec<String> = good
        .iter()
        .flat_map(|(name, case)| run(name, case))
        .collect();
    assert!(error_texts.is_empty(), "\n{}", error_texts.join("\n"));
}

#[test]
fn no_long_operation_succeeds_where_no_answer_is_one() {
    for (operation, config, input) in LONG {
        let case = long(operation, config, input);
        for (kind, media_type, body) in answers() {
            let plays = (0..MANY).map(|_| bad(media_type, body));
            let Err(fault) = case.result(plays) else {
                panic!("{operation} succeeds on `{kind}`");
            };
            // What is refused before anything is sent tries nothing here.
            let early = [FaultKind::Config, FaultKind::EgressDenied];
            assert!(
                !early.contains(&fault.kind),
                "{operation}: {}",
                fault.message
            );
        }
    }
}

#[test]
fn every_operation_that_asks_the_org_has_a_case_with_answers() {
    let tried: BTreeSet<String> = cases()
        .into_iter()
        .filter(|(_, case)| !case.fails() && case.answers() > 0)
        .map(|(_, case)| case.operation)
        .collect();
    let missing: Vec<&str> = catalog::operations()
        .iter()
        .map(|operation| operation.name)
        .filter(|name| !asks_nobody(name) && !tried.contains(*name))
        .filter(|name| LONG.iter().all(|(long, ..)| long != name))
        .collect();
    assert!(
        missing.is_empty(),
        "without a case that succeeds: {missing:?}"
    );
}
