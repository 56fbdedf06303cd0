//! Where a watch stands, in a file that survives it.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::journal_file::JournalFile;

/// Where a watch stands; what its journal file keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Position {
    /// The connector's checkpoint; none before the first poll.
    pub checkpoint: Option<String>,
    /// How long the output file was when everything up to the checkpoint was in it.
    pub output_bytes: Option<u64>,
    /// Where in the output file the first batch begins, while it is not known to be in it whole. Without a checkpoint before
    /// it, nothing else would tell it from a batch that was never written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_from: Option<u64>,
}

impl Position {
    /// Returns the position that holds, given the length of the output file: the first batch counts if it is in it whole.
    #[must_use]
    pub fn settled(self, written: Option<u64>) -> Self {
        let Some(from) = self.first_from else {
            return self;
        };
        let whole = written >= self.output_bytes;
        Self {
            checkpoint: self.checkpoint.filter(|_| whole),
            output_bytes: self.output_bytes.filter(|_| whole).or(Some(from)),
            first_from: None,
        }
    }
}

/// A checkpoint file that a watch holds.
#[derive(Debug)]
pub struct Opened {
    /// The file; it is empty before the first checkpoint is kept.
    pub journal_file: JournalFile,
    /// The position that it holds.
    pub position: Position,
    /// Differences in the config since that position was kept, for people.
    pub changes: Vec<String>,
}

/// What a watch is. Another operation or connection makes it another watch; with another config it continues where that still means
/// something, which its connector decides.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Identity {
    /// The operation.
    pub operation: String,
    /// Its config.
    pub config: Value,
    /// The name of the connection.
    pub connection: String,
}

/// Opens the checkpoint file of a watch, or claims it for one that has not kept a checkpoint yet.
///
/// # Errors
/// The file cannot be used, another process holds it (that is the lease), or it belongs to another watch.
pub fn open_journal(path: &Path, identity: &Identity) -> io::Result<Opened> {
    let reserve = |journal_file| Opened {
        journal_file,
        position: Position::default(),
        changes: Vec::new(),
    };
    if std::fs::metadata(path).map_or(0, |metadata| metadata.len()) == 0 {
        return JournalFile::reserve(path, identity).map(reserve);
    }
    let (mut journal_file, kept, position) = JournalFile::open::<Identity, Position>(path)?;
    // Without a checkpoint the file holds nothing that another watch could lose.
    let Some(position) = position else {
        journal_file.set_plan(identity)?;
        return Ok(reserve(journal_file));
    };
    let other = [
        ("operation", &kept.operation, &identity.operation),
        ("connection", &kept.connection, &identity.connection),
    ];
    if let Some((what, kept, given)) = other.iter().find(|(_, kept, given)| kept != given) {
        return Err(io::Error::other(format!(
            "it belongs to a watch with the {what} `{kept}`, and this one has `{given}`: name another file with --checkpoint"
        )));
    }
    let changes = changes(&kept.config, &identity.config);
    if !changes.is_empty() {
        journal_file.set_plan(identity)?;
    }
    Ok(Opened {
        journal_file,
        position,
        changes,
    })
}

/// Says which members of a config are different; of lists of texts also how. Values stay out: they may be secrets.
fn changes(before: &Value, now: &Value) -> Vec<String> {
    let members = |config: &Value| config.as_object().cloned().unwrap_or_default();
    let (before, now) = (members(before), members(now));
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let changed = names
        .into_iter()
        .filter(|name| before.get(*name) != now.get(*name));
    changed
        .map(
            |name| match (texts(before.get(name)), texts(now.get(name))) {
                (Some(before), Some(now)) => in_list(name, &before, &now),
                _ => format!("config.{name} is different"),
            },
        )
        .collect()
}

fn in_list(name: &str, before: &[&str], now: &[&str]) -> String {
    let missing = |from: &[&str], of: &[&str]| -> Vec<String> {
        let missing = of.iter().filter(|item| !from.contains(item));
        missing.map(|item| format!("`{item}`")).collect()
    };
    let parts = [
        ("adds", missing(before, now)),
        ("no longer has", missing(now, before)),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(_, items)| !items.is_empty())
        .map(|(verb, items)| format!("{verb} {}", items.join(", ")))
        .collect();
    if parts.is_empty() {
        return format!("config.{name} is in another order");
    }
    format!("config.{name} {}", parts.join(" and "))
}

/// Returns the texts of a list of nothing but texts; none where the member is missing.
fn texts(value: Option<&Value>) -> Option<Vec<&str>> {
    match value {
        None => Some(Vec::new()),
        Some(Value::Array(items)) => items.iter().map(Value::as_str).collect(),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;

    fn identity(config: Value) -> Identity {
        Identity {
            operation: "events/subscribe".into(),
            config,
            connection: "acme".into(),
        }
    }

    fn position(text: &str) -> Position {
        Position {
            checkpoint: Some(text.into()),
            ..Position::default()
        }
    }

    #[test]
    fn the_first_batch_counts_once_it_is_in_the_file_whole() {
        let announced = Position {
            checkpoint: Some("1".into()),
            output_bytes: Some(100),
            first_from: Some(40),
        };
        let whole = announced.clone().settled(Some(100));
        assert_eq!(whole.checkpoint.as_deref(), Some("1"));
        assert_eq!((whole.output_bytes, whole.first_from), (Some(100), None));
        for written in [Some(99), Some(40), None] {
            let again = announced.clone().settled(written);
            assert_eq!((again.checkpoint, again.output_bytes), (None, Some(40)));
        }
        let kept = whole.clone().settled(Some(0));
        assert_eq!(kept, whole, "a later position does not depend on the file");
    }

    #[test]
    fn a_checkpoint_goes_on_where_it_stood_and_serves_one_process() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("watch.checkpoint");
        let watch = identity(json!({}));
        let mut opened = open_journal(&path, &watch).expect("claimed");
        assert_eq!(opened.position, Position::default());
        opened.journal_file.keep(&position("7")).expect("kept");
        let held = open_journal(&path, &watch).expect_err("held");
        assert!(held.to_string().contains("another run"), "{held}");
        drop(opened);
        let opened = open_journal(&path, &watch).expect("opened");
        assert_eq!(opened.position, position("7"));
        assert!(opened.changes.is_empty());
    }

    #[test]
    fn a_watch_that_never_kept_a_place_leaves_nothing_behind() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("watch.checkpoint");
        drop(open_journal(&path, &identity(json!({"channels": ["/evnt/X"]}))).expect("claimed"));
        assert!(!path.exists());
        // Those of before wrote what they were at once.
        let old = json!({"operation": "a/b", "config": {}, "connection": "none"});
        std::fs::write(&path, format!("{old}\n")).expect("written");
        let opened = open_journal(&path, &identity(json!({}))).expect("taken over");
        assert_eq!(opened.position, Position::default());
    }

    #[test]
    fn another_config_goes_on_and_another_operation_or_connection_does_not() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("watch.checkpoint");
        let before = identity(json!({"channels": ["/u/a", "/u/b"], "batch-size": 5}));
        let mut opened = open_journal(&path, &before).expect("claimed");
        opened.journal_file.keep(&position("7")).expect("kept");
        drop(opened);
        let after = identity(json!({"channels": ["/u/b", "/u/c"], "replay": "earliest"}));
        let opened = open_journal(&path, &after).expect("opened");
        assert_eq!(opened.position, position("7"));
        assert_eq!(
            opened.changes,
            [
                "config.batch-size is different",
                "config.channels adds `/u/c` and no longer has `/u/a`",
                "config.replay is different"
            ]
        );
        drop(opened);
        let mut opened = open_journal(&path, &after).expect("not kept, not changed");
        assert_eq!(opened.changes.len(), 3);
        opened.journal_file.keep(&position("8")).expect("kept");
        drop(opened);
        let opened = open_journal(&path, &after).expect("opened");
        assert_eq!((opened.position, opened.changes.len()), (position("8"), 0));
        drop(opened.journal_file);
        let operation = Identity {
            operation: "a/b".into(),
            ..after.clone()
        };
        let connection = Identity {
            connection: "other".into(),
            ..after
        };
        for (other, what) in [(operation, "operation"), (connection, "connection")] {
            let refused = open_journal(&path, &other).expect_err("refused");
            assert!(refused.to_string().contains(what), "{refused}");
        }
    }
}
