//! Connection files: which org to reach, how to log in, and the host's own settings for it.
//!
//! A connection file is TOML (or JSON). Its top level is the connector's connection document, with the names of the
//! connector's schema; the table `[host]` holds [`HostSettings`] and never reaches the connector.
//!
//! ```toml
//! url = "https://acme.my.salesforce.com"
//! [auth.client-credentials]
//! client-id = "3MVG9..."
//! client-secret = "${env:ACME_SECRET}"
//! [host]
//! session-file = "acme.session.json"
//! ```
//!
//! `${env:NAME}` and `${file:PATH}` stand for secrets in any string; a file loses its trailing newline, `$${` is a
//! literal `${`. What cannot be resolved is an error that names key and variable or file, before anything is sent.

mod error;
mod folders;
mod host;
mod parse;
mod references;
pub mod schema;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::secret::Secret;

pub use error::ProfileError;
pub use folders::ConnectionFolders;
pub use host::HostSettings;
pub use host::with_unit;
pub use references::{Environment, Resolved};

pub use parse::{json_problem, toml};
pub use references::without_newline;

/// Name of the table of a connection file that is the host's.
const HOST_TABLE: &str = "host";

/// A connection, its secrets resolved, with the host's settings for it.
#[derive(Clone, Debug)]
pub struct Profile {
    name: String,
    path: Option<PathBuf>,
    document: Secret<Value>,
    references: Vec<Resolved>,
    host: HostSettings,
}

impl Profile {
    /// Reads a connection file and resolves what it refers to.
    ///
    /// # Errors
    /// The file cannot be read, is not TOML or JSON, refers to what is not there, or its `[host]` table is wrong.
    pub fn load(path: &Path, environment: &Environment) -> Result<Self, ProfileError> {
        let mut document = parse::file(path)?;
        let directory = path.parent().unwrap_or_else(|| Path::new(""));
        let references = references::resolve(
            &mut document,
            path,
            &references::Sources {
                environment,
                directory,
            },
        )?;
        let host = match document.remove(HOST_TABLE) {
            Some(table) => HostSettings::parse(&table, path, directory)?,
            None => HostSettings::default(),
        };
        let name = path
            .file_stem()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned();
        let document = Secret::new(Value::Object(document));
        Ok(Self {
            name,
            path: Some(path.to_owned()),
            document,
            references,
            host,
        })
    }

    /// Makes a connection from a document that the caller already holds.
    #[must_use]
    pub fn new(name: impl Into<String>, document: Map<String, Value>, host: HostSettings) -> Self {
        Self {
            name: name.into(),
            path: None,
            document: Secret::new(Value::Object(document)),
            references: Vec::new(),
            host,
        }
    }

    /// Names the connection for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Names the file that it came from.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Gives the connector's connection document; it holds secrets.
    #[must_use]
    pub const fn document(&self) -> &Secret<Value> {
        &self.document
    }

    /// Lists what the references of the connection file stood for.
    #[must_use]
    pub fn references(&self) -> &[Resolved] {
        &self.references
    }

    /// Gives the host's settings.
    #[must_use]
    pub const fn host(&self) -> &HostSettings {
        &self.host
    }
}

#[cfg(test)]
mod tests;
