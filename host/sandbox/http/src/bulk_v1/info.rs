//! Infos of jobs and batches.

use super::document::{Document, Form};
use sandbox_core::bulk::bulk_v1::{Batch, BatchState, Job};
use sandbox_model::value::dates;

fn date_time(ms: i64, form: Form) -> Option<String> {
    let ms = dates::whole_seconds(ms);
    Some(match form {
        Form::Xml => dates::format_datetime_z(ms),
        Form::Json => dates::format_datetime(ms),
    })
}

/// Returns all members of a job, with the sums of its batches.
pub(super) fn job(job: &Job, form: Form) -> Document {
    let (request, live) = (&job.request, job.live());
    let of = |state: BatchState| {
        let batches = live.batches.iter();
        let count = batches.filter(|b| b.progress().state == state).count();
        Some(count.to_string())
    };
    let sum = |value: fn(&Batch) -> u64| {
        let total: u64 = live.batches.iter().map(|batch| value(batch)).sum();
        Some(total.to_string())
    };
    let mode = if request.serial { "Serial" } else { "Parallel" };
    Document(vec![
        ("id", Some(job.id.to_string())),
        ("operation", Some(request.verb.name().to_owned())),
        ("object", Some(request.object.clone())),
        ("createdById", Some(job.created_by.to_string())),
        ("createdDate", date_time(job.created, form)),
        ("systemModstamp", date_time(live.changed, form)),
        ("state", Some(live.state.name().to_owned())),
        ("externalIdFieldName", request.external_id.clone()),
        ("assignmentRuleId", request.assignment_rule.clone()),
        ("concurrencyMode", Some(mode.to_owned())),
        ("contentType", Some(request.content_name())),
        ("numberBatchesQueued", of(BatchState::Queued)),
        ("numberBatchesInProgress", of(BatchState::InProgress)),
        ("numberBatchesCompleted", of(BatchState::Completed)),
        ("numberBatchesFailed", of(BatchState::Failed)),
        ("numberBatchesTotal", Some(live.batches.len().to_string())),
        ("numberRecordsProcessed", sum(|b| b.progress().processed)),
        ("numberRetries", Some("0".to_owned())),
        ("apiVersion", Some(format!("{}.0", job.api_version))),
        ("numberRecordsFailed", sum(|b| b.progress().failed)),
        ("totalProcessingTime", sum(|b| b.progress().total_ms)),
        ("apiActiveProcessingTime", sum(|b| b.progress().active_ms)),
        ("apexProcessingTime", Some("0".to_owned())),
    ])
}

/// Returns all about a batch.
pub(super) fn batch(job: &Job, batch: &Batch, form: Form) -> Document {
    let progress = batch.progress();
    let number = |number: u64| Some(number.to_string());
    Document(vec![
        ("id", Some(batch.id.to_string())),
        ("jobId", Some(job.id.to_string())),
        ("state", Some(progress.state.name().to_owned())),
        ("stateMessage", progress.message.clone()),
        ("createdDate", date_time(batch.created, form)),
        ("systemModstamp", date_time(progress.changed, form)),
        ("numberRecordsProcessed", number(progress.processed)),
        ("numberRecordsFailed", number(progress.failed)),
        ("totalProcessingTime", number(progress.total_ms)),
        ("apiActiveProcessingTime", number(progress.active_ms)),
        ("apexProcessingTime", number(0)),
    ])
}
