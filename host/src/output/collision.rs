//! Files of one run that are the same file, whatever they are called: found before anything is read or sent.

use std::fs;
use std::path::{Path, PathBuf};

use super::destination::{Destination, Kind};
use super::{folder_of, publish, system};

/// What a run does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It is read. `-` is stdin.
    Read,
    /// It is written when it is whole, or through.
    Write,
    /// It is written in place.
    Keep,
}

/// A file that a run uses.
#[derive(Clone, Debug)]
pub struct Use<'a> {
    /// Name of the argument, for example `--output`.
    pub argument: &'a str,
    /// Path as it was given.
    pub path: &'a Path,
    /// What is done with it.
    pub role: Role,
}

/// Two arguments that name one file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{first} and {second} are the same file ({}): name another one for {second}", .path.display())]
pub struct Collision {
    first: String,
    second: String,
    path: PathBuf,
}

/// What makes two files one.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Identity {
    Stdout,
    /// Device and number on it, whatever the name.
    Inode(u64, u64),
    /// Folder, links followed, and name: of files that are not there yet too.
    Path(PathBuf),
}

/// Says which two of these files are the same. Files that a run makes beside them (`FILE.part`) count too.
///
/// # Errors
/// Two are the same.
pub fn check(uses: &[Use<'_>]) -> Result<(), Collision> {
    let mut known: Vec<(&Use<'_>, Vec<Identity>)> = Vec::new();
    for one in uses {
        let identities = identities(one);
        let same = |(_, others): &&(&Use<'_>, Vec<Identity>)| {
            others.iter().any(|other| identities.contains(other))
        };
        if let Some((other, _)) = known.iter().find(same) {
            return Err(Collision {
                first: other.argument.to_owned(),
                second: one.argument.to_owned(),
                path: one.path.to_owned(),
            });
        }
        known.push((one, identities));
    }
    Ok(())
}

fn identities(one: &Use<'_>) -> Vec<Identity> {
    let is_standard = one.path == Path::new("-");
    match one.role {
        Role::Read if is_standard => of_standard(Path::new("/dev/stdin")),
        Role::Read | Role::Keep => of_file(one.path),
        Role::Write => of_output(one.path),
    }
}

fn of_output(path: &Path) -> Vec<Identity> {
    let destination = Destination::new(path, false);
    match destination.as_ref().map(Destination::kind) {
        Ok(Kind::Stdout) => {
            let mut identities = of_standard(Path::new("/dev/stdout"));
            identities.push(Identity::Stdout);
            identities
        }
        Ok(Kind::File(target)) => {
            let part = super::beside(target, ".part");
            let packed = publish::compressed(&part);
            let files = [target, &part, &packed].map(|path| of_file(path));
            files.into_iter().flatten().collect()
        }
        Ok(Kind::Stream) | Err(_) => of_file(path),
    }
}

/// Identifies stdin or stdout, where a file is behind it.
fn of_standard(path: &Path) -> Vec<Identity> {
    let there = fs::metadata(path).ok().filter(fs::Metadata::is_file);
    let inode = there.and_then(|there| system::id(&there));
    inode
        .map(|(device, number)| Identity::Inode(device, number))
        .into_iter()
        .collect()
}

fn of_file(path: &Path) -> Vec<Identity> {
    let there = fs::metadata(path).ok();
    if there.as_ref().is_some_and(system::is_shared) {
        return Vec::new();
    }
    let inode = there.and_then(|there| system::id(&there));
    let inode = inode.map(|(device, number)| Identity::Inode(device, number));
    inode
        .into_iter()
        .chain([Identity::Path(canonical(path))])
        .collect()
}

fn canonical(path: &Path) -> PathBuf {
    if let Ok(whole) = fs::canonicalize(path) {
        return whole;
    }
    let folder = fs::canonicalize(folder_of(path));
    match (folder, path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use tempfile::TempDir;

    use super::*;

    fn collide(first: (&Path, Role), second: (&Path, Role)) -> bool {
        let named = |argument, (path, role): (&'static Path, Role)| Use {
            argument,
            path,
            role,
        };
        let leak = |path: &Path| -> &'static Path { Box::leak(path.to_owned().into_boxed_path()) };
        let uses = [
            named("--a", (leak(first.0), first.1)),
            named("--b", (leak(second.0), second.1)),
        ];
        check(&uses).is_err()
    }

    #[test]
    fn one_file_by_any_name_is_one_file() {
        let folder = TempDir::new().expect("folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("in"), "x").expect("file");
        fs::hard_link(at("in"), at("hard")).expect("link");
        symlink("in", at("soft")).expect("link");
        symlink("free", at("dangling")).expect("link");
        let input = (at("in"), Role::Read);
        for other in ["in", "hard", "soft", "./in", "../in"] {
            let other = match other {
                "../in" => at("x")
                    .parent()
                    .map(|folder| folder.join("./in"))
                    .unwrap_or_default(),
                other => at(other),
            };
            assert!(
                collide((&input.0, input.1), (&other, Role::Write)),
                "{other:?}"
            );
        }
        assert!(collide(
            (&at("free"), Role::Write),
            (&at("dangling"), Role::Write)
        ));
        assert!(!collide(
            (&at("in"), Role::Read),
            (&at("free"), Role::Write)
        ));
    }

    #[test]
    fn what_a_run_makes_beside_a_file_counts() {
        let folder = TempDir::new().expect("folder");
        let at = |name: &str| folder.path().join(name);
        assert!(collide(
            (&at("out.part"), Role::Read),
            (&at("out"), Role::Write)
        ));
        assert!(collide((&at("out"), Role::Write), (&at("out"), Role::Keep)));
    }

    #[test]
    fn devices_may_be_shared_and_stdout_may_not() {
        let null = (Path::new("/dev/null"), Role::Write);
        assert!(!collide(null, null));
        let stdout = (Path::new("-"), Role::Write);
        assert!(collide(stdout, (Path::new("/dev/stdout"), Role::Write)));
    }
}
