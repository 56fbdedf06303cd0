//! Cases as data: `connector/cases/<interface>/<operation>-<case>.json` says what is called, what the org answers, and what
//! must have been sent and come back. They go through the generic interface, as a host would.

mod case;
mod replies;
mod statuses;
mod unusable;

use case::Case;
use salesforce_contract::catalog::{self, Effect, Style};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases")
}

fn cases() -> Vec<(String, Case)> {
    let interfaces = std::fs::read_dir(folder()).unwrap().map(Result::unwrap);
    let files = interfaces
        .filter(|entry| entry.path().is_dir())
        .flat_map(|entry| std::fs::read_dir(entry.path()).unwrap());
    let mut cases: Vec<_> = files.map(|file| read(&file.unwrap().path())).collect();
    cases.sort_by(|one, other| one.0.cmp(&other.0));
    cases
}

fn read(file: &Path) -> (String, Case) {
    let name = file.strip_prefix(folder()).unwrap().display().to_string();
    let text = std::fs::read_to_string(file).unwrap();
    let case: Case = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    (name, case)
}

/// The names of operations that the connector is to offer.
fn listed() -> BTreeSet<String> {
    let text = std::fs::read_to_string(folder().join("operations.txt")).unwrap();
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_case_sends_and_returns_what_it_says() {
    let error_texts: Vec<String> = cases()
        .iter()
        .filter_map(|(name, case)| Some(format!("{name}: {}", case.run().err()?)))
        .collect();
    assert!(error_texts.is_empty(), "\n{}", error_texts.join("\n"));
}

#[test]
fn files_are_named_after_their_operations() {
    for (name, case) in cases() {
        let wanted = format!("{}-", case.operation);
        assert!(
            name.starts_with(&wanted),
            "{name} is a case of {}",
            case.operation
        );
    }
}

#[test]
fn the_catalog_offers_what_is_listed_and_nothing_else() {
    let listed = listed();
    let groups: BTreeSet<&str> = listed.iter().filter_map(|name| group(name)).collect();
    let offered: BTreeSet<String> = catalog::operations()
        .iter()
        .filter(|operation| group(operation.name).is_some_and(|group| groups.contains(group)))
        .map(|operation| operation.name.to_owned())
        .collect();
    let missing: Vec<_> = listed.difference(&offered).collect();
    let unlisted: Vec<_> = offered.difference(&listed).collect();
    assert!(
        missing.is_empty() && unlisted.is_empty(),
        "cases/operations.txt lists {missing:?}, which the catalog lacks, and lacks {unlisted:?}"
    );
}

fn group(name: &str) -> Option<&str> {
    name.split_once('/').map(|(group, _)| group)
}

#[test]
fn every_listed_operation_has_a_case_that_succeeds_and_one_that_fails() {
    let cases = cases();
    let has = |name: &str, fails: bool| {
        cases
            .iter()
            .any(|(_, case)| case.operation == name && case.fails() == fails)
    };
    let bare: Vec<String> = listed()
        .into_iter()
        .filter(|name| {
            catalog::find(name).is_some_and(|operation| {
                operation.style == Style::Call && operation.effect != Effect::Pure
            })
        })
        .filter(|name| !has(name, true) || !has(name, false))
        .collect();
    assert!(bare.is_empty(), "without a case of both kinds: {bare:?}");
}
