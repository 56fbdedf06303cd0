//! `mediate` killed at any moment, and taken up again.

use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use mediate_tests::kill::{End, kill};
use mediate_tests::org::{Way, open, read_all, serve};
use sandbox::Org;
use sandbox::bulk::Settings as BulkSettings;
use serde_json::{Value, json};
use tempfile::TempDir;

const ROWS: usize = 20_000;
const KILLS: u64 = 30;
/// Bound of the wait for a step. 60 s; a slow machine starts the command in a few.
const STEP_WAIT: Duration = Duration::from_secs(60);

/// A folder with a connection to the org.
fn folder(url: &str) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let connection = format!(
        "url = \"{url}\"\n[auth.client-credentials]\nclient-id = \"sandbox-client\"\nclient-secret = \"sandbox-secret\"\n"
    );
    std::fs::write(folder.path().join("org.toml"), connection).expect("a connection");
    folder
}

fn mediate(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mediate-under-test"));
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli-cache");
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("XDG_CACHE_HOME", cache)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// Runs the command, killing it at one step after the other, and then lets it come to its end.
fn kill_and_resume(folder: &Path, begin: &[&str], journal: &str, output: &str) -> u64 {
    let resume = ["resume", journal];
    let next = || {
        let is_begun = folder.join(journal).exists();
        mediate(folder, if is_begun { &resume } else { begin })
    };
    let mut kills = 0;
    for life in 0..KILLS {
        let mut child = next().spawn().expect("it starts");
        match kill(&mut child, &folder.join(journal), life, STEP_WAIT) {
            End::Itself => break,
            End::AfterAStep => kills += 1,
            End::BeforeAnyStep => {}
        }
        if folder.join(output).exists() {
            break;
        }
    }
    // What has the final name is whole, though the kill came before the end: that is checked by whoever called.
    while !folder.join(output).exists() {
        let outcome = next().output().expect("it runs");
        let said = String::from_utf8_lossy(&outcome.stderr);
        assert!(outcome.status.success(), "{said}");
    }
    kills
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_that_is_killed_again_and_again_loads_each_row_once() {
    killed_load_loads_each_row_once("bulk/load", "job-records=1000").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_in_batches_that_is_killed_again_and_again_loads_each_row_once() {
    killed_load_loads_each_row_once("bulk/v1-load", "batch-records=1000").await;
}

async fn killed_load_loads_each_row_once(operation: &'static str, size: &'static str) {
    let org = Arc::new(Org::builder().without_data().build().expect("an org"));
    let url = serve(&org).await;
    let folder = folder(&url);
    let rows: String = (0..ROWS).map(|row| format!("Row {row}\n")).collect();
    std::fs::write(folder.path().join("in.csv"), format!("LastName\n{rows}")).expect("an input");
    let begin = [
        "write",
        operation,
        "object=Contact",
        "operation=insert",
        size,
        "--connection",
        "org.toml",
        "--input",
        "in.csv",
        "--outcomes",
        "out.ndjson",
    ];
    let path = folder.path().to_owned();
    let killed = tokio::task::spawn_blocking(move || {
        kill_and_resume(&path, &begin, "in.csv.journal", "out.ndjson")
    });
    let kills = killed.await.expect("it ended");
    // Each of its twenty jobs or batches is a step at least.
    assert!(kills >= 10, "it was killed only {kills} times");

    let outcomes = std::fs::read_to_string(folder.path().join("out.ndjson")).expect("outcomes");
    let mut ids = HashSet::new();
    for (index, line) in outcomes.lines().enumerate() {
        let outcome: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(
            (&outcome["row"], &outcome["success"]),
            (&json!(index + 1), &json!(true)),
            "{line}"
        );
        ids.insert(outcome["id"].as_str().expect("an id").to_owned());
    }
    assert_eq!(ids.len(), ROWS);
    let session = open(&org, Way::InProcess, &json!({})).await;
    let soql = json!({"soql": "SELECT LastName FROM Contact"});
    let (bytes, _) = read_all(&session, "query/rows", &soql).await.expect("rows");
    let text = String::from_utf8(bytes).expect("text");
    let names: HashSet<&str> = text.lines().collect();
    assert_eq!((text.lines().count(), names.len()), (ROWS, ROWS));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_job_that_takes_longer_than_the_wait_is_taken_up_not_made_anew() {
    let settings = BulkSettings {
        queue_ms: 3_600_000,
        ..BulkSettings::default()
    };
    let org = Org::builder().rows("Account", 10).bulk(settings).build();
    let org = Arc::new(org.expect("an org"));
    let folder = folder(&serve(&org).await);
    let begin = [
        "read",
        "bulk/extract",
        "soql=SELECT Id FROM Account",
        "wait-seconds=1",
        "--connection",
        "org.toml",
        "--output",
        "out.csv",
    ];
    let path = folder.path().to_owned();
    let run = move |arguments: &[&str]| mediate(&path, arguments).output().expect("it runs");
    let run = Arc::new(run);
    let first = Arc::clone(&run);
    let waited = tokio::task::spawn_blocking(move || first(&begin)).await;
    let waited = waited.expect("a task");
    let said = String::from_utf8_lossy(&waited.stderr).into_owned();
    assert_eq!(waited.status.code(), Some(6), "{said}");
    assert!(said.contains("mediate resume"), "{said}");
    org.clock().advance(3_700_000);
    let resumed = tokio::task::spawn_blocking(move || run(&["resume", "out.csv.journal"])).await;
    let resumed = resumed.expect("a task");
    let said = String::from_utf8_lossy(&resumed.stderr).into_owned();
    assert!(resumed.status.success(), "{said}");
    assert!(folder.path().join("out.csv").exists());
    let made = org.journal().entries().into_iter();
    let made = made.filter(|entry| entry.method == "POST" && entry.path.ends_with("/jobs/query"));
    assert_eq!(made.count(), 1, "jobs made");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extract_that_is_killed_again_and_again_has_each_row_once() {
    let org = Org::builder()
        .without_data()
        .rows("Account", 200_000)
        .build();
    let url = serve(&Arc::new(org.expect("an org"))).await;
    let folder = folder(&url);
    let begin = [
        "read",
        "bulk/extract",
        "soql=SELECT Id, Name, Description FROM Account",
        "page-records=5000",
        "--connection",
        "org.toml",
        "--output",
        "out.csv",
    ];
    let path = folder.path().to_owned();
    let killed = tokio::task::spawn_blocking(move || {
        kill_and_resume(&path, &begin, "out.csv.journal", "out.csv")
    });
    let kills = killed.await.expect("it ended");
    // Each of its forty pages is a step.
    assert!(kills >= 10, "it was killed only {kills} times");
    let output = std::fs::read_to_string(folder.path().join("out.csv")).expect("rows");
    let ids: HashSet<&str> = output
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .collect();
    assert_eq!(ids.len(), 200_000);
}
