//! Bytes of any size: uploads and results. Small ones stay in memory, others are in a temporary file.

use std::fs::File;
use std::io::{self, BufWriter, Cursor, Read, Seek as _, SeekFrom, Write};
use std::sync::Arc;

use bytes::Bytes;
use sandbox_model::api_error::ApiError;
use tempfile::{NamedTempFile, TempPath};

/// Bytes kept in memory; what is longer goes to a file.
const IN_MEMORY: usize = 256 * 1024;
/// Bytes that are written to a file, or read from it, in one go.
const BUFFER: usize = 128 * 1024;

/// Bytes that do not change any more. Clones share them; the file goes with the last one.
#[derive(Debug, Clone)]
pub struct Blob(Kept);

#[derive(Debug, Clone)]
enum Kept {
    Memory(Bytes),
    File(Arc<TempPath>, u64),
}

impl Default for Blob {
    fn default() -> Self {
        Self(Kept::Memory(Bytes::new()))
    }
}

impl From<Bytes> for Blob {
    fn from(bytes: Bytes) -> Self {
        Self(Kept::Memory(bytes))
    }
}

impl Blob {
    /// Returns how many bytes there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        match &self.0 {
            Kept::Memory(bytes) => bytes.len() as u64,
            Kept::File(_, len) => *len,
        }
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads `len` bytes from `start` on, or fewer if there are fewer.
    ///
    /// # Errors
    /// The file's.
    pub fn read(&self, start: u64, len: u64) -> io::Result<Box<dyn Read + Send>> {
        match self.open(start)? {
            Opened::Memory(rest) => Ok(Box::new(Cursor::new(rest).take(len))),
            Opened::File(file) => {
                let buffered = io::BufReader::with_capacity(BUFFER, file);
                Ok(Box::new(buffered.take(len)))
            }
        }
    }

    /// Returns the bytes from `start` on.
    pub fn open(&self, start: u64) -> io::Result<Opened> {
        match &self.0 {
            Kept::Memory(bytes) => {
                let at = usize::try_from(start).map_or(bytes.len(), |at| at.min(bytes.len()));
                Ok(Opened::Memory(bytes.slice(at..)))
            }
            Kept::File(path, _) => {
                let mut file = File::open(&**path)?;
                file.seek(SeekFrom::Start(start))?;
                Ok(Opened::File(file))
            }
        }
    }

    /// Returns all of it in memory: for what is known to be small.
    ///
    /// # Errors
    /// The file's.
    pub fn bytes(&self) -> io::Result<Bytes> {
        if let Kept::Memory(bytes) = &self.0 {
            return Ok(bytes.clone());
        }
        let mut all = Vec::new();
        self.read(0, u64::MAX)?.read_to_end(&mut all)?;
        Ok(all.into())
    }
}

/// A blob open for reading.
pub enum Opened {
    /// Bytes in memory.
    Memory(Bytes),
    /// A file, at the place to be read from.
    File(File),
}

/// Collects bytes into a [`Blob`].
#[derive(Debug, Default)]
pub struct BlobWriter {
    start: Vec<u8>,
    file: Option<BufWriter<NamedTempFile>>,
    len: u64,
}

impl BlobWriter {
    /// Bytes written so far.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Returns whether nothing was written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Puts an end to the writing.
    ///
    /// # Errors
    /// The file's: the disk is full.
    pub fn finish(self) -> io::Result<Blob> {
        let Some(file) = self.file else {
            return Ok(Blob::from(Bytes::from(self.start)));
        };
        let file = file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?
            .into_temp_path();
        Ok(Blob(Kept::File(Arc::new(file), self.len)))
    }
}

impl Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.len += bytes.len() as u64;
        if let Some(file) = &mut self.file {
            file.write_all(bytes)?;
        } else if self.start.len() + bytes.len() <= IN_MEMORY {
            self.start.extend_from_slice(bytes);
        } else {
            let mut file = BufWriter::with_capacity(BUFFER, NamedTempFile::new()?);
            file.write_all(&std::mem::take(&mut self.start))?;
            file.write_all(bytes)?;
            self.file = Some(file);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

/// Returns the org's disk failed.
pub fn disk_error(error: &io::Error) -> ApiError {
    tracing::error!(%error, "a file of the org cannot be read");
    ApiError::new("UNKNOWN_EXCEPTION", "An unexpected error occurred")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(len: usize) -> (Vec<u8>, Blob) {
        let bytes: Vec<u8> = (0..len).map(|at| (at % 251) as u8).collect();
        let mut writer = BlobWriter::default();
        for part in bytes.chunks(7_001) {
            writer.write_all(part).unwrap();
        }
        (bytes, writer.finish().unwrap())
    }

    #[test]
    fn blobs_give_back_what_was_written_wherever_they_live() {
        for len in [0, 1, IN_MEMORY, IN_MEMORY + 1, 3 * IN_MEMORY] {
            let (bytes, blob) = blob(len);
            assert_eq!(blob.len(), len as u64);
            assert_eq!(blob.bytes().unwrap(), bytes);
            let mut part = Vec::new();
            let mut reader = blob.read(len as u64 / 2, 10).unwrap();
            reader.read_to_end(&mut part).unwrap();
            let expected: Vec<u8> = bytes.iter().skip(len / 2).take(10).copied().collect();
            assert_eq!(part, expected);
        }
    }

    #[test]
    fn a_file_goes_with_the_last_clone() {
        let (_, blob) = blob(2 * IN_MEMORY);
        let Kept::File(path, _) = &blob.0 else {
            panic!("not in a file")
        };
        let path = path.to_path_buf();
        let clone = blob.clone();
        drop(blob);
        assert!(path.exists());
        drop(clone);
        assert!(!path.exists());
    }
}
