//! `mediate` killed at any moment, and resumed.

use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use mediate_tests::compiled;
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

/// The exit code of a load of which some records failed.
const SOME_FAILED: i32 = 9;

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
    let mut command = compiled::command(env!("CARGO_BIN_EXE_mediate-under-test"), folder);
    command
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// Runs the command, killing it at one step after the other, and then lets it come to its end, which may be one with failed records.
fn kill_and_resume(folder: &Path, begin: &[&str], journal: &str, output: &str) -> u64 {
    kill_and_resume_times(folder, begin, journal, output, KILLS)
}

fn kill_and_resume_times(
    folder: &Path,
    begin: &[&str],
    journal: &str,
    output: &str,
    times: u64,
) -> u64 {
    let resume = ["resume", journal];
    let next = || {
        // A kill before the plan was written leaves an empty file: nothing has begun.
        let written = folder.join(journal).metadata();
        let is_begun = written.is_ok_and(|file| file.len() > 0);
        mediate(folder, if is_begun { &resume } else { begin })
    };
    let mut kills = 0;
    for life in 0..times {
        let mut child = next().spawn().expect("it starts");
        match kill(&mut child, &folder.join(journal), life, STEP_WAIT) {
            End::Itself => break,
            End::AfterAStep | End::BeforeAnyStep => kills += 1,
        }
        if folder.join(output).exists() {
            break;
        }
    }
    // What has the final name is whole, though the kill came before the end: that is checked by whoever called.
    while !folder.join(output).exists() {
        let outcome = next().output().expect("it runs");
        let said = String::from_utf8_lossy(&outcome.stderr);
        assert!(
            matches!(outcome.status.code(), Some(0 | SOME_FAILED)),
            "{said}"
        );
    }
    kills
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_that_is_killed_again_and_again_loads_each_row_once() {
    killed_load_loads_each_row_once("bulk/load", &["job-records=1000"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_that_deletes_its_jobs_loses_no_outcome_when_it_is_killed() {
    let sizes = ["job-records=1000", "delete-jobs=true"];
    let org = killed_load_loads_each_row_once("bulk/load", &sizes).await;
    let session = open(&org, Way::InProcess, &json!({})).await;
    let config = json!({"job-type": "v2-ingest"});
    let listed = session.call("bulk/list-jobs", &config, None).await;
    let listed: Value = serde_json::from_slice(&listed.expect("jobs").body).expect("JSON");
    let left = listed["records"].as_array().expect("a list").iter();
    // A job that was left half filled by a kill was aborted, and is not one of the load any more.
    let left = left.filter(|job| job["state"] != "Aborted");
    assert_eq!(left.count(), 0, "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_in_batches_that_is_killed_again_and_again_loads_each_row_once() {
    killed_load_loads_each_row_once("bulk/v1-load", &["batch-records=1000"]).await;
}

async fn killed_load_loads_each_row_once(
    operation: &'static str,
    sizes: &[&'static str],
) -> Arc<Org> {
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
        "--connection",
        "org.toml",
        "--input",
        "in.csv",
        "--outcomes",
        "out.ndjson",
    ];
    let begin = [&begin[..], sizes].concat();
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
    org
}

const MIXED: usize = 60_000;

/// Row `number` of a load in which one of 1,500 is malformed and 2,000 in the middle have a date that is none; what it is once corrected.
fn mixed(number: usize) -> (String, String) {
    let good = format!("Row {number},1999-12-31");
    let given = match number {
        _ if number % 1_500 == 700 => format!("{good},too many"),
        29_000..31_000 => format!("Row {number},31.12.1999"),
        _ => good.clone(),
    };
    (given, good)
}

fn load_of(input: &'static str, operation: &'static str, size: &'static str) -> Vec<&'static str> {
    let base = [
        "write",
        operation,
        "object=Contact",
        "operation=insert",
        size,
        "--connection",
        "org.toml",
    ];
    let files = [
        "--input",
        input,
        "--outcomes",
        "out.ndjson",
        "--failed",
        "failed.csv",
    ];
    base.into_iter().chain(files).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_with_malformed_and_rejected_records_that_is_killed_tells_of_each_and_gives_them_back()
 {
    mixed_load("bulk/load", "job-records=5000").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_in_batches_with_malformed_and_rejected_records_that_is_killed_tells_of_each() {
    mixed_load("bulk/v1-load", "batch-records=5000").await;
}

async fn mixed_load(operation: &'static str, size: &'static str) {
    let org = Arc::new(Org::builder().without_data().build().expect("an org"));
    let folder = folder(&serve(&org).await);
    let rows: String = (0..MIXED).map(|row| mixed(row).0 + "\n").collect();
    let header = "LastName,Birthdate\n";
    std::fs::write(folder.path().join("in.csv"), format!("{header}{rows}")).expect("an input");
    let path = folder.path().to_owned();
    let begin = load_of("in.csv", operation, size);
    let killed = tokio::task::spawn_blocking(move || {
        kill_and_resume_times(&path, &begin, "in.csv.journal", "failed.csv", 5)
    });
    assert_eq!(killed.await.expect("it ended"), 5, "kills");

    let outcomes = std::fs::read_to_string(folder.path().join("out.ndjson")).expect("outcomes");
    assert_eq!(outcomes.lines().count(), MIXED);
    let (mut saved, mut corrected) = (0, HashSet::new());
    for (index, line) in outcomes.lines().enumerate() {
        let outcome: Value = serde_json::from_str(line).expect("JSON");
        let (given, good) = mixed(index);
        assert_eq!(outcome["row"], json!(index + 1), "{line}");
        assert_eq!(outcome["success"], json!(given == good), "{line}");
        saved += usize::from(given == good);
        if given != good {
            assert_eq!(outcome["code"], "NOT_SENT", "{line}");
            let told = format!("Line {}:", index + 2);
            assert!(
                outcome["message"]
                    .as_str()
                    .is_some_and(|text| text.starts_with(&told)),
                "{line}"
            );
            corrected.insert(given);
        }
    }
    assert_eq!(names(&org).await.len(), saved);

    let failed = std::fs::read_to_string(folder.path().join("failed.csv")).expect("failed records");
    let failed: Vec<&str> = failed.lines().collect();
    assert_eq!(failed[0], header.trim_end());
    let given_back: HashSet<String> = failed[1..].iter().map(|line| (*line).to_owned()).collect();
    assert_eq!(
        (failed.len() - 1, &given_back),
        (corrected.len(), &corrected)
    );
    let good = |line: &&str| {
        let number = line["Row ".len()..]
            .split(',')
            .next()
            .and_then(|row| row.parse().ok());
        mixed(number.expect("a number")).1 + "\n"
    };
    let again: String = failed[1..].iter().map(good).collect();
    std::fs::write(folder.path().join("again.csv"), format!("{header}{again}")).expect("an input");
    let mut arguments = load_of("again.csv", operation, size);
    arguments.truncate(arguments.len() - 4);
    let path = folder.path().to_owned();
    let loaded = tokio::task::spawn_blocking(move || mediate(&path, &arguments).output());
    let loaded = loaded.await.expect("a task").expect("it runs");
    assert!(
        loaded.status.success(),
        "{}",
        String::from_utf8_lossy(&loaded.stderr)
    );
    let names = names(&org).await;
    let different: HashSet<&String> = names.iter().collect();
    assert_eq!((names.len(), different.len()), (MIXED, MIXED));
}

/// The names of all contacts of an org.
async fn names(org: &Arc<Org>) -> Vec<String> {
    let session = open(org, Way::InProcess, &json!({})).await;
    let soql = json!({"soql": "SELECT LastName FROM Contact"});
    let (bytes, _) = read_all(&session, "query/rows", &soql).await.expect("rows");
    let text = String::from_utf8(bytes).expect("text");
    text.lines().map(str::to_owned).collect()
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
