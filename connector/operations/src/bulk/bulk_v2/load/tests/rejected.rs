//! Records that are rejected before they are sent: each has its outcome, and the load goes on.

use super::*;
use salesforce_contract::bindings::exports::mediation::connector::mediator::OutcomeSet;

fn codes(host: &Host) -> Vec<String> {
    let code = |outcome: &Value| outcome["code"].as_str().unwrap_or("-").to_owned();
    host.outcomes().iter().map(code).collect()
}

#[test]
fn malformed_record_of_a_csv_is_its_own_failure() {
    for (bad, said) in [
        ("A", "1 cells"),
        ("A,B,C", "3 cells"),
        ("\"A\"x,B", "after a closing quote"),
        ("A, \"B\"", "blank before an opening quote"),
        ("\"A\"x,\"B\nC\"", "after a closing quote"),
    ] {
        let input = format!("Name,Ext__c\ng1,1\n{bad}\ng2,2\ng3,3\n");
        for chunk in [1, 7, 1000] {
            let mut host = host(&input).with("job-records", json!(1));
            host.chunk = chunk;
            let load = host.run();
            assert_eq!(codes(&host), ["-", "NOT_SENT", "-", "-"], "{bad}");
            let outcomes = host.outcomes();
            let message = outcomes[1]["message"].as_str().unwrap();
            assert!(
                message.starts_with("Line 3: ") && message.contains(said),
                "{message}"
            );
            assert_eq!(host.fake.loaded(), ["g1,1", "g2,2", "g3,3"]);
            assert_eq!(all_failed(&mut host, load), ["Name,Ext__c", bad]);
        }
    }
}

#[test]
fn quote_that_is_never_closed_fails_the_last_record() {
    let mut host = host("Name,Ext__c\ng1,1\nA,\"B\ng2,2\n");
    host.run();
    assert_eq!(codes(&host), ["-", "NOT_SENT"]);
    let outcomes = host.outcomes();
    let message = outcomes[1]["message"].as_str().unwrap();
    assert!(message.starts_with("Line 3: "), "{message}");
    assert_eq!(host.fake.loaded(), ["g1,1"]);
}

#[test]
fn bytes_that_are_no_text_fail_their_record() {
    let mut host = host("");
    host.input = b"Name\ng1\nK\xf6ln\ng2\n".to_vec();
    host.run();
    assert_eq!(codes(&host), ["-", "NOT_SENT", "-"]);
}

#[test]
fn line_that_is_no_json_is_its_own_failure() {
    let input = "{\"Name\":\"g1\"}\n{\"Name\":\n[1]\n{\"Name\":\"g2\"}\n{\"Name\":\"g3\"";
    let mut host = host(input).with("format", json!("Ndjson"));
    let load = host.run();
    let expected = ["-", "NOT_SENT", "NOT_SENT", "-", "NOT_SENT"];
    assert_eq!(codes(&host), expected);
    assert_eq!(host.fake.loaded(), ["g1", "g2"]);
    let failed = all_failed(&mut host, load);
    assert_eq!(failed, ["{\"Name\":", "[1]", "{\"Name\":\"g3\""]);
}

#[test]
fn list_that_breaks_off_ends_there() {
    let list = "[{\"Name\":\"g1\"},{\"Name\":x\n},{\"Name\":\"g2\"}]";
    let mut host = host(list).with("format", json!("Json"));
    let load = host.run();
    assert_eq!(codes(&host), ["-", "NOT_SENT"]);
    assert_eq!(host.fake.loaded(), ["g1"]);
    // What cannot be told apart into records is not given back: its outcome says from where on, and how much it is.
    let message = host.outcomes()[1]["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains("the rest of the input, 26 bytes from line 1 (byte 15) on, was not read"),
        "{message}"
    );
    assert!(all_failed(&mut host, load).is_empty());
}

#[test]
fn record_with_columns_that_cannot_be_is_its_own_failure() {
    let input = "{\"Name\":\"g1\"}\n{\"Name\":\"x\",\"Id\":\"001\"}\n{\"Name\":\"g2\"}\n";
    let mut host = host(input).with("format", json!("Ndjson"));
    host.run();
    assert_eq!(codes(&host), ["-", "NOT_SENT", "-"]);
    assert_eq!(host.fake.loaded(), ["g1", "g2"]);
}

#[test]
fn cell_with_a_cr_and_no_quotes_is_quoted() {
    let mut host = host("Name,Ext__c\na,one\rtwo\nb,2\n");
    host.run();
    let data = host.fake.0.borrow().jobs[0].data.clone().unwrap();
    assert_eq!(data, "Name,Ext__c\na,\"one\rtwo\"\nb,2\n");
    let fault = super::host("Name,Ext__c\ra,1\rb,2\r").live().err().unwrap();
    assert!(fault.message.contains("CR alone"), "{}", fault.message);
}

/// Feeds a load as a host that reads outcomes on the way; returns the most bytes that were kept.
fn feed(host: &mut Host, load: &mut Load, failed: &mut String) -> usize {
    let mut most = 0;
    for chunk in host.input.clone().chunks(64 << 10) {
        load.write(chunk).unwrap();
        loop {
            most = load.state.borrow().kept.bytes().max(most);
            let before = host.journal.replace(load.journal());
            if before == host.journal {
                break;
            }
            host.collect(load).unwrap();
            *failed += &read(load.outcomes(OutcomeSet::Failed).unwrap()).unwrap();
            host.keep(load);
            load.write(b"").unwrap();
        }
    }
    load.close().unwrap();
    while !load.watch(1_000).unwrap().done {
        host.collect(load).unwrap();
        *failed += &read(load.outcomes(OutcomeSet::Failed).unwrap()).unwrap();
    }
    host.collect(load).unwrap();
    *failed += &read(load.outcomes(OutcomeSet::Failed).unwrap()).unwrap();
    host.keep(load);
    most
}

#[test]
fn any_number_of_rejected_records_takes_bounded_memory_and_no_job() {
    let rows: String = (0..60_000)
        .map(|row| format!("n{row},31.12.2026\n"))
        .collect();
    let mut host = host(&format!(
        "Name,Founded__c\ng,2026-01-01\n{rows}h,2026-01-02\n"
    ));
    let mut load = host.open().unwrap();
    load.backpressure.most_bytes = 3 << 20;
    let mut failed = String::new();
    let most = feed(&mut host, &mut load, &mut failed);
    assert!(most < 6 << 20, "{most}");
    assert_eq!(host.outcomes().len(), 60_002);
    assert_eq!(failed.lines().count(), 60_001);
    assert_eq!(host.fake.0.borrow().jobs.len(), 2);
    let journal = host.journal.clone().unwrap();
    assert!(journal.len() < 10_000, "{}", journal.len());
    assert!(journal.contains("\"again\":false"), "{journal}");
}

#[test]
fn more_rejected_records_than_may_be_stop_the_load_which_tells_what_was_sent() {
    let input = "Name,Founded__c\na,2026-01-01\nb,1.1.\nc,2026-01-01\nd,1.1.\ne,2026-01-02\n";
    let mut host = host(input)
        .with("job-records", json!(1))
        .with("max-rejected", json!(1));
    let fault = host.live().err().unwrap();
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(fault.attempts > 0, "something was sent");
    for said in [
        "config.max-rejected",
        "Line 5",
        "2 records in 2 jobs",
        "7500",
    ] {
        assert!(fault.message.contains(said), "{said}: {}", fault.message);
    }
    // What was not sent may be corrected; what was, and what was told, stays.
    let corrected = input.replace("d,1.1.", "d,2026-01-03");
    host.input = corrected.into_bytes();
    host.run();
    assert_eq!(codes(&host), ["-", "NOT_SENT", "-", "-", "-"]);
    assert_eq!(host.fake.loaded().len(), 4);
}
