//! What a transfer was asked to do, as its journal keeps it: enough for another process to go on.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::args::{Connection, Global};
use super::failure::Failure;
use crate::ledger::Ledger;

/// Is the form of journals that this version writes and reads.
const VERSION: u32 = 1;

/// A transfer that was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Plan {
    version: u32,
    pub(super) operation: String,
    pub(super) config: Value,
    pub(super) files: Files,
    connection: Option<String>,
    sandbox_data: Option<PathBuf>,
    connector: Option<PathBuf>,
}

/// The files of a transfer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Files {
    /// Of a load.
    #[serde(rename_all = "kebab-case")]
    Load {
        /// The records.
        input: PathBuf,
        /// How many bytes it had.
        input_bytes: u64,
        /// Says that it is our copy of stdin.
        spooled: bool,
        outcomes: Option<PathBuf>,
        failed: Option<PathBuf>,
    },
    /// Of an extract.
    Extract {
        input: Option<PathBuf>,
        input_type: Option<String>,
        output: PathBuf,
    },
}

impl Plan {
    pub(super) fn new(
        operation: &str,
        config: &Value,
        files: Files,
        connection: &Connection,
        global: &Global,
    ) -> Result<Self, Failure> {
        Ok(Self {
            version: VERSION,
            operation: operation.to_owned(),
            config: config.clone(),
            files,
            connection: connection.effective().map(absolute_if_file).transpose()?,
            sandbox_data: connection
                .sandbox_data
                .as_deref()
                .map(absolute)
                .transpose()?,
            connector: global.connector.as_deref().map(absolute).transpose()?,
        })
    }

    /// Returns the arguments that lead to the same connection and connector.
    pub(super) fn arguments(&self, global: &Global) -> (Connection, Global) {
        let connection = Connection {
            connection: self.connection.clone(),
            sandbox_data: self.sandbox_data.clone(),
        };
        let global = Global {
            connector: self.connector.clone(),
            ..global.clone()
        };
        (connection, global)
    }

    /// Begins the journal. One without steps, which a killed run left before anything happened, is replaced.
    pub(super) fn begin(&self, path: &Path) -> Result<Ledger, Failure> {
        match Ledger::create(path, self) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                discard_if_empty(path)?;
                Ledger::create(path, self).map_err(|error| Failure::write(path, error))
            }
            created => created.map_err(|error| Failure::write(path, error)),
        }
    }
}

fn discard_if_empty(path: &Path) -> Result<(), Failure> {
    let opened = Ledger::open::<Value, Value>(path);
    let (ledger, _, _) = opened.map_err(|error| Failure::write(path, error))?;
    if ledger.has_steps() {
        let path = path.display();
        return Err(Failure::usage(format!(
            "{path} is the journal of a run that did not end: go on with `mediate resume {path}`, give it up with \
             `mediate resume {path} --abort`, or name another one with --journal"
        )));
    }
    ledger.remove().map_err(|error| Failure::write(path, error))
}

/// Opens the journal of a run that did not end.
pub(super) fn open(path: &Path) -> Result<(Ledger, Plan, Option<Value>), Failure> {
    let opened = Ledger::open::<Plan, Value>(path);
    let (ledger, plan, step) = opened.map_err(|error| {
        Failure::usage(format!(
            "cannot take up {}: {}",
            path.display(),
            crate::words::io(&error)
        ))
    })?;
    if plan.version == VERSION {
        Ok((ledger, plan, step))
    } else {
        Err(Failure::usage(format!(
            "{} is of version {}, and this program reads version {VERSION}: use the one that wrote it",
            path.display(),
            plan.version
        )))
    }
}

/// Names the journal of a file: `FILE.journal`.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".journal");
    PathBuf::from(name)
}

/// Returns a path that holds in whatever folder the run is taken up.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::write(path, error))
}

fn absolute_if_file(name: String) -> Result<String, Failure> {
    let path = Path::new(&name);
    if !path.is_file() {
        return Ok(name);
    }
    let path = absolute(path)?;
    Ok(path.to_str().map_or(name, str::to_owned))
}
