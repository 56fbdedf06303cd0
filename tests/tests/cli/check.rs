//! `mediate check`: the connectors that keep the contract, and one that breaks each promise in turn.

use mediate::check::{Check, Promise, Report, State};
use mediate::runtime::{Runtime, RuntimeSettings};
use mediate_tests::REFERENCE;
use serde_json::Value;

use super::harness::Folder;
use super::hostile::patched;

/// Each mode of the echo connector with the promise that it breaks; see `broken.rs` there.
const BROKEN: [(&str, Promise); 23] = [
    ("name", Promise::Catalog),
    ("unstable", Promise::Stable),
    ("schema", Promise::Schemas),
    ("example", Promise::Examples),
    ("connect", Promise::Connect),
    ("config", Promise::Configs),
    ("style", Promise::Styles),
    ("lonely", Promise::Connections),
    ("send", Promise::Silence),
    ("fault", Promise::Faults),
    ("reply", Promise::Replies),
    ("oversize", Promise::Chunks),
    ("empty", Promise::Chunks),
    ("sizes", Promise::Chunks),
    ("text", Promise::Texts),
    ("head", Promise::Heads),
    ("position", Promise::Resumption),
    ("journal", Promise::Journals),
    ("outcome", Promise::Outcomes),
    ("abort", Promise::Aborts),
    ("checkpoint", Promise::Checkpoints),
    ("again", Promise::Checkpoints),
    ("session", Promise::Sessions),
];

fn judge(component: &[u8]) -> Report {
    let settings = RuntimeSettings {
        cache_dir: None,
        ..Check::settings()
    };
    let threads = tokio::runtime::Runtime::new().unwrap();
    threads.block_on(async {
        let runtime = Runtime::new(settings).unwrap();
        Check::new(&runtime, component).run().await
    })
}

fn broken(report: &Report) -> Vec<Promise> {
    let lines = report.promises.iter();
    let lines = lines.filter(|line| line.state == State::Broken);
    lines.map(|line| line.promise).collect()
}

#[test]
fn each_broken_promise_is_caught_alone() {
    // The echo connector prints, and so imports what no connector should.
    let always = Promise::Component;
    assert_eq!(broken(&judge(&patched("check:", "nothing"))), [always]);
    for (mode, promise) in BROKEN {
        let report = judge(&patched("check:", mode));
        assert_eq!(broken(&report), [always, promise], "{mode}: {report:#?}");
        let line = report.line(promise).unwrap();
        assert!(line.fix.is_some() && !line.findings.is_empty(), "{line:?}");
    }
    let caught: Vec<Promise> = BROKEN.iter().map(|(_, promise)| *promise).collect();
    let missing = Promise::ALL
        .into_iter()
        .find(|promise| *promise != always && !caught.contains(promise));
    assert_eq!(missing, None);
}

#[test]
fn the_reference_connector_keeps_every_promise_and_all_are_tried() {
    let folder = Folder::new();
    std::fs::write(folder.path("reference.wasm"), REFERENCE).unwrap();
    let outcome = folder.run(&["check", "reference.wasm", "--json"]);
    let report: Value = serde_json::from_str(outcome.data()).unwrap();
    for line in report["promises"].as_array().unwrap() {
        assert_eq!(line["state"], "kept", "{line:#}");
    }
    let outcome = folder.run(&["check", "reference.wasm"]);
    assert!(
        outcome.data().starts_with("kept      component"),
        "{outcome:?}"
    );
}

#[test]
fn a_connection_lets_reads_be_tried() {
    let folder = Folder::new().file("c.toml", "greeting = 'hello'");
    std::fs::write(folder.path("reference.wasm"), REFERENCE).unwrap();
    let outcome = folder.run(&[
        "check",
        "reference.wasm",
        "--connection",
        "c.toml",
        "--json",
    ]);
    let report: Value = serde_json::from_str(outcome.data()).unwrap();
    let lines = report["promises"].as_array().unwrap();
    // An example that is read in one page names no position.
    let mut left = lines
        .iter()
        .filter(|line| line["not-tried"] != serde_json::json!({}));
    assert!(
        left.all(|line| line["promise"] == "resumption"),
        "{report:#}"
    );
}

#[test]
fn the_salesforce_connector_breaks_no_promise() {
    let folder = Folder::new();
    let outcome = folder.run(&["check"]);
    let text = outcome.data();
    assert!(!text.contains("BROKEN"), "{text}");
    assert!(text.contains("needs a connection"), "{text}");
    let outcome = folder.run(&["check", "--connection", "@sandbox"]);
    assert!(!outcome.data().contains("BROKEN"), "{outcome:?}");
}

#[test]
fn what_is_no_connector_or_breaks_the_contract_ends_with_8() {
    let folder = Folder::new();
    std::fs::write(folder.path("text.wasm"), "no component").unwrap();
    let outcome = folder.run(&["check", "text.wasm"]);
    assert_eq!(outcome.code, Some(8), "{outcome:?}");
    assert!(
        outcome.stdout.contains("not a WebAssembly component"),
        "{outcome:?}"
    );
    assert!(outcome.stdout.contains("to fix it: "), "{outcome:?}");
    let outcome = folder.echo(&["check"]);
    assert_eq!(outcome.code, Some(8), "{outcome:?}");
}
