//! Working on a batch of rows.

use std::time::Instant;

use super::super::limits;
use super::super::operation::Operation;
use super::super::rows::{CHUNK_ROWS, Target, assignment};
use super::super::table::BadData;
use super::{Batch, BatchState, Job, read, results};
use crate::org::Org;

/// What a batch came to.
struct LoadedBatch {
    /// Why it failed before its end.
    stopped: Option<String>,
    processed: u64,
    failed: u64,
    active_ms: u64,
    outcomes: super::Blob,
}

/// Works on a batch until it is done or fails.
pub(super) fn run(org: &Org, job: &Job, batch: &Batch, operation: Operation) {
    let began = Instant::now();
    let done = rows(org, job, batch, operation);
    let mut progress = batch.progress();
    progress.total_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    progress.changed = org.clock.now();
    match done {
        Ok(done) => {
            progress.state = match done.stopped {
                Some(_) => BatchState::Failed,
                None => BatchState::Completed,
            };
            progress.message = done.stopped;
            progress.processed = done.processed;
            progress.failed = done.failed;
            progress.active_ms = done.active_ms;
            progress.outcomes = (done.processed > 0).then_some(done.outcomes);
        }
        Err(BadData(message)) => {
            progress.state = BatchState::Failed;
            progress.message = Some(message);
        }
    }
}

fn rows(org: &Org, job: &Job, batch: &Batch, operation: Operation) -> Result<LoadedBatch, BadData> {
    org.bulk.count_batch(org.clock.now())?;
    let object = org.schema.object(&job.request.object);
    let object = object.ok_or_else(|| BadData::client("The object is gone"))?;
    let external_id = job.request.external_id.as_ref();
    let target = Target {
        org,
        object,
        operation,
        key: external_id.and_then(|name| object.field(name)),
        assignment: assignment(job.request.assignment_rule.as_deref())
            .map_err(|api_error| BadData::client(api_error.message))?,
        api_version: job.api_version,
    };
    let rows = read::rows(&target, &job.request, &batch.request)?;
    let count = rows.len() as u64;
    if count > limits::BATCH_RECORDS {
        let most = limits::BATCH_RECORDS;
        return Err(BadData::batch(format_args!(
            "Exceeded the maximum number of records in a batch: {most}"
        )));
    }
    if rows.is_empty() {
        return Err(BadData::batch("Records not found"));
    }
    let stop = org.bulk.take_stop(&job.request.object);
    let most = stop
        .as_ref()
        .map_or(count, |stop| stop.after_records.min(count));
    let began = Instant::now();
    let mut outcomes = Vec::with_capacity(rows.len());
    let rows = rows.into_iter();
    let mut rows = rows
        .take(usize::try_from(most).unwrap_or(usize::MAX))
        .peekable();
    while rows.peek().is_some() {
        let chunk = rows.by_ref().take(CHUNK_ROWS).collect();
        let saved = target.save(&job.created_by, chunk, outcomes.len() as u64 + 1);
        outcomes.extend(saved.map_err(|api_error| {
            BadData(format!("InternalServerError : {}", api_error.message))
        })?);
    }
    let failed = outcomes.iter().filter(|outcome| outcome.is_err()).count();
    Ok(LoadedBatch {
        stopped: stop.map(|stop| stop.message),
        processed: outcomes.len() as u64,
        failed: failed as u64,
        active_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        outcomes: results::outcomes(job.request.content, &outcomes)
            .map_err(|error| BadData::disk(&error))?,
    })
}
