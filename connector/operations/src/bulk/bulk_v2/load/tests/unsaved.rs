//! Records that were not saved, for whatever reason: none is counted as saved, and all come back.

use super::*;
use salesforce_contract::bindings::exports::mediation::connector::mediator::OutcomeSet;
use salesforce_contract::bindings::exports::mediation::connector::mediator::Progress;

fn progress(load: &mut Load) -> Progress {
    load.watch(0).unwrap()
}

fn failed(load: &mut Load) -> Vec<String> {
    lines(&read(load.outcomes(OutcomeSet::Failed).unwrap()).unwrap())
}

#[test]
fn records_of_a_failed_job_have_failed_and_the_reason_is_told() {
    let mut host = host(&rows(5)).with("job-records", json!(3));
    host.fake.0.borrow_mut().fails = true;
    let mut load = host.run();
    let progress = progress(&mut load);
    assert_eq!((progress.processed, progress.failed), (5, 5));
    assert_eq!((progress.done, progress.total), (true, Some(5)));
    assert!(
        progress.note.contains("job 7500 ended Failed")
            && progress
                .note
                .contains("InvalidBatch : Field name not found : Nmae"),
        "{}",
        progress.note
    );
}

#[test]
fn records_that_a_complete_job_did_not_get_to_have_failed() {
    let mut host = host(&rows(6));
    host.fake.0.borrow_mut().manages = Some(4);
    let mut load = host.run();
    let progress = progress(&mut load);
    // Of the four processed one is bad.
    assert_eq!((progress.processed, progress.failed), (6, 3));
    assert_eq!(failed(&mut load).len(), 1 + 3);
}

#[test]
fn records_of_a_job_that_somebody_aborted_have_failed() {
    let mut host = host(&rows(5));
    host.fake.0.borrow_mut().polls = 2;
    let mut load = host.open().unwrap();
    load.write(&host.input).unwrap();
    load.close().unwrap();
    while host.fake.0.borrow().jobs.is_empty() || host.fake.0.borrow().jobs[0].state == "Open" {
        load.watch(0).unwrap();
    }
    host.fake.0.borrow_mut().jobs[0].state = "Aborted".into();
    let progress = load.watch(5_000).unwrap();
    assert_eq!((progress.done, progress.failed), (true, 5));
    assert!(progress.note.contains("Aborted"), "{}", progress.note);
    assert_eq!(failed(&mut load).len(), 1 + 5);
}

#[test]
fn failed_records_are_all_that_were_not_saved() {
    let input = "Name;Active__c\ngood;1\n\"x;y\";maybe\nbad;0\nlate;1\n";
    let mut host = host(input).with("error-columns", json!(true));
    host.fake.0.borrow_mut().manages = Some(2);
    let mut load = host.run();
    let failed = failed(&mut load);
    assert_eq!(failed.len(), 4, "{failed:?}");
    assert_eq!(failed[0], "sf__Id;sf__Error;Name;Active__c");
    assert!(failed[1].starts_with(";REQUIRED_FIELD_MISSING:") && failed[1].ends_with(";bad;false"));
    assert_eq!(
        failed[2],
        ";UNPROCESSED:Salesforce did not process this record;late;true"
    );
    assert!(
        failed[3].contains("NOT_SENT:Line 3: ") && failed[3].ends_with(";\"x;y\";maybe"),
        "{}",
        failed[3]
    );
    let mut plain = super::host(input);
    let mut load = plain.run();
    assert_eq!(
        super::unsaved::failed(&mut load),
        ["Name;Active__c", "bad;false", "\"x;y\";maybe"]
    );
}

#[test]
fn documents_come_back_as_json_with_their_errors() {
    for (format, input) in [
        (
            "Ndjson",
            "{\"Name\":\"good\"}\n{\"Name\":\"B\", \"Seen__c\":\"soon\"}\n",
        ),
        (
            "Json",
            "[{\"Name\":\"good\"},\n{\"Name\":\"B\",\n\"Seen__c\":\"soon\"}]",
        ),
        (
            "Xml",
            "<l><row><Name>good</Name></row><row><Name>B</Name><Seen__c>soon</Seen__c></row></l>",
        ),
    ] {
        for errors in [false, true] {
            let mut host = host(input)
                .with("format", json!(format))
                .with("error-columns", json!(errors));
            let mut load = host.run();
            let failed = read(load.outcomes(OutcomeSet::Failed).unwrap()).unwrap();
            assert_eq!(failed.lines().count(), 1, "{format}: {failed}");
            let mut record: Value = serde_json::from_str(&failed).unwrap();
            let error = record.as_object_mut().unwrap().remove("sf__Error");
            assert_eq!(record, json!({"Name": "B", "Seen__c": "soon"}), "{format}");
            let error = error.map(|error| error.as_str().unwrap().starts_with("NOT_SENT:Line "));
            assert_eq!(error, errors.then_some(true));
        }
    }
}

#[test]
fn rejected_records_come_back_after_the_load_was_resumed() {
    let mut input = String::from("Name,Active__c\n");
    for number in 0..9 {
        let flag = if number % 4 == 1 { "maybe" } else { "yes" };
        input += &format!("n{number},{flag}\n");
    }
    let mut host = host(&input).with("job-records", json!(2));
    let mut load = host.open().unwrap();
    for chunk in host.input.clone()[..50].chunks(host.chunk) {
        load.write(chunk).unwrap();
        host.keep(&load);
        host.collect(&mut load).unwrap();
    }
    let load = host.run();
    assert_eq!(host.outcomes().len(), 9);
    assert_eq!(host.fake.loaded().len(), 7);
    let expected = ["Name,Active__c", "n1,maybe", "n5,maybe"];
    let before = host.journal.clone();
    let mut failed = all_failed(&mut host, load);
    failed.sort();
    assert_eq!(failed, expected);
    // From a life in which nothing has been read of the input, too: it is read again, and outcomes are not given twice.
    host.journal = before;
    let load = host.open().unwrap();
    assert_eq!(all_failed(&mut host, load), expected);
    assert_eq!(host.outcomes().len(), 9);
}

#[test]
fn documents_of_rejected_records_are_compared_from_any_position_on() {
    let record = |number: usize| match number % 3 {
        1 => format!("{{\"attributes\":{{\"type\":\"Lead\"}},\"Name\":\"n{number}\"}}"),
        _ => format!("{{\"Name\":\"n{number}\"}}"),
    };
    let input: Vec<String> = (0..10).map(record).collect();
    let mut host = host(&input.join("\n"))
        .with("format", json!("Ndjson"))
        .with("job-records", json!(1));
    host.run();
    let load = host.run();
    assert_eq!(host.outcomes().len(), 10);
    let expected = [&input[1][..], &input[4], &input[7]];
    assert_eq!(all_failed(&mut host, load), expected);
}
