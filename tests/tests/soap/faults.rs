//! Every fault at a page and at a write: each case is a file in `cases/soap`. Reads are complete or end in a typed fault; of
//! writes every record has an outcome that the org agrees with, none is saved twice, and what is not known is said to be.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use mediate::contract::Message;
use mediate::session::{Session, SessionError};
use mediate_tests::org::{Way, cases, fault, open, read_all};
use sandbox::Org;
use serde_json::{Value, json};

use super::people::{PEOPLE, code, empty, outcomes, people, there, write};

/// One fault at one operation.
struct Trial {
    name: String,
    rule: Value,
    connection: Value,
    expect: Value,
}

/// Every case at an operation.
fn trials(operation: &str, way: Way) -> Vec<Trial> {
    let trial = |(name, case): (String, Value)| {
        let mut connection = json!({"retry": {"first-delay-ms": 1, "max-delay-ms": 1500}});
        if let (Some(members), Some(more)) =
            (connection.as_object_mut(), case["connection"].as_object())
        {
            members.extend(more.clone());
        }
        Trial {
            name: format!("{name} at {operation} ({way:?})"),
            rule: case["rule"].clone(),
            connection,
            expect: case["expect"][operation].clone(),
        }
    };
    cases("soap").into_iter().map(trial).collect()
}

impl Trial {
    /// Has the fault strike after so many requests of the SOAP API.
    fn arm(&self, org: &Org, skip: u64) {
        let mut rule = self.rule.clone();
        rule["match"]["skip"] = json!(skip);
        org.faults().clear();
        org.faults()
            .add(serde_json::from_value(rule).expect("a rule"));
    }

    /// Ends the fault, which must have struck.
    fn disarm(&self, org: &Org) {
        let hits: u64 = org.faults().list().iter().map(|rule| rule.hits).sum();
        assert!(hits > 0, "{}: the fault was never played", self.name);
        org.faults().clear();
    }

    /// The fault that is expected must be the one that came.
    fn failed(&self, error: &SessionError) {
        let (name, expect, fault) = (&self.name, &self.expect, fault(error));
        let kind = serde_json::to_value(fault.kind).expect("a kind");
        assert_eq!(kind, expect["fault"], "{name}: {}", fault.message);
        let first = fault.upstream.first().map(|first| first.code.as_str());
        assert_eq!(first, expect["code"].as_str(), "{name}: {}", fault.message);
        assert_eq!(
            json!(fault.attempts),
            expect["attempts"],
            "{name}: {}",
            fault.message
        );
        assert_eq!(
            json!(fault.maybe_applied),
            expect["maybe-applied"],
            "{name}: {}",
            fault.message
        );
    }

    fn is_whole(&self) -> bool {
        self.expect == "whole"
    }

    /// The reply of a write must say of every record what the org knows of it.
    fn settled(&self, reply: &Message, names: &BTreeMap<String, usize>) {
        let name = &self.name;
        let outcomes = outcomes(reply);
        assert_eq!(outcomes.len(), PEOPLE, "{name}");
        let mut counts = BTreeMap::from([("unknown", 0), ("refused", 0), ("not-sent", 0)]);
        for (row, outcome) in outcomes.iter().enumerate() {
            assert_eq!(outcome["index"], row, "{name}");
            let times = names.get(&format!("Row {row}")).copied().unwrap_or(0);
            let (fits, count) = match code(outcome) {
                "SAVED" => (times == 1, None),
                "UNKNOWN" => (times <= 1, Some("unknown")),
                "NOT_SENT" => (times == 0, Some("not-sent")),
                _ => (times == 0, Some("refused")),
            };
            assert!(
                fits,
                "{name}: row {row} is there {times} times, yet {outcome}"
            );
            *counts
                .entry(count.unwrap_or("saved and said so"))
                .or_insert(0) += 1;
        }
        if self.is_whole() {
            assert_eq!(counts["saved and said so"], PEOPLE, "{name}: {counts:?}");
            return;
        }
        for count in ["unknown", "refused", "not-sent"] {
            assert_eq!(
                json!(counts[count]),
                self.expect[count],
                "{name}: {counts:?}"
            );
        }
        assert_eq!(
            json!(names.values().sum::<usize>()),
            self.expect["saved"],
            "{name}"
        );
        assert!(
            reply.metadata.attribute("fault").as_deref().is_some(),
            "{name}: the reply tells why"
        );
    }
}

/// Checks ids of rows: none missing, none twice.
fn distinct(name: &str, rows: &[Value], count: usize) {
    let ids: HashSet<&str> = rows.iter().filter_map(|row| row["Id"].as_str()).collect();
    assert_eq!((rows.len(), ids.len()), (count, count), "{name}");
}

fn populated() -> Arc<Org> {
    let org = Org::builder().without_data().rows("Account", PEOPLE as u64);
    Arc::new(org.build().expect("an org"))
}

/// All of what SOAP read is one row per account.
async fn rows(way: Way) {
    let org = populated();
    for trial in trials("query-rows", way) {
        let session = open(&org, way, &trial.connection).await;
        trial.arm(&org, 1);
        let config =
            json!({"soql": "SELECT Id, Name FROM Account", "batch-size": 200, "format": "json"});
        let read = read_all(&session, "soap/query-rows", &config).await;
        trial.disarm(&org);
        match read {
            Ok((bytes, facts)) => {
                assert!(trial.is_whole(), "{}: a fault was expected", trial.name);
                let rows: Vec<Value> = serde_json::from_slice(&bytes).expect("JSON");
                distinct(&trial.name, &rows, PEOPLE);
                let told = facts.iter().find(|(fact, _)| fact == "records");
                assert_eq!(
                    told.map(|(_, rows)| rows.clone()),
                    Some(PEOPLE.to_string()),
                    "{}",
                    trial.name
                );
            }
            Err(error) => trial.failed(&error),
        }
    }
}

/// The page that a locator names.
async fn page(way: Way) {
    let org = populated();
    for trial in trials("query-more", way) {
        let session = open(&org, way, &trial.connection).await;
        let first = json!({"soql": "SELECT Id FROM Account", "batch-size": 200});
        let first = session
            .call("soap/query", &first, None)
            .await
            .expect("a page");
        let locator = first.metadata.attribute("next").expect("a locator");
        let config = json!({"query-locator": locator, "batch-size": 200});
        trial.arm(&org, 0);
        let second = session.call("soap/query-more", &config, None).await;
        trial.disarm(&org);
        match second {
            Ok(second) => {
                assert!(trial.is_whole(), "{}: a fault was expected", trial.name);
                let page = |message: &Message| -> Vec<Value> {
                    let page: Value = serde_json::from_slice(&message.body).expect("JSON");
                    page["records"].as_array().expect("records").clone()
                };
                distinct(&trial.name, &[page(&first), page(&second)].concat(), 400);
            }
            Err(error) => trial.failed(&error),
        }
    }
}

/// Creates in three calls, of which the second is struck.
async fn creates(way: Way) {
    for trial in trials("create", way) {
        let org = empty();
        let session = open(&org, way, &trial.connection).await;
        trial.arm(&org, 1);
        let reply = write(&session, "soap/create", &people()).await;
        trial.disarm(&org);
        let reply = reply.unwrap_or_else(|error| panic!("{}: {error}", trial.name));
        trial.settled(&reply, &there(&session, "old").await);
    }
}

/// Creates in one call: with no outcome at all, the fault is the reply.
async fn creates_alone(way: Way) {
    for trial in trials("create-alone", way) {
        let org = empty();
        let session = open(&org, way, &trial.connection).await;
        trial.arm(&org, 0);
        let reply = write(&session, "soap/create", &people()[..100]).await;
        trial.disarm(&org);
        let names = there(&session, "old").await;
        assert!(
            names.values().all(|times| *times == 1),
            "{}: {names:?}",
            trial.name
        );
        match reply {
            Ok(reply) => {
                assert!(trial.is_whole(), "{}: a fault was expected", trial.name);
                assert!(
                    outcomes(&reply)
                        .iter()
                        .all(|outcome| code(outcome) == "SAVED"),
                    "{}",
                    trial.name
                );
                assert_eq!(names.len(), 100, "{}", trial.name);
            }
            Err(error) => {
                trial.failed(&error);
                assert!(
                    names.is_empty() || fault(&error).maybe_applied,
                    "{}: {error}",
                    trial.name
                );
            }
        }
    }
}

/// Updates in three calls, of which the second is struck.
async fn updates(way: Way) {
    for trial in trials("update", way) {
        let org = empty();
        let session = open(&org, way, &trial.connection).await;
        let created = write(&session, "soap/create", &people())
            .await
            .expect("outcomes");
        let change = |created: &Value| json!({"Id": created["id"], "Title": "new"});
        let changes: Vec<Value> = outcomes(&created).iter().map(change).collect();
        trial.arm(&org, 1);
        let reply = write(&session, "soap/update", &changes).await;
        trial.disarm(&org);
        let reply = reply.unwrap_or_else(|error| panic!("{}: {error}", trial.name));
        trial.settled(&reply, &there(&session, "new").await);
        let old = there(&session, "old").await.len();
        assert_eq!(
            old + there(&session, "new").await.len(),
            PEOPLE,
            "{}",
            trial.name
        );
    }
}

/// Runs a trial of every operation.
async fn all(way: Way) {
    rows(way).await;
    page(way).await;
    creates(way).await;
    creates_alone(way).await;
    updates(way).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_in_process() {
    all(Way::InProcess).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_on_a_port() {
    all(Way::OnAPort).await;
}

/// A session that ended in the middle is told of, and that of the next call is the new one.
#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_session_is_told_of() {
    let org = populated();
    let session: Session = open(&org, Way::OnAPort, &json!({})).await;
    let config = json!({"soql": "SELECT Id FROM Account LIMIT 1"});
    session
        .call("soap/query", &config, None)
        .await
        .expect("a page");
    org.faults()
        .inject("/services/Soap/u/*", sandbox::faults::Fault::ExpireSession);
    let renewed = session
        .call("soap/query", &config, None)
        .await
        .expect("a page");
    assert_eq!(
        renewed.metadata.attribute("session-renewed").as_deref(),
        Some("true")
    );
    let after = session
        .call("soap/query", &config, None)
        .await
        .expect("a page");
    assert_eq!(after.metadata.attribute("session-renewed").as_deref(), None);
}
