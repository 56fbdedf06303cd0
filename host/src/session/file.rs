//! The file that keeps a session between runs.
//!
//! Where refresh tokens rotate, the newest one exists nowhere else: it is on disk before anything is done with the
//! session. The file is written whole (temporary file, fsync, rename), readable by its owner only, and says by a
//! digest whose session it holds, so that a connection that changed does not continue as somebody else.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::owner;
use crate::secret::Secret;
use crate::text;

/// Bound of the wait for another run that is logging in with the same file.
const LOCK_WAIT: Duration = Duration::from_secs(60);
/// Bound of a session file, in bytes.
const MAX_FILE: u64 = 4 * 1024 * 1024;
/// Interval at which the lock is tried.
const LOCK_STEP: Duration = Duration::from_millis(50);

/// File that keeps one connection's session.
#[derive(Clone, Debug)]
pub struct SessionFile {
    path: PathBuf,
    owner: String,
}

/// Reason why a session cannot be kept or resumed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionFileError {
    /// The file cannot be read or written.
    #[error("cannot {doing} the session file {}: {}", path.display(), text::io(source))]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{} is not a session file (line {line}, column {column}): delete it to log in again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// Another run holds the file.
    #[error("another run has been logging in with {} for {} s: wait for it to end", path.display(), wait.as_secs())]
    Busy {
        /// The file.
        path: PathBuf,
        /// How long it was waited for.
        wait: Duration,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    owner: String,
    session: Value,
}

impl SessionFile {
    /// Keeps the session of the connection that `owner` tells apart.
    #[must_use]
    pub const fn new(path: PathBuf, owner: String) -> Self {
        Self { path, owner }
    }

    /// Holds the file against other runs until the guard is dropped.
    ///
    /// # Errors
    /// The lock file (`FILE.lock`) cannot be made, or another run holds it for a minute.
    pub async fn lock(&self) -> Result<File, SessionFileError> {
        self.lock_within(LOCK_WAIT).await
    }

    async fn lock_within(&self, wait: Duration) -> Result<File, SessionFileError> {
        let path = beside(&self.path, ".lock");
        let file = open_lock(&path).map_err(|source| self.io("lock", source))?;
        let started = tokio::time::Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(source)) => return Err(self.io("lock", source)),
                Err(TryLockError::WouldBlock) if started.elapsed() >= wait => {
                    return Err(SessionFileError::Busy {
                        path: self.path.clone(),
                        wait,
                    });
                }
                Err(TryLockError::WouldBlock) => tokio::time::sleep(LOCK_STEP).await,
            }
        }
    }

    /// Reads the kept session; none if there is no file, or it is of another connection.
    ///
    /// # Errors
    /// The file cannot be read or is not a session file.
    pub fn load(&self) -> Result<Option<Secret<Value>>, SessionFileError> {
        let text = match self.read() {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.io("use", source)),
        };
        let kept: Kept =
            serde_json::from_slice(&text).map_err(|error| SessionFileError::Damaged {
                path: self.path.clone(),
                line: error.line(),
                column: error.column(),
            })?;
        if kept.owner != self.owner {
            tracing::info!(
                "{} holds the session of another connection: logging in again",
                self.path.display()
            );
            return Ok(None);
        }
        Ok(Some(Secret::new(kept.session)))
    }

    /// Reads the file if it is this user's alone: whoever can write it decides where tokens go.
    fn read(&self) -> io::Result<Vec<u8>> {
        let mut file = File::open(&self.path)?;
        owner::check(&file.metadata()?)?;
        let mut text = Vec::new();
        (&mut file).take(MAX_FILE).read_to_end(&mut text)?;
        Ok(text)
    }

    /// Replaces the session by another one, on disk when this returns.
    ///
    /// # Errors
    /// The file cannot be written; the one before is untouched then.
    pub fn store(&self, session: &Secret<Value>) -> Result<(), SessionFileError> {
        let kept = Kept {
            owner: self.owner.clone(),
            session: session.expose().clone(),
        };
        self.replace(&kept)
            .map_err(|source| self.io("write", source))
    }

    fn replace(&self, kept: &Kept) -> io::Result<()> {
        let folder = folder_of(&self.path);
        // NamedTempFile is made with mode 0600.
        let mut file = NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, kept)?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        sync_folder(folder)
    }

    fn io(&self, doing: &'static str, source: io::Error) -> SessionFileError {
        SessionFileError::Io {
            doing,
            path: self.path.clone(),
            source,
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn open_lock(path: &Path) -> io::Result<File> {
    File::options()
        .create(true)
        .write(true)
        .truncate(false)
        .open(path)
}

/// Makes a rename survive a power cut; where folders cannot be opened as files there is nothing to do.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;
    use tempfile::TempDir;

    use super::*;

    fn kept_in(folder: &TempDir, owner: &str) -> SessionFile {
        SessionFile::new(folder.path().join("acme.session.json"), owner.into())
    }

    #[test]
    fn a_session_survives() {
        let folder = TempDir::new().expect("folder");
        let file = kept_in(&folder, "me");
        assert!(file.load().expect("absent is fine").is_none());
        file.store(&Secret::new(json!({"refresh-token": "1"})))
            .expect("stored");
        file.store(&Secret::new(json!({"refresh-token": "2"})))
            .expect("replaced");
        let session = kept_in(&folder, "me").load().expect("read").expect("kept");
        assert_eq!(*session.expose(), json!({"refresh-token": "2"}));
        assert_eq!(
            fs::read_dir(folder.path()).expect("folder").count(),
            1,
            "no temporary file is left"
        );
    }

    #[test]
    fn the_session_of_another_connection_is_not_taken_up() {
        let folder = TempDir::new().expect("folder");
        kept_in(&folder, "me")
            .store(&Secret::new(json!({})))
            .expect("stored");
        assert!(kept_in(&folder, "you").load().expect("read").is_none());
    }

    #[test]
    fn a_damaged_file_is_told_and_kept() {
        let folder = TempDir::new().expect("folder");
        let file = kept_in(&folder, "me");
        fs::write(&file.path, "{\n  oops").expect("file");
        let sentence = file.load().expect_err("refused").to_string();
        assert!(
            sentence
                .ends_with("is not a session file (line 2, column 3): delete it to log in again"),
            "{sentence}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_write_is_not_used() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = TempDir::new().expect("folder");
        let file = kept_in(&folder, "me");
        file.store(&Secret::new(json!({}))).expect("stored");
        fs::set_permissions(&file.path, fs::Permissions::from_mode(0o666)).expect("mode");
        let sentence = file.load().expect_err("refused").to_string();
        assert!(
            sentence.starts_with("cannot use the session file"),
            "{sentence}"
        );
        assert!(sentence.contains("chmod go-w"), "{sentence}");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = TempDir::new().expect("folder");
        let file = kept_in(&folder, "me");
        fs::write(&file.path, "").expect("a file that everybody can read");
        file.store(&Secret::new(json!({}))).expect("stored");
        let mode = fs::metadata(&file.path)
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let file = SessionFile::new("gone/acme.json".into(), "me".into());
        let sentence = file
            .store(&Secret::new(json!({})))
            .expect_err("refused")
            .to_string();
        assert_eq!(
            sentence,
            "cannot write the session file gone/acme.json: no such file or directory"
        );
    }

    #[tokio::test]
    async fn a_second_run_waits_and_then_says_so() {
        let folder = TempDir::new().expect("folder");
        let file = kept_in(&folder, "me");
        let held = file.lock().await.expect("free");
        let sentence = file
            .lock_within(Duration::from_millis(60))
            .await
            .expect_err("held")
            .to_string();
        assert!(
            sentence.starts_with("another run has been logging in with "),
            "{sentence}"
        );
        drop(held);
        file.lock().await.expect("free again");
    }
}
