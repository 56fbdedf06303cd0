//! `watch` and `listen`: nothing is missed, whatever dies in between.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::harness::{Folder, end, eventually};

/// The exit code after SIGTERM, as `mediate help exit-codes` tells it.
const TERMINATED: i32 = 143;
/// That after Ctrl-C.
const INTERRUPTED: i32 = 130;

fn ids(text: &str) -> Vec<u64> {
    let lines = text.lines().map(|line| {
        let finding: Value = serde_json::from_str(line).unwrap();
        finding["id"].as_str().unwrap().parse().unwrap()
    });
    lines.collect()
}

fn is_there(folder: &Folder, name: &str, count: usize) -> bool {
    folder.path(name).exists() && folder.read(name).lines().count() >= count
}

fn terminate(child: Child) -> super::harness::Outcome {
    signal(child, "-TERM")
}

fn signal(child: Child, signal: &str) -> super::harness::Outcome {
    let id = child.id().to_string();
    let sent = Command::new("kill").args([signal, &id]).status();
    assert!(sent.unwrap().success());
    end(child)
}

#[test]
fn findings_are_appended_in_order_and_the_end_is_clean() {
    let folder = Folder::new();
    let arguments = [
        "watch",
        "echo/tick",
        "ticks:=50",
        "--output",
        "out",
        "--every",
        "100ms",
        "--fast",
    ];
    let child = folder.start_echo(&arguments);
    eventually(|| is_there(&folder, "out", 50));
    let outcome = terminate(child);
    assert_eq!(outcome.code, Some(TERMINATED), "{outcome:?}");
    assert_eq!(ids(&folder.read("out")), (1..=50).collect::<Vec<_>>());
}

#[test]
fn a_killed_watch_goes_on_and_nothing_is_there_twice() {
    let folder = Folder::new();
    let arguments = [
        "watch",
        "echo/tick",
        "ticks:=3000",
        "--output",
        "out",
        "--dedup",
        "--every",
        "100ms",
        "--fast",
    ];
    for kill in 1..=5 {
        let mut child = folder.start_echo(&arguments);
        eventually(|| is_there(&folder, "out", kill * 200));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let child = folder.start_echo(&arguments);
    eventually(|| is_there(&folder, "out", 3000));
    assert_eq!(terminate(child).code, Some(TERMINATED));
    assert_eq!(ids(&folder.read("out")), (1..=3000).collect::<Vec<_>>());
}

#[test]
fn one_checkpoint_serves_one_process_and_one_watch() {
    let folder = Folder::new();
    let arguments = [
        "watch",
        "echo/tick",
        "ticks:=1",
        "--output",
        "out",
        "--checkpoint",
        "here",
    ];
    let child = folder.start_echo(&arguments);
    eventually(|| is_there(&folder, "out", 1));
    let other = ["watch", "echo/tick", "ticks:=1", "--checkpoint", "here"];
    let second = folder.echo(&other);
    assert_eq!(second.code, Some(2), "{second:?}");
    assert!(second.error().contains("another run"), "{second:?}");
    let outcome = signal(child, "-INT");
    assert_eq!(outcome.code, Some(INTERRUPTED), "{outcome:?}");
}

#[test]
fn another_config_goes_on_from_the_same_place_and_says_what_is_different() {
    let folder = Folder::new();
    let watch = |ticks| {
        let place = ["--output", "out", "--checkpoint", "here", "--dedup"];
        [&["watch", "echo/tick", ticks][..], &place].concat()
    };
    let child = folder.start_echo(&watch("ticks:=1"));
    eventually(|| is_there(&folder, "out", 1));
    terminate(child);
    let child = folder.start_echo(&watch("ticks:=3"));
    eventually(|| is_there(&folder, "out", 3));
    let outcome = terminate(child);
    assert!(outcome.stderr.contains("config.ticks"), "{outcome:?}");
    assert_eq!(ids(&folder.read("out")), [1, 2, 3]);
    let other = folder.run(&[
        "watch",
        "triggers/created",
        "object=Account",
        "--checkpoint",
        "here",
    ]);
    assert_eq!(other.code, Some(2), "{other:?}");
    assert!(other.error().contains("echo/tick"), "{other:?}");
}

#[test]
fn a_watch_that_never_worked_leaves_no_checkpoint_that_blocks_the_right_one() {
    let folder = Folder::new();
    let watch = |channel| {
        let channel = format!("channels={channel}");
        let arguments = [
            "watch",
            "events/subscribe",
            &channel,
            "--checkpoint",
            "here",
        ];
        folder.command(&arguments)
    };
    let wrong = watch("/evnt/Order_Event__e").output().unwrap();
    assert_eq!(wrong.status.code(), Some(2), "{wrong:?}");
    assert!(!folder.path("here").exists());
    let mut right = watch("/event/Order_Event__e");
    let child = right.stderr(Stdio::piped()).spawn().unwrap();
    eventually(|| folder.path("here").exists() && folder.read("here").contains("since"));
    assert_eq!(terminate(child).code, Some(TERMINATED));
}

#[test]
fn a_command_gets_no_secrets_of_the_connection_and_a_watch_without_a_place_says_so() {
    let connection = "[auth]\nkey = '${env:ACME_SECRET}'\n";
    let folder = Folder::new()
        .file("acme.toml", connection)
        .variable("ACME_SECRET", "hush")
        .variable("ACME_PUBLIC", "open");
    let arguments = [
        "watch",
        "echo/tick",
        "ticks:=1",
        "--connection",
        "acme.toml",
        "--exec",
        "echo \"${ACME_PUBLIC}-${ACME_SECRET:-nothing}\" > seen",
    ];
    let child = folder.start_echo(&arguments);
    eventually(|| is_there(&folder, "seen", 1));
    let outcome = terminate(child);
    assert_eq!(folder.read("seen"), "open-nothing\n");
    assert!(outcome.stderr.contains("--checkpoint"), "{outcome:?}");
}

#[test]
fn a_mistake_in_one_watch_is_told_by_its_name_before_any_of_them_runs() {
    let folder = Folder::new();
    let good = "
        [[watch]]
        operation = 'triggers/created'
        config = { object = 'Account', start = 'earliest' }
        checkpoint = 'a.checkpoint'
        output = 'a'
        [[watch]]
        operation = 'triggers/updated'
        checkpoint = 'b.checkpoint'
        output = 'b'
    ";
    let mistakes = [
        ("config = { objct = 'Account' }", "did you mean `object`"),
        ("config = { object = 'Account' }\nevery = '100ms'", "quota"),
        (
            "config = { object = 'Account' }\ndedup = true\npost = 'x'",
            "one of output",
        ),
        (
            "config = { object = 'Account' }\nconnection = 'nobody'",
            "nobody",
        ),
    ];
    for (mistake, word) in mistakes {
        std::fs::write(folder.path("watches.toml"), format!("{good}{mistake}\n")).unwrap();
        let outcome = folder.run(&["watch", "--watches", "watches.toml"]);
        assert_eq!(outcome.code, Some(2), "{mistake}: {outcome:?}");
        let error = outcome.error();
        assert!(
            error.contains("watch 2") && error.contains("triggers/updated"),
            "{error}"
        );
        assert!(error.contains(word), "{error}");
        let made = folder.names();
        assert!(!made.contains(&"a.checkpoint".to_owned()), "{made:?}");
    }
}

#[test]
fn looks_that_would_use_up_a_quota_are_refused() {
    let folder = Folder::new();
    let refused = folder.echo(&["watch", "echo/tick", "ticks:=1", "--every", "100ms"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.error().contains("--every"), "{refused:?}");
}

#[test]
fn what_a_command_does_not_take_is_offered_again() {
    let folder = Folder::new();
    let command = "test -e ready && cat >> taken || { touch ready; exit 1; }";
    let arguments = [
        "watch",
        "echo/tick",
        "ticks:=3",
        "--exec",
        command,
        "--every",
        "100ms",
        "--fast",
    ];
    let child = folder.start_echo(&arguments);
    eventually(|| is_there(&folder, "taken", 3));
    let outcome = terminate(child);
    assert!(
        outcome.stderr.contains("exit status: 1; trying again"),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains("works again"), "{outcome:?}");
    assert_eq!(ids(&folder.read("taken")), [1, 2, 3]);
}

#[test]
fn several_watches_run_from_a_file() {
    let watches = "
        [[watch]]
        operation = 'echo/tick'
        config = { ticks = 5 }
        checkpoint = 'a.checkpoint'
        output = 'a'
        [[watch]]
        operation = 'echo/tick'
        config = { ticks = 7 }
        checkpoint = 'b.checkpoint'
        output = 'b'
    ";
    let folder = Folder::new().file("watches.toml", watches);
    let child = folder.start_echo(&["watch", "--watches", "watches.toml"]);
    eventually(|| is_there(&folder, "a", 5) && is_there(&folder, "b", 7));
    assert_eq!(terminate(child).code, Some(TERMINATED));
}

#[test]
fn findings_wait_for_each_other_and_come_again_when_they_were_not_delivered() {
    let folder = Folder::new();
    let watch = |within| {
        let threshold = ["--at-least", "3", "--within", within];
        let rest = [
            "--checkpoint",
            "here",
            "--exec",
            "cat >> seen && echo one >> calls",
            "--every",
            "100ms",
            "--fast",
        ];
        [&["watch", "echo/tick", "ticks:=5"][..], &threshold, &rest].concat()
    };
    let child = folder.start_echo(&watch("24h"));
    eventually(|| is_there(&folder, "calls", 1));
    assert_eq!(terminate(child).code, Some(TERMINATED));
    assert_eq!(ids(&folder.read("seen")), [1, 2, 3]);
    let child = folder.start_echo(&watch("200ms"));
    eventually(|| is_there(&folder, "calls", 2));
    assert_eq!(terminate(child).code, Some(TERMINATED));
    assert_eq!(ids(&folder.read("seen")), [1, 2, 3, 4, 5]);
    assert_eq!(folder.read("calls").lines().count(), 2);
}

#[test]
fn findings_that_wait_need_a_checkpoint() {
    let folder = Folder::new();
    let threshold = ["--at-least", "3", "--within", "1h", "--exec", "cat"];
    let refused = folder.echo(&[&["watch", "echo/tick", "ticks:=2"][..], &threshold].concat());
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.error().contains("--checkpoint"), "{refused:?}");
}

#[test]
fn what_was_delivered_needs_a_file_of_its_own() {
    let folder = Folder::new();
    let listen = |more: &[&str]| {
        let listen = ["listen", "echo/call", "--listen", "127.0.0.1:0", "--dedup"];
        folder.echo(&[&listen[..], more].concat())
    };
    let refused = listen(&["--exec", "cat"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.error().contains("--checkpoint"), "{refused:?}");
    folder.write("here", "Id,Name\n");
    let refused = listen(&["--exec", "cat", "--checkpoint", "here"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.error().contains("here"), "{refused:?}");
}

/// Starts a listener and returns its address.
fn listening(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    line.trim().trim_start_matches("http://").to_owned()
}

fn post(address: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: text/plain\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap().to_owned()
}

fn listen(folder: &Folder) -> (Child, String) {
    let arguments = [
        "listen",
        "echo/call",
        "--listen",
        "127.0.0.1:0",
        "--path",
        "@secret",
        "--output",
        "out",
        "--max-body",
        "1",
        "--connector",
        "echo.wasm",
    ];
    let mut command = folder.command(&arguments);
    let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    let address = listening(&mut child);
    (child, address)
}

#[test]
fn a_posted_message_is_answered_once_it_is_in_the_file() {
    let folder = Folder::new().file("secret", "/hush\n");
    let (child, address) = listen(&folder);
    assert_eq!(post(&address, "/hush", "hello"), "HTTP/1.1 200 OK");
    let taken: Value = serde_json::from_str(&folder.read("out")).unwrap();
    assert_eq!(taken["body"], "hello");
    assert_eq!(post(&address, "/wrong", "hello"), "HTTP/1.1 404 Not Found");
    assert_eq!(
        post(&address, "/hush", &"x".repeat(2000)),
        "HTTP/1.1 413 Payload Too Large"
    );
    assert_eq!(folder.read("out").lines().count(), 1);
    let outcome = terminate(child);
    assert_eq!(outcome.code, Some(TERMINATED), "{outcome:?}");
}

#[test]
fn a_message_that_breaks_the_connector_does_not_end_the_listener() {
    let folder = Folder::new().file("secret", "/hush\n");
    let (child, address) = listen(&folder);
    let broken = post(&address, "/hush", "~trap");
    assert_eq!(broken, "HTTP/1.1 503 Service Unavailable");
    assert_eq!(post(&address, "/hush", "hello"), "HTTP/1.1 200 OK");
    assert_eq!(folder.read("out").lines().count(), 1);
    let outcome = terminate(child);
    assert_eq!(outcome.code, Some(TERMINATED), "{outcome:?}");
}
