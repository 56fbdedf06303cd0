//! `mediate watch`, killed again and again: every change arrives, and with `--dedup` once.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mediate::contract::Message;
use mediate::session::Session;
use mediate_tests::compiled;
use mediate_tests::kill::{End, kill};
use mediate_tests::org::{Way, open, serve};
use sandbox::Org;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Bound of the lives after all changes were made.
const KILLS: u64 = 30;
/// Kills at work that are enough.
const STEPS: u64 = 10;
/// Bound of the wait for findings, of which there may be no more. 3 s; a slow machine starts the command in less.
const STEP_WAIT: Duration = Duration::from_secs(3);
/// Bounds the wait for what must come.
const TIME_LIMIT: Duration = Duration::from_secs(120);

struct Stage {
    folder: TempDir,
    session: Session,
}

impl Stage {
    async fn new() -> Self {
        let org = Arc::new(Org::builder().without_data().build().expect("an org"));
        let url = serve(&org).await;
        let folder = TempDir::new().expect("a folder");
        let connection = format!(
            "url = \"{url}\"\n[auth.client-credentials]\nclient-id = \"sandbox-client\"\nclient-secret = \"sandbox-secret\"\n"
        );
        std::fs::write(folder.path().join("org.toml"), connection).expect("a connection");
        let session = open(&org, Way::InProcess, &json!({})).await;
        Self { folder, session }
    }

    /// Creates contacts named after their numbers.
    async fn create(&self, numbers: std::ops::Range<usize>) {
        let records: Vec<Value> = numbers
            .map(|number| json!({"LastName": format!("Row {number}")}))
            .collect();
        let input = Message::new("application/json", Value::from(records).to_string());
        let config = json!({"object": "Contact"});
        let reply = self
            .session
            .call("collections/create", &config, Some(input));
        let reply = reply.await.expect("created");
        assert_eq!(reply.metadata.attribute("failed").as_deref(), Some("0"));
    }

    /// Runs a watch, killing it again and again, until `killing` ends; then once more until `enough` of the output.
    fn watch(&self, arguments: &[&str], killing: &AtomicBool, enough: impl Fn(&str) -> bool) {
        let (mut life, mut steps) = (0, 0);
        let output = self.folder.path().join("out");
        while killing.load(Ordering::SeqCst) || (steps < STEPS && life < KILLS) {
            let mut child = start(self.folder.path(), arguments);
            match kill(&mut child, &output, life, STEP_WAIT) {
                End::Itself => panic!("it ended by itself"),
                End::AfterAStep => steps += 1,
                // Everything that was there had been taken.
                End::BeforeAnyStep => {}
            }
            life += 1;
        }
        assert!(steps > 0, "it was never killed at work");
        let mut child = start(self.folder.path(), arguments);
        let started = Instant::now();
        while !enough(&self.output()) {
            assert!(started.elapsed() < TIME_LIMIT, "not everything came");
            std::thread::sleep(Duration::from_millis(50));
        }
        child.kill().expect("killed");
        child.wait().expect("ended");
    }

    fn output(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("out")).unwrap_or_default()
    }
}

fn start(folder: &Path, arguments: &[&str]) -> Child {
    compiled::command(env!("CARGO_BIN_EXE_mediate-under-test"), folder)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts")
}

/// How often each name is in the output, by a JSON pointer.
fn names(output: &str, pointer: &str) -> BTreeMap<String, usize> {
    let mut names = BTreeMap::new();
    for line in output.lines() {
        let Ok(finding) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        if let Some(name) = finding.pointer(pointer).and_then(Value::as_str) {
            *names.entry(name.to_owned()).or_default() += 1;
        }
    }
    names
}

async fn every_change_once(
    arguments: &'static [&'static str],
    pointer: &'static str,
    changes: usize,
    expected: usize,
) {
    let stage = Arc::new(Stage::new().await);
    let killing = Arc::new(AtomicBool::new(true));
    let watching = {
        let (stage, killing) = (Arc::clone(&stage), Arc::clone(&killing));
        tokio::task::spawn_blocking(move || {
            stage.watch(arguments, &killing, |output| {
                names(output, pointer).len() >= expected
            });
        })
    };
    for batch in 0..changes / 200 {
        stage.create(batch * 200..(batch + 1) * 200).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    killing.store(false, Ordering::SeqCst);
    watching.await.expect("all came");
    let names = names(&stage.output(), pointer);
    let repeated: Vec<_> = names
        .iter()
        .filter(|(_, times)| **times > 1)
        .take(3)
        .collect();
    assert!(repeated.is_empty(), "more than once: {repeated:?}");
    assert_eq!(names.len(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn change_events_survive_kills() {
    const WATCH: &[&str] = &[
        "watch",
        "events/subscribe",
        "channels=/data/ContactChangeEvent",
        "replay=earliest",
        "--connection",
        "org.toml",
        "--output",
        "out",
        "--dedup",
        "--every",
        "5s",
    ];
    every_change_once(WATCH, "/body/payload/Name/LastName", 10_000, 10_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filtered_change_events_survive_kills() {
    const WATCH: &[&str] = &[
        "watch",
        "events/subscribe",
        "channels=/data/ContactChangeEvent",
        "replay=earliest",
        r#"filter:={"field": "Name.LastName", "operator": "ends-with", "value": "7"}"#,
        "--connection",
        "org.toml",
        "--output",
        "out",
        "--dedup",
        "--every",
        "5s",
    ];
    every_change_once(WATCH, "/body/payload/Name/LastName", 10_000, 1_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn polled_changes_survive_kills() {
    const WATCH: &[&str] = &[
        "watch",
        "triggers/created-or-updated",
        "object=Contact",
        "fields=LastName",
        "start=earliest",
        "settle-seconds=0",
        "--connection",
        "org.toml",
        "--output",
        "out",
        "--dedup",
        "--every",
        "200ms",
        "--fast",
    ];
    every_change_once(WATCH, "/body/LastName", 4_000, 4_000).await;
}
