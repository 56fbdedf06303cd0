//! Which messages were delivered, in a file that survives the process: what its sender repeats is acknowledged, and not delivered again.
//!
//! A sender repeats what it has no acknowledgement of, so that few ids matter at a time. The newest are kept, to a bound; one that is older
//! than those is delivered again.

use std::collections::{HashSet, VecDeque};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::line::ID;
use crate::contract::Message;
use crate::output::{claim, folder_of};
use crate::session::sync_folder;

/// Ids that are remembered: a Salesforce org repeats a message for 24 hours at most, and few wait for that at a time.
const MAX_IDS: usize = 100_000;
/// Mode of the file: it names records, so only its owner reads it.
const MODE: u32 = 0o600;

/// The ids of messages that were delivered.
#[derive(Debug)]
pub struct DeliveredIds {
    path: PathBuf,
    file: File,
    head: Head,
    /// The ids from the oldest on.
    order: VecDeque<Arc<str>>,
    known: HashSet<Arc<str>>,
    max_ids: usize,
    /// How many ids stand in the file, and lines without one.
    written: usize,
    output_bytes: Option<u64>,
}

/// The first line of the file.
#[derive(Debug, Deserialize, Serialize)]
struct Head {
    /// The operation that reads the messages: those of another may have the same ids.
    delivered: String,
    /// The output file whose length is kept.
    output: Option<PathBuf>,
}

/// One message: what was delivered, and how long the output file was then.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Step {
    ids: Vec<String>,
    output_bytes: Option<u64>,
}

impl DeliveredIds {
    /// Opens the file of a listener by this operation, or begins it; `output` is the file that it writes. One listener at a time holds it.
    ///
    /// # Errors
    /// The file cannot be used, another run holds it, or it is none of this kind or of this operation.
    pub fn open(path: &Path, operation: &str, output: Option<&Path>) -> io::Result<Self> {
        Self::with_max_ids(path, operation, output, MAX_IDS)
    }

    fn with_max_ids(
        path: &Path,
        operation: &str,
        output: Option<&Path>,
        max_ids: usize,
    ) -> io::Result<Self> {
        let file = claim(path, MODE, false)?;
        let mut ids = Self {
            path: path.to_owned(),
            file,
            head: Head {
                delivered: operation.to_owned(),
                output: output.map(Path::to_owned),
            },
            order: VecDeque::new(),
            known: HashSet::new(),
            max_ids,
            written: 0,
            output_bytes: None,
        };
        ids.read()?;
        Ok(ids)
    }

    fn read(&mut self) -> io::Result<()> {
        let mut reader = BufReader::new(&self.file);
        let (mut line, mut end) = (Vec::new(), 0);
        let mut steps = Vec::new();
        let mut is_same = true;
        while reader.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
            if end == 0 {
                is_same = self.head.matches(&line)?;
            } else {
                steps.push(serde_json::from_slice::<Step>(&line).map_err(damaged)?);
            }
            end += line.len() as u64;
            line.clear();
        }
        for step in steps {
            let ids = step.ids.into_iter().map(Arc::from).collect();
            self.remember(ids, step.output_bytes);
        }
        if end == 0 || !is_same {
            // The length of another file says nothing of this one.
            self.output_bytes = None;
            return self.rewrite();
        }
        // A line that was cut short by the crash goes: its message was not acknowledged.
        self.file.set_len(end)?;
        self.file.seek(SeekFrom::End(0))?;
        Ok(())
    }

    /// Says where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns how long the output file was after the last message; none before the first.
    #[must_use]
    pub const fn output_bytes(&self) -> Option<u64> {
        self.output_bytes
    }

    /// Returns the messages that were not delivered yet, each once. One without an id always counts as new.
    #[must_use]
    pub fn fresh(&self, mut messages: Vec<Message>) -> Vec<Message> {
        let mut met = HashSet::new();
        messages.retain(|message| match message.metadata.extra(ID) {
            Some(id) => !self.known.contains(id) && met.insert(id.to_owned()),
            None => true,
        });
        messages
    }

    /// Keeps the ids of messages that were delivered; they are on disk when this returns.
    ///
    /// # Errors
    /// The disk's. Nothing is remembered then.
    pub fn keep(&mut self, messages: &[Message], output_bytes: Option<u64>) -> io::Result<()> {
        let ids: Vec<Arc<str>> = messages
            .iter()
            .filter_map(|message| message.metadata.extra(ID).map(Arc::from))
            .collect();
        let text = line(&ids, output_bytes)?;
        let end = self.file.stream_position()?;
        let written = self.file.write_all(text.as_bytes());
        if let Err(error) = written.and_then(|()| self.file.sync_data()) {
            self.file.set_len(end)?;
            self.file.seek(SeekFrom::Start(end))?;
            return Err(error);
        }
        self.remember(ids, output_bytes);
        if self.written > 2 * self.max_ids
            && let Err(error) = self.rewrite()
        {
            // What is kept is kept: the file grows until there is room to write it anew.
            tracing::warn!("{} could not be shortened: {error}", self.path.display());
        }
        Ok(())
    }

    fn remember(&mut self, ids: Vec<Arc<str>>, output_bytes: Option<u64>) {
        self.written += ids.len().max(1);
        self.output_bytes = output_bytes;
        for id in ids {
            if self.known.insert(Arc::clone(&id)) {
                self.order.push_back(id);
            }
        }
        while self.order.len() > self.max_ids {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
    }

    /// Writes the file anew with what is remembered: it is there whole or as it was.
    fn rewrite(&mut self) -> io::Result<()> {
        let mut text = serde_json::to_string(&self.head)?;
        text.push('\n');
        if self.output_bytes.is_some() || !self.order.is_empty() {
            let ids: Vec<Arc<str>> = self.order.iter().cloned().collect();
            text.push_str(&line(&ids, self.output_bytes)?);
        }
        let folder = folder_of(&self.path);
        let mut fresh = NamedTempFile::new_in(folder)?;
        fresh.write_all(text.as_bytes())?;
        fresh.as_file().sync_all()?;
        fresh.as_file().try_lock()?;
        self.file = fresh.persist(&self.path).map_err(|error| error.error)?;
        self.written = self.order.len();
        sync_folder(folder)
    }
}

fn line(ids: &[Arc<str>], output_bytes: Option<u64>) -> io::Result<String> {
    let step = Step {
        ids: ids.iter().map(|id| (**id).to_owned()).collect(),
        output_bytes,
    };
    let mut text = serde_json::to_string(&step)?;
    text.push('\n');
    Ok(text)
}

impl Head {
    /// Says whether a line is of the same output; refuses that of another operation.
    fn matches(&self, line: &[u8]) -> io::Result<bool> {
        let kept: Self = serde_json::from_slice(line).map_err(damaged)?;
        if kept.delivered == self.delivered {
            return Ok(kept.output == self.output);
        }
        Err(io::Error::other(format!(
            "it belongs to a listener with the operation `{}`, and this one has `{}`: name another file with --checkpoint",
            kept.delivered, self.delivered
        )))
    }
}

fn damaged(error: serde_json::Error) -> io::Error {
    io::Error::other(format!("it does not hold the ids of a listener: {error}"))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn messages(ids: &[&str]) -> Vec<Message> {
        let message = |id: &&str| {
            let mut message = Message::new("application/json", "{}");
            message.metadata.extras.push((ID.into(), (*id).into()));
            message
        };
        ids.iter().map(message).collect()
    }

    fn names(messages: &[Message]) -> Vec<&str> {
        messages
            .iter()
            .filter_map(|one| one.metadata.extra(ID))
            .collect()
    }

    #[test]
    fn what_was_delivered_is_known_after_a_kill_and_a_cut_line_is_not() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("out.checkpoint");
        let mut ids = DeliveredIds::open(&path, "a/b", None).expect("begun");
        assert_eq!(ids.output_bytes(), None);
        let first = ids.fresh(messages(&["1", "2", "1"]));
        assert_eq!(names(&first), ["1", "2"]);
        ids.keep(&first, Some(10)).expect("kept");
        drop(ids);
        let mut cut = std::fs::read_to_string(&path).expect("there");
        cut.push_str(r#"{"ids":["3"#);
        std::fs::write(&path, cut).expect("cut");
        let mut ids = DeliveredIds::open(&path, "a/b", None).expect("opened");
        assert_eq!(ids.output_bytes(), Some(10));
        let fresh = ids.fresh(messages(&["2", "3"]));
        assert_eq!(names(&fresh), ["3"]);
        ids.keep(&fresh, Some(20)).expect("kept");
        drop(ids);
        let ids = DeliveredIds::open(&path, "a/b", None).expect("opened");
        assert!(ids.fresh(messages(&["1", "2", "3"])).is_empty());
        let unnamed = vec![
            Message::new("text/plain", "a"),
            Message::new("text/plain", "a"),
        ];
        assert_eq!(ids.fresh(unnamed).len(), 2);
    }

    #[test]
    fn the_newest_ids_are_remembered_and_the_file_is_bounded() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("out.checkpoint");
        let mut ids = DeliveredIds::with_max_ids(&path, "a/b", None, 3).expect("begun");
        for number in 0..100_u64 {
            let id = number.to_string();
            ids.keep(&messages(&[&id]), Some(number)).expect("kept");
        }
        assert!(std::fs::metadata(&path).expect("there").len() < 400);
        drop(ids);
        let ids = DeliveredIds::with_max_ids(&path, "a/b", None, 3).expect("opened");
        assert_eq!(ids.output_bytes(), Some(99));
        let fresh = ids.fresh(messages(&["96", "97", "98", "99"]));
        assert_eq!(names(&fresh), ["96"]);
    }

    #[test]
    fn the_file_serves_one_listener_of_one_operation() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("out.checkpoint");
        let ids = DeliveredIds::open(&path, "a/b", None).expect("begun");
        let held = DeliveredIds::open(&path, "a/b", None).expect_err("held");
        assert!(held.to_string().contains("another run"), "{held}");
        drop(ids);
        let other = DeliveredIds::open(&path, "c/d", None).expect_err("refused");
        assert!(other.to_string().contains("a/b"), "{other}");
        let mut ids = DeliveredIds::open(&path, "a/b", None).expect("opened");
        ids.keep(&messages(&["1"]), Some(5)).expect("kept");
        drop(ids);
        let output = Path::new("/elsewhere");
        let ids = DeliveredIds::open(&path, "a/b", Some(output)).expect("opened");
        assert_eq!(ids.output_bytes(), None, "that of another output");
        assert!(ids.fresh(messages(&["1"])).is_empty());
        drop(ids);
        std::fs::write(&path, "Id,Name\n").expect("file");
        let foreign = DeliveredIds::open(&path, "a/b", None).expect_err("refused");
        assert!(
            foreign.to_string().contains("ids of a listener"),
            "{foreign}"
        );
    }
}
