//! Processing of an ingest job: internal batches of 10,000 rows, and the outcome of each row.

use std::time::Instant;

use csv::StringRecord;

use super::blob::Blob;
use super::job::{Files, Job, State, Task};
use super::result_files::{Results, TRANSACTION_ROWS};
use super::rows::{Header, Row, Target, assignment};
use super::settings::{ResultMode, Stop, StopState};
use super::table::{BadData, Table};
use super::{limits, queue, rows, table};
use crate::org::Org;

/// Works on a job until it is done, fails or is aborted.
pub(super) fn run(org: &Org, job: &Job) {
    let Some(data) = start(org, job) else { return };
    let started = Instant::now();
    let mut run = Run {
        org,
        job,
        results: Results::new(job.dialect, org.bulk.settings().results),
        stop: org.bulk.take_stop(&job.object),
        started,
    };
    let end = run.all(&data);
    let (state, error) = match end {
        Ok(End::Completed) => (State::JobComplete, None),
        Ok(End::Stopped(state, message)) => (state, message),
        Err(BadData(message)) => (State::Failed, Some(message)),
    };
    run.finish(state, error);
}

/// Waits for the job's turn; `None` if it was aborted meanwhile.
fn start(org: &Org, job: &Job) -> Option<Blob> {
    let settings = org.bulk.settings();
    queue::wait(&org.clock, job.changed(), settings.queue_ms, || {
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
    let mut results = Results::new(job.dialect, ResultMode::default());
    let copied = Table::open(&data, job.dialect).and_then(|mut table| {
        results.begin(&table.header, None)?;
        results.rest(&mut table, &[])
    });
    if let Err(BadData(message)) = copied {
        tracing::debug!(message, "the rows of an aborted job cannot be separated");
    }
    job.progress().files = Some(Some(results.finish().unwrap_or_default()));
}

/// How the rows came to an end.
enum End {
    Completed,
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
        if table::is_blank(data)? {
            self.results.begin(&StringRecord::new(), Some(&target))?;
            return Ok(End::Completed);
        }
        let mut table = Table::open(data, self.job.dialect)?;
        self.results.begin(&table.header, Some(&target))?;
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
                return Ok(End::Completed);
            }
            let unreadable = table.misquoted_rows().to_vec();
            if let Err(bad) = self.batch(&target, &header, batch, &unreadable) {
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
                .map_err(|api_error| BadData::client(api_error.message))?,
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
        unreadable: &[usize],
    ) -> Result<(), BadData> {
        let processed = self.job.progress().processed;
        if processed.is_multiple_of(limits::BATCH_RECORDS) {
            self.org.bulk.count_batch(self.org.clock.now())?;
            let batch_ms = self.org.bulk.settings().batch_ms;
            queue::wait(&self.org.clock, self.job.changed(), batch_ms, || {
                self.job.state() == State::InProgress
            });
        }
        let (now, count) = (self.org.clock.now(), batch.len() as u64);
        self.org.bulk.quota().records(now, count)?;
        let began = Instant::now();
        let rows = batch.iter().map(|row| target.row(header, row.iter()));
        let mut rows: Vec<Row> = rows.collect();
        rows::reject_unreadable(&mut rows, unreadable);
        let outcomes = target.save(&self.job.created_by, rows, processed + 1);
        let outcomes = outcomes
            .map_err(|api_error| BadData(format!("InternalServerError : {}", api_error.message)))?;
        let active_ms = began.elapsed().as_millis();
        // `sf__Id` is the id of a record, never its external id; below version 53.0 rejected rows have none.
        let shows_id =
            target.key_column() == Some("Id") && self.job.api_version >= limits::FAILED_ID_VERSION;
        let id = header.key().filter(|_| shows_id);
        let failed = self
            .results
            .outcomes(batch, &outcomes, id)
            .map_err(|error| BadData::disk(&error))?;
        let mut progress = self.job.progress();
        progress.changed = self.org.clock.now();
        progress.processed += batch.len() as u64;
        progress.failed += failed;
        progress.active_ms += u64::try_from(active_ms).unwrap_or(0);
        Ok(())
    }

    /// Returns what was not processed is kept before the job fails.
    fn give_up(
        &mut self,
        table: &mut Table,
        batch: &[StringRecord],
        bad: BadData,
    ) -> Result<End, BadData> {
        // The first reason counts; the bounds of rows after a malformed one are unknown.
        if let Err(BadData(message)) = self.results.rest(table, batch) {
            tracing::debug!(message, "the rest of a failed job's rows cannot be read");
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
        let hidden = self.stop.as_ref().is_some_and(|stop| stop.without_results);
        progress.files = Some((!hidden).then_some(files));
        progress.total_ms = total_ms;
        progress.error = error;
        if !progress.state.is_final() {
            progress.state = state;
        }
        progress.changed = self.org.clock.now();
    }
}
