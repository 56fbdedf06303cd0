//! Other people's clients against the sandbox, and the component in somebody else's host. They are part of the tests with the feature
//! `interop`, which requires all of them: `.ci/run` installs them, `interop/README.md` says how. Salesforce's command line needs a
//! newer Node than most machines have: it has a feature of its own, `sf-cli`.
#![cfg(feature = "interop")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use mediate::contract::Message;
use mediate_tests::org::{Way, open, serve};
use sandbox::Org;
use serde_json::json;

/// Two full pages and one row.
const ROWS: u64 = 4001;

fn script(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("interop")
        .join(name)
}

async fn run(program: &'static str, name: &'static str) {
    let org = Org::builder().without_data().rows("Account", ROWS);
    let org = Arc::new(org.build().expect("an org"));
    println!("{}", run_against(&org, program, name).await);
}

/// Runs a script against the org; gives what it printed.
async fn run_against(org: &Arc<Org>, program: &'static str, name: &'static str) -> String {
    let url = serve(org).await;
    let run = move || Command::new(program).arg(script(name)).arg(url).output();
    let output: Output = tokio::task::spawn_blocking(run)
        .await
        .expect("a task")
        .expect("a run");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let error_texts = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {printed}{error_texts}");
    printed
}

/// Runs a script that hears events; what it heard has to be what the connector hears, by channel and replay id.
async fn hear(program: &'static str, name: &'static str) {
    let org = Arc::new(Org::builder().without_data().build().expect("an org"));
    let printed = run_against(&org, program, name).await;
    let heard: BTreeMap<String, Vec<i64>> =
        serde_json::from_str(printed.trim()).expect("replay ids by channel");
    assert_eq!(heard.len(), 4, "every kind of channel");
    let channels: Vec<&String> = heard.keys().collect();
    let config = json!({"channels": channels, "replay": "earliest"});
    let session = open(&org, Way::InProcess, &json!({})).await;
    let expected: usize = heard.values().map(Vec::len).sum();
    let mut ours: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let mut checkpoint: Option<String> = None;
    for _ in 0..expected {
        let batch = session
            .poll("events/subscribe", &config, checkpoint.as_deref(), 0)
            .await
            .expect("a batch");
        for message in &batch.messages {
            let (channel, replay) = place(message);
            ours.entry(channel).or_default().push(replay);
        }
        checkpoint = Some(batch.checkpoint);
        if ours.values().map(Vec::len).sum::<usize>() >= expected {
            break;
        }
    }
    assert_eq!(ours, heard, "{name}");
}

fn place(message: &Message) -> (String, i64) {
    let attribute = |name: &str| message.metadata.attribute(name).unwrap_or_default();
    let replay = attribute("replay-id").parse().expect("a replay id");
    (attribute("channel"), replay)
}

#[tokio::test(flavor = "multi_thread")]
async fn jsforce_works_against_the_sandbox() {
    run("node", "jsforce.mjs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn simple_salesforce_works_against_the_sandbox() {
    run("python3", "simple_salesforce_client.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jsforce_hears_the_events_that_the_connector_hears() {
    hear("node", "jsforce_streaming.mjs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn aiosfstream_hears_the_events_that_the_connector_hears() {
    hear("python3", "aiosfstream_client.py").await;
}

/// Makes an RSA key, which `node` is trusted to do, in a file; gives the public half.
#[cfg(feature = "sf-cli")]
const MAKE_KEY: &str = "const pem = (type) => ({ type, format: 'pem' }); \
    const pair = require('crypto').generateKeyPairSync('rsa', { modulusLength: 2048, \
    publicKeyEncoding: pem('spki'), privateKeyEncoding: pem('pkcs8') }); \
    require('fs').writeFileSync(process.argv[1], pair.privateKey); console.log(pair.publicKey);";

#[cfg(feature = "sf-cli")]
#[tokio::test(flavor = "multi_thread")]
async fn salesforces_command_line_works_against_the_sandbox() {
    let sf = std::env::var("SF_CLI").unwrap_or_else(|_| "sf".into());
    let folder = tempfile::tempdir().expect("a folder");
    let key = folder.path().join("key.pem");
    let made = Command::new("node")
        .args(["-e", MAKE_KEY])
        .arg(&key)
        .output();
    let public = String::from_utf8(made.expect("node").stdout).expect("a key");
    let org = Org::builder().without_data().rows("Account", ROWS);
    let org = org.jwt_certificate(public).build().expect("an org");
    let url = serve(&Arc::new(org)).await;
    let mut node = Command::new("node");
    node.arg(script("sf.mjs"))
        .args([url.as_str(), &sf, sandbox::org::CLIENT_ID])
        .arg(key);
    let output = tokio::task::spawn_blocking(move || node.output()).await;
    let output = output.expect("a task").expect("a run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// The other way round: the component in somebody else's host.
#[tokio::test(flavor = "multi_thread")]
async fn the_component_runs_in_node() {
    let org = Org::builder().without_data().rows("Account", ROWS).build();
    in_node("jco.mjs", &Arc::new(org.expect("an org"))).await;
}

/// With the default settings of host and connection.
#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_is_answered_late_is_one_record_in_node() {
    let org = Arc::new(Org::builder().without_data().build().expect("an org"));
    let late = json!({
        "match": {"method": "POST", "path": "/services/data/*/sobjects/Account"},
        "fault": {"kind": "delay", "ms": 12_000, "acted": true},
        "times": 2,
    });
    org.faults()
        .add(serde_json::from_value(late).expect("a rule"));
    in_node("jco_late.mjs", &org).await;
    assert_eq!(org.faults().list()[0].hits, 2, "each create was sent once");
}

/// Runs a script that is given the address of the org, the component, and a folder for its module.
async fn in_node(name: &'static str, org: &Arc<Org>) {
    let url = serve(org).await;
    let folder = tempfile::tempdir().expect("a folder");
    let component = folder.path().join("connector.wasm");
    std::fs::write(&component, mediate_cli::embedded::CONNECTOR).expect("the component");
    let mut node = Command::new("node");
    node.arg(script(name))
        .args([url.as_ref(), component.as_os_str()])
        .arg(folder.path().join("module"));
    let output = tokio::task::spawn_blocking(move || node.output()).await;
    let output = output.expect("a task").expect("a run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {said}");
}
