//! Files of records that came as uploads: kept on disk, so that their size does not matter.
//!
//! An org in a database file has them in the folder `{file}.files`; one in memory in a folder that goes with the
//! process. The database holds a [`StoredFile`] in their place.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use md5::{Digest as _, Md5};
use tempfile::{NamedTempFile, TempDir};

use super::random_token;
use crate::write::Row;
use sandbox_model::value::{StoredFile, Value};

/// Characters of a file's name.
const NAME: usize = 32;

/// The folder of an org's files, made when the first one comes.
#[derive(Debug)]
pub struct Files {
    next_to: Option<PathBuf>,
    temporary: Mutex<Option<TempDir>>,
}

/// Largest file in a response as base64 (REST API guide, "Insert or Update Blob Data": 37.5 MB).
const MAX_IN_RESPONSE: u64 = 75 * 1024 * 1024 / 2;

/// A file on its way in. Dropped before [`Upload::keep`], it changes nothing.
#[derive(Debug)]
pub struct Upload {
    file: NamedTempFile,
    size: u64,
    md5: Md5,
}

impl Files {
    /// Returns the files of the org in this database file, or of one in memory.
    #[must_use]
    pub fn next_to(database: Option<&Path>) -> Self {
        let next_to = database.map(|path| {
            let mut name = path.as_os_str().to_owned();
            name.push(".files");
            PathBuf::from(name)
        });
        Self {
            next_to,
            temporary: Mutex::new(None),
        }
    }

    /// Starts a file.
    ///
    /// # Errors
    /// The disk's.
    pub fn upload(&self) -> io::Result<Upload> {
        Ok(Upload {
            file: NamedTempFile::new_in(self.folder()?)?,
            size: 0,
            md5: Md5::new(),
        })
    }

    /// Opens a file for reading.
    ///
    /// # Errors
    /// The disk's; `NotFound` if the file is not there.
    pub fn open(&self, file: &StoredFile) -> io::Result<File> {
        File::open(self.folder()?.join(&file.name))
    }

    /// Returns a file's bytes, for responses that hold them as base64; `None` if no such response has room for them.
    pub fn content(&self, value: &Value) -> Option<Vec<u8>> {
        match value {
            Value::Blob(bytes) => Some(bytes.clone()),
            Value::File(file) if file.size <= MAX_IN_RESPONSE => {
                let mut bytes = Vec::new();
                self.open(file).ok()?.read_to_end(&mut bytes).ok()?;
                Some(bytes)
            }
            _ => None,
        }
    }

    /// Reads a record's files into memory as [`Files::content`] does.
    pub fn take_in(&self, row: &mut Row<'_>) {
        let files = row.values.iter_mut();
        for value in files.filter(|value| matches!(value, Value::File(_))) {
            *value = self.content(value).map_or(Value::Null, Value::Blob);
        }
    }

    /// Forgets a file; one that is not there is fine.
    pub fn remove(&self, file: &StoredFile) {
        let removed = self
            .folder()
            .and_then(|folder| fs::remove_file(folder.join(&file.name)));
        if let Err(error) = removed {
            tracing::debug!(%error, "a file could not be removed");
        }
    }

    fn folder(&self) -> io::Result<PathBuf> {
        if let Some(folder) = &self.next_to {
            fs::create_dir_all(folder)?;
            return Ok(folder.clone());
        }
        let mut temporary = self
            .temporary
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = temporary.as_ref() {
            return Ok(folder.path().to_owned());
        }
        let folder = TempDir::with_prefix("sandbox-files-")?;
        let path = folder.path().to_owned();
        *temporary = Some(folder);
        Ok(path)
    }
}

impl Upload {
    /// Adds bytes at the end.
    ///
    /// # Errors
    /// The disk's.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.md5.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Bytes so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Gives the file its name among the others.
    ///
    /// # Errors
    /// The disk's.
    pub fn keep(self) -> io::Result<StoredFile> {
        let name: String = random_token(NAME)
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let folder = self.file.path().parent().map(Path::to_owned);
        let path = folder.unwrap_or_default().join(&name);
        self.file.persist_noclobber(path)?;
        Ok(StoredFile {
            name,
            size: self.size,
            md5: hexadecimal(&self.md5.finalize()),
        })
    }
}

/// Returns the MD5 of these bytes in hexadecimal digits.
#[must_use]
pub fn md5_of(bytes: &[u8]) -> String {
    hexadecimal(&Md5::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_file_is_read_back_and_a_dropped_one_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::next_to(Some(&folder.path().join("org.db")));
        let mut upload = files.upload().unwrap();
        upload.write(b"hello ").unwrap();
        upload.write(b"world").unwrap();
        let stored = upload.keep().unwrap();
        assert_eq!(
            (stored.size, stored.md5.as_str()),
            (11, "5eb63bbbe01eeed093cb22bb8f5acdc3")
        );
        let schema = sandbox_model::schema::Schema::shipped().unwrap();
        let mut row = Row::empty(schema.object("Attachment").unwrap());
        row.set("Body", Value::File(stored.clone()));
        files.take_in(&mut row);
        assert_eq!(*row.get("Body"), Value::Blob(b"hello world".to_vec()));
        let mut text = String::new();
        files
            .open(&stored)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "hello world");
        drop(files.upload().unwrap());
        let count = || {
            fs::read_dir(folder.path().join("org.db.files"))
                .unwrap()
                .count()
        };
        assert_eq!(count(), 1);
        files.remove(&stored);
        assert_eq!(count(), 0);
    }
}
