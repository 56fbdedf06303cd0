//! Files that appear only when they are whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};

use super::destination::{Destination, Kind};
use super::{publish, system};

/// Mode of data that gathers until it is written through: nobody else has asked for it.
const SPOOL_MODE: u32 = 0o600;

/// A file under construction: `FILE.part` becomes `FILE` at the end. Dropping it removes what there is of it, unless
/// it is to be continued later.
#[derive(Debug)]
pub struct PartFile {
    file: tokio::fs::File,
    part: PathBuf,
    destination: Destination,
    bytes: u64,
    private: bool,
    kept: bool,
}

/// How a [`PartFile`] is opened.
#[derive(Debug)]
pub struct PartFileOptions {
    destination: Destination,
    spool: PathBuf,
    bytes: u64,
    private: bool,
}

impl PartFileOptions {
    /// Sets the file in which data gathers that is written through at the end; `NAME.part` unless said otherwise.
    #[must_use]
    pub fn spool(self, spool: PathBuf) -> Self {
        Self { spool, ..self }
    }

    /// Sets the length after which an earlier run is continued; what stands behind it is cut off.
    #[must_use]
    pub fn after(self, bytes: u64) -> Self {
        Self { bytes, ..self }
    }

    /// Sets whether only the owner can read the file.
    #[must_use]
    pub fn private(self, private: bool) -> Self {
        Self { private, ..self }
    }

    /// Opens the file. At length 0 what a killed run left is replaced.
    ///
    /// # Errors
    /// The file cannot be written, another run is writing it, or it is shorter than the length to continue after.
    pub fn open(self) -> io::Result<PartFile> {
        PartFile::open(self)
    }
}

impl PartFile {
    /// Begins a file. A private one can be read by its owner only. What a killed run left is replaced.
    ///
    /// # Errors
    /// `FILE.part` cannot be written, or another run is writing it.
    pub fn create(path: &Path, private: bool) -> io::Result<Self> {
        Self::resume(path, 0, private)
    }

    /// Continues a file after its first `bytes`; what stands behind them is cut off.
    ///
    /// # Errors
    /// As for [`PartFile::create`], and when less than that is there.
    pub fn resume(path: &Path, bytes: u64, private: bool) -> io::Result<Self> {
        let options = Self::at(Destination::new(path, false)?);
        options.private(private).after(bytes).open()
    }

    /// Prepares the file of a destination, to be opened with [`PartFileOptions::open`].
    #[must_use]
    pub fn at(destination: Destination) -> PartFileOptions {
        PartFileOptions {
            spool: super::beside(destination.name(), ".part"),
            destination,
            bytes: 0,
            private: false,
        }
    }

    fn open(options: PartFileOptions) -> io::Result<Self> {
        let PartFileOptions {
            destination,
            spool,
            bytes,
            private,
        } = options;
        let part = destination.part(&spool);
        let mode = match destination.kind() {
            Kind::File(path) => system::mode_for(path, private),
            Kind::Stdout | Kind::Stream => SPOOL_MODE,
        };
        let mut file = system::claim(&part, mode, bytes == 0)?;
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
            destination,
            bytes,
            private,
            kept: false,
        })
    }

    /// Returns the path under which it will be.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.destination.name()
    }

    /// Returns the path under which it is until then.
    #[must_use]
    pub fn part(&self) -> &Path {
        &self.part
    }

    /// Counts the bytes so far.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Leaves `FILE.part` where it is when this is dropped, to be continued.
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
    /// The disk's, or of what is written through.
    pub async fn finish(mut self) -> io::Result<()> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        publish::publish(&self.part, &self.destination, self.private).await?;
        self.kept = true;
        Ok(())
    }

    /// Gives a whole file its name, unless a run that was killed did so.
    ///
    /// # Errors
    /// As for [`PartFile::finish`].
    pub async fn finish_left(destination: &Destination, spool: &Path) -> io::Result<()> {
        let part = destination.part(spool);
        if matches!(fs::symlink_metadata(&part), Err(error) if error.kind() == io::ErrorKind::NotFound)
        {
            return Ok(());
        }
        // Held, so that no other run touches it meanwhile.
        let _held = system::claim(&part, SPOOL_MODE, false)?;
        publish::publish(&part, destination, false).await
    }

    /// Removes what there is of a file, and nothing that is not ours.
    pub fn discard(destination: &Destination, spool: &Path) {
        let part = destination.part(spool);
        for path in [publish::compressed(&part), part] {
            if system::is_own(&path) {
                let _ = fs::remove_file(path);
            }
        }
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.part);
        }
    }
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
