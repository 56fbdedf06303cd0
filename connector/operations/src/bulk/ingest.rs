//! Ingest jobs of Bulk API 2.0, call by call.

use super::dialect::Dialect;
use super::jobs::{self, INGEST, State};
use crate::rest::ask::{self, Object};
use salesforce_client::client::{Client, Request};
use salesforce_client::connection::settings::check_headers;
use salesforce_client::exchange::Idempotency;
use salesforce_client::expected::Expected;
use salesforce_client::transport::Method;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    CreateJobConfig, JobConfig, JobOperation, JobType, ListJobsConfig,
};
use salesforce_contract::limits::MAX_BULK_UPLOAD_BYTES;
use salesforce_contract::message::Message;
use serde_json::Value;

/// What a new ingest job is to do.
pub struct NewJob<'a> {
    /// The sObject.
    pub object: &'a str,
    /// What is done with the records.
    pub operation: JobOperation,
    /// The external id field of an upsert.
    pub external_id_field: Option<&'a str>,
    /// The assignment rule.
    pub assignment_rule_id: Option<&'a str>,
    /// The form of the data.
    pub dialect: Dialect,
}

impl NewJob<'_> {
    /// Refuses what Salesforce would, and what it would pass over in silence.
    pub fn check(&self) -> Result<(), Fault> {
        match (self.operation, self.external_id_field) {
            (JobOperation::Upsert, None) => Err(Fault::config(
                "config.external-id-field is missing: an upsert needs the field that tells records apart (`Id` works, too)",
            )),
            (JobOperation::Upsert, Some(_)) | (_, None) => Ok(()),
            (_, Some(_)) => Err(Fault::config(
                "config.external-id-field goes with config.operation `upsert` only: take it out, or upsert",
            )),
        }
    }

    /// Returns the body of the call that makes it.
    pub fn body(&self) -> Value {
        Object::new()
            .put("object", self.object)
            .put("operation", word(self.operation))
            .some("externalIdFieldName", self.external_id_field)
            .some("assignmentRuleId", self.assignment_rule_id)
            .put("contentType", "CSV")
            .put("columnDelimiter", self.dialect.delimiter_name())
            .put("lineEnding", self.dialect.ending_name())
            .into()
    }
}

/// Salesforce's word for an operation.
pub fn word(operation: JobOperation) -> &'static str {
    match operation {
        JobOperation::Insert => "insert",
        JobOperation::Update => "update",
        JobOperation::Upsert => "upsert",
        JobOperation::Delete => "delete",
        JobOperation::HardDelete => "hardDelete",
    }
}

/// POST jobs/ingest.
pub fn create(client: &Client, config: &CreateJobConfig) -> Result<Message, Fault> {
    let job = NewJob {
        object: &config.object,
        operation: config.operation,
        external_id_field: config.external_id_field.as_deref(),
        assignment_rule_id: config.assignment_rule_id.as_deref(),
        dialect: Dialect::new(config.column_delimiter, config.line_ending),
    };
    job.check()?;
    let headers = config.headers.clone().unwrap_or_default();
    check_headers("config.headers", &headers)?;
    Ok(jobs::message(
        client,
        jobs::create(client, INGEST, &job.body(), None, &headers)?,
    ))
}

/// PUT jobs/ingest/{job}/batches.
pub fn upload(client: &Client, config: &JobConfig, input: &Message) -> Result<Message, Fault> {
    if input.body.len() > MAX_BULK_UPLOAD_BYTES {
        return Err(bad_input(format!(
            "The input has {} bytes; a job takes {MAX_BULK_UPLOAD_BYTES}: use `bulk/load`, which splits",
            input.body.len()
        )));
    }
    Ok(client.message(client.send(&upload_call(client, &config.job, &input.body)?)?))
}

/// Returns the call that carries the data of a job.
pub fn upload_call(client: &Client, job: &str, body: &[u8]) -> Result<Request, Fault> {
    Ok(Request::write(
        Method::Put,
        format!("{}/batches", jobs::path(client, INGEST, job)?),
        Idempotency::NonIdempotent,
        "text/csv; charset=utf-8",
        body,
    )
    .expecting(Expected::Taken))
}

/// PATCH to UploadComplete.
pub fn close(client: &Client, config: &JobConfig) -> Result<Message, Fault> {
    let closed = jobs::bring_to(client, INGEST, &config.job, State::UploadComplete)?;
    Ok(jobs::message(client, closed))
}

/// PATCH to Aborted.
pub fn abort(client: &Client, config: &JobConfig) -> Result<Message, Fault> {
    let aborted = jobs::bring_to(client, INGEST, &config.job, State::Aborted)?;
    Ok(jobs::message(client, aborted))
}

/// DELETE jobs/ingest/{job}.
pub fn delete(client: &Client, config: &JobConfig) -> Result<Message, Fault> {
    let job = salesforce_client::path::segment("job", &config.job)?;
    ask::delete(client, &format!("{INGEST}/{job}"))
}

/// GET jobs/ingest/{job}.
pub fn info(client: &Client, config: &JobConfig) -> Result<Message, Fault> {
    Ok(jobs::message(
        client,
        jobs::info(client, INGEST, &config.job)?,
    ))
}

/// GET jobs/ingest.
pub fn list(client: &Client, config: &ListJobsConfig) -> Result<Message, Fault> {
    let kind = config.job_type.map(|kind| match kind {
        JobType::Classic => "Classic",
        JobType::BigObjectIngest => "BigObjectIngest",
        JobType::V2Ingest => "V2Ingest",
    });
    let locator = config.locator.as_deref();
    jobs::list(client, INGEST, config.pk_chunking, kind, locator)
}
