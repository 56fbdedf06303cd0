//! Compiled components on disk: compiling takes most of a second, loading what was compiled a few milliseconds.
//!
//! A file is named by a digest of the component's bytes, of everything that must match in the engine (its version, its
//! settings, the processor), and of this program's version; so there is nothing to invalidate. It holds a magic number,
//! a keyed digest (HMAC-SHA-256) of its name and the artifact, and the artifact. What is not whole is compiled again, without a message.
//!
//! Who can write here can run code in this process. So the directory, the key and every file must belong to the user of this
//! process, and nobody else may write to them; checked on the file that is read, not on its name. The key lies beside the files, readable by
//! its owner only. A directory that fails is not used, with a warning: with somebody else's `HOME`, everything is compiled again.

use crate::owner;
use ring::hmac;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use wasmtime::Engine;
use wasmtime::component::Component;

const MAGIC: &[u8; 8] = b"MEDIATE2";
const TAG_BYTES: usize = 32;
const KEY_BYTES: usize = 32;
const SUFFIX: &str = "cwasm";

/// Name of the file that holds the key.
const KEY: &str = "key";

/// Older files are removed beyond this many: every new version of a connector leaves one.
const MAX_FILES: usize = 16;

/// A directory of compiled components.
pub(super) struct Cache {
    dir: PathBuf,
    key: hmac::Key,
}

impl Cache {
    /// Opens the directory, making it if need be; none, with a warning, if it cannot be used.
    pub(super) fn open(dir: &Path) -> Option<Self> {
        match prepare(dir) {
            Ok(key) => Some(Self {
                dir: dir.to_owned(),
                key,
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
        let artifact = self.read(&name(engine, component)).ok()?;
        // SAFETY: `deserialize` needs bytes that `Component::serialize` made, for the sake of the machine code inside.
        // Such a file was written by `store` and by nothing else: the keyed digest shows that somebody made it who could read
        // the key, which only this user can; the name, part of the digest, that it was made from these bytes by an engine of the same
        // version and settings (which the engine checks again); owner and permissions of the open file, that nobody else can change it
        // meanwhile.
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
            .and_then(|artifact| self.write(&name(engine, component), &artifact));
        if let Err(error) = kept.and_then(|()| self.prune()) {
            tracing::warn!(
                "a compiled component was not kept in {}: {error}",
                self.dir.display()
            );
        }
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let mut bytes = read_own(&self.dir.join(name))?;
        let broken = || io::Error::from(io::ErrorKind::InvalidData);
        let (head, artifact) = bytes
            .split_at_checked(MAGIC.len() + TAG_BYTES)
            .ok_or_else(broken)?;
        let (magic, tag) = head.split_at_checked(MAGIC.len()).ok_or_else(broken)?;
        if magic != MAGIC || !self.is_genuine(name, artifact, tag) {
            return Err(broken());
        }
        bytes.drain(..MAGIC.len() + TAG_BYTES);
        Ok(bytes)
    }

    /// Writes under a temporary name and renames, so that no other process ever reads half a file.
    fn write(&self, name: &str, artifact: &[u8]) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.dir)?;
        file.write_all(MAGIC)?;
        file.write_all(self.tag(name, artifact).as_ref())?;
        file.write_all(artifact)?;
        file.as_file().sync_all()?;
        let _: File = file
            .persist(self.dir.join(name))
            .map_err(|error| error.error)?;
        Ok(())
    }

    fn tag(&self, name: &str, artifact: &[u8]) -> hmac::Tag {
        hmac::sign(&self.key, &signed(name, artifact))
    }

    fn is_genuine(&self, name: &str, artifact: &[u8], tag: &[u8]) -> bool {
        hmac::verify(&self.key, &signed(name, artifact), tag).is_ok()
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

/// Returns what the keyed digest is made of: a digest of the artifact, and the name.
fn signed(name: &str, artifact: &[u8]) -> Vec<u8> {
    [Sha256::digest(artifact).as_slice(), name.as_bytes()].concat()
}

fn name(engine: &Engine, component: &[u8]) -> String {
    let mut key = KeyHasher(Sha256::new());
    env!("CARGO_PKG_VERSION").hash(&mut key);
    engine.precompile_compatibility_hash().hash(&mut key);
    key.0.update(Sha256::digest(component));
    format!("{:x}.{SUFFIX}", key.0.finalize())
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

fn prepare(dir: &Path) -> io::Result<hmac::Key> {
    make_dir(dir)?;
    let metadata = fs::metadata(dir)?;
    if !metadata.is_dir() {
        return Err(io::Error::other("it is not a directory"));
    }
    owner::check(&metadata)?;
    let bytes = key(dir)?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

/// Reads the key, or makes one; of two processes that do so at once, one wins, and both use its key. In place of a damaged key there
/// is a new one: what was kept with the old one is compiled again.
fn key(dir: &Path) -> io::Result<Vec<u8>> {
    let path = dir.join(KEY);
    match read_own(&path) {
        Ok(key) if key.len() == KEY_BYTES => return Ok(key),
        Ok(_) => fs::remove_file(&path)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    make_key(dir, &path)?;
    read_own(&path)
}

fn make_key(dir: &Path, path: &Path) -> io::Result<()> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::getrandom(&mut bytes)?;
    // Made with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(&bytes)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
    }
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

/// Reads a file that is this user's alone.
fn read_own(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    owner::check(&file.metadata()?)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "x.cwasm";

    fn kept(artifact: &[u8]) -> (tempfile::TempDir, Cache) {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(dir.path()).unwrap();
        cache.write(NAME, artifact).unwrap();
        (dir, cache)
    }

    #[test]
    fn what_was_written_is_read_back_by_other_processes_too() {
        let (dir, cache) = kept(b"artifact");
        assert_eq!(cache.read(NAME).unwrap(), b"artifact");
        let other = Cache::open(dir.path()).unwrap();
        assert_eq!(other.read(NAME).unwrap(), b"artifact");
    }

    #[test]
    fn a_flipped_bit_is_noticed() {
        let (dir, cache) = kept(b"artifact");
        let path = dir.path().join(NAME);
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, bytes).unwrap();
        assert!(cache.read(NAME).is_err());
    }

    #[test]
    fn a_cut_or_foreign_file_is_noticed() {
        let (dir, cache) = kept(b"artifact");
        for bytes in [
            &b""[..],
            b"MEDIATE2",
            b"something else altogether, long enough for a header",
        ] {
            fs::write(dir.path().join(NAME), bytes).unwrap();
            assert!(cache.read(NAME).is_err());
        }
    }

    #[test]
    fn what_was_kept_with_another_key_or_under_another_name_is_not_taken() {
        let (dir, cache) = kept(b"artifact");
        fs::copy(dir.path().join(NAME), dir.path().join("y.cwasm")).unwrap();
        assert!(cache.read("y.cwasm").is_err());
        let (other, _) = kept(b"artifact");
        fs::copy(other.path().join(NAME), dir.path().join(NAME)).unwrap();
        assert!(cache.read(NAME).is_err());
    }

    #[test]
    fn a_damaged_key_is_replaced() {
        let (dir, cache) = kept(b"artifact");
        fs::write(dir.path().join(KEY), b"short").unwrap();
        let anew = Cache::open(dir.path()).unwrap();
        assert!(anew.read(NAME).is_err());
        anew.write(NAME, b"other").unwrap();
        assert_eq!(
            Cache::open(dir.path()).unwrap().read(NAME).unwrap(),
            b"other"
        );
        assert!(cache.read(NAME).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_directory_a_file_and_a_key_that_others_may_write_to_are_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let (dir, cache) = kept(b"artifact");
        let set = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap()
        };
        set(&dir.path().join(NAME), 0o666);
        assert!(cache.read(NAME).is_err());
        let key = dir.path().join(KEY);
        assert_eq!(
            fs::metadata(&key).unwrap().permissions().mode() & 0o777,
            0o600
        );
        set(&key, 0o622);
        assert!(Cache::open(dir.path()).is_none());
        set(&key, 0o600);
        set(dir.path(), 0o777);
        assert!(Cache::open(dir.path()).is_none());
    }

    #[cfg(unix)]
    #[test]
    fn what_belongs_to_another_user_is_not_used() {
        use std::os::unix::fs::chown;
        const SOMEBODY: u32 = 12345;
        let (dir, cache) = kept(b"artifact");
        // Only root can give files away.
        if chown(dir.path().join(NAME), Some(SOMEBODY), None).is_err() {
            assert!(Cache::open(Path::new("/")).is_none());
            return;
        }
        assert!(cache.read(NAME).is_err());
        chown(dir.path().join(KEY), Some(SOMEBODY), None).unwrap();
        assert!(Cache::open(dir.path()).is_none());
        fs::remove_file(dir.path().join(KEY)).unwrap();
        chown(dir.path(), Some(SOMEBODY), None).unwrap();
        assert!(Cache::open(dir.path()).is_none());
    }
}
