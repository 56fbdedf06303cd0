//! `write`, `read --output` and `resume`: what is interrupted is continued, and nothing happens twice.

use std::io::Write as _;
use std::process::Stdio;

use super::harness::{Folder, end};

const WRITE: [&str; 8] = [
    "write",
    "echo/collect",
    "--input",
    "in.txt",
    "--outcomes",
    "out.txt",
    "--failed",
    "bad.txt",
];

#[test]
fn outcomes_come_in_input_order_and_failed_records_apart() {
    let folder = Folder::new().file("in.txt", "a\n!b\nc\n");
    let outcome = folder.echo(&WRITE);
    assert_eq!(outcome.code, Some(9), "{outcome:?}");
    assert_eq!(outcome.error(), "1 record of 3 did not succeed");
    assert_eq!(folder.read("out.txt"), "a\n!b\nc\n");
    assert_eq!(folder.read("bad.txt"), "!b\n");
    assert_eq!(folder.names(), ["bad.txt", "in.txt", "out.txt"]);
}

#[test]
fn what_fails_for_good_leaves_a_journal_to_go_on_from() {
    let lines = "line\n".repeat(100_000);
    let input = format!("{lines}~stay\n{lines}");
    let folder = Folder::new().file("in.txt", &input);
    let outcome = folder.echo(&WRITE);
    assert_eq!(outcome.code, Some(5), "{outcome:?}");
    assert!(
        outcome.stderr.contains("mediate resume"),
        "it says how to go on: {outcome:?}"
    );
    assert!(!folder.names().contains(&"out.txt".to_owned()));

    let again = folder.echo(&WRITE);
    assert_eq!(again.code, Some(2), "the journal is not overwritten");

    let resumed = folder.run(&["resume", "in.txt.journal"]);
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    assert_eq!(folder.read("out.txt"), input);
    assert_eq!(folder.names(), ["bad.txt", "in.txt", "out.txt"]);
}

#[test]
fn what_passes_is_waited_for() {
    let lines = "line\n".repeat(100_000);
    let input = format!("{lines}~pass\n{lines}");
    let folder = Folder::new().file("in.txt", &input);
    let outcome = folder.echo(&WRITE);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains("continuing in"), "{outcome:?}");
    assert_eq!(folder.read("out.txt"), input);
}

#[test]
fn a_failure_before_anything_happened_leaves_nothing() {
    let folder = Folder::new().file("in.txt", "~stay\n");
    let outcome = folder.echo(&WRITE);
    assert_eq!(outcome.code, Some(5), "{outcome:?}");
    assert_eq!(folder.names(), ["in.txt"]);
}

#[test]
fn a_load_can_be_given_up() {
    let lines = "line\n".repeat(100_000);
    let folder = Folder::new().file("in.txt", &format!("{lines}~stay\n"));
    assert_eq!(folder.echo(&WRITE).code, Some(5));
    let given_up = folder.run(&["resume", "in.txt.journal", "--abort"]);
    assert_eq!(given_up.code, Some(0), "{given_up:?}");
    let outcomes = folder.read("out.txt");
    assert!(
        outcomes.starts_with(&lines[..500_000 - 256 * 1024]),
        "what was taken is told"
    );
    assert!(
        outcomes.ends_with("-~stay\n"),
        "and so is what was not sent"
    );
    assert_eq!(outcomes.lines().count(), 100_001, "each record once");
    assert_eq!(folder.names(), ["bad.txt", "in.txt", "out.txt"]);
}

#[test]
fn a_load_can_be_given_up_without_its_input() {
    let folder = stopped(Folder::new(), &"line\n".repeat(100_000));
    std::fs::remove_file(folder.path("in.txt")).unwrap();
    let given_up = folder.run(&["resume", "in.txt.journal", "--abort"]);
    assert_eq!(given_up.code, Some(0), "{given_up:?}");
    assert!(
        given_up.stderr.contains("in.txt"),
        "it says what is missing: {given_up:?}"
    );
    assert!(folder.read("out.txt").starts_with("line\n"));
    assert_eq!(folder.names(), ["out.txt"]);
}

/// Loads an input whose last line stops it for good.
fn stopped(folder: Folder, lines: &str) -> Folder {
    let folder = folder.file("in.txt", &format!("{lines}~stay\n"));
    let outcome = folder.echo(&WRITE);
    assert_eq!(outcome.code, Some(5), "{outcome:?}");
    assert!(outcome.stderr.contains("so far: "), "{outcome:?}");
    assert!(!outcome.stderr.contains("nothing was sent"), "{outcome:?}");
    folder
}

#[test]
fn what_was_taken_of_an_input_must_still_be_there() {
    let lines = "line\n".repeat(100_000);
    let folder = stopped(Folder::new(), &lines);
    for changed in ["another\n".to_owned(), lines.replacen("line", "lime", 1)] {
        folder.write("in.txt", &changed);
        let resumed = folder.run(&["resume", "in.txt.journal"]);
        assert_eq!(resumed.code, Some(2), "{resumed:?}");
        assert!(resumed.error().contains("restore the file"), "{resumed:?}");
        assert!(folder.names().contains(&"in.txt.journal".to_owned()));
    }
}

#[test]
fn what_was_not_taken_of_an_input_may_be_corrected() {
    let lines = "line\n".repeat(100_000);
    let folder = stopped(Folder::new(), &lines);
    let corrected = format!("{lines}corrected\nand longer\n");
    let folder = folder.file("in.txt", &corrected);
    let resumed = folder.run(&["resume", "in.txt.journal"]);
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    assert_eq!(folder.read("out.txt"), corrected);
}

#[test]
fn a_refusal_at_the_end_is_not_in_the_way_of_the_next_load() {
    let lines = "line\n".repeat(100_000);
    let folder = Folder::new().file("in.txt", &format!("{lines}~refuse\n"));
    let refused = folder.echo(&WRITE);
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert_eq!(folder.names(), ["in.txt"]);
    let folder = folder.file("in.txt", &lines);
    assert_eq!(folder.echo(&WRITE).code, Some(0));
    assert_eq!(folder.read("out.txt"), lines);
}

#[test]
fn a_connector_that_breaks_off_is_started_again_from_the_journal() {
    let lines = "line\n".repeat(100_000);
    let input = format!("{lines}~trap\n{lines}");
    let folder = Folder::new().file("in.txt", &input);
    let outcome = folder.echo(&WRITE);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(folder.read("out.txt"), input);
    let folder = Folder::new().file("in.txt", "~trap\n");
    let outcome = folder.echo(&WRITE);
    assert_eq!(
        outcome.code,
        Some(8),
        "nothing names what was begun: {outcome:?}"
    );
    assert_eq!(folder.names(), ["in.txt"]);
}

#[test]
fn the_next_night_continues_what_did_not_end() {
    let again = |folder: &Folder| folder.echo(&[&WRITE[..], &["--resume-if-any"]].concat());
    let lines = "line\n".repeat(100_000);
    let folder = stopped(Folder::new(), &lines);
    assert_eq!(folder.echo(&WRITE).code, Some(2));
    let other = ["--outcomes", "other.txt", "--resume-if-any"];
    let other = folder.echo(&[&WRITE[..4], &other].concat());
    assert_eq!(
        other.code,
        Some(2),
        "another run is not continued: {other:?}"
    );
    let resumed = again(&folder);
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    assert_eq!(folder.read("out.txt"), format!("{lines}~stay\n"));
    let folder = folder.file("in.txt", "a\n");
    assert_eq!(
        again(&folder).code,
        Some(0),
        "where nothing is left, it begins"
    );
    assert_eq!(folder.read("out.txt"), "a\n");
}

#[test]
fn stdin_can_be_loaded() {
    let folder = Folder::new();
    let arguments = ["write", "echo/collect", "--input", "-", "--outcomes", "out"];
    let mut child = folder
        .command(&[&arguments[..], &["--connector", "echo.wasm"]].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"a\nb\n").unwrap();
    assert_eq!(end(child).code, Some(0));
    assert_eq!(folder.read("out"), "a\nb\n");
    assert_eq!(folder.names(), ["out"]);
}

#[test]
fn another_load_from_stdin_does_not_touch_the_input_of_one_that_is_not_over() {
    let folder = Folder::new();
    let arguments = ["write", "echo/collect", "--input", "-", "--outcomes", "out"];
    let load = |input: &str| {
        let mut child = folder
            .command(&[&arguments[..], &["--connector", "echo.wasm"]].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        end(child)
    };
    let input = format!("{}~stay\n", "line\n".repeat(100_000));
    assert_eq!(load(&input).code, Some(5));
    let journal = "echo-collect.journal";
    assert_eq!(folder.read(&format!("{journal}.input")), input);
    let refused = load("other\n");
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert_eq!(folder.read(&format!("{journal}.input")), input);
    let resumed = folder.run(&["resume", journal]);
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    assert_eq!(folder.read("out"), input);
    assert_eq!(folder.names(), ["out"]);
}

#[test]
fn an_extract_goes_on_after_its_last_page() {
    let folder = Folder::new();
    let count = [
        "read",
        "echo/count",
        "lines:=1000",
        "page:=100",
        "fail_at:=550",
        "--output",
        "out.txt",
    ];
    let outcome = folder.echo(&count);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains("continuing in"), "{outcome:?}");
    let expected: String = (1..=1000).map(|line| format!("{line}\n")).collect();
    assert_eq!(folder.read("out.txt"), expected);
    assert_eq!(folder.names(), ["out.txt"]);
}

#[test]
fn other_files_are_no_journals() {
    let folder = Folder::new().file("in.txt", "a\n");
    let outcome = folder.run(&["resume", "in.txt"]);
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.error().contains("it is not a journal"),
        "{outcome:?}"
    );
    assert_eq!(folder.read("in.txt"), "a\n");
}

#[test]
fn an_upload_that_was_refused_is_not_in_the_way_of_the_next_one() {
    let folder = Folder::new().file("note.txt", "hello");
    let upload = [
        "write",
        "files/upload",
        "object=ContentVersion",
        "file-name=note.txt",
        "--connection",
        "@sandbox",
        "--input",
        "note.txt",
        "--outcomes",
        "out.ndjson",
    ];
    let refused = folder.run(&[&upload[..], &["fields:={\"Nope\": 1}"]].concat());
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert_eq!(folder.names(), ["note.txt"]);
    assert_eq!(folder.run(&upload).code, Some(0));
    assert!(folder.read("out.ndjson").contains("\"success\":true"));
}

#[test]
fn what_nobody_can_know_any_more_is_given_up_in_words() {
    let folder = Folder::new().file("note.txt", "hello");
    let plan = serde_json::json!({
        "version": 2,
        "operation": "files/upload",
        "config": {"object": "ContentVersion", "file-name": "note.txt"},
        "files": {"load": {
            "input": {"path": folder.path("note.txt"), "gzip": false},
            "spooled": false,
            "outcomes": null,
            "failed": null,
        }},
        "connection": null,
        "sandbox-data": null,
        "connector": null,
    });
    // As a run leaves it that dies between the last byte of a file and the answer.
    let step = serde_json::json!({"journal": "{\"taken\":0,\"closing\":true}"});
    let folder = folder.file("note.txt.journal", &format!("{plan}\n{step}\n"));
    let resumed = folder.run(&["resume", "note.txt.journal"]);
    assert_eq!(resumed.code, Some(1), "{resumed:?}");
    assert!(
        resumed.stderr.contains("may have been applied"),
        "{resumed:?}"
    );
    let given_up = folder.run(&["resume", "note.txt.journal", "--abort"]);
    assert_eq!(given_up.code, Some(0), "{given_up:?}");
    assert!(
        given_up.stderr.contains("answer is not known"),
        "{given_up:?}"
    );
    assert_eq!(folder.names(), ["note.txt"]);
}

#[test]
fn why_records_failed_is_told_without_a_file_of_outcomes() {
    let folder = Folder::new().file(
        "in.csv",
        "LastName,Email\nA,none\nB,b@example.com\nC,none\n",
    );
    let load = [
        "write",
        "bulk/load",
        "object=Contact",
        "operation=insert",
        "--connection",
        "@sandbox",
        "--input",
        "in.csv",
    ];
    let outcome = folder.run(&load);
    assert_eq!(outcome.code, Some(9), "{outcome:?}");
    assert!(
        outcome.stderr.contains("2 INVALID_EMAIL_ADDRESS: "),
        "{outcome:?}"
    );
    let outcome = folder.run(&[&load[..], &["--json-errors", "--quiet"]].concat());
    let error: serde_json::Value = serde_json::from_str(&outcome.stderr).unwrap();
    assert_eq!(error["load"]["saved"], 1);
    assert_eq!(error["load"]["reasons"][0]["code"], "INVALID_EMAIL_ADDRESS");
    assert_eq!(error["load"]["reasons"][0]["count"], 2);
    assert_eq!(error["load"]["reasons"][0]["row"], 1);
    assert!(
        error["load"]["jobs"][0]
            .as_str()
            .is_some_and(|job| job.starts_with("750"))
    );
}
