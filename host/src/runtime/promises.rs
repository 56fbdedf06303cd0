//! What the contract promises of chunks, journals, sessions and batches, held against what came.

use crate::contract::Batch;
use crate::masking::masker;
use serde_json::{Map, Value};

/// Length of a journal, in bytes: it is written to disk at every step.
const MAX_JOURNAL: usize = 64 << 20;
/// Length of a checkpoint, in bytes: it is written to disk after every batch.
const MAX_CHECKPOINT: usize = 16 << 20;
/// Length of a session, in bytes.
const MAX_SESSION: usize = 1 << 20;
/// Findings in one batch.
const MAX_FINDINGS: usize = 1_000_000;

/// Checks the length of a chunk that a source gave.
pub(super) fn chunk(length: usize, max: u32) -> Result<(), String> {
    match length {
        0 => Err("it gave an empty chunk instead of the end".into()),
        length if u64::try_from(length).unwrap_or(u64::MAX) > u64::from(max) => Err(format!(
            "it gave a chunk of {length} bytes where at most {max} were asked for"
        )),
        _ => Ok(()),
    }
}

/// Returns the bytes of the input that a journal counts as taken.
pub(super) fn taken(journal: &str) -> Option<u64> {
    serde_json::from_str::<Value>(journal)
        .ok()?
        .get("taken")?
        .as_u64()
}

/// Checks a journal against the bytes that the sink was given, and masks secrets that a remote system may have echoed into it.
pub(super) fn journal(text: String, given: u64) -> Result<String, String> {
    bounded("journal", text.len(), MAX_JOURNAL)?;
    let members: Map<String, Value> = serde_json::from_str(&text)
        .map_err(|error| format!("its journal is not a JSON object ({error})"))?;
    let taken = members.get("taken").and_then(Value::as_u64);
    let taken = taken.ok_or("its journal does not count the bytes `taken`")?;
    if taken > given {
        return Err(format!(
            "its journal counts {taken} bytes as taken, and it was given {given}"
        ));
    }
    // Only a journal with a secret in it is rewritten: others stay as they came, to the byte.
    if matches!(masker().mask(&text), std::borrow::Cow::Borrowed(_)) {
        return Ok(text);
    }
    let mut document = Value::Object(members);
    masker().mask_json(&mut document);
    Ok(document.to_string())
}

/// Checks the session that `authenticate` gave.
pub(super) fn session(text: String) -> Result<String, String> {
    bounded("session", text.len(), MAX_SESSION)?;
    Ok(text)
}

/// Checks what a trigger found.
pub(super) fn batch(batch: Batch) -> Result<Batch, String> {
    bounded("checkpoint", batch.checkpoint.len(), MAX_CHECKPOINT)?;
    let found = batch.messages.len();
    if found > MAX_FINDINGS {
        return Err(format!(
            "it found {found} things at once, and {MAX_FINDINGS} are allowed"
        ));
    }
    Ok(batch)
}

fn bounded(what: &str, length: usize, max: usize) -> Result<(), String> {
    if length <= max {
        return Ok(());
    }
    Err(format!(
        "its {what} has {length} bytes, and {max} are allowed"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_is_neither_empty_nor_too_large() {
        assert!(chunk(1, 1).is_ok());
        assert!(chunk(0, 1).is_err());
        assert!(chunk(2, 1).is_err());
    }

    #[test]
    fn a_journal_counts_what_was_given() {
        let text = r#"{"taken": 5,  "jobs": []}"#;
        assert_eq!(journal(text.into(), 5).as_deref(), Ok(text));
        for wrong in ["", "[]", "{}", r#"{"taken": -1}"#, r#"{"taken": 6}"#] {
            assert!(journal(wrong.into(), 5).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_journal_holds_no_secret() {
        masker().add("s3cr3t-of-a-journal");
        let text = r#"{"taken": 0, "why": "no s3cr3t-of-a-journal here"}"#;
        let kept = journal(text.into(), 0).expect("a journal");
        assert_eq!(kept, r#"{"taken":0,"why":"no *** here"}"#);
    }

    #[test]
    fn checkpoints_and_sessions_are_bounded() {
        let of = |length| Batch {
            checkpoint: "x".repeat(length),
            ..Batch::default()
        };
        assert!(batch(of(10)).is_ok());
        assert!(batch(of(MAX_CHECKPOINT + 1)).is_err());
        assert!(session("x".repeat(MAX_SESSION + 1)).is_err());
    }
}
