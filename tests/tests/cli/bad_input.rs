//! Bad input: one sentence, exit code 2, nothing sent or written.

use super::harness::{Folder, Outcome};

#[track_caller]
fn refused(outcome: &Outcome, sentence: &str) {
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert_eq!(outcome.error(), sentence);
    assert_eq!(outcome.stdout, "");
}

#[test]
fn an_unknown_operation_finds_the_nearest() {
    let outcome = Folder::new().echo(&["call", "echo/cal"]);
    refused(
        &outcome,
        "the connector `echo` has no operation `echo/cal`; did you mean `echo/call`?",
    );
    let outcome = Folder::new().echo(&["describe", "frobnicate"]);
    refused(
        &outcome,
        "the connector `echo` has no operation `frobnicate`",
    );
}

#[test]
fn the_wrong_verb_names_the_right_one() {
    let outcome = Folder::new().echo(&["call", "echo/count"]);
    refused(
        &outcome,
        "`echo/count` is read in chunks: run it with `mediate read echo/count`",
    );
    let outcome = Folder::new().echo(&["read", "echo/call"]);
    refused(
        &outcome,
        "`echo/call` returns one reply: run it with `mediate call echo/call`",
    );
    assert_eq!(Folder::new().echo(&["call", "echo/tick"]).code, Some(2));
}

#[test]
fn bad_json_is_placed() {
    let folder = Folder::new()
        .file("config.json", "{\n  \"lines\": }")
        .file("in.json", "{,}");
    let outcome = folder.echo(&["read", "echo/count", "--config", "@config.json"]);
    refused(&outcome, "config.json, line 2, column 12: expected value");
    let outcome = folder.echo(&["read", "echo/count", "--config", "{"]);
    refused(
        &outcome,
        "--config, line 1, column 1: EOF while parsing an object",
    );
    let typed = [
        "call",
        "echo/call",
        "--input",
        "in.json",
        "--input-type",
        "application/json",
    ];
    refused(
        &folder.echo(&typed),
        "in.json, line 1, column 2: key must be a string",
    );
}

#[test]
fn an_input_must_be_there_and_wanted() {
    let outcome = Folder::new().echo(&["call", "echo/call", "--input", "gone.txt"]);
    refused(&outcome, "cannot read gone.txt: no such file or directory");
    let outcome = Folder::new().echo(&["call", "echo/sleep", "--input", "echo.wasm"]);
    refused(&outcome, "`echo/sleep` takes no input: leave --input out");
}

#[test]
fn a_connection_file_must_be_readable() {
    let outcome = Folder::new().echo(&["test", "--connection", "gone.toml"]);
    refused(
        &outcome,
        "cannot read the connection file gone.toml: no such file or directory",
    );
    let outcome =
        Folder::new()
            .file("connections/acme.toml", "")
            .echo(&["test", "--connection", "acne"]);
    assert!(
        outcome
            .error()
            .starts_with("there is no connection `acne`: no file connections/acne.toml or "),
        "{outcome:?}"
    );
    assert!(
        outcome.error().ends_with("; did you mean `acme`?"),
        "{outcome:?}"
    );
    let folder = Folder::new().file("c.toml", "url = 'x'\nsecret = 'hunter2\n");
    let outcome = folder.echo(&["test", "--connection", "c.toml"]);
    assert!(
        outcome.error().starts_with("c.toml, line 2, column "),
        "{outcome:?}"
    );
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
}

#[test]
fn an_unset_variable_is_named_and_nothing_is_written() {
    let folder = Folder::new().file(
        "c.toml",
        "[auth]\nsecret = '${env:ACME_SECRET}'\n[host]\nsession-file = 's.json'",
    );
    let outcome = folder.echo(&["test", "--connection", "c.toml"]);
    refused(
        &outcome,
        "c.toml: `auth.secret` needs the environment variable ACME_SECRET, which is not set: set it and run again",
    );
    assert_eq!(folder.names(), ["c.toml"]);
    let folder = folder.variable("ACME_SECRET", "x");
    folder.echo(&["test", "--connection", "c.toml"]).data();
}

#[test]
fn a_host_setting_that_is_not_known_finds_the_nearest() {
    let folder = Folder::new().file("c.toml", "[host]\nalow = []");
    let outcome = folder.echo(&["test", "--connection", "c.toml"]);
    refused(
        &outcome,
        "c.toml: `host.alow` is not a setting of the host; did you mean `allow`?",
    );
}

#[test]
fn what_is_no_component_is_refused() {
    let folder = Folder::new().file("x.wasm", "hello");
    let outcome = folder.run(&["describe", "--connector", "x.wasm"]);
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.error().starts_with("--connector x.wasm: "),
        "{outcome:?}"
    );
    assert!(
        outcome.error().contains("not a WebAssembly component"),
        "{outcome:?}"
    );
    let outcome = folder.run(&["describe", "--connector", "gone.wasm"]);
    refused(&outcome, "cannot read gone.wasm: no such file or directory");
}

#[test]
fn an_output_must_be_possible_before_anything_is_sent() {
    let folder = Folder::new().file("in.txt", "x").file("folder/x", "");
    let outcome = folder.echo(&[
        "call",
        "echo/call",
        "--input",
        "in.txt",
        "--output",
        "folder",
    ]);
    refused(&outcome, "folder is a folder: name a file");
    let outcome = folder.echo(&[
        "call",
        "echo/call",
        "--input",
        "in.txt",
        "--output",
        "gone/out.txt",
    ]);
    assert_eq!(outcome.code, Some(2));
    assert_eq!(
        outcome.error(),
        "cannot write gone/out.txt: no such file or directory"
    );
}

#[test]
fn pairs_must_be_pairs() {
    let outcome = Folder::new().echo(&["read", "echo/count", "lines"]);
    refused(
        &outcome,
        "`lines` cannot be used: write key=value, key:=JSON or key=@file",
    );
}

#[test]
fn sandbox_data_is_for_the_sandbox() {
    let folder = Folder::new().file("c.toml", "");
    let outcome = folder.echo(&["test", "--connection", "c.toml", "--sandbox-data", "d"]);
    let expected =
        "--sandbox-data is for the simulated org: leave it out, or give --connection @sandbox";
    refused(&outcome, expected);
}
