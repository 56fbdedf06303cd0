//! Builds the Salesforce connector as a component, and the packages of its contract, for `mediate_cli::embedded`.

mod guest;
mod packages;

use std::path::{Path, PathBuf};

fn main() {
    if let Err(reason) = run() {
        println!("cargo::error={}", reason.replace('\n', "\ncargo::error="));
    }
}

fn run() -> Result<(), String> {
    let connector = guest::build("salesforce-connector", &["connector"])?;
    println!(
        "cargo::rustc-env=EMBEDDED_CONNECTOR={}",
        connector.display()
    );
    let of = |name: &str| std::env::var_os(name).ok_or_else(|| format!("cargo did not set {name}"));
    let wit = Path::new(&of("CARGO_MANIFEST_DIR")?).join("../../wit");
    let folder = PathBuf::from(of("OUT_DIR")?);
    for (name, file) in packages::write(&wit, &folder)? {
        let variable = name.to_uppercase().replace('-', "_");
        println!("cargo::rustc-env={variable}_WIT={}", file.display());
    }
    Ok(())
}
