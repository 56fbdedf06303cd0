//! What a hostile connector or a hostile peer must not do to the terminal, the time and the disk of whoever runs the command.

use std::time::{Duration, Instant};

use mediate_tests::ECHO;
use mediate_tests::server::{Server, Step, answer};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::harness::{Folder, Outcome};

/// Makes a connector that describes itself in another way; see `MODE` in the echo connector.
fn describing(mode: &str) -> Folder {
    let folder = Folder::new();
    std::fs::write(folder.path("echo.wasm"), patched("catalog:", mode)).unwrap();
    folder
}

/// Sets the mode of the echo connector.
pub fn patched(kind: &str, mode: &str) -> Vec<u8> {
    const HONEST: &[u8] = b"catalog:honest  ";
    let mut bytes = ECHO.to_vec();
    let at = bytes
        .windows(HONEST.len())
        .position(|window| window == HONEST)
        .expect("the echo connector has a mode");
    let patched = format!("{:<16}", format!("{kind}{mode}"));
    bytes[at..at + HONEST.len()].copy_from_slice(patched.as_bytes());
    bytes
}

/// Says that nothing in the output is for a terminal to obey.
#[track_caller]
fn obeys_nothing(outcome: &Outcome) {
    let output = format!("{}{}", outcome.stdout, outcome.stderr);
    let control = |letter: &char| letter.is_control() && *letter != '\n' && *letter != '\t';
    assert_eq!(output.chars().find(control), None, "{output:?}");
    assert!(!output.contains('\u{202e}'), "{output:?}");
}

#[test]
fn a_catalog_that_breaks_the_contract_is_refused() {
    for (mode, why) in [
        ("many", "too much data"),
        ("escape", "is not named `group/name`"),
        ("parent", "`../../etc`"),
    ] {
        for arguments in [
            &["describe"][..],
            &["describe", "--json"],
            &["call", "echo/call"],
        ] {
            let outcome = describing(mode).echo(arguments);
            assert_eq!(outcome.code, Some(8), "{mode}: {outcome:?}");
            assert!(outcome.error().contains(why), "{mode}: {outcome:?}");
            assert_eq!(outcome.stdout, "");
            obeys_nothing(&outcome);
        }
    }
}

#[test]
fn a_connector_that_describes_itself_without_end_is_ended() {
    for mode in ["spin", "print"] {
        let started = Instant::now();
        let outcome = describing(mode).echo(&["describe", "-v"]);
        assert_eq!(outcome.code, Some(8), "{mode}: {outcome:?}");
        assert!(
            outcome.error().contains("of computing"),
            "{mode}: {outcome:?}"
        );
        assert!(outcome.stderr.len() < 500_000, "{}", outcome.stderr.len());
        assert!(started.elapsed() < Duration::from_secs(55), "{mode}");
    }
}

#[test]
fn a_connector_that_computes_or_prints_without_end_is_ended() {
    let folder = Folder::new().file("c.toml", "[host]\ncompute-timeout = '300ms'");
    for call in [
        &["call", "echo/spin"][..],
        &["call", "echo/say", "text=x", "endless:=true"],
    ] {
        let outcome = folder.echo(&[call, &["--connection", "c.toml", "-v"]].concat());
        assert_eq!(outcome.code, Some(8), "{outcome:?}");
        assert!(
            outcome.error().contains("300 ms of computing"),
            "{outcome:?}"
        );
        assert!(outcome.stderr.len() < 500_000, "{}", outcome.stderr.len());
    }
}

#[test]
fn chunks_and_journals_are_held_against_the_contract() {
    let folder = Folder::new().file("in.txt", "a\nb\n");
    for (how, why) in [("oversize", "where at most"), ("empty", "an empty chunk")] {
        let misbehaves = format!("misbehaves={how}");
        let read = [
            "read",
            "echo/count",
            "lines:=3",
            &misbehaves,
            "--output",
            "out",
        ];
        let outcome = folder.echo(&read);
        assert_eq!(outcome.code, Some(8), "{outcome:?}");
        assert!(outcome.error().contains(why), "{outcome:?}");
        assert!(!folder.path("out").exists());
    }
    for journal in ["no JSON", "[]", r#"{"taken": 1000}"#, "{}"] {
        let journal = format!("false_journal={journal}");
        let outcome = folder.echo(&["write", "echo/collect", &journal, "--input", "in.txt"]);
        assert_eq!(outcome.code, Some(8), "{outcome:?}");
        assert!(outcome.error().contains("its journal"), "{outcome:?}");
    }
}

#[test]
fn what_connectors_print_is_visible_and_bounded() {
    let folder = Folder::new();
    let text = "text=\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}";
    let outcome = folder.echo(&["call", "echo/say", text, "to_stderr:=true", "-v"]);
    outcome.data();
    assert!(outcome.stderr.contains("]0;owned"), "{outcome:?}");
    obeys_nothing(&outcome);
}

fn org(body: &str) -> (Runtime, Server, Folder) {
    let runtime = Runtime::new().unwrap();
    let script = vec![Step::Request, Step::Write(answer(400, body))];
    let server = runtime.block_on(Server::start(script)).unwrap();
    let folder = Folder::new().file("c.json", &connection(&server, json!({})));
    (runtime, server, folder)
}

fn connection(server: &Server, host: Value) -> String {
    json!({
        "url": server.origin(),
        "api-version": "62.0",
        "auth": {"access-token": {"access-token": "00D000000000001!x"}},
        "retry": {"max-attempts": 1},
        "host": host,
    })
    .to_string()
}

const IDENTITY: [&str; 4] = ["call", "connection/identity", "--connection", "c.json"];

#[test]
fn what_an_org_says_is_visible() {
    let message = "bad\u{1b}[2J \u{9b}1A \u{202e}txt\nhint: run this\r\n";
    let body = json!([{"errorCode": "BAD\u{7}CODE", "message": message}]).to_string();
    let (_runtime, _server, folder) = org(&body);
    let outcome = folder.run(&IDENTITY);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    obeys_nothing(&outcome);
    assert!(outcome.stderr.contains("\\u{1b}[2J"), "{outcome:?}");
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert!(
        !lines
            .iter()
            .any(|line| line.trim_start().starts_with("hint: run")),
        "{outcome:?}"
    );
    let outcome = folder.run(&[&IDENTITY[..], &["--json-errors"]].concat());
    obeys_nothing(&outcome);
    let error: Value = serde_json::from_str(outcome.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(error["upstream"][0]["code"], "BAD\u{7}CODE", "{error}");
}

#[test]
fn a_long_message_is_cut() {
    let body = json!([{"errorCode": "LONG", "message": "x".repeat(5_000_000)}]).to_string();
    let (_runtime, _server, folder) = org(&body);
    let outcome = folder.run(&IDENTITY);
    assert!(outcome.stderr.len() < 20_000, "{}", outcome.stderr.len());
    assert!(
        outcome.stderr.contains(" more bytes)"),
        "{}",
        outcome.stderr.len()
    );
    let outcome = folder.run(&[&IDENTITY[..], &["--json-errors"]].concat());
    assert!(outcome.stderr.len() < 500_000, "{}", outcome.stderr.len());
    assert!(outcome.stderr.len() > 10_000, "{}", outcome.stderr.len());
}

#[test]
fn an_answer_that_drips_is_ended() {
    let runtime = Runtime::new().unwrap();
    let head =
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n";
    let mut script = vec![Step::Request, Step::Write(head.to_vec())];
    for _ in 0..2_000 {
        script.extend([
            Step::Write(b" ".to_vec()),
            Step::Wait(Duration::from_millis(20)),
        ]);
    }
    let server = runtime.block_on(Server::start(script)).unwrap();
    for host in [
        json!({"stall-timeout": "400ms"}),
        json!({"request-timeout": "1s"}),
    ] {
        let folder = Folder::new().file("c.json", &connection(&server, host));
        let started = Instant::now();
        let outcome = folder.run(&IDENTITY);
        assert_eq!(outcome.code, Some(6), "{outcome:?}");
        assert!(started.elapsed() < Duration::from_secs(30), "{outcome:?}");
    }
}

#[test]
fn a_name_without_an_address_is_told_with_its_host() {
    let file = json!({
        "url": "https://acme.invalid",
        "auth": {"access-token": {"access-token": "00D000000000001!x"}},
        "retry": {"max-attempts": 1},
    });
    let folder = Folder::new().file("c.json", &file.to_string());
    let outcome = folder.run(&IDENTITY);
    assert_eq!(outcome.code, Some(6), "{outcome:?}");
    assert!(
        outcome.stderr.contains("https://acme.invalid"),
        "{outcome:?}"
    );
    let outcome = folder.run(&["test", "--connection", "c.json"]);
    assert!(!outcome.stderr.contains("mediate test"), "{outcome:?}");
}
