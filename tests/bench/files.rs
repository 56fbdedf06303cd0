//! A file up and down again: time, memory, and whether it is the same.

use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{self, Measured, Server, measure};

/// Bytes that are made and compared at a time.
const BLOCK: usize = 1 << 20;

/// Uploads a file of so many MiB as a ContentVersion and downloads it, round after round.
pub fn up_and_down(mebibytes: u64, rounds: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let sandbox = Server::sandbox(0, folder.path())?;
    let (given, back) = (folder.path().join("given"), folder.path().join("back"));
    make(&given, mebibytes)?;
    for round in 1..=rounds {
        let outcomes = folder.path().join("outcomes");
        let up = measure(&upload(&sandbox, &given, &outcomes)?)?;
        let outcome: serde_json::Value = serde_json::from_slice(&std::fs::read(&outcomes)?)?;
        let id = outcome
            .get("id")
            .and_then(|id| id.as_str())
            .context("no id")?;
        let down = measure(&download(&sandbox, id, &back)?)?;
        ensure!(same(&given, &back)?, "the file came back changed");
        std::fs::remove_file(&back)?;
        print(round, mebibytes, "up", &up);
        print(round, mebibytes, "down", &down);
    }
    Ok(())
}

fn upload(sandbox: &Server, given: &Path, outcomes: &Path) -> Result<Vec<String>> {
    let given = given.display().to_string();
    let outcomes = outcomes.display().to_string();
    let words = [
        "write",
        "files/upload",
        "object=ContentVersion",
        "file-name=given.bin",
        "--input",
        &given,
        "--outcomes",
        &outcomes,
    ];
    command(sandbox, &words)
}

fn download(sandbox: &Server, id: &str, back: &Path) -> Result<Vec<String>> {
    let (id, back) = (format!("id={id}"), back.display().to_string());
    command(
        sandbox,
        &[
            "read",
            "files/download",
            "object=ContentVersion",
            &id,
            "--output",
            &back,
        ],
    )
}

fn command(sandbox: &Server, words: &[&str]) -> Result<Vec<String>> {
    let mut command = vec![process::mediate()?];
    command.extend(words.iter().map(|&word| word.to_owned()));
    command.extend([
        "--connection".to_owned(),
        sandbox.connection.display().to_string(),
    ]);
    Ok(command)
}

/// Writes bytes that no compression makes small and no block of which is like another.
fn make(path: &Path, mebibytes: u64) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut block = vec![0; BLOCK];
    for _ in 0..mebibytes {
        for bytes in block.chunks_exact_mut(8) {
            // xorshift64 (Marsaglia 2003): quick, and even enough for this.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&block)?;
    }
    Ok(file.flush()?)
}

fn same(one: &Path, other: &Path) -> Result<bool> {
    let (mut one, mut other) = (File::open(one)?, File::open(other)?);
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut mine, mut theirs) = (vec![0; BLOCK], vec![0; BLOCK]);
    loop {
        let read = one.read(&mut mine)?;
        if read == 0 {
            return Ok(true);
        }
        let (Some(mine), Some(theirs)) = (mine.get(..read), theirs.get_mut(..read)) else {
            bail!("a file gave more than was asked for");
        };
        other.read_exact(theirs)?;
        if mine != theirs {
            return Ok(false);
        }
    }
}

fn print(round: u64, mebibytes: u64, way: &str, measured: &Measured) {
    println!(
        "round {round}: {mebibytes} MiB {way} in {:.2} s ({:.0} MiB/s), peak {:.1} MiB",
        measured.seconds,
        mebibytes as f64 / measured.seconds,
        measured.peak_kib as f64 / 1024.0,
    );
}
