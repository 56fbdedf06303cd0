//! Where data goes: stdout, or a file that appears only when it is whole.

use std::fs::{self, File, TryLockError};
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use tokio::io::{AsyncWriteExt as _, Stdout};

use super::failure::Failure;
use crate::session::sync_folder;

/// Takes the data of an operation.
#[derive(Debug)]
pub(super) enum Output {
    /// Writes to stdout.
    Stdout {
        /// The stream.
        stream: Stdout,
        /// The last byte, to end a terminal's line.
        last: Option<u8>,
    },
    /// Writes to `FILE.part`, which becomes `FILE` at the end.
    File(PartFile),
}

impl Output {
    /// Opens the output before anything is sent, so that a wrong path costs nothing. A private file can be read by its
    /// owner only.
    pub(super) fn open(path: Option<&Path>, private: bool) -> Result<Self, Failure> {
        match path {
            Some(path) => PartFile::create(path, private).map(Self::File),
            None => Ok(Self::Stdout {
                stream: tokio::io::stdout(),
                last: None,
            }),
        }
    }

    /// Writes a piece.
    pub(super) async fn write(&mut self, piece: &[u8]) -> Result<(), Failure> {
        match self {
            Self::File(file) => file.write(piece).await,
            Self::Stdout { stream, last } => {
                *last = piece.last().copied().or(*last);
                stream.write_all(piece).await.map_err(Failure::stdout)
            }
        }
    }

    /// Says that everything has arrived.
    pub(super) async fn finish(self) -> Result<(), Failure> {
        match self {
            Self::File(file) => file.finish().await,
            Self::Stdout { mut stream, last } => {
                let open_line =
                    last.is_some_and(|byte| byte != b'\n') && io::stdout().is_terminal();
                if open_line {
                    stream.write_all(b"\n").await.map_err(Failure::stdout)?;
                }
                stream.flush().await.map_err(Failure::stdout)
            }
        }
    }
}

/// Is a file under construction; dropping it removes what there is of it.
#[derive(Debug)]
pub(super) struct PartFile {
    file: tokio::fs::File,
    part: PathBuf,
    path: PathBuf,
    finished: bool,
}

impl PartFile {
    fn create(path: &Path, private: bool) -> Result<Self, Failure> {
        if path.is_dir() {
            return Err(Failure::usage(format!(
                "--output {} is a folder: name a file",
                path.display()
            )));
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = claim(&part, private).map_err(|source| Failure::Write {
            path: part.clone(),
            source,
        })?;
        Ok(Self {
            file: tokio::fs::File::from_std(file),
            part,
            path: path.to_owned(),
            finished: false,
        })
    }

    async fn write(&mut self, piece: &[u8]) -> Result<(), Failure> {
        self.file
            .write_all(piece)
            .await
            .map_err(|source| Failure::Write {
                path: self.part.clone(),
                source,
            })
    }

    async fn finish(mut self) -> Result<(), Failure> {
        self.settle().await.map_err(|source| Failure::Write {
            path: self.path.clone(),
            source,
        })?;
        self.finished = true;
        Ok(())
    }

    async fn settle(&mut self) -> io::Result<()> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        fs::rename(&self.part, &self.path)?;
        sync_folder(
            self.path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty())
                .unwrap_or(Path::new(".")),
        )
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// Opens the `.part` file and locks it, so that of two runs with one output the second is refused. What a killed run
/// left is overwritten.
fn claim(part: &Path, private: bool) -> io::Result<File> {
    loop {
        let file = open(part, private)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other("another run is writing it"));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Between opening and locking, the run before may have renamed it: then it is not ours to empty.
        if is_still_at(part, &file)? {
            file.set_len(0)?;
            return Ok(file);
        }
    }
}

fn open(part: &Path, private: bool) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).write(true).truncate(false);
    #[cfg(unix)]
    if private {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    options.open(part)
}

#[cfg(unix)]
fn is_still_at(path: &Path, file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let ours = file.metadata()?;
    Ok(
        fs::metadata(path)
            .is_ok_and(|there| (there.dev(), there.ino()) == (ours.dev(), ours.ino())),
    )
}

#[cfg(not(unix))]
fn is_still_at(_path: &Path, _file: &File) -> io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn names(folder: &TempDir) -> Vec<String> {
        let files = fs::read_dir(folder.path()).expect("folder");
        files
            .map(|file| {
                file.expect("file")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect()
    }

    #[tokio::test]
    async fn the_file_appears_only_when_it_is_whole() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("rows.csv");
        let mut output = Output::open(Some(&path), false).expect("opened");
        output.write(b"Id\n").await.expect("written");
        assert_eq!(names(&folder), ["rows.csv.part"]);
        output.finish().await.expect("finished");
        assert_eq!(names(&folder), ["rows.csv"]);
        assert_eq!(fs::read(&path).expect("whole"), b"Id\n");
    }

    #[tokio::test]
    async fn an_output_that_was_given_up_leaves_what_was_there() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("rows.csv");
        fs::write(&path, "before").expect("file");
        let mut output = Output::open(Some(&path), false).expect("opened");
        output.write(b"half").await.expect("written");
        drop(output);
        assert_eq!(names(&folder), ["rows.csv"]);
        assert_eq!(fs::read(&path).expect("kept"), b"before");
    }

    #[tokio::test]
    async fn what_a_killed_run_left_is_overwritten() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("rows.csv");
        fs::write(folder.path().join("rows.csv.part"), "a long rest of before").expect("file");
        let mut output = Output::open(Some(&path), false).expect("opened");
        output.write(b"new").await.expect("written");
        output.finish().await.expect("finished");
        assert_eq!(fs::read(&path).expect("whole"), b"new");
    }

    #[tokio::test]
    async fn a_second_run_with_the_same_output_is_refused() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("rows.csv");
        let first = Output::open(Some(&path), false).expect("opened");
        let failure = Output::open(Some(&path), false).expect_err("refused");
        assert!(
            failure
                .to_string()
                .ends_with("rows.csv.part: another run is writing it"),
            "{failure}"
        );
        first.finish().await.expect("the first is unharmed");
    }

    #[tokio::test]
    async fn a_folder_is_refused() {
        let folder = TempDir::new().expect("folder");
        let failure = Output::open(Some(folder.path()), false).expect_err("refused");
        assert!(
            failure.to_string().ends_with("is a folder: name a file"),
            "{failure}"
        );
        assert_eq!(failure.exit_code(), 2);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_private_file_is_its_owner_s() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("session.json");
        Output::open(Some(&path), true)
            .expect("opened")
            .finish()
            .await
            .expect("finished");
        assert_eq!(
            fs::metadata(&path).expect("there").permissions().mode() & 0o777,
            0o600
        );
    }
}
