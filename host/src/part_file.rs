//! Files that appear only when they are whole.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};

use crate::session::sync_folder;

/// Is a file under construction: `FILE.part` becomes `FILE` at the end. Dropping it removes what there is of it, unless
/// it is to be gone on with later.
#[derive(Debug)]
pub struct PartFile {
    file: tokio::fs::File,
    part: PathBuf,
    path: PathBuf,
    bytes: u64,
    kept: bool,
}

impl PartFile {
    /// Begins a file. A private one can be read by its owner only. What a killed run left is overwritten.
    ///
    /// # Errors
    /// `FILE.part` cannot be written, or another run is writing it.
    pub fn create(path: &Path, private: bool) -> io::Result<Self> {
        Self::resume(path, 0, private)
    }

    /// Goes on with a file after its first `bytes`; what stands behind them is cut off.
    ///
    /// # Errors
    /// As for [`PartFile::create`], and when less than that is there.
    pub fn resume(path: &Path, bytes: u64, private: bool) -> io::Result<Self> {
        let part = part_of(path);
        let mut file = claim(&part, private)?;
        let there = file.metadata()?.len();
        if there < bytes {
            return Err(io::Error::other(format!(
                "{there} bytes are there, and {bytes} were written: it was changed or moved since"
            )));
        }
        file.set_len(bytes)?;
        io::Seek::seek(&mut file, io::SeekFrom::End(0))?;
        Ok(Self {
            file: tokio::fs::File::from_std(file),
            part,
            path: path.to_owned(),
            bytes,
            kept: false,
        })
    }

    /// Says where it will be.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Counts the bytes so far.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Leaves `FILE.part` where it is when this is dropped, to be gone on with.
    pub const fn keep(&mut self) {
        self.kept = true;
    }

    /// Writes a piece.
    ///
    /// # Errors
    /// The disk's.
    pub async fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.file.write_all(piece).await?;
        self.bytes += piece.len() as u64;
        Ok(())
    }

    /// Cuts off what stands behind the first `bytes`.
    ///
    /// # Errors
    /// The disk's.
    pub async fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.file.flush().await?;
        self.file.set_len(bytes).await?;
        self.file.seek(io::SeekFrom::Start(bytes)).await?;
        self.bytes = bytes;
        Ok(())
    }

    /// Returns when all that was written is on disk.
    ///
    /// # Errors
    /// The disk's.
    pub async fn sync(&mut self) -> io::Result<()> {
        self.file.flush().await?;
        self.file.sync_data().await
    }

    /// Gives the file its name. All of it is on disk then.
    ///
    /// # Errors
    /// The disk's.
    pub async fn finish(mut self) -> io::Result<()> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        self.kept = true;
        name(&self.part, &self.path)
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// Gives a whole `FILE.part` its name, unless a run that was killed did so.
///
/// # Errors
/// The disk's.
pub fn name_finished(path: &Path) -> io::Result<()> {
    let part = part_of(path);
    if part.exists() {
        name(&part, path)
    } else {
        Ok(())
    }
}

/// Removes `FILE.part`.
pub fn discard(path: &Path) {
    let _ = fs::remove_file(part_of(path));
}

fn name(part: &Path, path: &Path) -> io::Result<()> {
    fs::rename(part, path)?;
    sync_folder(folder_of(path))
}

fn part_of(path: &Path) -> PathBuf {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    PathBuf::from(part)
}

/// Returns the folder that a path is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."))
}

/// Opens a file and locks it, so that of two runs with one file the second is refused.
pub(crate) fn claim(path: &Path, private: bool) -> io::Result<File> {
    loop {
        let file = open(path, private)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other("another run is writing it"));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Between opening and locking, the run before may have renamed it: then it is not ours.
        if is_still_at(path, &file)? {
            return Ok(file);
        }
    }
}

fn open(path: &Path, private: bool) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).read(true).write(true).truncate(false);
    #[cfg(unix)]
    if private {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    options.open(path)
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
                let name = file.expect("file").file_name();
                name.to_string_lossy().into_owned()
            })
            .collect()
    }

    async fn written(path: &Path, text: &[u8]) -> PartFile {
        let mut file = PartFile::create(path, false).expect("created");
        file.write(text).await.expect("written");
        file
    }

    #[tokio::test]
    async fn the_file_appears_only_when_it_is_whole() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("rows.csv");
        let file = written(&path, b"Id\n").await;
        assert_eq!(names(&folder), ["rows.csv.part"]);
        file.finish().await.expect("finished");
        assert_eq!(names(&folder), ["rows.csv"]);
        assert_eq!(fs::read(&path).expect("whole"), b"Id\n");
    }

    #[tokio::test]
    async fn what_was_given_up_leaves_what_was_there() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("rows.csv");
        fs::write(&path, "before").expect("file");
        drop(written(&path, b"half").await);
        assert_eq!(names(&folder), ["rows.csv"]);
        assert_eq!(fs::read(&path).expect("kept"), b"before");
    }

    #[tokio::test]
    async fn what_is_kept_is_gone_on_with_from_where_it_was_sure() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("rows.csv");
        let mut file = written(&path, b"sure, not sure").await;
        file.sync().await.expect("on disk");
        file.keep();
        drop(file);
        let mut file = PartFile::resume(&path, 4, false).expect("resumed");
        file.write(b"!").await.expect("written");
        file.finish().await.expect("finished");
        assert_eq!(fs::read(&path).expect("whole"), b"sure!");
    }

    #[tokio::test]
    async fn what_was_cut_since_is_not_gone_on_with() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("rows.csv");
        let refused = PartFile::resume(&path, 9, false).expect_err("refused");
        assert!(refused.to_string().contains("0 bytes are there"));
    }

    #[tokio::test]
    async fn what_a_killed_run_left_is_overwritten() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("rows.csv");
        fs::write(folder.path().join("rows.csv.part"), "a long rest of before").expect("file");
        let file = written(&path, b"new").await;
        file.finish().await.expect("finished");
        assert_eq!(fs::read(&path).expect("whole"), b"new");
    }

    #[tokio::test]
    async fn a_second_run_with_the_same_file_is_refused() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("rows.csv");
        let first = PartFile::create(&path, false).expect("created");
        let refused = PartFile::create(&path, false).expect_err("refused");
        assert_eq!(refused.to_string(), "another run is writing it");
        first.finish().await.expect("the first is unharmed");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_private_file_is_its_owner_s() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("session.json");
        let file = PartFile::create(&path, true).expect("created");
        file.finish().await.expect("finished");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
