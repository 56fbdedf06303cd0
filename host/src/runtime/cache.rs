//! Compiled components on disk: compiling takes most of a second, loading what was compiled a few milliseconds.
//!
//! A file is named by a digest of the component's bytes, of everything that must match in the engine (its version, its
//! settings, the processor), and of this program's version; so there is nothing to invalidate. It holds a magic number,
//! a digest of the artifact, and the artifact. What is not whole is compiled anew, without a word; so is everything if
//! the directory cannot be used, with a warning.

use sha2::{Digest, Sha256};
use std::fs::{self, File, Metadata};
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use wasmtime::Engine;
use wasmtime::component::Component;

const MAGIC: &[u8; 8] = b"MEDIATE1";
const DIGEST_BYTES: usize = 32;
const SUFFIX: &str = "cwasm";

/// Older files are removed beyond this many: every new version of a connector leaves one.
const MAX_FILES: usize = 16;

/// A directory of compiled components.
pub(super) struct Cache {
    dir: PathBuf,
}

impl Cache {
    /// Opens the directory, making it if need be; none, with a warning, if it cannot be used.
    pub(super) fn open(dir: &Path) -> Option<Self> {
        match prepare(dir) {
            Ok(()) => Some(Self {
                dir: dir.to_owned(),
            }),
            Err(error) => {
                tracing::warn!(
                    "compiled components are not kept in {}: {error}",
                    dir.display()
                );
                None
            }
        }
    }

    /// Returns what [`store`](Self::store) kept for these bytes and this engine; none if there is nothing whole.
    pub(super) fn load(&self, engine: &Engine, component: &[u8]) -> Option<Component> {
        let artifact = read(&self.path(engine, component)).ok()?;
        // SAFETY: `deserialize` needs bytes that `Component::serialize` made, for the sake of the machine code inside.
        // Such a file was written by `store` and by nothing else: the digest shows that it arrived whole; the name, that
        // it was made from these bytes by an engine of the same version and settings (which the engine checks again);
        // the permissions, checked before reading, that nobody but the owner of this directory can have replaced it.
        #[expect(
            unsafe_code,
            reason = "loading machine code is what a cache of compiled components is for"
        )]
        let loaded = unsafe { Component::deserialize(engine, artifact) };
        loaded
            .inspect_err(|error| tracing::debug!("a kept component was not taken: {error:#}"))
            .ok()
    }

    /// Keeps a compiled component. A failure costs only time, and is told as a warning.
    pub(super) fn store(&self, engine: &Engine, component: &[u8], compiled: &Component) {
        let kept = compiled
            .serialize()
            .map_err(io::Error::other)
            .and_then(|artifact| write(&self.dir, &self.path(engine, component), &artifact));
        if let Err(error) = kept.and_then(|()| self.prune()) {
            tracing::warn!(
                "a compiled component was not kept in {}: {error}",
                self.dir.display()
            );
        }
    }

    fn path(&self, engine: &Engine, component: &[u8]) -> PathBuf {
        let mut key = KeyHasher(Sha256::new());
        env!("CARGO_PKG_VERSION").hash(&mut key);
        engine.precompile_compatibility_hash().hash(&mut key);
        key.0.update(Sha256::digest(component));
        self.dir.join(format!("{:x}.{SUFFIX}", key.0.finalize()))
    }

    fn prune(&self) -> io::Result<()> {
        let mut files: Vec<_> = fs::read_dir(&self.dir)?
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == SUFFIX)
            })
            .filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)))
            .collect();
        files.sort();
        let excess = files.len().saturating_sub(MAX_FILES);
        files
            .iter()
            .take(excess)
            .try_for_each(|(_, path)| fs::remove_file(path))
    }
}

/// The engine's compatibility hash, fed into a digest that collides with nothing.
struct KeyHasher(Sha256);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

fn prepare(dir: &Path) -> io::Result<()> {
    make_dir(dir)?;
    let metadata = fs::metadata(dir)?;
    if !metadata.is_dir() {
        return Err(io::Error::other("it is no directory"));
    }
    private(&metadata)
}

#[cfg(unix)]
fn make_dir(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
}

#[cfg(not(unix))]
fn make_dir(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}

#[cfg(unix)]
fn private(metadata: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    const WRITABLE_BY_OTHERS: u32 = 0o022;
    if metadata.permissions().mode() & WRITABLE_BY_OTHERS == 0 {
        return Ok(());
    }
    Err(io::Error::other(
        "others than its owner may write to it; run `chmod go-w` on it",
    ))
}

#[cfg(not(unix))]
fn private(_: &Metadata) -> io::Result<()> {
    Ok(())
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    private(&fs::metadata(path)?)?;
    let mut bytes = fs::read(path)?;
    let broken = || io::Error::from(io::ErrorKind::InvalidData);
    let (head, artifact) = bytes
        .split_at_checked(MAGIC.len() + DIGEST_BYTES)
        .ok_or_else(broken)?;
    let (magic, digest) = head.split_at_checked(MAGIC.len()).ok_or_else(broken)?;
    if magic != MAGIC || digest != Sha256::digest(artifact).as_slice() {
        return Err(broken());
    }
    bytes.drain(..MAGIC.len() + DIGEST_BYTES);
    Ok(bytes)
}

/// Writes under a temporary name and renames, so that no other process ever reads half a file.
fn write(dir: &Path, path: &Path, artifact: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(MAGIC)?;
    file.write_all(&Sha256::digest(artifact))?;
    file.write_all(artifact)?;
    file.as_file().sync_all()?;
    let _: File = file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(artifact: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.cwasm");
        write(dir.path(), &path, artifact).unwrap();
        (dir, path)
    }

    #[test]
    fn what_was_written_is_read_back() {
        let (_dir, path) = kept(b"artifact");
        assert_eq!(read(&path).unwrap(), b"artifact");
    }

    #[test]
    fn a_flipped_bit_is_noticed() {
        let (_dir, path) = kept(b"artifact");
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, bytes).unwrap();
        assert!(read(&path).is_err());
    }

    #[test]
    fn a_cut_or_foreign_file_is_noticed() {
        let (_dir, path) = kept(b"artifact");
        for bytes in [
            &b""[..],
            b"MEDIATE1",
            b"something else altogether, long enough for a header",
        ] {
            fs::write(&path, bytes).unwrap();
            assert!(read(&path).is_err());
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_directory_that_others_may_write_to_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        assert!(Cache::open(dir.path()).is_some());
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(Cache::open(dir.path()).is_none());
    }
}
