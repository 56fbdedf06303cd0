//! Working on an ingest job: internal batches of 10,000 rows, and what becomes of each row.

use std::io::{self, Write as _};
use std::time::Instant;

use csv::StringRecord;

use super::blob::{Blob, BlobWriter};
use super::dialect::Dialect;
use super::job::{Files, Job, State, Task};
use super::rows::{Header, RowOutcome, Target, assignment};
use super::settings::{Stop, StopState};
use super::table::{BadData, Table};
use super::{limits, queue};
use crate::org::Org;

/// Rows that are written in one transaction, so that others get their turn.
const TRANSACTION_ROWS: usize = 2_000;

/// Works on a job until it is done, fails or is aborted.
pub(super) fn run(org: &Org, job: &Job) {
    let Some(data) = start(org, job) else { return };
    let started = Instant::now();
    let mut run = Run {
        org,
        job,
        results: Results::new(job.dialect),
        stop: org.bulk.take_stop(&job.object),
        started,
    };
    let end = run.all(&data);
    let (state, error) = match end {
        Ok(End::Done) => (State::JobComplete, None),
        Ok(End::Stopped(state, words)) => (state, words),
        Err(BadData(words)) => (State::Failed, Some(words)),
    };
    run.finish(state, error);
}

/// Waits for the job's turn; `None` if it was aborted meanwhile.
fn start(org: &Org, job: &Job) -> Option<Blob> {
    let settings = org.bulk.settings();
    queue::wait(org, settings.queue_ms, || {
        job.state() == State::UploadComplete
    });
    if !job.advance(&[State::UploadComplete], State::InProgress, org.clock.now()) {
        // An aborted job's rows are unprocessed, all of them.
        leave_unprocessed(job);
        return None;
    }
    job.progress().data.take()
}

/// The rows of a job that was aborted before it began.
fn leave_unprocessed(job: &Job) {
    let data = job.progress().data.take().unwrap_or_default();
    let mut results = Results::new(job.dialect);
    let copied = Table::open(&data, job.dialect).and_then(|mut table| {
        results
            .begin(&table.header)
            .map_err(|e| BadData::disk(&e))?;
        results.rest(&mut table, &[])
    });
    if let Err(BadData(words)) = copied {
        tracing::debug!(words, "the rows of an aborted job cannot be told apart");
    }
    job.progress().files = Some(results.finish().unwrap_or_default());
}

/// How the rows came to an end.
enum End {
    Done,
    Stopped(State, Option<String>),
}

struct Run<'o> {
    org: &'o Org,
    job: &'o Job,
    results: Results,
    stop: Option<Stop>,
    started: Instant,
}

impl<'o> Run<'o> {
    fn all(&mut self, data: &Blob) -> Result<End, BadData> {
        let target = self.target()?;
        let mut table = Table::open(data, self.job.dialect)?;
        self.results
            .begin(&table.header)
            .map_err(|error| BadData::disk(&error))?;
        let header = match target.header(&table.header) {
            Ok(header) => header,
            Err(bad) => return self.give_up(&mut table, &[], bad),
        };
        let mut rows = Vec::new();
        loop {
            if let Some(end) = self.stopped() {
                self.results.rest(&mut table, &[])?;
                return Ok(end);
            }
            let most = self.next_rows();
            let count = match table.read(&mut rows, most) {
                Ok(count) => count,
                Err(bad) => return self.give_up(&mut table, &[], bad),
            };
            let batch = rows.get(..count).unwrap_or_default();
            if batch.is_empty() {
                return Ok(End::Done);
            }
            if let Err(bad) = self.batch(&target, &header, batch) {
                return self.give_up(&mut table, batch, bad);
            }
        }
    }

    fn target(&self) -> Result<Target<'o>, BadData> {
        let Task::Ingest {
            operation,
            external_id,
            assignment_rule,
        } = &self.job.task
        else {
            return Err(BadData::client("The job is no ingest job"));
        };
        let object = self.org.schema.object(&self.job.object);
        let object = object.ok_or_else(|| BadData::client("The object is gone"))?;
        let key = external_id.as_ref().and_then(|name| object.field(name));
        Ok(Target {
            org: self.org,
            object,
            operation: *operation,
            key,
            assignment: assignment(assignment_rule.as_deref())
                .map_err(|problem| BadData::client(problem.message))?,
            api_version: self.job.api_version,
        })
    }

    /// Rows up to the end of the transaction, of the internal batch, or to where the job is to stop.
    fn next_rows(&self) -> usize {
        let done = self.job.progress().processed;
        let in_batch = limits::BATCH_RECORDS - done % limits::BATCH_RECORDS;
        let before_stop = self
            .stop
            .as_ref()
            .map_or(u64::MAX, |stop| stop.after_records.saturating_sub(done));
        let most = in_batch.min(before_stop).min(TRANSACTION_ROWS as u64);
        usize::try_from(most).unwrap_or(TRANSACTION_ROWS)
    }

    fn stopped(&self) -> Option<End> {
        let progress = self.job.progress();
        if progress.state != State::InProgress {
            return Some(End::Stopped(progress.state, None));
        }
        let stop = self.stop.as_ref()?;
        (progress.processed >= stop.after_records).then(|| match stop.state {
            StopState::Failed => End::Stopped(State::Failed, Some(stop.message.clone())),
            StopState::Aborted => End::Stopped(State::Aborted, None),
        })
    }

    fn batch(
        &mut self,
        target: &Target<'_>,
        header: &Header,
        batch: &[StringRecord],
    ) -> Result<(), BadData> {
        let processed = self.job.progress().processed;
        if processed.is_multiple_of(limits::BATCH_RECORDS) {
            self.org.bulk.count_batch(self.org.clock.now())?;
            let batch_ms = self.org.bulk.settings().batch_ms;
            queue::wait(self.org, batch_ms, || self.job.state() == State::InProgress);
        }
        let (now, count) = (self.org.clock.now(), batch.len() as u64);
        self.org.bulk.quota.records(now, count)?;
        let began = Instant::now();
        let rows = batch.iter().map(|row| target.row(header, row.iter()));
        let outcomes = target.save(&self.job.created_by, rows.collect(), processed + 1);
        let outcomes = outcomes
            .map_err(|problem| BadData(format!("InternalServerError : {}", problem.message)))?;
        let active_ms = began.elapsed().as_millis();
        // `sf__Id` is the id of a record, never its external id.
        let id = header.key().filter(|_| target.key_column() == Some("Id"));
        let failed = self
            .results
            .outcomes(batch, &outcomes, id)
            .map_err(|error| BadData::disk(&error))?;
        let mut progress = self.job.progress();
        progress.processed += batch.len() as u64;
        progress.failed += failed;
        progress.active_ms += u64::try_from(active_ms).unwrap_or(0);
        Ok(())
    }

    /// What was not processed is kept before the job fails.
    fn give_up(
        &mut self,
        table: &mut Table,
        batch: &[StringRecord],
        bad: BadData,
    ) -> Result<End, BadData> {
        // The first reason counts; rows behind a broken one cannot be told apart.
        if let Err(BadData(words)) = self.results.rest(table, batch) {
            tracing::debug!(words, "the rest of a failed job's rows cannot be read");
        }
        Err(bad)
    }

    fn finish(self, state: State, error: Option<String>) {
        let (state, error, files) = match self.results.finish() {
            Ok(files) => (state, error, files),
            Err(failure) => (
                State::Failed,
                Some(BadData::disk(&failure).0),
                Files::default(),
            ),
        };
        let total_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut progress = self.job.progress();
        progress.files = Some(files);
        progress.total_ms = total_ms;
        progress.error = error;
        if !progress.state.is_final() {
            progress.state = state;
        }
        progress.changed = self.org.clock.now();
    }
}

/// The three result files while they grow.
struct Results {
    dialect: Dialect,
    successful: BlobWriter,
    failed: BlobWriter,
    unprocessed: BlobWriter,
    line: Vec<u8>,
}

impl Results {
    fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            successful: BlobWriter::default(),
            failed: BlobWriter::default(),
            unprocessed: BlobWriter::default(),
            line: Vec::new(),
        }
    }

    /// The headers: two columns of Salesforce's own, then the job's.
    fn begin(&mut self, header: &StringRecord) -> io::Result<()> {
        let line = |own: &[&'static str]| {
            let mut line = Vec::new();
            let own = own.iter().map(|name| name.as_bytes());
            self.dialect
                .row(&mut line, own.chain(header.iter().map(str::as_bytes)));
            line
        };
        let (successful, failed) = (
            line(&["sf__Id", "sf__Created"]),
            line(&["sf__Id", "sf__Error"]),
        );
        let unprocessed = line(&[]);
        self.successful.write_all(&successful)?;
        self.failed.write_all(&failed)?;
        self.unprocessed.write_all(&unprocessed)
    }

    /// Files rows under what became of them; says how many were refused. `id` is the place of the column with the
    /// ids of the records, where there is one.
    fn outcomes(
        &mut self,
        rows: &[StringRecord],
        outcomes: &[RowOutcome],
        id: Option<usize>,
    ) -> io::Result<u64> {
        let mut refused = 0;
        for (row, outcome) in rows.iter().zip(outcomes) {
            self.line.clear();
            let values = row.iter().map(str::as_bytes);
            match outcome {
                Ok(saved) => {
                    let created: &[u8] = if saved.created { b"true" } else { b"false" };
                    let own = [saved.id.as_str().as_bytes(), created];
                    self.dialect
                        .row(&mut self.line, own.into_iter().chain(values));
                    self.successful.write_all(&self.line)?;
                }
                Err(refusal) => {
                    refused += 1;
                    let (id, error) = (id.and_then(|at| row.get(at)), refusal.to_string());
                    let own = [id.unwrap_or_default().as_bytes(), error.as_bytes()];
                    self.dialect
                        .row(&mut self.line, own.into_iter().chain(values));
                    self.failed.write_all(&self.line)?;
                }
            }
        }
        Ok(refused)
    }

    /// Files `rows` and all that follow as unprocessed.
    fn rest(&mut self, table: &mut Table, rows: &[StringRecord]) -> Result<(), BadData> {
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

    fn finish(self) -> io::Result<Files> {
        Ok(Files {
            successful: self.successful.finish()?,
            failed: self.failed.finish()?,
            unprocessed: self.unprocessed.finish()?,
        })
    }
}
