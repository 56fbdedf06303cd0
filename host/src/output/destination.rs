//! What a path names: a file that is replaced when its successor is whole, or something that is written through.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{beside, folder_of};

/// Bound of a chain of links. 40 links; Linux's own bound (`path_resolution(7)`).
const MAX_LINKS: usize = 40;
/// Names of stdout. The last three are what `/dev/stdout` leads to.
const STDOUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// Where data goes, before any of it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    name: PathBuf,
    kind: Kind,
    gzip: bool,
}

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Stdout of this process.
    Stdout,
    /// A device, a FIFO or a socket.
    Stream,
    /// A regular file, there or not, with all links followed.
    File(PathBuf),
}

impl Destination {
    /// Finds out what a path names. `-` is stdout. Nothing is opened.
    ///
    /// # Errors
    /// It is a folder, a circle of links, or out of reach.
    pub fn new(name: &Path, gzip: bool) -> io::Result<Self> {
        Ok(Self {
            kind: kind(name)?,
            name: name.to_owned(),
            gzip,
        })
    }

    /// Returns the path as it was given.
    #[must_use]
    pub fn name(&self) -> &Path {
        &self.name
    }

    /// Says whether data appears under the name only when it is whole.
    #[must_use]
    pub const fn is_file(&self) -> bool {
        matches!(self.kind, Kind::File(_))
    }

    /// Says whether this is stdout.
    #[must_use]
    pub const fn is_stdout(&self) -> bool {
        matches!(self.kind, Kind::Stdout)
    }

    /// Says whether data is compressed on its way there.
    #[must_use]
    pub const fn is_gzip(&self) -> bool {
        self.gzip
    }

    pub(super) const fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Returns the file that is written until the data is whole: beside the final name, or `spool` where the data is
    /// written through at the end.
    #[must_use]
    pub fn part(&self, spool: &Path) -> PathBuf {
        match &self.kind {
            Kind::File(path) => beside(path, ".part"),
            Kind::Stdout | Kind::Stream => spool.to_owned(),
        }
    }
}

fn kind(name: &Path) -> io::Result<Kind> {
    if STDOUT.iter().any(|stdout| name == Path::new(stdout)) {
        return Ok(Kind::Stdout);
    }
    match fs::metadata(name) {
        Ok(there) if there.is_dir() => Err(io::Error::new(
            io::ErrorKind::IsADirectory,
            "is a folder: name a file",
        )),
        Ok(there) if !there.is_file() => Ok(Kind::Stream),
        Ok(_) => follow(name).map(Kind::File),
        Err(error) if error.kind() == io::ErrorKind::NotFound => follow(name).map(Kind::File),
        Err(error) => Err(error),
    }
}

/// Follows links to the name that is written, whether there is a file or not.
fn follow(name: &Path) -> io::Result<PathBuf> {
    let mut path = name.to_owned();
    for _ in 0..MAX_LINKS {
        let is_link = fs::symlink_metadata(&path).is_ok_and(|there| there.is_symlink());
        if !is_link {
            return Ok(path);
        }
        // A relative link counts from the folder that it is in; joining an absolute one replaces the path.
        path = folder_of(&path).join(fs::read_link(&path)?);
    }
    Err(io::Error::other("is a circle of symbolic links"))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use tempfile::TempDir;

    use super::*;

    fn kind_of(path: &Path) -> Kind {
        Destination::new(path, false).expect("usable").kind
    }

    #[test]
    fn links_are_followed_to_the_name_that_is_written() {
        let folder = TempDir::new().expect("folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("below")).expect("folder");
        symlink("below/second", at("first")).expect("link");
        symlink("file", at("below/second")).expect("link");
        assert_eq!(kind_of(&at("first")), Kind::File(at("below/file")));
        fs::write(at("below/file"), "").expect("file");
        assert_eq!(kind_of(&at("first")), Kind::File(at("below/file")));
    }

    #[test]
    fn a_circle_of_links_is_refused() {
        let folder = TempDir::new().expect("folder");
        let at = |name: &str| folder.path().join(name);
        symlink("b", at("a")).expect("link");
        symlink("a", at("b")).expect("link");
        assert!(Destination::new(&at("a"), false).is_err());
    }

    #[test]
    fn devices_are_streams_and_stdout_has_several_names() {
        assert_eq!(kind_of(Path::new("/dev/null")), Kind::Stream);
        for name in STDOUT {
            assert_eq!(kind_of(Path::new(name)), Kind::Stdout);
        }
    }

    #[test]
    fn a_folder_is_refused() {
        let refused = Destination::new(Path::new("."), false).expect_err("refused");
        assert_eq!(refused.kind(), io::ErrorKind::IsADirectory);
    }
}
