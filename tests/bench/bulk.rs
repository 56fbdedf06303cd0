//! What is loaded, extracted and read.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::Result;

use crate::process::Server;
use crate::programs::{self, Program, others, ours, print, run};

/// What is extracted from the simulated org: twelve columns.
const WIDE: &str = "SELECT Id, Name, Industry, AnnualRevenue, NumberOfEmployees, Phone, Website, BillingStreet, \
                    BillingCity, BillingCountry, CreatedDate, SystemModstamp FROM Account";
/// What is extracted from the server that has everything ready.
const NARROW: &str = "SELECT Id, Name, AnnualRevenue FROM Account";
/// What is read by REST.
const ROWS: &str = "SELECT Id, Name, Industry, AnnualRevenue, CreatedDate FROM Account";

/// Loads contacts of twelve columns into the simulated org.
pub fn load(rows: u64, rounds: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::sandbox(0, folder.path())?;
    let input = folder.path().join("contacts.csv");
    wide_contacts(&input, rows)?;
    loads(&server, folder.path(), &input, rows, rounds)
}

/// Loads contacts of two columns into the server whose jobs are ready at once.
pub fn stub_load(rows: u64, rounds: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::stub(rows, folder.path())?;
    let input = folder.path().join("contacts.csv");
    narrow_contacts(&input, rows)?;
    loads(&server, folder.path(), &input, rows, rounds)
}

fn loads(server: &Server, folder: &Path, input: &Path, rows: u64, rounds: u64) -> Result<()> {
    let bytes = std::fs::metadata(input)?.len();
    println!("{rows} contacts, {:.1} MB", bytes as f64 / 1e6);
    let given = input.display().to_string();
    let output = folder.join("mediate.outcomes");
    let written = output.display().to_string();
    let words = [
        "write",
        "bulk/load",
        "object=Contact",
        "operation=insert",
        "--input",
        &given,
        "--outcomes",
        &written,
    ];
    let first = ours(server, &words, output)?;
    beside(
        first,
        others(server, folder, "load", &given, rows)?,
        rounds,
        rows,
    )
}

/// Extracts accounts of twelve columns from the simulated org.
pub fn extract(rows: u64, rounds: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::sandbox(rows, folder.path())?;
    extracts(&server, folder.path(), WIDE, rows, rounds)
}

/// Extracts accounts of three columns from the server whose pages are ready.
pub fn stub_extract(rows: u64, rounds: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::stub(rows, folder.path())?;
    extracts(&server, folder.path(), NARROW, rows, rounds)
}

fn extracts(server: &Server, folder: &Path, soql: &str, rows: u64, rounds: u64) -> Result<()> {
    let output = folder.join("mediate.csv");
    let (written, asked) = (output.display().to_string(), format!("soql={soql}"));
    let words = ["read", "bulk/extract", &asked, "--output", &written];
    let first = ours(server, &words, output)?;
    beside(
        first,
        others(server, folder, "extract", soql, rows)?,
        rounds,
        rows,
    )
}

/// Reads all accounts by REST from the simulated org.
pub fn rows(rows: u64, rounds: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::sandbox(rows, folder.path())?;
    reads(&server, folder.path(), rows, rounds)
}

/// Reads all accounts by REST from the server whose pages are ready.
pub fn stub_rows(rows: u64, rounds: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::stub(rows, folder.path())?;
    reads(&server, folder.path(), rows, rounds)
}

fn reads(server: &Server, folder: &Path, rows: u64, rounds: u64) -> Result<()> {
    let output = folder.join("mediate.ndjson");
    let (written, asked) = (output.display().to_string(), format!("soql={ROWS}"));
    let words = ["read", "query/rows", &asked, "--output", &written];
    let first = ours(server, &words, output)?;
    let mut others = others(server, folder, "rows", ROWS, rows)?;
    // The floor does not parse: its pages have no lines to be counted.
    others.retain(|program| !program.name.starts_with("curl"));
    beside(first, others, rounds, rows)
}

fn beside(first: Program, others: Vec<Program>, rounds: u64, rows: u64) -> Result<()> {
    let programs: Vec<Program> = std::iter::once(first).chain(others).collect();
    print(&programs, &run(&programs, rounds, rows)?, rows);
    Ok(())
}

/// Loads and extracts ever more, alone: memory must not grow.
pub fn memory(megabytes: &[u64]) -> Result<()> {
    println!("| what | MB | wall s | CPU s | peak RSS MiB |");
    println!("|---|---|---|---|---|");
    for &size in megabytes {
        for what in ["load", "extract"] {
            let rows = size * 1_000_000 / if what == "load" { 25 } else { 52 };
            let folder = tempfile::tempdir()?;
            let server = Server::stub(rows, folder.path())?;
            let (input, output) = (
                folder.path().join("contacts.csv"),
                folder.path().join("out"),
            );
            let (given, written) = (input.display().to_string(), output.display().to_string());
            let asked = format!("soql={NARROW}");
            let words: Vec<&str> = if what == "load" {
                narrow_contacts(&input, rows)?;
                vec![
                    "write",
                    "bulk/load",
                    "object=Contact",
                    "operation=insert",
                    "--input",
                    &given,
                    "--outcomes",
                    &written,
                ]
            } else {
                vec!["read", "bulk/extract", &asked, "--output", &written]
            };
            let measured = programs::once(&ours(&server, &words, output)?, rows)?;
            println!(
                "| {what} | {size} | {:.2} | {:.2} | {} |",
                measured.seconds,
                measured.cpu_seconds,
                measured.peak_kib / 1024
            );
        }
    }
    Ok(())
}

/// Contacts of 25 bytes each.
fn narrow_contacts(path: &Path, rows: u64) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "LastName,Phone")?;
    for row in 0..rows {
        writeln!(file, "B{row:08},+49 30 {:07}", row % 10_000_000)?;
    }
    Ok(file.flush()?)
}

/// Contacts that no duplicate rule finds alike.
fn wide_contacts(path: &Path, rows: u64) -> Result<()> {
    let mut csv = String::from(
        "FirstName,LastName,Title,Department,Phone,MobilePhone,MailingStreet,MailingCity,MailingPostalCode,\
         MailingCountry,LeadSource,Description\n",
    );
    for row in 0..rows {
        let _ = writeln!(
            csv,
            "Ann{row},Berg{row},Head of {row},Sales,+49 30 {row},+49 171 {row},\"Main Street {row}, 2nd floor\",\
             Berlin,{:05},Germany,Web,\"Loaded as row {row} of the measurement\"",
            row % 100_000
        );
    }
    Ok(std::fs::write(path, csv)?)
}
