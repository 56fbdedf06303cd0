//! The programs that are measured, and what is said of them.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::process::{self, Measured, Server, measure};

/// A program that reads rows into a file, or loads them and writes what became of them.
pub struct Program {
    /// What it is called.
    pub name: &'static str,
    /// How it is started.
    pub command: Vec<String>,
    /// The file that it writes.
    pub output: PathBuf,
    /// Whether its failure ends the measurement: ours.
    pub must: bool,
}

/// The runs of a program that count, or why there are none.
pub type Runs = Result<Vec<Measured>, String>;

/// Ours.
pub fn ours(server: &Server, words: &[&str], output: PathBuf) -> Result<Program> {
    let mut command = vec![process::mediate()?];
    command.extend(words.iter().map(|&word| word.to_owned()));
    command.extend([
        "--connection".into(),
        server.connection.display().to_string(),
    ]);
    Ok(Program {
        name: "mediate",
        command,
        output,
        must: true,
    })
}

/// Those of the others that are installed here: name, program, a line that tells whether it is there, script.
const OTHERS: [(&str, &str, [&str; 2], &str); 3] = [
    (
        "jsforce",
        "node",
        ["-e", "require('jsforce')"],
        "jsforce.mjs",
    ),
    (
        "simple_salesforce",
        "python3",
        ["-c", "import simple_salesforce"],
        "simple_salesforce_client.py",
    ),
    ("curl, the floor", "curl", ["--version", "-s"], "floor.sh"),
];

/// The others, doing `what` with `given`.
pub fn others(
    server: &Server,
    folder: &Path,
    what: &str,
    given: &str,
    rows: u64,
) -> Result<Vec<Program>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench");
    let mut programs = Vec::new();
    for (name, program, probe, script) in OTHERS {
        if !process::runs(program, &probe) {
            println!("{name} is not installed here and is not measured");
            continue;
        }
        let output = folder.join(format!("{program}.out"));
        let starts = if program == "curl" { "sh" } else { program };
        let words = [
            starts.to_owned(),
            here.join(script).display().to_string(),
            what.to_owned(),
            server.url.clone(),
            server.token()?,
            given.to_owned(),
            output.display().to_string(),
            rows.to_string(),
        ];
        programs.push(Program {
            name,
            command: words.into(),
            output,
            must: false,
        });
    }
    Ok(programs)
}

/// Runs the programs in turn, round after round. What another program does wrong is its result; ours must be right.
pub fn run(programs: &[Program], rounds: u64, rows: u64) -> Result<Vec<Runs>> {
    let mut results: Vec<Runs> = programs.iter().map(|_| Ok(Vec::new())).collect();
    for round in 0..=rounds {
        for (program, results) in programs.iter().zip(&mut results) {
            let Ok(runs) = results else { continue };
            match once(program, rows) {
                // The first round warms caches up and does not count.
                Ok(measured) if round > 0 => runs.push(measured),
                Ok(_) => {}
                Err(error) if program.must => return Err(error),
                Err(error) => *results = Err(error.to_string()),
            }
        }
    }
    Ok(results)
}

/// Runs a program once, and counts the lines that it wrote.
pub fn once(program: &Program, rows: u64) -> Result<Measured> {
    let _ = std::fs::remove_file(&program.output);
    let measured = measure(&program.command)?;
    let lines = process::lines(&program.output)?;
    // The simulated org has a few records of its own besides, and some forms have headers.
    if lines < rows || lines > rows + 100 {
        bail!("wrote {lines} lines for {rows} rows");
    }
    Ok(measured)
}

/// Prints a table.
pub fn print(programs: &[Program], results: &[Runs], rows: u64) {
    println!(
        "| program | wall s (min, median, max) | CPU s (median) | rows/s (median) | peak RSS MiB (max) | time against the first |"
    );
    println!("|---|---|---|---|---|---|");
    let seconds = |runs: &[Measured]| median(runs.iter().map(|run| run.seconds).collect());
    let first = match results.first() {
        Some(Ok(runs)) => seconds(runs),
        _ => f64::NAN,
    };
    for (program, runs) in programs.iter().zip(results) {
        let runs = match runs {
            Ok(runs) => runs,
            Err(why) => {
                println!("| {} | fails: {why} | | | | |", program.name);
                continue;
            }
        };
        let times = runs.iter().map(|run| run.seconds);
        let (least, most) = (
            times.clone().fold(f64::INFINITY, f64::min),
            times.fold(0.0, f64::max),
        );
        let memory = runs
            .iter()
            .map(|run| run.peak_kib)
            .max()
            .unwrap_or_default()
            / 1024;
        let cpu = median(runs.iter().map(|run| run.cpu_seconds).collect());
        println!(
            "| {} | {least:.2}, {:.2}, {most:.2} | {cpu:.2} | {:.0} | {memory} | {:.2} |",
            program.name,
            seconds(runs),
            rows as f64 / seconds(runs),
            seconds(runs) / first
        );
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
