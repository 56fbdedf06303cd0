//! `write`, `read --output` and `resume`: what is interrupted is gone on with, and nothing happens twice.

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
    assert!(outcome.stderr.contains("going on in"), "{outcome:?}");
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
    assert_eq!(folder.names(), ["in.txt"]);
}

#[test]
fn an_input_that_changed_meanwhile_is_refused() {
    let lines = "line\n".repeat(100_000);
    let folder = Folder::new().file("in.txt", &format!("{lines}~stay\n"));
    assert_eq!(folder.echo(&WRITE).code, Some(5));
    let folder = folder.file("in.txt", "another\n");
    let resumed = folder.run(&["resume", "in.txt.journal"]);
    assert_eq!(resumed.code, Some(2), "{resumed:?}");
    assert!(resumed.error().contains("put back the file"), "{resumed:?}");
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
    assert!(outcome.stderr.contains("going on in"), "{outcome:?}");
    let expected: String = (1..=1000).map(|line| format!("{line}\n")).collect();
    assert_eq!(folder.read("out.txt"), expected);
    assert_eq!(folder.names(), ["out.txt"]);
}

#[test]
fn other_files_are_no_journals() {
    let folder = Folder::new().file("in.txt", "a\n");
    let outcome = folder.run(&["resume", "in.txt"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.error().contains("it is no journal"), "{outcome:?}");
    assert_eq!(folder.read("in.txt"), "a\n");
}
