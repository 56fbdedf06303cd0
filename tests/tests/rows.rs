//! Rows through the component while the org misbehaves on a middle page: each case is a file in `cases/rows`.
//! Either the full count comes out, or a typed fault; never less, never twice.

use std::collections::HashSet;
use std::sync::Arc;

use mediate_tests::org::{Way, cases, fault, open, read_all};
use sandbox::Org;
use serde_json::{Value, json};

/// Three full pages and one row.
const ROWS: u64 = 6001;

async fn run(way: Way) {
    let org = Arc::new(
        Org::builder()
            .without_data()
            .rows("Account", ROWS)
            .build()
            .expect("an org"),
    );
    for (name, case) in cases("rows") {
        org.faults().clear();
        for rule in case["rules"].as_array().into_iter().flatten() {
            org.faults()
                .add(serde_json::from_value(rule.clone()).expect("a rule"));
        }
        let session = open(&org, way, &case["connection"]).await;
        let soql = "SELECT Id, Name, Industry, CreatedDate FROM Account";
        let outcome = read_all(&session, "query/rows", &json!({"soql": soql})).await;
        let hits: u64 = org.faults().list().iter().map(|rule| rule.hits).sum();
        assert!(hits > 0, "{name} ({way:?}): the fault was never played");
        match outcome {
            Ok((bytes, facts)) => whole(
                &format!("{name} ({way:?})"),
                &case["expect"],
                &bytes,
                &facts,
            ),
            Err(error) => typed(&format!("{name} ({way:?})"), &case["expect"], fault(&error)),
        }
    }
}

fn whole(name: &str, expect: &Value, bytes: &[u8], facts: &[(String, String)]) {
    assert_eq!(
        expect["rows"], ROWS,
        "{name}: rows came out where a fault was expected"
    );
    let lines: Vec<Value> = bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).expect("JSON"))
        .collect();
    let ids: HashSet<&str> = lines.iter().filter_map(|row| row["Id"].as_str()).collect();
    assert_eq!(
        (lines.len() as u64, ids.len() as u64),
        (ROWS, ROWS),
        "{name}"
    );
    let fact = |wanted: &str| {
        facts
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(fact("records"), Some("6001"), "{name}");
    assert_eq!(
        fact("session-renewed").is_some(),
        expect["renewed"] == true,
        "{name}"
    );
}

fn typed(name: &str, expect: &Value, fault: &mediate::contract::Fault) {
    let kind = serde_json::to_value(fault.kind).expect("a kind");
    assert_eq!(kind, expect["fault"], "{name}: {}", fault.message);
    assert_eq!(
        fault.upstream.first().map(|first| first.code.as_str()),
        expect["code"].as_str(),
        "{name}"
    );
    assert_eq!(
        u64::from(fault.attempts),
        expect["attempts"].as_u64().unwrap_or_default(),
        "{name}"
    );
    assert!(!fault.maybe_applied, "{name}: reading applies nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_in_process() {
    run(Way::InProcess).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_on_a_port() {
    run(Way::OnAPort).await;
}
