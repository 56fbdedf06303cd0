//! Every operation, run through the component against the simulated org. A case is a file in
//! `cases/operations/<group>`; what its members mean is told in `case.rs`.

mod case;
mod matching;
#[cfg(feature = "wsdl")]
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
        .filter(|name| seen.get(*name) != Some(&(true, true)))
        .collect();
    assert!(
        missing.is_empty(),
        "without both kinds of case: {missing:?}"
    );
}
