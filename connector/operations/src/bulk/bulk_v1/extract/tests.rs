use super::*;
use crate::bulk::testing::{DISTURBANCES, Fake, fake};
use salesforce_client::testing::flat;
use salesforce_client::transport::scripted::TestClock;
use salesforce_contract::bindings::FaultKind;
use salesforce_contract::source::Source;
use serde_json::{Value, json};

fn config(more: &[(&str, Value)]) -> V1ExtractConfig {
    let mut full = json!({
        "soql": "SELECT Id, Name FROM Account", "bind": [], "include_deleted": false, "pk_chunking": false, "pk_chunk_size": null,
        "pk_chunk_parent": null, "format": null, "omit_header": false, "poll_max_ms": null, "wait_seconds": null, "resume": null
    });
    for (name, value) in more {
        full[*name] = value.clone();
    }
    serde_json::from_value(full).unwrap()
}

fn client() -> (Fake, TestClock) {
    let (fake, clock) = fake();
    fake.0.borrow_mut().pages = vec![
        "\"Id\",\"Name\"\n\"1\",\"a\nb\"\n\"2\",\"c\"\n".into(),
        "Records not found for this query".into(),
        "\"Id\",\"Name\"\n\"3\",\"\"\n".into(),
    ];
    (fake, clock)
}

fn read(extract: &mut Extract) -> Result<String, Fault> {
    let mut whole = Vec::new();
    while let Some(piece) = extract.read(7)? {
        whole.extend(piece);
    }
    Ok(String::from_utf8(whole).unwrap())
}

const WHOLE: &str = "\"Id\",\"Name\"\n\"1\",\"a\nb\"\n\"2\",\"c\"\n\"3\",\"\"\n";

#[test]
fn results_of_one_batch_and_of_chunks_are_one_document_with_one_header() {
    for (chunked, batches) in [(false, 1), (true, 4)] {
        let (fake, clock) = client();
        fake.0.borrow_mut().bulk_v1.polls = 2;
        let config = config(&[("pk_chunking", json!(chunked))]);
        let mut extract = open(fake.client(&clock), config).unwrap();
        assert_eq!(read(&mut extract).unwrap(), WHOLE);
        let head = extract.head();
        for (name, value) in [("records", "3"), ("total", "3"), ("job", "750C0")] {
            assert!(
                flat(&head.metadata).contains(&(name.into(), value.into())),
                "{name}"
            );
        }
        let inside = fake.0.borrow();
        assert_eq!(inside.bulk_v1.jobs[0].batches.len(), batches);
        assert_eq!(inside.bulk_v1.jobs[0].state, "Closed");
    }
}

#[test]
fn rows_come_as_typed_json_where_that_is_asked_for() {
    let (fake, clock) = client();
    let config = config(&[("format", json!("Ndjson"))]);
    let mut extract = open(fake.client(&clock), config).unwrap();
    let rows = read(&mut extract).unwrap();
    assert_eq!(rows.lines().last().unwrap(), r#"{"Id":"3","Name":null}"#);
    assert_eq!(rows.lines().count(), 3);
}

#[test]
fn every_fault_at_every_request_leaves_every_row_read_once() {
    let (fake, clock) = client();
    let chunked = || config(&[("pk_chunking", json!(true))]);
    let mut extract = open(fake.client(&clock), chunked()).unwrap();
    read(&mut extract).unwrap();
    for number in 0..fake.seen().len() {
        for disturbance in DISTURBANCES {
            let (fake, clock) = client();
            fake.0.borrow_mut().troubles = vec![(number, disturbance)];
            let mut extract = open(fake.client(&clock), chunked())
                .or_else(|_| open(fake.client(&clock), chunked()))
                .unwrap();
            assert_eq!(
                read(&mut extract).unwrap(),
                WHOLE,
                "{number} {disturbance:?}"
            );
            let inside = fake.0.borrow();
            let jobs = inside.bulk_v1.jobs.iter();
            for job in jobs.filter(|job| job.state == "Closed") {
                assert_eq!(
                    job.batches.len(),
                    4,
                    "the query was sent once: {number} {disturbance:?}"
                );
            }
        }
    }
}

#[test]
fn extract_continues_at_the_document_that_was_not_finished() {
    let (fake, clock) = client();
    let mut extract = open(fake.client(&clock), config(&[])).unwrap();
    let mut before = String::new();
    // Until the last document has been begun.
    while before.len() <= WHOLE.len() - 7 {
        let piece = extract.read(3).unwrap().unwrap();
        before += &String::from_utf8(piece).unwrap();
    }
    let attributes = flat(&extract.head().metadata);
    let of = |name: &str| {
        let found = attributes.iter().find(|(known, _)| known == name);
        found.unwrap().1.clone()
    };
    let place: Value = serde_json::from_str(&of("resume")).unwrap();
    let place = &place["resume"];
    let resume = json!({"job": place["job"], "query_batch": place["query-batch"], "documents": place["documents"], "header": place["header"],
        "rows": place["rows"]});
    assert_ne!(place["documents"], 0);
    before.truncate(of("resume-bytes").parse().unwrap());
    let again = config(&[("resume", resume)]);
    let mut extract = open(fake.client(&clock), again).unwrap();
    assert_eq!(before + &read(&mut extract).unwrap(), WHOLE);
    assert_eq!(fake.0.borrow().bulk_v1.jobs.len(), 1);
}

#[test]
fn failed_batch_is_a_fault_with_its_reason() {
    let (fake, clock) = client();
    fake.0.borrow_mut().bulk_v1.fails = Some("InvalidBatch : Failed to process query".into());
    let mut extract = open(fake.client(&clock), config(&[])).unwrap();
    let fault = read(&mut extract).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(
        fault.message.contains("Failed to process query"),
        "{}",
        fault.message
    );
}

#[test]
fn wait_that_is_over_is_a_state_and_goes_on() {
    let (fake, clock) = client();
    fake.0.borrow_mut().bulk_v1.polls = 20;
    let short = config(&[("wait_seconds", json!(1))]);
    let mut extract = open(fake.client(&clock), short).unwrap();
    assert_eq!(read(&mut extract).unwrap_err().kind, FaultKind::Timeout);
    fake.0.borrow_mut().bulk_v1.jobs[0]
        .batches
        .iter_mut()
        .for_each(|batch| batch.state = "Completed".into());
    assert_eq!(read(&mut extract).unwrap(), WHOLE);
}

#[test]
fn splitting_a_query_with_a_limit_is_refused_before_anything_is_made() {
    let (fake, clock) = client();
    let limited = config(&[
        ("soql", json!("SELECT Id FROM Account LIMIT 5")),
        ("pk_chunking", json!(true)),
    ]);
    let fault = open(fake.client(&clock), limited).err().unwrap();
    assert_eq!(fault.kind, FaultKind::Config);
    assert!(fake.seen().is_empty());
}

#[test]
fn document_without_rows_has_its_header() {
    for (soql, header) in [
        (
            "SELECT id, Name, Parent.Name FROM Account",
            "Id,Name,Parent.Name\n",
        ),
        (
            "SELECT Id, BillingAddress FROM Account",
            "Id,BillingStreet,BillingCity\n",
        ),
    ] {
        let (fake, clock) = client();
        fake.0.borrow_mut().pages = vec!["Records not found for this query".into()];
        let config = config(&[("soql", json!(soql))]);
        let mut extract = open(fake.client(&clock), config).unwrap();
        assert_eq!(read(&mut extract).unwrap(), header);
    }
}
