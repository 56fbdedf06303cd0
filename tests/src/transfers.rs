//! Loads and extracts as a host runs them, in a folder of a test.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mediate::journal_file::JournalFile;
use mediate::output::PartFile;
use mediate::session::{Session, SessionError};
use mediate::transfer::{
    Extract, ExtractState, Input, Load, LoadState, RetryPolicy, TransferError, Watcher,
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with the files of one transfer.
pub struct Transfer {
    folder: TempDir,
    operation: String,
    config: Value,
    retries: u32,
}

/// Remembers why a transfer had to be resumed.
#[derive(Default)]
pub struct Pauses(pub Vec<String>);

impl Watcher for Pauses {
    fn again(&mut self, because: &SessionError, _: Duration) {
        self.0.push(because.to_string());
    }
}

impl Transfer {
    /// A transfer of this operation, with this input.
    pub fn new(operation: &str, config: Value, input: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        fs::write(folder.path().join("input"), input).expect("an input");
        Self {
            folder,
            operation: operation.to_owned(),
            config,
            retries: 5,
        }
    }

    /// Is resumed by the host this often.
    pub fn patient(self, retries: u32) -> Self {
        Self { retries, ..self }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What stands in a file of the transfer.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Loads, or goes on with what was begun; the files `outcomes` and `failed` are there afterwards.
    ///
    /// # Errors
    /// What stopped it.
    pub async fn load(&self, session: &Session) -> Result<Pauses, TransferError> {
        let (mut journal_file, state) = self.journal_file::<LoadState>();
        let mut pauses = Pauses::default();
        let input = Input {
            path: self.path("input"),
            gzip: false,
        };
        let outcomes = part(&self.path("outcomes"), state.outcomes_bytes);
        let failed = part(&self.path("failed"), state.failed_bytes);
        let load = Load::new(
            session,
            &self.operation,
            &self.config,
            &input,
            &mut journal_file,
        );
        let load = load.state(state).outcomes(Some(outcomes));
        let load = load.failed(Some(failed)).watcher(&mut pauses);
        let loaded = load.retry(RetryPolicy::new(self.retries)).run().await?;
        for file in [loaded.outcomes, loaded.failed].into_iter().flatten() {
            file.finish().await.expect("a whole file");
        }
        journal_file.remove().expect("no journal");
        Ok(pauses)
    }

    /// Extracts into the file `output`, or goes on with what was begun.
    ///
    /// # Errors
    /// What stopped it.
    pub async fn extract(&self, session: &Session) -> Result<Pauses, TransferError> {
        let (mut journal_file, state) = self.journal_file::<ExtractState>();
        let mut pauses = Pauses::default();
        let output = part(&self.path("output"), state.bytes);
        let extract = Extract::new(
            session,
            &self.operation,
            &self.config,
            output,
            &mut journal_file,
        );
        let extract = extract.state(state).watcher(&mut pauses);
        let extract = extract.retry(RetryPolicy::new(self.retries));
        let (_, file) = extract.run().await?;
        file.finish().await.expect("a whole file");
        journal_file.remove().expect("no journal");
        Ok(pauses)
    }

    /// Says whether a file of the transfer has its name.
    pub fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    fn journal_file<S: serde::de::DeserializeOwned + Default>(&self) -> (JournalFile, S) {
        let path = self.path("journal");
        if !path.exists() {
            let journal_file = JournalFile::create(&path, &json!({})).expect("a journal");
            return (journal_file, S::default());
        }
        let (journal_file, _, state) = JournalFile::open::<Value, S>(&path).expect("the journal");
        (journal_file, state.unwrap_or_default())
    }
}

fn part(path: &Path, bytes: u64) -> PartFile {
    let mut file = PartFile::resume(path, bytes, false).expect("a file");
    file.keep();
    file
}
