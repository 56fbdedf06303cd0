//! Outbound messages from the simulated org to `mediate listen`, which is killed again and again: every record is told of,
//! what comes twice carries the same id, and with `--dedup` nothing does.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mediate::contract::Message;
use mediate_tests::compiled;
use mediate_tests::org::{Way, open, serve};
use sandbox::Org;
use sandbox::outbound::OutboundMessage;
use serde_json::{Value, json};
use tempfile::TempDir;

const KILLS: usize = 10;
const CONTACTS: usize = 50;
/// Bounds the wait for what must come.
const TIME_LIMIT: Duration = Duration::from_secs(60);

fn listen(folder: &Path, port: u16, more: &[&str]) -> Child {
    compiled::command(env!("CARGO_BIN_EXE_mediate-under-test"), folder)
        .args(["listen", "events/parse-outbound-message"])
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .args(["--path", "/s3cret", "--output", "out"])
        .args(more)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts")
}

/// A port that nobody has at present.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn notifications(folder: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join("out")).unwrap_or_default();
    let lines = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    lines.collect()
}

/// The notifications' ids by the names of their contacts.
fn told(notifications: &[Value]) -> BTreeMap<String, BTreeSet<String>> {
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for one in notifications {
        let name = one["body"]["record"]["LastName"].as_str().expect("a name");
        let id = one["id"].as_str().expect("an id");
        told.entry(name.to_owned())
            .or_default()
            .insert(id.to_owned());
    }
    told
}

async fn create(session: &mediate::session::Session, batch: usize) {
    let names = (0..CONTACTS).map(|at| json!({"LastName": format!("Contact {batch}-{at}")}));
    let records: Vec<Value> = names.collect();
    let input = Message::new("application/json", Value::from(records).to_string());
    let config = json!({"object": "Contact"});
    let reply = session
        .call("collections/create", &config, Some(input))
        .await;
    assert_eq!(
        reply
            .expect("created")
            .metadata
            .attribute("failed")
            .as_deref(),
        Some("0")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn outbound_messages_survive_kills_of_their_listener() {
    killed(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn outbound_messages_that_are_repeated_are_written_once() {
    let notifications = killed(&["--dedup"]).await;
    assert_eq!(notifications.len(), KILLS * CONTACTS);
}

/// Kills a listener again and again; returns what it wrote.
async fn killed(more: &[&str]) -> Vec<Value> {
    let folder = TempDir::new().expect("a folder");
    let port = free_port();
    let url = format!("http://127.0.0.1:{port}/s3cret");
    let message = OutboundMessage {
        first_pause_ms: 20,
        ..OutboundMessage::new("Contacts", "Contact", &["LastName", "Email"], &url)
    };
    let org = Org::builder().without_data().outbound_message(message);
    let org = Arc::new(org.build().expect("an org"));
    serve(&org).await;
    let session = open(&org, Way::InProcess, &json!({})).await;
    for kill in 0..KILLS {
        let mut listener = listen(folder.path(), port, more);
        create(&session, kill).await;
        tokio::time::sleep(Duration::from_millis(50 + kill as u64 * 37 % 300)).await;
        listener.kill().expect("killed");
        listener.wait().expect("ended");
        org.clock().advance(60_000);
    }
    let mut listener = listen(folder.path(), port, more);
    let started = Instant::now();
    while !org.outbound_queue(1).expect("the queue").is_empty() {
        assert!(started.elapsed() < TIME_LIMIT, "not everything was taken");
        org.clock().advance(60_000);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    listener.kill().expect("killed");
    listener.wait().expect("ended");
    let notifications = notifications(folder.path());
    let told = told(&notifications);
    assert_eq!(told.len(), KILLS * CONTACTS);
    let other: Vec<_> = told.iter().filter(|(_, ids)| ids.len() > 1).collect();
    assert!(other.is_empty(), "told again under another id: {other:?}");
    notifications
}
