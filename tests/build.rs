//! Builds the connectors for tests as components, for `mediate_tests::{ECHO, REFERENCE}`, and the Salesforce connector without its typed
//! interfaces, for `mediate_tests::GENERIC`.

#[path = "../host/cli/guest.rs"]
mod guest;

use std::path::{Path, PathBuf};

/// Below the target directory: connectors that tests have compiled, for `mediate_tests::compiled`.
const COMPILED: &str = "compiled-connectors";

/// Packages with the variables that name their files, and the folders that they are built from.
const CONNECTORS: [(&str, &str, &str); 3] = [
    ("ECHO_CONNECTOR", "echo-connector", "tests/connectors"),
    (
        "REFERENCE_CONNECTOR",
        "reference-connector",
        "tests/connectors",
    ),
    (
        "GENERIC_CONNECTOR",
        "salesforce-connector-generic",
        "connector",
    ),
];

fn main() {
    match compiled() {
        Ok(folder) => println!("cargo::rustc-env=COMPILED_CONNECTORS={}", folder.display()),
        Err(reason) => println!("cargo::error={reason}"),
    }
    for (variable, package, folder) in CONNECTORS {
        match guest::build(package, &[folder]) {
            Ok(file) => println!("cargo::rustc-env={variable}={}", file.display()),
            Err(reason) => println!("cargo::error={}", reason.replace('\n', "\ncargo::error=")),
        }
    }
}

fn compiled() -> Result<PathBuf, String> {
    let out_dir = std::env::var("OUT_DIR").map_err(|error| format!("OUT_DIR: {error}"))?;
    Ok(guest::target_dir(Path::new(&out_dir))?.join(COMPILED))
}
