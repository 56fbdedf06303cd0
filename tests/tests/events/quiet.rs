//! `mediate watch events/subscribe` with `replay=latest`, killed before its first event: what is published meanwhile comes.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mediate::contract::Message;
use mediate::session::Session;
use mediate_tests::compiled;
use mediate_tests::org::{Way, open, serve};
use sandbox::Org;
use sandbox::faults::{BodyForm, Fault};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Bounds the wait for what must come.
const TIME_LIMIT: Duration = Duration::from_secs(60);

const WATCH: &[&str] = &[
    "watch",
    "events/subscribe",
    "channels=/event/Order_Event__e",
    "--connection",
    "org.toml",
    "--output",
    "out",
    "--checkpoint",
    "place",
    "--every",
    "5s",
];

fn start(folder: &Path) -> Child {
    compiled::command(env!("CARGO_BIN_EXE_mediate-under-test"), folder)
        .args(WATCH)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts")
}

fn kill(mut child: Child) {
    child.kill().expect("killed");
    child.wait().expect("ended");
}

async fn eventually(mut so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < TIME_LIMIT, "it never came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn publish(session: &Session, number: &str) {
    let input = json!([{"Order_Number__c": number}]).to_string();
    let input = Message::new("application/json", input);
    let config = json!({"event": "Order_Event__e"});
    let reply = session.call("events/publish", &config, Some(input)).await;
    assert_eq!(
        reply
            .expect("published")
            .metadata
            .attribute("failed")
            .as_deref(),
        Some("0")
    );
}

fn read(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap_or_default()
}

fn orders(folder: &TempDir) -> Vec<String> {
    let text = read(folder, "out");
    let lines = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let number = |line: Value| {
        Some(
            line["body"]["payload"]["Order_Number__c"]
                .as_str()?
                .to_owned(),
        )
    };
    lines.filter_map(number).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_between_a_kill_and_the_next_start_comes() {
    let org = Arc::new(Org::builder().without_data().build().expect("an org"));
    let url = serve(&org).await;
    let folder = TempDir::new().expect("a folder");
    let connection = format!(
        "url = \"{url}\"\n[auth.client-credentials]\nclient-id = \"sandbox-client\"\nclient-secret = \"sandbox-secret\"\n[retry]\nfirst-delay-ms = 20\nmax-delay-ms = 100\n"
    );
    std::fs::write(folder.path().join("org.toml"), connection).expect("a connection");
    let session = open(&org, Way::InProcess, &json!({})).await;
    publish(&session, "before").await;
    // What is older than the subscription is told apart by its time.
    org.clock().advance(60_000);
    let child = start(folder.path());
    eventually(|| read(&folder, "place").contains("since")).await;
    kill(child);
    org.clock().advance(60_000);
    publish(&session, "meanwhile").await;
    // The first connects of the new process are refused, too.
    for _ in 0..2 {
        let refusal = Fault::Status {
            status: 429,
            error_code: "REQUEST_LIMIT_EXCEEDED".into(),
            message: "TotalRequests Limit exceeded.".into(),
            headers: BTreeMap::new(),
            body: None,
            form: BodyForm::default(),
            acted: false,
        };
        drop(org.faults().inject("/cometd/", refusal));
    }
    let child = start(folder.path());
    eventually(|| !orders(&folder).is_empty()).await;
    publish(&session, "after").await;
    eventually(|| orders(&folder).len() >= 2).await;
    kill(child);
    assert_eq!(orders(&folder), ["meanwhile", "after"]);
}
