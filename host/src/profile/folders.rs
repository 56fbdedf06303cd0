//! Where connection files are looked for.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Environment, ProfileError};
use crate::text;

/// Endings of connection files, in the order in which they are tried.
const ENDINGS: [&str; 2] = ["toml", "json"];

/// Folders in which a connection is looked for by name.
#[derive(Clone, Debug)]
pub struct ConnectionFolders {
    pub(super) folders: Vec<PathBuf>,
}

impl ConnectionFolders {
    /// Searches these folders in their order.
    #[must_use]
    pub const fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders }
    }

    /// Searches `./connections`, then `$XDG_CONFIG_HOME/mediate/connections` (`~/.config` when unset).
    #[must_use]
    pub fn standard(environment: &Environment) -> Self {
        let set = |name: &str| {
            environment(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let config =
            set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")));
        let personal = config.map(|config| config.join("mediate").join("connections"));
        Self::new(
            std::iter::once(PathBuf::from("connections"))
                .chain(personal)
                .collect(),
        )
    }

    /// Finds the file of a connection, given as a path or by name.
    ///
    /// What has a folder in it or an ending is a path; anything else is a name.
    ///
    /// # Errors
    /// No folder holds a connection of this name. A path is not checked.
    pub fn find(&self, name: &str) -> Result<PathBuf, ProfileError> {
        let path = Path::new(name);
        let is_path = path.components().count() > 1 || name.starts_with('.') || has_ending(path);
        if is_path {
            return Ok(path.to_owned());
        }
        let named =
            |folder: &PathBuf| ENDINGS.map(|ending| folder.join(format!("{name}.{ending}")));
        let tried: Vec<PathBuf> = self.folders.iter().flat_map(named).collect();
        tried
            .iter()
            .find(|file| file.is_file())
            .cloned()
            .ok_or_else(|| self.not_found(name))
    }

    fn not_found(&self, name: &str) -> ProfileError {
        let known = self.names();
        ProfileError::NotFound {
            name: name.to_owned(),
            tried: self
                .folders
                .iter()
                .map(|folder| folder.join(format!("{name}.toml")))
                .collect(),
            nearest: text::nearest(name, known.iter().map(String::as_str)).map(str::to_owned),
        }
    }

    /// Lists the names of all connections that are there.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let files = self
            .folders
            .iter()
            .filter_map(|folder| fs::read_dir(folder).ok())
            .flatten()
            .flatten();
        let stem = |file: fs::DirEntry| {
            let path = file.path();
            has_ending(&path).then(|| {
                path.file_stem()
                    .map(|stem| stem.to_string_lossy().into_owned())
            })?
        };
        let mut names: Vec<String> = files.filter_map(stem).collect();
        names.sort();
        names.dedup();
        names
    }
}

fn has_ending(path: &Path) -> bool {
    path.extension().is_some_and(|ending| {
        ENDINGS
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
    })
}
