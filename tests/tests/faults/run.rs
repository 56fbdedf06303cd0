//! Running a path once, and what it told.

use std::collections::BTreeSet;

use mediate::contract::{Fault, Message};
use mediate::session::{Session, SessionError};
use mediate_tests::org::read_all;
use mediate_tests::transfers::Transfer;
use serde_json::Value;

use super::cell::Harmed;
use super::path::{Kind, Path};

/// What a run told.
pub struct End {
    /// In words: `exact`, the fault's kind with `?` where it may have been applied, or what is wrong.
    pub word: String,
    /// Records that were told to be done.
    pub done: u64,
    /// Records of which nothing certain was told.
    pub unknown: u64,
}

/// Records in the input of a load.
const LOADED: usize = 10;

/// Polls until a trigger has given all, with the faults gone.
const POLLS: usize = 12;

/// How long one poll may wait.
const POLL_MS: u32 = 400;

/// Runs a path.
pub async fn run(path: &Path, harmed: &Harmed, cell: &str, id: &str) -> End {
    let session = Path::session(&harmed.org).await;
    let (config, input) = path.filled(cell, id);
    match path.run {
        Kind::Call => call(path, &session, &config, input).await,
        Kind::Source => source(path, &session, &config).await,
        Kind::Extract => extract(path, harmed, &session, &config).await,
        Kind::Load => load(path, harmed, &session, &config, cell).await,
        Kind::Upload => upload(path, &session, &config, cell).await,
        Kind::Poll => poll(path, harmed, &session, &config, cell).await,
    }
}

fn told(word: impl Into<String>, done: u64, unknown: u64) -> End {
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

fn of_error(error: &SessionError, whole: u64) -> End {
    match error.fault() {
        Some(fault) => of_fault(fault, whole),
        None => told(format!("BROKEN: {error}"), 0, whole),
    }
}

async fn call(path: &Path, session: &Session, config: &Value, input: Option<Value>) -> End {
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
    // The fault is used up or still there; what the org says without it is what was right.
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

/// Every row once: one line a row, each with an id of its own.
fn of_rows(bytes: &[u8], rows: u64) -> End {
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

async fn extract(path: &Path, harmed: &Harmed, session: &Session, config: &Value) -> End {
    let transfer = Transfer::new(&path.operation, config.clone(), "").patient(1);
    let first = transfer
        .extract(session)
        .await
        .err()
        .map(|error| error.to_string());
    if first.is_some() {
        harmed.heal();
        if let Err(error) = transfer.extract(session).await {
            return told(format!("BROKEN: not resumed: {error}"), 0, 0);
        }
    }
    let end = of_rows(
        transfer.read("output").as_bytes(),
        path.rows.unwrap_or_default(),
    );
    match first {
        Some(_) if end.word == "exact" => told("resumed", 0, 0),
        _ => end,
    }
}

async fn load(path: &Path, harmed: &Harmed, session: &Session, config: &Value, cell: &str) -> End {
    let rows: String = (0..LOADED).map(|row| format!("{cell}-{row}\n")).collect();
    let transfer =
        Transfer::new(&path.operation, config.clone(), &format!("Name\n{rows}")).patient(1);
    let first = transfer
        .load(session)
        .await
        .err()
        .map(|error| error.to_string());
    if first.is_some() {
        harmed.heal();
        if let Err(error) = transfer.load(session).await {
            return told(format!("BROKEN: not resumed: {error}"), 0, 0);
        }
    }
    let how = if first.is_some() { "resumed" } else { "exact" };
    of_load(&transfer.read("outcomes"), session, harmed, cell, how).await
}

/// One outcome per record in input order, and as many records in the org as were told.
async fn of_load(outcomes: &str, session: &Session, harmed: &Harmed, cell: &str, how: &str) -> End {
    harmed.heal();
    let lines: Vec<Value> = outcomes
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_default())
        .collect();
    let in_order = lines
        .iter()
        .enumerate()
        .all(|(row, line)| line["row"] == row + 1);
    if lines.len() != LOADED || !in_order {
        return told(
            format!(
                "WRONG: {} outcomes of {LOADED}, in order: {in_order}",
                lines.len()
            ),
            0,
            0,
        );
    }
    let done = lines.iter().filter(|line| line["success"] == true).count();
    let unmatched = lines
        .iter()
        .filter(|line| line["code"] == "UNMATCHED")
        .count();
    let soql = format!("SELECT Name FROM Account WHERE Name LIKE '{cell}-%'");
    let there = read_all(session, "query/rows", &serde_json::json!({"soql": soql})).await;
    let there = String::from_utf8_lossy(&there.expect("rows").0)
        .lines()
        .count();
    if there > LOADED || !(done..=done + unmatched).contains(&there) {
        return told(
            format!("MISREPORTED: {there} in the org, {done} told, {unmatched} unmatched"),
            0,
            0,
        );
    }
    if done == LOADED {
        return told(how, 0, 0);
    }
    let codes: BTreeSet<&str> = lines
        .iter()
        .filter_map(|line| line["code"].as_str())
        .collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    told(format!("{how}, outcomes {}", codes.join(" ")), 0, 0)
}

async fn upload(path: &Path, session: &Session, config: &Value, cell: &str) -> End {
    match try_upload(path, session, config, cell).await {
        Ok(()) => told("exact", 1, 0),
        Err(error) => of_error(&error, 1),
    }
}

async fn try_upload(
    path: &Path,
    session: &Session,
    config: &Value,
    cell: &str,
) -> Result<(), SessionError> {
    let mut sink = session.write(&path.operation, config, None).await?;
    sink.write(cell.as_bytes().to_vec()).await?;
    sink.close().await?;
    while !sink.watch(100).await?.done {}
    Ok(())
}

async fn poll(path: &Path, harmed: &Harmed, session: &Session, config: &Value, cell: &str) -> End {
    let mut checkpoint = None;
    let mut found = Vec::new();
    let mut word = "exact".to_owned();
    for _ in 0..POLLS {
        match session
            .poll(&path.operation, config, checkpoint.as_deref(), POLL_MS)
            .await
        {
            Ok(batch) => {
                found.extend(batch.messages.iter().map(|message| message.body.clone()));
                checkpoint = Some(batch.checkpoint);
            }
            Err(error) => {
                let end = of_error(&error, 0);
                if end.word.starts_with(char::is_uppercase) {
                    return end;
                }
                word = format!("{}, then exact", end.word);
                harmed.heal();
            }
        }
        if found.len() >= path.events {
            break;
        }
    }
    let apart: BTreeSet<&Vec<u8>> = found.iter().collect();
    let ours = found
        .iter()
        .filter(|body| String::from_utf8_lossy(body).contains(cell))
        .count();
    if (apart.len(), ours) == (path.events, path.events) {
        return told(word, 0, 0);
    }
    told(
        format!(
            "WRONG: {} found, {} apart, of {} ({word})",
            ours,
            apart.len(),
            path.events
        ),
        0,
        0,
    )
}
