//! JSON documents: nothing in them is passed over.

use super::*;

/// What is said of a document whose first record is A and that breaks behind it, whatever the pieces it comes in.
fn break_of(input: &str) -> String {
    let mut told = Vec::new();
    for chunk in [1, 7, 1000] {
        let mut host = host(input).with("format", json!("Json"));
        host.chunk = chunk;
        let mut load = host.run();
        let outcomes = host.outcomes();
        assert_eq!(outcomes.len(), 2, "{input}: {outcomes:?}");
        assert_eq!(outcomes[0]["success"], true, "{input}");
        assert_eq!(outcomes[1]["code"], "NOT_SENT", "{input}");
        assert_eq!(host.fake.loaded(), ["A"], "{input}");
        assert_eq!(load.watch(0).unwrap().failed, 1);
        told.push(outcomes[1]["message"].as_str().unwrap().to_owned());
        // It is not told again when the load is resumed at its end.
        host.run();
        assert_eq!(host.outcomes().len(), 2, "{input}");
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    told.remove(0)
}

#[test]
fn lines_of_json_in_a_json_document_are_refused_before_anything_is_sent() {
    let mut host = host("{\"Name\":\"A\"}\n{\"Name\":\"B\"}\n{\"Name\":\"C\"}\n")
        .with("format", json!("Json"));
    let fault = host.live().err().unwrap();
    assert!(
        fault.message.contains("`ndjson`") && fault.message.contains("line 2, byte 13"),
        "{}",
        fault.message
    );
    assert!(host.fake.0.borrow().jobs.is_empty());
}

#[test]
fn whatever_stands_behind_the_list_is_told_with_its_place() {
    for (input, expected) in [
        ("[{\"Name\":\"A\"}]\n[{\"Name\":\"B\"}]", "behind its end"),
        ("[{\"Name\":\"A\"}] garbage", "line 1, byte 15"),
        ("[{\"Name\":\"A\"}]{\"Name\":\"B\"}", "`ndjson`"),
        ("{\"records\":[{\"Name\":\"A\"}]} x", "behind its end"),
        (
            "{\"records\":[{\"Name\":\"A\"}],\"records\":[{\"Name\":\"B\"}]}",
            "`records` behind its list",
        ),
        ("{\"records\":[{\"Name\":\"A\"}] x}", "behind its end"),
        ("{\"records\":[{\"Name\":\"A\"}]", "cut short"),
        ("[{\"Name\":\"A\"},", "cut short"),
    ] {
        let message = break_of(input);
        assert!(message.contains(expected), "{input}: {message}");
    }
}

#[test]
fn records_of_a_list_have_one_comma_between_them() {
    for (input, expected) in [
        ("[{\"Name\":\"A\"} {\"Name\":\"B\"}]", "lacks a comma"),
        ("[{\"Name\":\"A\"},,{\"Name\":\"B\"}]", "line 1, byte 14"),
        ("[{\"Name\":\"A\"},]", "behind a comma"),
        ("[{\"Name\":\"A\"},1]", "behind a comma"),
        (
            "[{\"Name\":\"A\"};{\"Name\":\"B\"}]",
            "something else than a comma",
        ),
    ] {
        let message = break_of(input);
        assert!(message.contains(expected), "{input}: {message}");
    }
    let mut host = host("[,{\"Name\":\"A\"}]").with("format", json!("Json"));
    assert_eq!(host.live().err().unwrap().kind, FaultKind::Invalid);
}

#[test]
fn wrappers_may_say_more_before_and_behind_their_records() {
    for input in [
        "{\"records\":[{\"Name\":\"A\"},{\"Name\":\"B\"}]}",
        " { \"done\" : true , \"nextRecordsUrl\" : \"/x?a=\\\"records\\\"\", \"records\" : [ {\"Name\":\"A\"} , {\"Name\":\"B\"} ] , \"totalSize\" : 2 } \n",
    ] {
        for chunk in [1, 7, 1000] {
            let mut host = host(input).with("format", json!("Json"));
            host.chunk = chunk;
            host.run();
            assert_eq!(host.fake.loaded(), ["A", "B"], "{input} by {chunk}");
        }
    }
}

#[test]
fn wrapper_is_known_again_when_the_load_is_resumed_in_its_middle() {
    let records: Vec<String> = (0..6)
        .map(|number| format!("{{\"Name\":\"n{number}\"}}"))
        .collect();
    for (end, whole) in [("],\"totalSize\":6}", true), ("] {}", false)] {
        let input = format!("{{\"records\":[{}{end}", records.join(","));
        let mut host = host(&input)
            .with("format", json!("Json"))
            .with("job-records", json!(2));
        let mut load = host.open().unwrap();
        for chunk in input.as_bytes()[..60].chunks(9) {
            load.write(chunk).unwrap();
            host.keep(&load);
            host.collect(&mut load).unwrap();
        }
        assert!(taken(host.journal.as_deref().unwrap()) > 0);
        host.run();
        assert_eq!(host.fake.loaded().len(), 6, "{input}");
        assert_eq!(host.outcomes().len() == 6, whole, "{input}");
    }
}

#[test]
fn load_of_one_object_is_resumed_after_its_end() {
    let mut host = host("{\"Name\":\"A\"}\n").with("format", json!("Json"));
    host.run();
    host.run();
    assert_eq!(host.fake.0.borrow().jobs.len(), 1);
}

#[test]
fn records_that_are_rejected_before_columns_are_known_hide_none_behind_them() {
    let unfit = "{\"attributes\":{\"type\":\"Contact\"},\"Name\":\"x\"}\n{}\n";
    let mut host = host(&format!("{unfit}{{\"Name\":\"A\"}}\n{{\"Name\":\"B\"}}\n"))
        .with("format", json!("Ndjson"));
    host.chunk = 1000;
    host.run();
    let codes: Vec<Value> = host
        .outcomes()
        .iter()
        .map(|row| row["code"].clone())
        .collect();
    assert_eq!(
        codes,
        [
            json!("NOT_SENT"),
            json!("NOT_SENT"),
            json!(null),
            json!(null)
        ]
    );
    assert_eq!(host.fake.loaded(), ["A", "B"]);
    let mut only = super::host(unfit).with("format", json!("Ndjson"));
    only.run();
    assert_eq!(only.outcomes().len(), 2);
}
