//! Every step of a load and of an extract, with every fault: in the end, after being resumed where the fault
//! was a lasting one, each row is there exactly once.

use std::collections::HashSet;
use std::sync::Arc;

use mediate_tests::org::{Way, cases, open};
use mediate_tests::transfers::Transfer;
use sandbox::Org;
use serde_json::{Value, json};

const ROWS: usize = 400;
const JOB_RECORDS: usize = 150;

fn rules(steps: &Value, faults: &Value) -> Vec<(String, Value)> {
    let mut rules = Vec::new();
    for (step, matching) in steps.as_object().expect("steps") {
        for (name, fault) in faults.as_object().expect("faults") {
            let rule = json!({"match": matching, "fault": fault["fault"], "times": fault["times"]});
            rules.push((format!("{name} at {step}"), rule));
        }
    }
    rules
}

fn case(name: &str) -> Value {
    let found = cases("bulk").into_iter().find(|(known, _)| known == name);
    found.expect("the case").1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_loses_and_doubles_nothing() {
    let config = json!({"object": "Contact", "operation": "insert", "job-records": JOB_RECORDS});
    loads_each_row_once("bulk/load", &config).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_in_batches_loses_and_doubles_nothing() {
    let config = json!({"object": "Contact", "operation": "insert", "batch-records": JOB_RECORDS});
    loads_each_row_once("bulk/v1-load", &config).await;
}

/// The case of an operation has its name.
async fn loads_each_row_once(operation: &str, config: &Value) {
    let case = case(operation.trim_start_matches("bulk/"));
    let rows: String = (0..ROWS).map(|row| format!("Row {row}\n")).collect();
    let input = format!("LastName\n{rows}");
    for (name, rule) in rules(&case["steps"], &case["faults"]) {
        let org = Arc::new(Org::builder().without_data().build().expect("an org"));
        org.faults()
            .add(serde_json::from_value(rule).expect("a rule"));
        let connection = json!({"retry": {"first-delay-ms": 1, "max-delay-ms": 5}});
        let session = open(&org, Way::OnAPort, &connection).await;
        let transfer = Transfer::new(operation, config.clone(), &input).patient(1);
        let mut runs = 0;
        while let Err(error) = transfer.load(&session).await {
            assert!(
                !transfer.has("outcomes"),
                "{name}: no file before all is known"
            );
            runs += 1;
            assert!(runs < 8, "{name}: {error}");
            if runs > 2 {
                org.faults().clear();
            }
        }
        let outcomes = transfer.read("outcomes");
        let ids: HashSet<String> = outcomes
            .lines()
            .map(|line| {
                let outcome: Value = serde_json::from_str(line).expect("JSON");
                outcome["id"]
                    .as_str()
                    .unwrap_or_else(|| panic!("{name}: {line}"))
                    .to_owned()
            })
            .collect();
        assert_eq!(
            (outcomes.lines().count(), ids.len()),
            (ROWS, ROWS),
            "{name}"
        );
        let soql = json!({"soql": "SELECT LastName FROM Contact"});
        let (bytes, _) = mediate_tests::org::read_all(&session, "query/rows", &soql)
            .await
            .expect("rows");
        let text = String::from_utf8(bytes).expect("text");
        let names: HashSet<&str> = text.lines().collect();
        assert_eq!((text.lines().count(), names.len()), (ROWS, ROWS), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extract_loses_and_doubles_nothing() {
    let config = json!({"soql": "SELECT Id FROM Account", "page-records": JOB_RECORDS});
    extracts_each_row_once("bulk/extract", &config).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extract_split_by_ids_loses_and_doubles_nothing() {
    let config = json!({"soql": "SELECT Id FROM Account", "pk-chunk-size": JOB_RECORDS});
    extracts_each_row_once("bulk/v1-extract", &config).await;
}

async fn extracts_each_row_once(operation: &str, config: &Value) {
    let case = case(operation.trim_start_matches("bulk/"));
    let org = Org::builder()
        .without_data()
        .rows("Account", ROWS as u64)
        .build();
    let org = Arc::new(org.expect("an org"));
    for (name, rule) in rules(&case["steps"], &case["faults"]) {
        org.faults().clear();
        org.faults()
            .add(serde_json::from_value(rule).expect("a rule"));
        let connection = json!({"retry": {"first-delay-ms": 1, "max-delay-ms": 5}});
        let session = open(&org, Way::OnAPort, &connection).await;
        let transfer = Transfer::new(operation, config.clone(), "").patient(1);
        let mut runs = 0;
        while let Err(error) = transfer.extract(&session).await {
            assert!(
                !transfer.has("output"),
                "{name}: no file before all is there"
            );
            runs += 1;
            assert!(runs < 8, "{name}: {error}");
            if runs > 2 {
                org.faults().clear();
            }
        }
        let output = transfer.read("output");
        let rows: HashSet<&str> = output.lines().skip(1).collect();
        assert_eq!(
            (output.lines().count(), rows.len()),
            (ROWS + 1, ROWS),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_refused_for_good_is_not_in_the_way_of_the_next_run() {
    let org = Arc::new(Org::builder().without_data().build().expect("an org"));
    let rule = json!({
        "match": {"method": "PUT", "path": "/services/data/*/batches*"},
        "fault": {"kind": "status", "status": 400, "errorCode": "INVALID_BATCH"},
        "times": 1,
    });
    org.faults()
        .add(serde_json::from_value(rule).expect("a rule"));
    let session = open(&org, Way::OnAPort, &json!({})).await;
    let config = json!({"object": "Contact", "operation": "insert"});
    let transfer = Transfer::new("bulk/load", config, "LastName\nOnce\n");
    let refused = transfer.load(&session).await;
    assert!(refused.is_err(), "the upload was refused");
    assert!(transfer.load(&session).await.is_ok());
    assert!(transfer.read("outcomes").contains("\"success\":true"));
    let soql = json!({"soql": "SELECT COUNT() FROM Contact"});
    let counted = session.call("query/query", &soql, None).await;
    let counted: Value = serde_json::from_slice(&counted.expect("a count").body).expect("JSON");
    assert_eq!(counted["totalSize"], 1);
}
