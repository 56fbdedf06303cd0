//! How commands end that do not come to their end: signals, closed pipes, traps, time-outs.

use std::io::Read as _;
use std::process::{Child, Command};

use super::harness::{Folder, end, eventually};

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

#[cfg(unix)]
#[test]
fn interrupting_leaves_nothing_behind() {
    let folder = Folder::new();
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let child = folder.start_echo(&["call", "echo/sleep", "ms:=60000", "--output", "out.txt"]);
        eventually(|| folder.path("out.txt.part").exists());
        signal(&child, name);
        let outcome = end(child);
        assert_eq!((outcome.code, outcome.error()), (Some(code), "interrupted"));
        assert_eq!(folder.names(), Vec::<String>::new());
    }
}

#[test]
fn a_reader_that_has_had_enough_ends_the_command_quietly() {
    let folder = Folder::new();
    let mut child = folder.start_echo(&["read", "echo/count", "lines:=100000000"]);
    let mut first = [0; 4];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut first).unwrap();
    drop(stdout);
    let outcome = end(child);
    assert_eq!(
        (&first, outcome.code, outcome.stderr.as_str()),
        (b"1\n2\n", Some(0), "")
    );
}

#[test]
fn a_connector_that_breaks_off_is_told() {
    let outcome = Folder::new().echo(&["call", "echo/trap"]);
    assert_eq!(outcome.code, Some(8));
    assert!(outcome.error().contains("echo/trap"), "{outcome:?}");
}

#[test]
fn a_call_time_out_ends_a_connector_that_never_does() {
    let folder = Folder::new().file("c.toml", "[host]\ncall-timeout = '300ms'");
    let outcome = folder.echo(&["call", "echo/spin", "--connection", "c.toml"]);
    assert_eq!(outcome.code, Some(6));
    assert!(outcome.error().contains("300 ms"), "{outcome:?}");
}

#[test]
fn errors_can_be_json() {
    let outcome = Folder::new().echo(&[
        "read",
        "echo/count",
        "lines:=1",
        "fail_at:=0",
        "--json-errors",
    ]);
    let error: serde_json::Value = serde_json::from_str(&outcome.stderr).unwrap();
    assert_eq!(
        (&error["kind"], &error["exit-code"]),
        (&"unavailable".into(), &6.into())
    );
    assert_eq!(error["message"], "failed on purpose");
}

#[test]
fn errors_in_the_arguments_can_be_json_too() {
    let outcome = Folder::new().run(&["call", "--json-errors", "--frobnicate"]);
    let error: serde_json::Value = serde_json::from_str(&outcome.stderr).unwrap();
    assert_eq!((outcome.code, &error["kind"]), (Some(2), &"usage".into()));
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|words| words.contains("--frobnicate")),
        "{error}"
    );
}

#[test]
fn what_the_host_refuses_to_reach_is_told_with_the_remedy() {
    let folder = Folder::new().file("c.toml", "");
    let config = ["scheme=https", "authority=elsewhere.example", "path=/"];
    let outcome = folder.echo(
        &[
            &["call", "echo/fetch", "--connection", "c.toml"],
            &config[..],
        ]
        .concat(),
    );
    assert!(outcome.code.is_some_and(|code| code != 0), "{outcome:?}");
    assert!(
        outcome.stderr.contains("denied: https://elsewhere.example"),
        "{outcome:?}"
    );
    assert!(
        outcome
            .stderr
            .contains("allow = [\"https://elsewhere.example\"]"),
        "{outcome:?}"
    );
}
