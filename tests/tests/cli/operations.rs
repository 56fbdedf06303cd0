//! `call` and `read`: data in, data out.

use std::io::Write as _;
use std::process::Stdio;

use super::harness::{Folder, end};

#[test]
fn an_input_file_comes_back_byte_for_byte() {
    let folder = Folder::new().file("in.txt", "grüße\n\n");
    let outcome = folder.echo(&["call", "echo/call", "--input", "in.txt"]);
    assert_eq!(outcome.data(), "grüße\n\n");
    assert_eq!(outcome.stderr, "");
}

#[test]
fn stdin_is_an_input_too() {
    let folder = Folder::new();
    let mut command = folder.command(&[
        "call",
        "echo/call",
        "--input",
        "-",
        "--connector",
        "echo.wasm",
    ]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"from a pipe")
        .unwrap();
    assert_eq!(end(child).data(), "from a pipe");
}

#[test]
fn the_media_type_of_the_input_can_be_given() {
    let folder = Folder::new().file("in.txt", "x");
    let outcome = folder.echo(&[
        "call",
        "echo/call",
        "--input",
        "in.txt",
        "--input-type",
        "text/x",
        "--attributes",
    ]);
    assert_eq!(outcome.data(), "x");
    assert!(
        outcome.stderr.contains("media-type: text/x\n"),
        "{outcome:?}"
    );
}

#[test]
fn a_source_is_read_to_its_end() {
    let outcome = Folder::new().echo(&["read", "echo/count", "lines:=200000"]);
    let lines: Vec<&str> = outcome.data().lines().collect();
    assert_eq!(
        (lines.len(), lines.first(), lines.last()),
        (200_000, Some(&"1"), Some(&"200000"))
    );
    assert!(
        outcome.stderr.starts_with("read 1,288,895 bytes in "),
        "{}",
        outcome.stderr
    );
}

#[test]
fn quiet_says_nothing() {
    let outcome = Folder::new().echo(&["read", "echo/count", "lines:=3", "--quiet"]);
    assert_eq!((outcome.data(), outcome.stderr.as_str()), ("1\n2\n3\n", ""));
}

#[test]
fn output_goes_to_a_file() {
    let folder = Folder::new();
    let outcome = folder.echo(&["read", "echo/count", "lines:=3", "--output", "rows.txt"]);
    assert_eq!(outcome.data(), "");
    assert_eq!(folder.read("rows.txt"), "1\n2\n3\n");
    assert_eq!(folder.names(), ["rows.txt"]);
}

#[test]
fn a_source_that_fails_leaves_no_file() {
    let folder = Folder::new().file("rows.txt", "before");
    let arguments = [
        "read",
        "echo/count",
        "lines:=500000",
        "fail_at:=400000",
        "--output",
        "rows.txt",
    ];
    let outcome = folder.echo(&arguments);
    assert_eq!(
        (outcome.code, outcome.error()),
        (Some(6), "failed on purpose")
    );
    assert_eq!(folder.names(), ["rows.txt"]);
    assert_eq!(folder.read("rows.txt"), "before");
}

#[test]
fn config_comes_from_text_file_and_pairs() {
    let folder = Folder::new().file("config.json", "{\"lines\": 9}");
    assert_eq!(
        folder
            .echo(&["read", "echo/count", "--config", "{\"lines\": 1}"])
            .data(),
        "1\n"
    );
    assert_eq!(
        folder
            .echo(&["read", "echo/count", "--config", "@config.json"])
            .data()
            .lines()
            .count(),
        9
    );
    assert_eq!(
        folder
            .echo(&["read", "echo/count", "--config", "@config.json", "lines:=2"])
            .data(),
        "1\n2\n"
    );
}

#[test]
fn a_connection_is_found_by_path_by_name_and_by_variable() {
    // The echo connector's `authenticate` tells how long the connection was; what matters is that it was found.
    let folder = Folder::new()
        .file("connections/near.toml", "a = 1")
        .file(".config/mediate/connections/far.toml", "");
    for connection in ["near", "far", "connections/near.toml"] {
        let outcome = folder.echo(&["test", "--connection", connection]);
        let name = connection
            .rsplit('/')
            .next()
            .unwrap()
            .trim_end_matches(".toml");
        assert_eq!(outcome.data(), format!("the connection `{name}` is good\n"));
    }
    let folder = folder.variable("MEDIATE_CONNECTION", "far");
    assert_eq!(
        folder.echo(&["test"]).data(),
        "the connection `far` is good\n"
    );
}

#[test]
fn a_session_file_keeps_what_authenticate_returned() {
    let folder = Folder::new().file("c.toml", "a = 1\n[host]\nsession-file = 'kept.json'");
    folder.echo(&["test", "--connection", "c.toml"]).data();
    let kept = folder.read("kept.json");
    assert!(kept.contains("\"connection-bytes\": 7"), "{kept}");
}
