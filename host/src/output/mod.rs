//! Files that hold data: the one module that writes any.
//!
//! What a path names decides how. A regular file, or a name that is free, appears only when it is whole: `FILE.part` is
//! written, synced and renamed. A device, a FIFO, a socket or stdout is written through. Links are followed for the
//! final name, so that a link stays one, and never for `FILE.part`.

mod collision;
mod destination;
mod part_file;
mod publish;
mod stream;
mod system;

pub use collision::{Collision, Role, Use, check};
pub use destination::Destination;
pub use part_file::{PartFile, PartFileOptions};
pub use stream::Stream;

pub(crate) use system::claim;
#[cfg(feature = "watch")]
pub(crate) use system::open_append;

use std::path::{Path, PathBuf};

/// Returns the path with something appended to its last name.
#[must_use]
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Returns the folder that a path is in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."))
}
