//! Results against the counts of jobs: nothing that is not known is told as a success, and nothing that failed is left out.

use super::*;
use salesforce_client::transport::scripted::Play;

fn spoilt(input: &str, spoils: fn(&str, u32, Play) -> Play) -> Host {
    let host = host(input);
    host.fake.0.borrow_mut().spoils = Some(spoils);
    host
}

fn nothing(_: &str, _: u32, _: Play) -> Play {
    Play::Answer(204, vec![], vec![])
}

/// Only the header of documents of records that were saved.
fn header(document: &str, answer: Play) -> Play {
    match answer {
        Play::Answer(status, headers, body) if document == "successfulResults" => {
            let end = body.iter().position(|byte| *byte == b'\n').unwrap();
            Play::Answer(status, headers, body[..=end].to_vec())
        }
        other => other,
    }
}

#[test]
fn records_of_a_failed_job_without_documents_have_its_reason_and_come_back() {
    for state in ["Failed", "Aborted"] {
        let mut host = spoilt(&rows(5), nothing).with("error-columns", json!(true));
        host.fake.0.borrow_mut().polls = 3;
        let mut load = host.open().unwrap();
        load.write(&host.input.clone()).unwrap();
        load.close().unwrap();
        while host
            .fake
            .seen()
            .iter()
            .all(|request| !request.starts_with("Patch"))
        {
            load.watch(0).unwrap();
        }
        host.keep(&load);
        drop(load);
        if state == "Failed" {
            host.fake.0.borrow_mut().fails = true;
        } else {
            host.fake.0.borrow_mut().jobs[0].state = state.into();
        }
        let mut load = host.run();
        let progress = load.watch(0).unwrap();
        assert_eq!((progress.processed, progress.failed), (5, 5));
        for outcome in host.outcomes() {
            let told = (
                outcome["code"].as_str(),
                outcome["message"].as_str().unwrap(),
            );
            if state == "Failed" {
                let reason = "InvalidBatch : Field name not found : Nmae";
                assert_eq!(told, (Some("JOB_FAILED"), reason));
            } else {
                assert_eq!(told.0, Some("UNPROCESSED"));
            }
        }
        let failed = all_failed(&mut host, load);
        assert_eq!(failed.len(), 1 + 5, "{failed:?}");
        let given = lines(&rows(5));
        for (failed, given) in failed[1..].iter().zip(&given[1..]) {
            assert!(failed.ends_with(given.as_str()), "{failed}: {given}");
        }
    }
}

#[test]
fn documents_that_are_refused_because_the_job_failed_are_none() {
    let mut host = spoilt(&rows(5), |_, _, _| {
        Play::json(
            400,
            r#"[{"errorCode":"API_ERROR","message":"job is not in a state"}]"#,
        )
    });
    host.fake.0.borrow_mut().fails = true;
    let load = host.run();
    assert!(
        host.outcomes()
            .iter()
            .all(|outcome| outcome["code"] == "JOB_FAILED")
    );
    assert_eq!(all_failed(&mut host, load).len(), 1 + 5);
}

#[test]
fn failed_records_come_back_without_outcomes_having_been_read() {
    let mut host = spoilt(&rows(5), nothing);
    host.fake.0.borrow_mut().fails = true;
    let mut load = host.open().unwrap();
    load.write(&host.input.clone()).unwrap();
    load.close().unwrap();
    while !load.watch(1_000).unwrap().done {}
    host.keep(&load);
    assert_eq!(all_failed(&mut host, load).len(), 1 + 5);
}

#[test]
fn results_that_are_behind_are_read_again() {
    let mut host = spoilt(&rows(8), |document, before, answer| match before {
        0..3 => header(document, answer),
        _ => answer,
    });
    host.run();
    host.is_whole(8);
}

#[test]
fn results_that_stay_too_short_leave_records_unknown_and_are_no_success() {
    let mut host = spoilt(&rows(3), |document, _, answer| header(document, answer));
    let mut load = host.run();
    let progress = load.watch(0).unwrap();
    assert_eq!(progress.failed, 3);
    assert!(
        progress.note.contains("3 records is not known"),
        "{}",
        progress.note
    );
    for outcome in host.outcomes() {
        assert_eq!(outcome["code"], "UNMATCHED");
        assert_eq!(outcome["success"], false);
    }
    // They may have been saved: they are not given back to be loaded again.
    assert_eq!(all_failed(&mut host, load).len(), 1);
}

#[test]
fn page_of_a_gateway_is_no_result() {
    let html = |_: &str, before: u32, answer: Play| {
        let headers = vec![("content-type".into(), "text/html".into())];
        match before {
            0 => Play::Answer(200, headers, b"<html>soon</html>".to_vec()),
            _ => answer,
        }
    };
    let mut host = spoilt(&rows(4), html);
    host.run();
    host.is_whole(4);
    let mut host = spoilt(&rows(4), |_, _, _| {
        let headers = vec![("content-type".into(), "text/html".into())];
        Play::Answer(200, headers, b"<html>never</html>".to_vec())
    });
    let fault = host.live().err().unwrap();
    assert_eq!(fault.kind, FaultKind::Protocol);
    assert!(host.outcomes.is_empty());
    host.fake.0.borrow_mut().spoils = None;
    host.run();
    host.is_whole(4);
}

#[test]
fn job_that_does_not_hear_that_its_data_is_complete_is_told_again() {
    let mut host = host(&rows(4));
    host.fake.0.borrow_mut().deaf = 2;
    host.run();
    host.is_whole(4);
    let mut host = super::host(&rows(4));
    host.fake.0.borrow_mut().deaf = 1_000;
    let fault = host.live().err().unwrap();
    assert_eq!(fault.kind, FaultKind::Protocol);
    assert!(fault.message.contains("7500"), "{}", fault.message);
    host.fake.0.borrow_mut().deaf = 0;
    host.run();
    host.is_whole(4);
}

#[test]
fn deleted_job_leaves_its_records_unknown_and_the_load_ends() {
    let mut host = host(&rows(5)).with("job-records", json!(3));
    host.fake.0.borrow_mut().polls = 2;
    let mut load = host.open().unwrap();
    load.write(&host.input.clone()).unwrap();
    load.close().unwrap();
    while host.fake.0.borrow().jobs.len() < 2 {
        load.watch(0).unwrap();
    }
    host.keep(&load);
    host.fake.0.borrow_mut().jobs[0].state = "Deleted".into();
    let mut load = host.run();
    let codes: Vec<Value> = host
        .outcomes()
        .iter()
        .map(|row| row["code"].clone())
        .collect();
    assert_eq!(
        codes[..3],
        [json!("JOB_GONE"), json!("JOB_GONE"), json!("JOB_GONE")]
    );
    let progress = load.watch(0).unwrap();
    assert!(
        progress.done && progress.note.contains("7500"),
        "{}",
        progress.note
    );
}
