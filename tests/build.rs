//! Builds the echo connector as a component, for `mediate_tests::ECHO`.

#[path = "../host/cli/guest.rs"]
mod guest;

use std::path::{Path, PathBuf};

/// Below the target directory: connectors that tests have compiled, for `mediate_tests::compiled`.
const COMPILED: &str = "compiled-connectors";

fn main() {
    match compiled() {
        Ok(folder) => println!("cargo::rustc-env=COMPILED_CONNECTORS={}", folder.display()),
        Err(reason) => println!("cargo::error={reason}"),
    }
    match guest::build("echo-connector", &["tests/connectors/echo"]) {
        Ok(file) => println!("cargo::rustc-env=ECHO_CONNECTOR={}", file.display()),
        Err(reason) => println!("cargo::error={}", reason.replace('\n', "\ncargo::error=")),
    }
}

fn compiled() -> Result<PathBuf, String> {
    let out_dir = std::env::var("OUT_DIR").map_err(|error| format!("OUT_DIR: {error}"))?;
    Ok(guest::target_dir(Path::new(&out_dir))?.join(COMPILED))
}
