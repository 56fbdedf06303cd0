//! Every operation that writes against good statuses that are not the documented ones, and against bodies that say nothing of what
//! was done. None may report success; a fault says that the org may have acted, and is one of the protocol.

use super::case::Case;
use super::cases;
use super::unusable::{LONG, MANY, long, says_success};
use salesforce_client::transport::scripted::Play;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::catalog::{self, Effect};
use salesforce_contract::message::Message;
use std::collections::BTreeSet;

/// An answer that is not documented: its name, its status and its body.
struct Wrong(&'static str, u16, String);

/// Answers that are documented after all, with the reason: the operation, or the beginning of its name, and the kind of answer.
const DOCUMENTED: &[(&str, &str, &str)] = &[
    (
        "raw/",
        "",
        "the caller has written the request and reads the answer himself",
    ),
    (
        "connection/revoke",
        NO_BODY,
        "RFC 7009: the status says it, the body does not count",
    ),
    (
        "records/upsert",
        "nothing",
        "up to API version 45, of a record that was there",
    ),
    ("records/upsert", "other", "200 and 201 tell old from new"),
    ("process/", "other", "the guides differ: 200 or 201"),
    (
        "analytics/run-report-async",
        "other",
        "the guides differ: 200 or 201",
    ),
];

/// All kinds without a body.
const NO_BODY: &str = "no body";

/// Cases of requests that read, though their operation may write: nothing can have been done.
const READS: &[&str] = &["composite/request-reads", "raw/graphql"];

fn is_documented(operation: &str, wrong: &Wrong) -> bool {
    DOCUMENTED.iter().any(|(name, only, _)| {
        let meant = match *only {
            "" => true,
            NO_BODY => wrong.2.is_empty(),
            kind => kind == wrong.0,
        };
        meant && operation.starts_with(name)
    })
}

/// What might come in the place of one answer; what it is itself is left out.
fn wrongs(status: u16, body: &str) -> Vec<Wrong> {
    let other = if status == 200 { 201 } else { 200 };
    let all = [
        Wrong("object", 200, "{}".into()),
        Wrong("list", 200, "[]".into()),
        Wrong("strange", 200, r#"{"maintenance":true}"#.into()),
        Wrong("created", 201, "{}".into()),
        Wrong("nothing", 204, String::new()),
        Wrong("bare", 201, String::new()),
        Wrong("later", 202, String::new()),
        Wrong("other", other, body.to_owned()),
    ];
    let differs = |wrong: &Wrong| (wrong.1, wrong.2.as_str()) != (status, body);
    all.into_iter().filter(differs).collect()
}

fn play(wrong: &Wrong) -> Play {
    let headers = vec![("content-type".into(), "application/json".into())];
    Play::Answer(wrong.1, headers, wrong.2.clone().into_bytes())
}

/// What is wrong with the end of an operation, if anything is.
fn error_text(end: &Result<Message, Fault>, maybe_applied: bool) -> Option<String> {
    match end {
        Ok(message) if says_success(message) => Some("succeeds".into()),
        Ok(_) => None,
        Err(fault) if fault.kind != FaultKind::Protocol => {
            Some(format!("is {:?} ({})", fault.kind, fault.message))
        }
        Err(fault) if maybe_applied && !fault.maybe_applied => {
            Some(format!("says that nothing happened ({})", fault.message))
        }
        Err(_) => None,
    }
}

/// The errors about one case.
fn run(name: &str, case: &Case) -> Vec<String> {
    let mut error_texts = Vec::new();
    for at in (0..case.answers()).filter(|at| case.writes_at(*at)) {
        let Some(status @ 200..=299) = case.status_at(at) else {
            continue;
        };
        for wrong in wrongs(status, &case.body_at(at)) {
            if is_documented(&case.operation, &wrong) {
                continue;
            }
            let plays = case.plays().take(at);
            let plays = plays.chain((0..MANY).map(|_| play(&wrong)));
            if let Some(error_text) = error_text(&case.result(plays), true) {
                error_texts.push(format!(
                    "{name}, answer {at}, HTTP {} `{}` ({}): {error_text}",
                    wrong.1, wrong.2, wrong.0
                ));
            }
        }
    }
    error_texts
}

/// The cases of operations that write, and that go well.
fn writing() -> Vec<(String, Case)> {
    let mut writing = cases();
    writing.retain(|(name, case)| {
        let known = catalog::find(&case.operation);
        let reads = READS.iter().any(|reads| name.starts_with(reads));
        !reads && !case.fails() && known.is_some_and(|known| known.effect == Effect::Write)
    });
    writing
}

#[test]
fn no_write_succeeds_on_an_answer_that_is_not_documented() {
    let error_texts: Vec<String> = writing()
        .iter()
        .flat_map(|(name, case)| run(name, case))
        .collect();
    assert!(error_texts.is_empty(), "\n{}", error_texts.join("\n"));
}

#[test]
fn no_load_begins_on_an_answer_that_is_not_documented() {
    for (operation, config, input) in LONG {
        let writes = catalog::find(operation).is_some_and(|known| known.effect == Effect::Write);
        if !writes {
            continue;
        }
        for wrong in wrongs(0, "") {
            let plays = (0..MANY).map(|_| play(&wrong));
            let end = long(operation, config, input).result(plays);
            // Where the first question of a load has no answer, nothing has been done.
            let error_text = error_text(&end, false);
            assert!(
                error_text.is_none(),
                "{operation} {}: {error_text:?}",
                wrong.0
            );
        }
    }
}

#[test]
fn every_operation_that_writes_is_tried() {
    let tried: BTreeSet<String> = writing()
        .into_iter()
        .filter(|(_, case)| (0..case.answers()).any(|at| case.writes_at(at)))
        .map(|(_, case)| case.operation)
        .collect();
    let missing: Vec<&str> = catalog::operations()
        .iter()
        .filter(|operation| operation.effect == Effect::Write)
        .map(|operation| operation.name)
        .filter(|name| !tried.contains(*name))
        .filter(|name| LONG.iter().all(|(long, ..)| long != name))
        .filter(|name| !name.starts_with("raw/"))
        .collect();
    assert!(
        missing.is_empty(),
        "without a case that succeeds: {missing:?}"
    );
}
