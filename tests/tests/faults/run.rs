//! Running a path once, and what it told.

use std::collections::BTreeSet;

use mediate::contract::{Fault, Message};
use mediate::session::{Session, SessionError};
use mediate_tests::org::read_all;
use serde_json::Value;

use super::cell::Harmed;
use super::path::{Kind, Path};
use super::{poll, transfer};

/// What a run told.
pub struct End {
    /// In words: `exact`, the fault's kind with `?` where it may have been applied, or what is wrong.
    pub word: String,
    /// Records that were told to be done.
    pub done: u64,
    /// Records of which nothing certain was told.
    pub unknown: u64,
}

/// Runs a path.
pub async fn run(path: &Path, harmed: &Harmed<'_>, cell: &str, ids: &[String]) -> End {
    let session = Path::session(&harmed.place.router).await;
    let (config, input) = path.filled(cell, ids);
    match path.run {
        Kind::Call => call(path, harmed, &session, &config, input).await,
        Kind::Source => source(path, &session, &config).await,
        Kind::Bytes => bytes(path, harmed, &session, &config).await,
        Kind::Extract => transfer::extract(path, harmed, &session, &config).await,
        Kind::Load => transfer::load(path, harmed, &session, &config, cell).await,
        Kind::Upload => transfer::upload(path, &session, &config, cell).await,
        Kind::Poll => poll::poll(path, harmed, &session, &config, ids).await,
    }
}

/// An end in words, with what they say of records.
pub fn told(word: impl Into<String>, done: u64, unknown: u64) -> End {
    End {
        word: word.into(),
        done,
        unknown,
    }
}

/// What a fault tells of `whole` records.
fn of_fault(fault: &Fault, whole: u64) -> End {
    if fault.attempts == 0 && fault.status.is_some() {
        return told("MISREPORTED: an answer without an attempt", 0, 0);
    }
    let doubt = if fault.maybe_applied { "?" } else { "" };
    let unknown = if fault.maybe_applied { whole } else { 0 };
    told(format!("{}{doubt}", fault.kind), 0, unknown)
}

/// What an error tells of `whole` records.
pub fn of_error(error: &SessionError, whole: u64) -> End {
    match error.fault() {
        Some(fault) => of_fault(fault, whole),
        None => told(format!("BROKEN: {error}"), 0, whole),
    }
}

async fn call(
    path: &Path,
    harmed: &Harmed<'_>,
    session: &Session,
    config: &Value,
    input: Option<Value>,
) -> End {
    let whole = path
        .verify
        .as_ref()
        .map_or(0, |verify| verify.after.abs_diff(verify.before));
    let message = input.map(|input| Message::new("application/json", input.to_string()));
    let reply = match session.call(&path.operation, config, message.clone()).await {
        Ok(reply) => reply,
        Err(error) => return of_error(&error, whole),
    };
    if let Some(outcomes) = path.outcomes {
        return of_outcomes(&reply, outcomes);
    }
    if path.verify.is_some() {
        return told("exact", whole, 0);
    }
    // What the org says without the fault is what was right.
    harmed.heal();
    let org = session.call(&path.operation, config, message).await;
    match org {
        Ok(again) if again.body == reply.body => told("exact", 0, 0),
        Ok(_) => told("WRONG: another reply than without the fault", 0, 0),
        Err(_) => told("WRONG: a reply where the org gives none", 0, 0),
    }
}

/// One outcome per record; a record whose fate is open says so by its code.
fn of_outcomes(reply: &Message, expected: usize) -> End {
    let outcomes: Vec<Value> = serde_json::from_slice(&reply.body).unwrap_or_default();
    if outcomes.len() != expected {
        return told(
            format!("WRONG: {} outcomes of {expected}", outcomes.len()),
            0,
            0,
        );
    }
    let code = |outcome: &Value| {
        outcome["errors"][0]["code"]
            .as_str()
            .unwrap_or("none")
            .to_owned()
    };
    let failed: Vec<&Value> = outcomes
        .iter()
        .filter(|outcome| outcome["success"] != true)
        .collect();
    let done = (outcomes.len() - failed.len()) as u64;
    let unknown = failed
        .iter()
        .filter(|outcome| code(outcome) == "UNKNOWN")
        .count() as u64;
    let codes: BTreeSet<String> = failed.iter().map(|outcome| code(outcome)).collect();
    if codes.is_empty() {
        return told("exact", done, 0);
    }
    let codes: Vec<String> = codes.into_iter().collect();
    told(format!("outcomes {}", codes.join(" ")), done, unknown)
}

async fn source(path: &Path, session: &Session, config: &Value) -> End {
    match read_all(session, &path.operation, config).await {
        Ok((bytes, _)) => of_rows(&bytes, path.rows.unwrap_or_default()),
        Err(error) => of_error(&error, 0),
    }
}

/// The bytes that the org gives without the fault.
async fn bytes(path: &Path, harmed: &Harmed<'_>, session: &Session, config: &Value) -> End {
    let read = match read_all(session, &path.operation, config).await {
        Ok((read, _)) => read,
        Err(error) => return of_error(&error, 0),
    };
    harmed.heal();
    match read_all(session, &path.operation, config).await {
        Ok((again, _)) if again == read => told("exact", 0, 0),
        Ok(_) => told("WRONG: other bytes than without the fault", 0, 0),
        Err(_) => told("WRONG: bytes where the org gives none", 0, 0),
    }
}

/// Every row once: one line a row, each with an id of its own.
pub fn of_rows(bytes: &[u8], rows: u64) -> End {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("001")).collect();
    let apart: BTreeSet<&&str> = lines.iter().collect();
    if (lines.len() as u64, apart.len() as u64) == (rows, rows) {
        return told("exact", 0, 0);
    }
    told(
        format!(
            "WRONG: {} rows, {} apart, of {rows}",
            lines.len(),
            apart.len()
        ),
        0,
        0,
    )
}
