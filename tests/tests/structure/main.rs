//! The architecture, held to what ARCHITECTURE.md says of it: who knows whom, and that nobody knows each other in a circle.

mod cycles;
mod imports;
mod modules;

use std::path::{Path, PathBuf};
use std::process::Command;

/// What each crate must not have in its tree of dependencies.
const FORBIDDEN_DEPENDENCIES: [(&str, &[&str]); 9] = [
    (
        "mediate",
        &[
            "axum",
            "clap",
            "libsqlite3-sys",
            "mediate-cli",
            "rusqlite",
            "salesforce-connector",
            "sandbox",
        ],
    ),
    (
        "sandbox",
        &[
            "clap",
            "mediate",
            "salesforce-connector",
            "waki",
            "wasmtime",
        ],
    ),
    (
        "sandbox-model",
        &[
            "axum",
            "hyper",
            "sandbox-core",
            "sandbox-http",
            "sandbox-soql",
        ],
    ),
    (
        "sandbox-soql",
        &["axum", "hyper", "sandbox-core", "sandbox-http"],
    ),
    ("sandbox-core", &["axum", "hyper", "sandbox-http"]),
    (
        "salesforce-contract",
        &[
            "salesforce-client",
            "salesforce-formats",
            "salesforce-operations",
        ],
    ),
    (
        "salesforce-formats",
        &["salesforce-client", "salesforce-operations"],
    ),
    (
        "salesforce-client",
        &["salesforce-connector", "salesforce-operations"],
    ),
    (
        "salesforce-connector",
        &[
            "mediate", "reqwest", "rusqlite", "sandbox", "tokio", "wasmtime",
        ],
    ),
];

/// What may be named only in some files: a folder, the word, and where below the folder it may stand.
const CONFINED: [(&str, &str, &[&str]); 6] = [
    ("host/src", "wasmtime", &["runtime/"]),
    ("host/src", "TcpListener", &["ingress"]),
    ("host/src", "reqwest", &["egress/", "watch/output.rs"]),
    ("connector", "waki", &["src/wasi", "src/component"]),
    ("connector", "wasip2", &["src/wasi", "src/component"]),
    ("host/sandbox", "mediate", &["src/main.rs"]),
];

/// Sources whose files must not import each other in a circle of more than two.
const WITHOUT_CYCLES: [&str; 10] = [
    "host/src",
    "host/cli/src",
    "host/sandbox/model/src",
    "host/sandbox/soql/src",
    "host/sandbox/core/src",
    "host/sandbox/http/src",
    "connector/contract/src",
    "connector/formats/src",
    "connector/client/src",
    "connector/operations/src",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn dependencies(package: &str) -> Vec<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["tree", "--locked", "--edges", "normal", "--prefix", "none"];
    let tree = Command::new(cargo)
        .args(arguments)
        .args(["--package", package])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&tree.stderr);
    assert!(tree.status.success(), "{package}: {said}");
    let text = String::from_utf8(tree.stdout).expect("text");
    let names = text.lines().filter_map(|line| line.split(' ').next());
    names.map(str::to_owned).collect()
}

#[test]
fn crates_depend_only_on_what_they_may_know() {
    for (package, forbidden) in FORBIDDEN_DEPENDENCIES {
        let found = dependencies(package);
        assert!(found.len() > 10, "{package}: {found:?}");
        let wrong: Vec<&String> = found
            .iter()
            .filter(|name| forbidden.contains(&name.as_str()))
            .collect();
        assert!(wrong.is_empty(), "{package} depends on {wrong:?}");
    }
}

#[test]
fn what_is_confined_to_some_files_is_named_in_no_other() {
    for (folder, word, allowed) in CONFINED {
        let files = modules::files(&root().join(folder));
        let named = files.iter().filter(|file| {
            let path = file.name.as_str();
            imports::names(&file.text, word) && !allowed.iter().any(|part| path.starts_with(part))
        });
        let wrong: Vec<&str> = named.map(|file| file.name.as_str()).collect();
        assert!(
            wrong.is_empty(),
            "`{word}` is named in {wrong:?} of {folder}"
        );
    }
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    for folder in WITHOUT_CYCLES {
        let files = modules::files(&root().join(folder));
        let graph = imports::graph(&files);
        assert!(graph.values().flatten().count() > files.len(), "{folder}");
        let circles = cycles::of(&graph).into_iter();
        let circles = circles.filter(|circle| circle.len() > 2);
        let circles: Vec<Vec<String>> = circles
            .map(|circle| cycles::edges(&graph, &circle))
            .collect();
        assert!(circles.is_empty(), "circles in {folder}: {circles:#?}");
    }
}
