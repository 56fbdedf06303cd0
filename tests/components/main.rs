//! Writes both components as they are built, with what they say of themselves, into a folder: `.ci/components` takes them from there.

use std::path::Path;

use anyhow::{Context, Result};
use mediate_cli::embedded::CONNECTOR;
use mediate_tests::GENERIC;

fn main() -> Result<()> {
    let folder = std::env::args()
        .nth(1)
        .context("usage: components FOLDER")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("salesforce-connector.wasm"), CONNECTOR)?;
    std::fs::write(folder.join("salesforce-connector-generic.wasm"), GENERIC)?;
    Ok(())
}
