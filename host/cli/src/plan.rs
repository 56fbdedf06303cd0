//! What a transfer was asked to do, as its journal keeps it: enough for another process to continue.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::args::{Connection, Global};
use super::failure::Failure;
use super::format::Data;
use super::output::{cannot_open, destination};
use mediate::journal_file::JournalFile;
use mediate::output::{self, Destination};
use mediate::text;

/// Version of the journal format that this program writes and reads.
const VERSION: u32 = 2;

/// A transfer that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// A file of a transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Named {
    pub(super) path: PathBuf,
    /// Whether it is compressed.
    pub(super) gzip: bool,
}

/// The files of a transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Files {
    /// Of a load.
    Load {
        /// The records.
        input: Named,
        /// Whether it is our copy of something that cannot be read again.
        spooled: bool,
        outcomes: Option<Named>,
        failed: Option<Named>,
    },
    /// Of an extract.
    #[serde(rename_all = "kebab-case")]
    Extract {
        input: Option<PathBuf>,
        input_type: Option<String>,
        output: Named,
    },
}

impl Named {
    /// Names a file so that it is found in whatever folder the run is continued.
    pub(super) fn new(path: &Path, gzip: bool) -> Result<Self, Failure> {
        // A name of stdout stays what it is.
        let is_stdout = destination(Some(path), gzip)?.is_stdout();
        let path = if is_stdout {
            path.to_owned()
        } else {
            absolute(path)?
        };
        Ok(Self { path, gzip })
    }

    pub(super) fn destination(&self) -> Result<Destination, Failure> {
        destination(Some(&self.path), self.gzip)
    }
}

impl Files {
    /// Lists the files that are written, each with the one in which data gathers that is written through at the end.
    pub(super) fn written(&self, journal: &Path) -> Vec<(&Named, PathBuf)> {
        match self {
            Self::Load {
                outcomes, failed, ..
            } => {
                let outcomes = outcomes
                    .iter()
                    .map(|file| (file, spool(journal, Data::Outcomes)));
                let failed = failed
                    .iter()
                    .map(|file| (file, spool(journal, Data::Failed)));
                outcomes.chain(failed).collect()
            }
            Self::Extract { output, .. } => vec![(output, spool(journal, Data::Output))],
        }
    }
}

/// Names the file in which data gathers that is written through at the end: `JOURNAL.outcomes`.
pub(super) fn spool(journal: &Path, data: Data) -> PathBuf {
    output::beside(journal, &data.argument().replace("--", "."))
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
    pub(super) fn begin(&self, path: &Path) -> Result<JournalFile, Failure> {
        match JournalFile::create(path, self) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                discard_if_empty(path)?;
                JournalFile::create(path, self).map_err(|error| cannot_open(path, &error))
            }
            created => created.map_err(|error| cannot_open(path, &error)),
        }
    }

    /// Opens the journal of a run with this plan that did not end, if there is one with steps.
    pub(super) fn left(
        &self,
        path: &Path,
    ) -> Result<Option<(JournalFile, Option<Value>)>, Failure> {
        if !has_begun(path) {
            return Ok(None);
        }
        let (journal_file, plan, step) = open(path)?;
        if !journal_file.has_steps() {
            return Ok(None);
        }
        if plan == *self {
            return Ok(Some((journal_file, step)));
        }
        let path = path.display();
        Err(Failure::usage(format!(
            "{path} is the journal of another run, which did not end: continue it with `mediate resume {path}`, abort it \
             with `mediate resume {path} --abort`, or name another one with --journal"
        )))
    }
}

/// Says whether a run has begun this journal: a kill before its plan was written leaves an empty file.
fn has_begun(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.len() > 0)
}

fn discard_if_empty(path: &Path) -> Result<(), Failure> {
    let opened = JournalFile::open::<Value, Value>(path);
    let (journal_file, _, _) = opened.map_err(|error| cannot_open(path, &error))?;
    if journal_file.has_steps() {
        let path = path.display();
        return Err(Failure::usage(format!(
            "{path} is the journal of a run that did not end: continue it with `mediate resume {path}` or \
             --resume-if-any, abort it with `mediate resume {path} --abort`, or name another one with --journal"
        )));
    }
    journal_file
        .remove()
        .map_err(|error| Failure::write(path, error))
}

/// Opens the journal of a run that did not end.
pub(super) fn open(path: &Path) -> Result<(JournalFile, Plan, Option<Value>), Failure> {
    let unusable =
        |why: &str| Failure::usage(format!("cannot continue from {}: {why}", path.display()));
    let opened = JournalFile::open::<Value, Value>(path);
    let (journal_file, plan, step) = opened.map_err(|error| unusable(&text::io(&error)))?;
    match plan.get("version").and_then(Value::as_u64) {
        Some(version) if version == u64::from(VERSION) => {}
        Some(version) => {
            return Err(unusable(&format!(
                "it is of version {version}, and this program reads version {VERSION}: use the one that wrote it"
            )));
        }
        None => return Err(unusable("it is not the journal of a load or an extract")),
    }
    let plan = serde_json::from_value(plan);
    let plan = plan.map_err(|error| unusable(&format!("it is not a journal: {error}")))?;
    Ok((journal_file, plan, step))
}

/// Names the journal of a file: `FILE.journal`.
pub(super) fn beside(path: &Path) -> PathBuf {
    output::beside(path, ".journal")
}

/// Returns a path that holds in whatever folder the run is continued.
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
