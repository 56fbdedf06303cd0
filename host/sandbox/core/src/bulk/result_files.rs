//! The result files of an ingest job.

use std::io::{self, Write as _};

use csv::StringRecord;

use super::blob::BlobWriter;
use super::dialect::Dialect;
use super::job::Files;
use super::operation::RowOutcome;
use super::rows::Target;
use super::settings::{HeaderSpelling, ResultMode};
use super::table::{BadData, Table};

/// Rows that are written in one transaction, so that others get their turn.
pub(super) const TRANSACTION_ROWS: usize = 2_000;

/// Knuth's multiplicative hash: scatters places, the same way every time.
const SCATTER: u32 = 2_654_435_761;

/// The three result files while they grow.
pub(super) struct Results {
    dialect: Dialect,
    mode: ResultMode,
    /// Columns whose values are left empty.
    untold: Vec<bool>,
    successful: BlobWriter,
    failed: BlobWriter,
    unprocessed: BlobWriter,
    line: Vec<u8>,
}

impl Results {
    pub(super) fn new(dialect: Dialect, mode: ResultMode) -> Self {
        Self {
            dialect,
            mode,
            untold: Vec::new(),
            successful: BlobWriter::default(),
            failed: BlobWriter::default(),
            unprocessed: BlobWriter::default(),
            line: Vec::new(),
        }
    }

    /// Writes the headers: two columns of Salesforce's own, then the job's.
    pub(super) fn begin(
        &mut self,
        header: &StringRecord,
        target: Option<&Target<'_>>,
    ) -> Result<(), BadData> {
        let declared = |name: &str| target.and_then(|target| target.declared(name));
        if self.mode.misspelled_empty {
            let misspelled = |name: &str| declared(name).is_some_and(|known| known != name);
            self.untold = header.iter().map(misspelled).collect();
        }
        let spelled = |name: &str| match self.mode.header {
            HeaderSpelling::Given => name.to_owned(),
            HeaderSpelling::Declared => declared(name).unwrap_or_else(|| name.to_owned()),
            HeaderSpelling::Upper => name.to_uppercase(),
            HeaderSpelling::Lower => name.to_lowercase(),
        };
        let names: Vec<String> = header.iter().map(spelled).collect();
        self.begin_files(&names)
            .map_err(|error| BadData::disk(&error))
    }

    fn begin_files(&mut self, names: &[String]) -> io::Result<()> {
        let line = |own: &[&str]| {
            let mut line = Vec::new();
            let own = own.iter().map(|name| name.as_bytes());
            self.dialect
                .row(&mut line, own.chain(names.iter().map(String::as_bytes)));
            line
        };
        let (successful, failed, unprocessed) = (
            line(&["sf__Id", "sf__Created"]),
            line(&["sf__Id", "sf__Error"]),
            line(&[]),
        );
        self.successful.write_all(&successful)?;
        self.failed.write_all(&failed)?;
        self.unprocessed.write_all(&unprocessed)
    }

    /// Sorts rows by their outcome; returns how many were rejected. `id` is the place of the column with the
    /// ids of the records, where there is one.
    pub(super) fn outcomes(
        &mut self,
        rows: &[StringRecord],
        outcomes: &[RowOutcome],
        id: Option<usize>,
    ) -> io::Result<u64> {
        let mut rejected = 0;
        for at in self.order(rows.len()) {
            let (Some(row), Some(outcome)) = (rows.get(at), outcomes.get(at)) else {
                continue;
            };
            rejected += u64::from(outcome.is_err());
            self.outcome(row, outcome, id)?;
        }
        Ok(rejected)
    }

    /// Returns the order of rows in result files.
    fn order(&self, count: usize) -> Vec<usize> {
        let mut places: Vec<usize> = (0..count).collect();
        if self.mode.shuffled {
            places.sort_by_key(|at| (*at as u32).wrapping_mul(SCATTER));
        }
        places
    }

    fn outcome(
        &mut self,
        row: &StringRecord,
        outcome: &RowOutcome,
        id: Option<usize>,
    ) -> io::Result<()> {
        self.line.clear();
        let untold = &self.untold;
        let values = row.iter().enumerate().map(|(at, value)| {
            let is_published = !untold.get(at).copied().unwrap_or(false);
            if is_published { value.as_bytes() } else { b"" }
        });
        match outcome {
            Ok(saved) => {
                let created: &[u8] = if saved.created { b"true" } else { b"false" };
                let own = [saved.id.as_str().as_bytes(), created];
                self.dialect
                    .row(&mut self.line, own.into_iter().chain(values));
                self.successful.write_all(&self.line)
            }
            Err(rejection) => {
                let (id, error) = (id.and_then(|at| row.get(at)), rejection.to_string());
                let own = [id.unwrap_or_default().as_bytes(), error.as_bytes()];
                self.dialect
                    .row(&mut self.line, own.into_iter().chain(values));
                self.failed.write_all(&self.line)
            }
        }
    }

    /// Files `rows` and all that follow as unprocessed.
    pub(super) fn rest(&mut self, table: &mut Table, rows: &[StringRecord]) -> Result<(), BadData> {
        self.unprocessed(rows)?;
        let mut rows = Vec::new();
        loop {
            let count = table.read(&mut rows, TRANSACTION_ROWS)?;
            if count == 0 {
                return Ok(());
            }
            self.unprocessed(rows.get(..count).unwrap_or_default())?;
        }
    }

    fn unprocessed(&mut self, rows: &[StringRecord]) -> Result<(), BadData> {
        for row in rows {
            self.line.clear();
            self.dialect
                .row(&mut self.line, row.iter().map(str::as_bytes));
            self.unprocessed
                .write_all(&self.line)
                .map_err(|error| BadData::disk(&error))?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<Files> {
        Ok(Files {
            successful: self.successful.finish()?,
            failed: self.failed.finish()?,
            unprocessed: self.unprocessed.finish()?,
        })
    }
}
