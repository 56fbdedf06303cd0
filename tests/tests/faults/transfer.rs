//! Loads, extracts and uploads, which a host resumes.

use std::collections::BTreeSet;

use mediate::session::{Session, SessionError};
use mediate_tests::org::read_all;
use mediate_tests::transfers::Transfer;
use serde_json::Value;

use super::cell::Harmed;
use super::path::Path;
use super::run::{End, of_error, of_rows, told};

/// Records in the input of a load.
const LOADED: usize = 10;

/// Codes of outcomes that say that nobody knows whether the record was saved.
const OPEN: [&str; 2] = ["UNMATCHED", "JOB_GONE"];

/// Extracts, and goes on once the fault is gone.
pub async fn extract(path: &Path, harmed: &Harmed<'_>, session: &Session, config: &Value) -> End {
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

/// Loads, and goes on once the fault is gone.
pub async fn load(
    path: &Path,
    harmed: &Harmed<'_>,
    session: &Session,
    config: &Value,
    cell: &str,
) -> End {
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
async fn of_load(
    outcomes: &str,
    session: &Session,
    harmed: &Harmed<'_>,
    cell: &str,
    how: &str,
) -> End {
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
    let open = lines
        .iter()
        .filter(|line| {
            line["code"]
                .as_str()
                .is_some_and(|code| OPEN.contains(&code))
        })
        .count();
    let codes: BTreeSet<&str> = lines
        .iter()
        .filter_map(|line| line["code"].as_str())
        .collect();
    let codes = Vec::from_iter(codes).join(" ");
    let soql = format!("SELECT Name FROM Account WHERE Name LIKE '{cell}-%'");
    let there = read_all(session, "query/rows", &serde_json::json!({"soql": soql})).await;
    let there = String::from_utf8_lossy(&there.expect("rows").0)
        .lines()
        .count();
    if there > LOADED || !(done..=done + open).contains(&there) {
        return told(
            format!("MISREPORTED: {there} in the org, {done} told, {open} open, codes {codes}"),
            0,
            0,
        );
    }
    if done == LOADED {
        return told(how, 0, 0);
    }
    told(format!("{how}, outcomes {codes}"), 0, 0)
}

/// Uploads a file, once.
pub async fn upload(path: &Path, session: &Session, config: &Value, cell: &str) -> End {
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
