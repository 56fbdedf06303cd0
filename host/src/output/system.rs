//! What depends on the system: opening without following links, locks, rights, which file is which.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

/// How often a lock is tried, and the pause between: a quarter of a second in all.
const LOCK_ATTEMPTS: u32 = 25;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// Bound of attempts to get hold of a file that other runs create and rename at the same time. 100; each means that
/// another run has just come to its end.
const MAX_ATTEMPTS: usize = 100;

/// Gets hold of a file that only this program writes: creates it, or opens what an earlier run left. It is locked, so
/// that of two runs with one file the second is refused. `fresh` removes what is there. Links are never followed, and
/// what is not a regular file of this user with one name is refused.
pub(crate) fn claim(path: &Path, mode: u32, fresh: bool) -> io::Result<File> {
    for _ in 0..MAX_ATTEMPTS {
        match create(path, mode) {
            Ok(file) => return lock(file),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        let file = match open_own(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            opened => lock(opened?)?,
        };
        // Between opening and locking, the run before may have renamed it: then it is not ours.
        if !is_at(path, &file)? {
            continue;
        }
        if !fresh {
            return Ok(file);
        }
        fs::remove_file(path)?;
    }
    Err(io::Error::other("other runs keep replacing it"))
}

/// Says whether this is a file that an earlier run may have left.
pub(crate) fn is_own(path: &Path) -> bool {
    open_own(path).is_ok()
}

/// Locks a file that no other run holds.
fn lock(file: File) -> io::Result<File> {
    for _ in 0..LOCK_ATTEMPTS {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            // A process that is being started shares the locks of its parent until it runs its own program: a lock that was
            // just released may be held for that moment.
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::Error::other("another run is writing it"))
}

fn is_at(path: &Path, file: &File) -> io::Result<bool> {
    let ours = id(&file.metadata()?);
    Ok(fs::symlink_metadata(path).is_ok_and(|there| id(&there) == ours))
}

/// Opens a regular file to append to, and locks it. Links are followed: it is a final name.
#[cfg(feature = "watch")]
pub(crate) fn open_append(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).read(true).write(true).truncate(false);
    lock(options.open(path)?)
}

#[cfg(unix)]
mod unix {
    use std::fs::{self, File, Metadata, Permissions};
    use std::io;
    use std::os::unix::fs::{
        FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown,
    };
    use std::os::unix::net::UnixStream;
    use std::path::Path;

    use rustix::fs::OFlags;

    /// Bits of a mode that say who may read, write and run.
    const RIGHTS: u32 = 0o777;

    /// Returns what tells a file from all others.
    pub(crate) fn id(there: &Metadata) -> Option<(u64, u64)> {
        Some((there.dev(), there.ino()))
    }

    /// Says whether any number of writers may share it.
    pub(crate) fn is_shared(there: &Metadata) -> bool {
        there.file_type().is_char_device()
    }

    pub(super) fn create(path: &Path, mode: u32) -> io::Result<File> {
        let mut options = File::options();
        options.create_new(true).read(true).write(true).mode(mode);
        options.open(path)
    }

    pub(super) fn open_own(path: &Path) -> io::Result<File> {
        let refused = |why: &str| io::Error::new(io::ErrorKind::PermissionDenied, why.to_owned());
        if fs::symlink_metadata(path)?.is_symlink() {
            return Err(refused("is a symbolic link: remove it"));
        }
        let mut options = File::options();
        // Not following, for it may have become a link since; not waiting, for it may be a FIFO.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        options
            .read(true)
            .write(true)
            .custom_flags(flags.bits().cast_signed());
        let file = options.open(path)?;
        let there = file.metadata()?;
        if !there.is_file() {
            return Err(refused("is not a regular file: remove it"));
        }
        if there.uid() != rustix::process::geteuid().as_raw() {
            return Err(refused("belongs to another user: remove it"));
        }
        if there.nlink() > 1 {
            return Err(refused("has a second name (a hard link): remove it"));
        }
        Ok(file)
    }

    /// Opens a device, a FIFO or a socket to write to.
    pub(crate) fn open_stream(path: &Path) -> io::Result<File> {
        if fs::metadata(path)?.file_type().is_socket() {
            let socket = std::os::fd::OwnedFd::from(UnixStream::connect(path)?);
            return Ok(File::from(socket));
        }
        let mut options = File::options();
        // Writing to a terminal must not make it this process's own.
        options
            .write(true)
            .custom_flags(OFlags::NOCTTY.bits().cast_signed());
        options.open(path)
    }

    /// Returns the mode with which a file is created: that of the one it replaces, else what the user's umask leaves.
    pub(crate) fn mode_for(path: &Path, private: bool) -> u32 {
        let old = fs::metadata(path).map_or(0o666, |old| old.permissions().mode() & RIGHTS);
        if private { old & 0o600 } else { old }
    }

    /// Gives a file the owner and the mode of the one that it replaces, if there is one. Where the owner cannot be kept,
    /// what the old group might do is not granted to another group.
    pub(crate) fn keep_rights(file: &File, replaced: &Path, private: bool) -> io::Result<()> {
        let Ok(old) = fs::metadata(replaced) else {
            return Ok(());
        };
        let ours = file.metadata()?;
        let mut mode = mode_for(replaced, private);
        if (old.uid(), old.gid()) != (ours.uid(), ours.gid())
            && fchown(file, Some(old.uid()), Some(old.gid())).is_err()
        {
            let everybody = mode & 0o007;
            mode = (mode & 0o707) | (mode & everybody << 3);
        }
        file.set_permissions(Permissions::from_mode(mode))
    }
}

#[cfg(not(unix))]
mod other {
    use std::fs::{File, Metadata};
    use std::io;
    use std::path::Path;

    pub(crate) fn id(_there: &Metadata) -> Option<(u64, u64)> {
        None
    }

    pub(crate) fn is_shared(_there: &Metadata) -> bool {
        false
    }

    pub(super) fn create(path: &Path, _mode: u32) -> io::Result<File> {
        let mut options = File::options();
        options.create_new(true).read(true).write(true).open(path)
    }

    pub(super) fn open_own(path: &Path) -> io::Result<File> {
        File::options().read(true).write(true).open(path)
    }

    pub(crate) fn open_stream(path: &Path) -> io::Result<File> {
        File::options().write(true).open(path)
    }

    pub(crate) fn mode_for(_path: &Path, _private: bool) -> u32 {
        0
    }

    pub(crate) fn keep_rights(_file: &File, _replaced: &Path, _private: bool) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(not(unix))]
pub(super) use other::*;
#[cfg(unix)]
pub(super) use unix::*;
