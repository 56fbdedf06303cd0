//! Measures whole programs against one sandbox: see `tests/bench/README.md`.

mod bulk;
mod events;
mod process;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use process::{Measured, Sandbox, measure};

/// What all programs read.
const SOQL: &str = "SELECT Id, Name, Industry, AnnualRevenue, CreatedDate FROM Account";

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["rows", rest @ ..] => rows(number(rest.first(), 300_000)?, number(rest.get(1), 5)?),
        ["load", rest @ ..] => bulk::load(number(rest.first(), 50_000)?, number(rest.get(1), 3)?),
        ["extract", rest @ ..] => {
            bulk::extract(number(rest.first(), 300_000)?, number(rest.get(1), 3)?)
        }
        ["latency", rest @ ..] => events::latency(number(rest.first(), 200)?),
        ["drain", rest @ ..] => {
            events::drain(number(rest.first(), 50_000)?, number(rest.get(1), 3)?)
        }
        _ => bail!("usage: bench rows|load|extract|latency|drain [COUNT] [ROUNDS]"),
    }
}

fn number(arg: Option<&&str>, default: u64) -> Result<u64> {
    arg.map_or(Ok(default), |text| {
        text.parse()
            .with_context(|| format!("`{text}` is no number"))
    })
}

/// Reads all rows with each program in turn.
fn rows(rows: u64, rounds: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let sandbox = Sandbox::start(rows, folder.path())?;
    let programs = programs(&sandbox, folder.path())?;
    let results = run(&programs, rounds, rows)?;
    print(&programs, &results, rows);
    Ok(())
}

/// Runs the programs in turn, round after round.
fn run(programs: &[Program], rounds: u64, rows: u64) -> Result<Vec<Vec<Measured>>> {
    let mut results: Vec<Vec<Measured>> = programs.iter().map(|_| Vec::new()).collect();
    for round in 0..=rounds {
        for (program, results) in programs.iter().zip(&mut results) {
            let measured = measure(&program.command)?;
            let written = std::fs::read(&program.output)?;
            let lines = written.iter().filter(|byte| **byte == b'\n').count() as u64;
            std::fs::remove_file(&program.output)?;
            // The org has a few records of its own besides, and some forms have a header.
            if lines < rows || lines > rows + 100 {
                bail!("{} wrote {lines} lines for {rows} rows", program.name);
            }
            // The first round warms caches up and does not count.
            if round > 0 {
                results.push(measured);
            }
        }
    }
    Ok(results)
}

/// A program that reads rows into a file.
struct Program {
    name: &'static str,
    command: Vec<String>,
    output: PathBuf,
}

fn programs(sandbox: &Sandbox, folder: &Path) -> Result<Vec<Program>> {
    let text = |path: &Path| path.display().to_string();
    let ours = folder.join("mediate.ndjson");
    let connection = text(&sandbox.connection);
    let mut programs = vec![Program {
        name: "mediate read",
        command: vec![
            process::mediate()?,
            "read".into(),
            "query/rows".into(),
            format!("soql={SOQL}"),
            "--connection".into(),
            connection,
            "--output".into(),
            text(&ours),
        ],
        output: ours,
    }];
    if process::runs("node", &["-e", "require('jsforce')"]) {
        let theirs = folder.join("jsforce.ndjson");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/jsforce_rows.mjs");
        let command = vec![
            "node".into(),
            text(&script),
            sandbox.url.clone(),
            sandbox.token()?,
            SOQL.into(),
            text(&theirs),
        ];
        programs.push(Program {
            name: "jsforce",
            command,
            output: theirs,
        });
    } else {
        println!("jsforce is not installed here: only mediate is measured");
    }
    Ok(programs)
}

fn print(programs: &[Program], results: &[Vec<Measured>], rows: u64) {
    println!(
        "| program | wall s (min, median, max) | rows/s (median) | peak RSS MiB (max) | time against the first |"
    );
    println!("|---|---|---|---|---|");
    let first = results
        .first()
        .map(|results| median(results))
        .unwrap_or_default();
    for (program, results) in programs.iter().zip(results) {
        let seconds = median(results);
        let least = results
            .iter()
            .map(|run| run.seconds)
            .fold(f64::INFINITY, f64::min);
        let most = results.iter().map(|run| run.seconds).fold(0.0, f64::max);
        let memory = results
            .iter()
            .map(|run| run.peak_kib)
            .max()
            .unwrap_or_default()
            / 1024;
        println!(
            "| {} | {least:.2}, {seconds:.2}, {most:.2} | {:.0} | {memory} | {:.2} |",
            program.name,
            rows as f64 / seconds,
            seconds / first
        );
    }
}

fn median(results: &[Measured]) -> f64 {
    let mut seconds: Vec<f64> = results.iter().map(|run| run.seconds).collect();
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or_default()
}
