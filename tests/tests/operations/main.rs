//! Every operation, run through the component against the simulated org. A case is a file in
//! `cases/operations/<group>`; what its members mean is told in `case.rs`.

mod case;
mod matching;
mod wsdl;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use case::Case;
use mediate_tests::org::connector;

/// Names a file to run alone: `CASE=records/create cargo test -p mediate-tests --test operations`.
const ONLY: &str = "CASE";

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/operations");
    let mut files = Vec::new();
    for group in std::fs::read_dir(folder).expect("the cases") {
        let group = group.expect("a group").path();
        if group.is_dir() {
            let cases = std::fs::read_dir(&group).expect("a group");
            files.extend(cases.map(|case| case.expect("a case").path()));
        }
    }
    files.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    files
}

fn cases() -> Vec<Case> {
    files().iter().map(|path| Case::read(path)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_ends_as_it_says() {
    let only = std::env::var(ONLY).ok();
    let mut failures = Vec::new();
    for case in cases() {
        if only
            .as_ref()
            .is_some_and(|only| !case.name.starts_with(only))
        {
            continue;
        }
        if let Err(why) = case.run().await {
            failures.push(format!("{}: {why}", case.name));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn every_operation_is_seen_to_succeed_and_to_fail() {
    let mut seen: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for case in cases() {
        for (operation, fails) in case.operations() {
            let (succeeded, failed) = seen.entry(operation).or_default();
            *succeeded |= !fails;
            *failed |= fails;
        }
    }
    let info = connector().await.describe().await.expect("a catalog");
    let missing: Vec<&str> = info
        .operations
        .iter()
        .map(|operation| operation.name.as_str())
        .filter(|name| !may_be_missing(name, seen.get(*name)))
        .collect();
    assert!(
        missing.is_empty(),
        "without both kinds of case: {missing:?}"
    );
}

/// Operations whose success or failure is shown on a scripted transport only (`connector/cases`), not yet end to end: here the
/// simulated org falls short of Salesforce, or nobody has written the case. The list may only become shorter.
const ONLY_SCRIPTED: [&str; 14] = [
    "collections/retrieve",
    "connection/resources",
    "events/parse-outbound-message",
    "events/publish",
    "query/build",
    "raw/request",
    "raw/tooling-query",
    "records/delete-related",
    "records/update",
    "records/update-and-retrieve",
    "records/update-related",
    "schema/event-schema",
    "search/parameterized",
    "users/info",
];

/// Triggers have tests of their own: their answers depend on what went before.
fn may_be_missing(name: &str, seen: Option<&(bool, bool)>) -> bool {
    matches!(seen, Some((true, true)))
        || name.starts_with("triggers/")
        || name == "events/subscribe"
        || ONLY_SCRIPTED.contains(&name)
}
