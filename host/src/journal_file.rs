//! What survives a crash: a file of JSON lines, the plan first and then one line per step. The last whole line counts.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::NamedTempFile;

use crate::output::{claim, folder_of};
use crate::session::sync_folder;

/// Bound of a journal file: beyond this it is rewritten with its first and last line.
const MAX_BYTES: u64 = 1 << 20;
/// Mode of a journal file: it names records, so only its owner reads it.
const MODE: u32 = 0o600;

/// A journal file that this run holds: as long as it lives, no other run can open it.
#[derive(Debug)]
pub struct JournalFile {
    path: PathBuf,
    file: File,
    bytes: u64,
    plan: String,
    steps: bool,
    /// Whether the plan is the one on disk.
    is_written: bool,
}

/// Removes a file that nothing was written to.
impl Drop for JournalFile {
    fn drop(&mut self) {
        if self.bytes == 0 {
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl JournalFile {
    /// Begins a journal file with its plan, which is on disk whole or not at all. Only its owner can read it.
    ///
    /// # Errors
    /// The file cannot be written, another run holds it, or there is one already.
    pub fn create(path: &Path, plan: &impl Serialize) -> io::Result<Self> {
        let mut journal_file = Self::reserve(path, plan)?;
        journal_file.compact("")?;
        Ok(journal_file)
    }

    /// Claims a journal file that begins with its first step: until then nothing stands in the file, and dropping this removes it.
    ///
    /// # Errors
    /// The file cannot be written, another run holds it, or there is one already.
    pub fn reserve(path: &Path, plan: &impl Serialize) -> io::Result<Self> {
        let file = claim(path, MODE, false)?;
        if file.metadata()?.len() > 0 {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                "a run that did not end left it",
            ));
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            bytes: 0,
            plan: line(plan)?,
            steps: false,
            is_written: false,
        })
    }

    /// Sets another plan. It is on disk with the next step, and not before.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn set_plan(&mut self, plan: &impl Serialize) -> io::Result<()> {
        self.plan = line(plan)?;
        self.is_written = false;
        Ok(())
    }

    /// Opens a journal file, and returns its plan and the last step that was kept.
    ///
    /// # Errors
    /// There is none, another run holds it, or it is not a journal file of this kind.
    pub fn open<P, S>(path: &Path) -> io::Result<(Self, P, Option<S>)>
    where
        P: DeserializeOwned,
        S: DeserializeOwned,
    {
        if !path.exists() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let file = claim(path, MODE, false)?;
        // What a kill leaves before the plan is there: as good as no file.
        if file.metadata()?.len() == 0 {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "its run ended before it began anything: run its command again",
            ));
        }
        let (lines, bytes) = whole_lines(&file)?;
        let damaged = |what: &str| io::Error::other(format!("it is not a journal: {what}"));
        let [plan, last] = &lines;
        let parsed = serde_json::from_str(plan).map_err(|error| damaged(&error.to_string()))?;
        let step = match last {
            last if last.is_empty() => None,
            last => Some(serde_json::from_str(last).map_err(|error| damaged(&error.to_string()))?),
        };
        let mut journal_file = Self {
            path: path.to_owned(),
            file,
            bytes,
            plan: plan.clone(),
            steps: step.is_some(),
            is_written: true,
        };
        // A line that was cut short by the crash goes.
        journal_file.file.set_len(bytes)?;
        journal_file.file.seek(SeekFrom::End(0))?;
        Ok((journal_file, parsed, step))
    }

    /// Keeps a step; it is on disk when this returns.
    ///
    /// # Errors
    /// The disk's.
    pub fn keep(&mut self, step: &impl Serialize) -> io::Result<()> {
        let line = line(step)?;
        self.steps = true;
        if !self.is_written || self.bytes + line.len() as u64 > MAX_BYTES {
            self.compact(&line)
        } else {
            self.append(&line)
        }
    }

    /// Forgets all steps: there is nothing to continue from.
    ///
    /// # Errors
    /// The disk's.
    pub fn clear(&mut self) -> io::Result<()> {
        self.compact("")?;
        self.steps = false;
        Ok(())
    }

    /// Says whether there is a step to continue from.
    #[must_use]
    pub const fn has_steps(&self) -> bool {
        self.steps
    }

    /// Says where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the journal file: there is nothing to resume.
    ///
    /// # Errors
    /// The disk's.
    pub fn remove(self) -> io::Result<()> {
        fs::remove_file(&self.path)?;
        sync_folder(folder_of(&self.path))
    }

    fn append(&mut self, line: &str) -> io::Result<()> {
        self.file.write_all(line.as_bytes())?;
        self.file.sync_data()?;
        self.bytes += line.len() as u64;
        Ok(())
    }

    fn compact(&mut self, last: &str) -> io::Result<()> {
        let folder = folder_of(&self.path);
        let mut fresh = NamedTempFile::new_in(folder)?;
        fresh.write_all(self.plan.as_bytes())?;
        fresh.write_all(last.as_bytes())?;
        fresh.as_file().sync_all()?;
        fresh.as_file().try_lock()?;
        self.file = fresh.persist(&self.path).map_err(|error| error.error)?;
        self.bytes = (self.plan.len() + last.len()) as u64;
        self.is_written = true;
        sync_folder(folder)
    }
}

fn line(value: &impl Serialize) -> io::Result<String> {
    let mut text = serde_json::to_string(value)?;
    text.push('\n');
    Ok(text)
}

/// Returns the first and the last whole line, and where the last one ends. The last is empty where there is but one.
fn whole_lines(mut file: &File) -> io::Result<([String; 2], u64)> {
    file.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::new(file);
    let (mut first, mut last, mut bytes) = (String::new(), String::new(), 0);
    let mut raw = Vec::new();
    loop {
        raw.clear();
        let read = reader.read_until(b'\n', &mut raw)?;
        if raw.last() != Some(&b'\n') {
            return Ok(([first, last], bytes));
        }
        bytes += read as u64;
        let text = String::from_utf8_lossy(&raw).into_owned();
        if first.is_empty() {
            first = text;
        } else {
            last = text;
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    type Opened = (JournalFile, String, Option<u64>);

    fn folder() -> (TempDir, PathBuf) {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("load.journal");
        (folder, path)
    }

    #[test]
    fn the_last_step_that_was_kept_is_found_again() {
        let (_folder, path) = folder();
        let mut journal_file = JournalFile::create(&path, &"plan").expect("created");
        for step in 0..5u64 {
            journal_file.keep(&step).expect("kept");
        }
        drop(journal_file);
        let (_, plan, step): Opened = JournalFile::open(&path).expect("opened");
        assert_eq!((plan.as_str(), step), ("plan", Some(4)));
    }

    #[test]
    fn a_line_cut_by_a_crash_does_not_count() {
        let (_folder, path) = folder();
        let mut journal_file = JournalFile::create(&path, &"plan").expect("created");
        journal_file.keep(&7u64).expect("kept");
        journal_file.file.write_all(b"12").expect("cut");
        drop(journal_file);
        let (mut journal_file, _, step): Opened = JournalFile::open(&path).expect("opened");
        assert_eq!(step, Some(7));
        journal_file.keep(&8u64).expect("kept");
        drop(journal_file);
        let (_, _, step): Opened = JournalFile::open(&path).expect("opened");
        assert_eq!(step, Some(8));
    }

    #[test]
    fn a_plan_without_steps_is_a_ledger() {
        let (_folder, path) = folder();
        drop(JournalFile::create(&path, &"plan").expect("created"));
        let (_, _, step): Opened = JournalFile::open(&path).expect("opened");
        assert_eq!(step, None);
    }

    #[test]
    fn a_ledger_does_not_grow_without_bound_and_stays_held() {
        let (_folder, path) = folder();
        let mut journal_file = JournalFile::create(&path, &"plan").expect("created");
        let long = "x".repeat(100_000);
        for _ in 0..50 {
            journal_file.keep(&long).expect("kept");
        }
        assert!(fs::metadata(&path).expect("there").len() <= MAX_BYTES);
        let held = JournalFile::open::<String, String>(&path).expect_err("held");
        assert_eq!(held.to_string(), "another run is writing it");
        drop(journal_file);
        let (_, plan, step) = JournalFile::open::<String, String>(&path).expect("opened");
        assert_eq!((plan.as_str(), step), ("plan", Some(long)));
    }

    #[test]
    fn what_another_run_left_is_not_overwritten() {
        let (_folder, path) = folder();
        drop(JournalFile::create(&path, &"plan").expect("created"));
        let refused = JournalFile::create(&path, &"plan").expect_err("refused");
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
    }

    #[test]
    fn a_kill_before_the_plan_leaves_nothing_to_continue_and_nothing_in_the_way() {
        let (_folder, path) = folder();
        fs::write(&path, "").expect("file");
        let refused = JournalFile::open::<String, u64>(&path).expect_err("refused");
        assert_eq!(refused.kind(), io::ErrorKind::NotFound);
        assert!(refused.to_string().contains("run its command again"));
        assert!(path.exists(), "it is the next run's to replace");
        JournalFile::create(&path, &"plan").expect("created");
    }

    #[test]
    fn other_files_are_refused() {
        let (_folder, path) = folder();
        fs::write(&path, "Id,Name\n").expect("file");
        let refused = JournalFile::open::<String, u64>(&path).expect_err("refused");
        assert!(refused.to_string().starts_with("it is not a journal"));
    }
}
