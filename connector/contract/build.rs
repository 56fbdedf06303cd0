//! Makes the catalog: reads the WIT text and its doc comments, writes operations, JSON Schemas and shapes as Rust.
//!
//! WIT doc comments do not survive into the built component, so the catalog carries them. Whatever is undocumented,
//! mistagged or contradicts itself fails the build here, with the file and line of the WIT.

#[path = "build/docs.rs"]
mod docs;
#[path = "build/emit.rs"]
mod emit;
#[path = "build/json.rs"]
mod json;
#[path = "build/lint.rs"]
mod lint;
#[path = "build/marks.rs"]
mod marks;
#[path = "build/model.rs"]
mod model;
#[path = "build/operations.rs"]
mod operations;
#[path = "build/records.rs"]
mod records;
#[path = "build/schema.rs"]
mod schema;
#[path = "build/shapes.rs"]
mod shapes;
#[path = "build/signature.rs"]
mod signature;
#[path = "build/table.rs"]
mod table;
#[path = "build/texts.rs"]
mod texts;
#[path = "build/typed.rs"]
mod typed;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use wit_parser::Resolve;

/// The world whose exported interfaces hold the operations.
const WORLD: &str = "salesforce";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            for line in format!("{error:#}").lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let wit = directory("CARGO_MANIFEST_DIR")?.join("../../wit");
    println!("cargo::rerun-if-changed={}", wit.display());
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=build.rs");
    // Tests run this very program on WIT that is wrong on purpose.
    let generator =
        std::env::current_exe().context("this build script does not know its own path")?;
    println!("cargo::rustc-env=CATALOG_GENERATOR={}", generator.display());

    let generated = generate(&wit)?;
    write("catalog.rs", &generated.catalog)?;
    write("texts.deflate", &generated.texts)?;
    write("records.rs", &generated.records)?;
    write("typed.rs", &generated.typed)?;
    write("table.rs", &generated.table)
}

fn write(name: &str, content: impl AsRef<[u8]>) -> Result<()> {
    let out = directory("OUT_DIR")?.join(name);
    std::fs::write(&out, content).with_context(|| format!("{} cannot be written", out.display()))
}

/// Rust texts, and the texts of the catalog, packed.
struct Generated {
    /// The catalog.
    catalog: String,
    /// The texts that it names.
    texts: Vec<u8>,
    /// The records that are read from JSON.
    records: String,
    /// The exports of the typed interfaces.
    typed: String,
    /// The table of operations.
    table: String,
}

/// Turns the WIT packages under `wit` into Rust.
fn generate(wit: &Path) -> Result<Generated> {
    let mut resolve = Resolve::default();
    let (package, _) = match resolve.push_dir(wit) {
        Ok(pushed) => pushed,
        Err(error) => anyhow::bail!("{}", resolve.render_error(&error)),
    };
    let world = resolve
        .select_world(&[package], Some(WORLD))
        .with_context(|| format!("{} has no world `{WORLD}`", wit.display()))?;
    lint::check(&resolve, world, package)?;
    let groups = signature::groups(&resolve, world, package)?;
    let connection = signature::connection(&resolve, package)?;
    let catalog = operations::catalog(&resolve, WORLD, &connection, &groups)?;
    let (catalog, texts) = emit::rust(&catalog);
    Ok(Generated {
        catalog,
        texts,
        records: records::rust(&groups),
        typed: typed::rust(&groups),
        table: table::rust(&groups),
    })
}

fn directory(variable: &str) -> Result<PathBuf> {
    let value = std::env::var_os(variable)
        .with_context(|| format!("{variable} is not set: run this by cargo"))?;
    Ok(PathBuf::from(value))
}
