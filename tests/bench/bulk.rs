//! Bulk loads and extracts beside other people's clients, against one sandbox.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;

use crate::process::{self, Sandbox};
use crate::{Program, print, run};

/// What is extracted: twelve columns.
const SOQL: &str = "SELECT Id, Name, Industry, AnnualRevenue, NumberOfEmployees, Phone, Website, BillingStreet, \
                    BillingCity, BillingCountry, CreatedDate, SystemModstamp FROM Account";

/// Loads contacts of twelve columns with each program in turn, with their outcomes.
pub fn load(rows: u64, rounds: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let sandbox = Sandbox::start(0, folder.path())?;
    let input = folder.path().join("contacts.csv");
    std::fs::write(&input, contacts(rows))?;
    let bytes = std::fs::metadata(&input)?.len();
    println!("{rows} contacts, {:.1} MB", bytes as f64 / 1e6);
    let given = input.display().to_string();
    let ours = folder.path().join("mediate.outcomes");
    let command = [
        "write",
        "bulk/load",
        "object=Contact",
        "operation=insert",
        "--input",
        &given,
        "--outcomes",
        &ours.display().to_string(),
    ];
    let programs = beside(
        &sandbox,
        folder.path(),
        "load",
        &given,
        &command,
        ours.clone(),
    )?;
    print(&programs, &run(&programs, rounds, rows)?, rows);
    Ok(())
}

/// Extracts accounts with each program in turn.
pub fn extract(rows: u64, rounds: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let sandbox = Sandbox::start(rows, folder.path())?;
    let ours = folder.path().join("mediate.csv");
    let soql = format!("soql={SOQL}");
    let command = [
        "read",
        "bulk/extract",
        &soql,
        "--output",
        &ours.display().to_string(),
    ];
    let programs = beside(
        &sandbox,
        folder.path(),
        "extract",
        SOQL,
        &command,
        ours.clone(),
    )?;
    print(&programs, &run(&programs, rounds, rows)?, rows);
    Ok(())
}

/// Ours, and those of the others that are installed here.
fn beside(
    sandbox: &Sandbox,
    folder: &Path,
    what: &str,
    given: &str,
    ours: &[&str],
    output: std::path::PathBuf,
) -> Result<Vec<Program>> {
    let connection = sandbox.connection.display().to_string();
    let mut command = vec![process::mediate()?];
    command.extend(ours.iter().map(|&word| word.to_owned()));
    command.extend(["--connection".to_owned(), connection]);
    let mut programs = vec![Program {
        name: "mediate",
        command,
        output,
    }];
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench");
    let others = [
        (
            "jsforce",
            "node",
            "-e",
            "require('jsforce')",
            "jsforce_bulk.mjs",
        ),
        (
            "simple_salesforce",
            "python3",
            "-c",
            "import simple_salesforce",
            "simple_salesforce_bulk.py",
        ),
    ];
    for (name, program, flag, probe, script) in others {
        if !process::runs(program, &[flag, probe]) {
            println!("{name} is not installed here and is not measured");
            continue;
        }
        let output = folder.join(format!("{name}.out"));
        let words = [
            program.to_owned(),
            here.join(script).display().to_string(),
            what.to_owned(),
            sandbox.url.clone(),
            sandbox.token()?,
            given.to_owned(),
            output.display().to_string(),
        ];
        programs.push(Program {
            name,
            command: words.into(),
            output,
        });
    }
    Ok(programs)
}

/// Contacts that no duplicate rule finds alike.
fn contacts(rows: u64) -> String {
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
    csv
}
