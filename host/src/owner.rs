//! Whose a file is. What another user owns or can write is not trusted with secrets or with code.

use std::fs::Metadata;
use std::io;

/// Checks that a file or directory belongs to the user of this process, and that nobody else can write to it.
///
/// # Errors
/// What is wrong, as the rest of a sentence about it.
#[cfg(unix)]
pub(crate) fn check(metadata: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    const WRITABLE_BY_OTHERS: u32 = 0o022;
    if metadata.uid() != user()? {
        return Err(io::Error::other("it belongs to another user"));
    }
    if metadata.mode() & WRITABLE_BY_OTHERS != 0 {
        return Err(io::Error::other(
            "others than its owner may write to it; run `chmod go-w` on it",
        ));
    }
    Ok(())
}

/// Checks nothing: this system has no owners of the kind.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub(crate) fn check(_: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Returns the user as whom this process makes files: the owner of one that it has just made.
#[cfg(unix)]
fn user() -> io::Result<u32> {
    use std::os::unix::fs::MetadataExt as _;
    use std::sync::OnceLock;
    static USER: OnceLock<u32> = OnceLock::new();
    if let Some(user) = USER.get() {
        return Ok(*user);
    }
    let user = tempfile::tempfile()?.metadata()?.uid();
    Ok(*USER.get_or_init(|| user))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt as _, chown};

    use super::*;

    #[test]
    fn a_file_that_others_can_write_is_not_trusted() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let mode = |mode| fs::set_permissions(&file, Permissions::from_mode(mode)).expect("mode");
        let checked = || check(&fs::metadata(&file).expect("metadata"));
        for good in [0o600, 0o644, 0o700] {
            mode(good);
            checked().expect("trusted");
        }
        for bad in [0o620, 0o602, 0o666] {
            mode(bad);
            checked().expect_err("not trusted");
        }
    }

    #[test]
    fn a_file_of_another_user_is_not_trusted() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        // Only root can give a file away; for everybody else the root directory belongs to another.
        let metadata = match chown(&file, Some(12345), None) {
            Ok(()) => fs::metadata(&file),
            Err(_) => fs::metadata("/"),
        };
        let error = check(&metadata.expect("metadata")).expect_err("not trusted");
        assert_eq!(error.to_string(), "it belongs to another user");
    }
}
