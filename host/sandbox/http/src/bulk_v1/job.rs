//! Making, watching and ending jobs.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::document::{BulkError, Form, job_info};
use super::{form, info};
use crate::Shared;
use crate::auth::Caller;
use crate::bulk::create;
use sandbox_core::bulk::bulk_v1::{Chunking, Content, Job, JobState, Request, Verb, ZIPPED};
use sandbox_core::bulk::{JOB_PREFIX, limits};
use sandbox_core::org::Org;
use sandbox_model::id::RecordId;

/// The header that has queries split.
const CHUNKING: &str = "Sforce-Enable-PKChunking";

/// Makes a job: 201.
pub(super) async fn create(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let form = form(&headers, None);
    match make(&org, &caller, &headers, &bytes) {
        Ok(job) => info::job(&job, form).response(StatusCode::CREATED, form, "jobInfo"),
        Err(error) => error.response(form),
    }
}

fn make(
    org: &Org,
    caller: &Caller,
    headers: &HeaderMap,
    bytes: &Bytes,
) -> Result<Arc<Job>, BulkError> {
    let members = job_info(bytes)?;
    let mut request = request(org, &members)?;
    request.chunking = chunking(headers, &request)?;
    let maker = (caller.user.clone(), caller.version);
    let (id, now) = (org.bulk().next_id(JOB_PREFIX), org.clock().now());
    Ok(org.bulk().bulk_v1().create(id, request, maker, now))
}

fn invalid(message: impl Into<String>) -> BulkError {
    BulkError::new("InvalidJob", message)
}

/// Returns a member's text.
fn get<'m>(members: &'m [(String, String)], name: &str) -> Option<&'m str> {
    let found = members.iter().find(|(known, _)| known == name);
    found
        .map(|(_, value)| value.as_str())
        .filter(|value| !value.is_empty())
}

fn request(org: &Org, members: &[(String, String)]) -> Result<Request, BulkError> {
    let given = [
        "operation",
        "object",
        "externalIdFieldName",
        "assignmentRuleId",
        "concurrencyMode",
        "contentType",
        "state",
    ];
    if let Some((name, _)) = members
        .iter()
        .find(|(name, _)| !given.contains(&name.as_str()))
    {
        return Err(invalid(format!("{name} cannot be specified")));
    }
    let operation =
        get(members, "operation").ok_or_else(|| invalid("operation must be specified"))?;
    let verb = Verb::named(operation).ok_or_else(|| {
        BulkError::new(
            "InvalidOperation",
            format!("Unsupported operation: {operation}"),
        )
    })?;
    let name = get(members, "object").ok_or_else(|| invalid("object must be specified"))?;
    let object = create::object(org, name).map_err(BulkError::from)?;
    let external_id = match verb {
        Verb::Load(operation) => {
            create::reject_forbidden(org, operation).map_err(BulkError::from)?;
            let field = get(members, "externalIdFieldName");
            create::external_id(object, operation, field).map_err(BulkError::from)?
        }
        Verb::Query(_) => None,
    };
    let told = get(members, "contentType").unwrap_or("XML");
    let unzipped = told.strip_prefix(ZIPPED);
    if unzipped.is_some() && matches!(verb, Verb::Query(_)) {
        return Err(invalid(format!("Unsupported content type: {told}")));
    }
    Ok(Request {
        verb,
        object: object.name.clone(),
        external_id,
        assignment_rule: create::assignment_rule(get(members, "assignmentRuleId"))
            .map_err(BulkError::from)?,
        serial: serial(get(members, "concurrencyMode"))?,
        content: Content::named(unzipped.unwrap_or(told))
            .ok_or_else(|| invalid(format!("Unsupported content type: {told}")))?,
        zipped: unzipped.is_some(),
        chunking: None,
    })
}

/// Returns the mode by name, or by its number among the modes, which some clients send in JSON.
fn serial(mode: Option<&str>) -> Result<bool, BulkError> {
    match mode {
        None | Some("Parallel" | "0") => Ok(false),
        Some("Serial" | "1") => Ok(true),
        Some(other) => Err(invalid(format!("Unsupported concurrency mode: {other}"))),
    }
}

/// `TRUE`, or `chunkSize=50000; startRow=001…`.
fn chunking(headers: &HeaderMap, request: &Request) -> Result<Option<Chunking>, BulkError> {
    let value = headers.get(CHUNKING).and_then(|value| value.to_str().ok());
    let Some(value) = value
        .map(str::trim)
        .filter(|value| !value.eq_ignore_ascii_case("false"))
    else {
        return Ok(None);
    };
    let Verb::Query(_) = request.verb else {
        return Err(invalid("PK chunking is only supported for query jobs"));
    };
    let is_custom = request.object.ends_with("__c");
    if !is_custom && !create::CHUNKABLE.contains(&request.object.as_str()) {
        let message = format!(
            "PK chunking is not supported for the object {}",
            request.object
        );
        return Err(invalid(message));
    }
    let mut chunking = Chunking {
        size: limits::CHUNK_RECORDS,
        start: None,
    };
    for (name, text) in value.split(';').filter_map(|part| part.split_once('=')) {
        match name.trim().to_ascii_lowercase().as_str() {
            "chunksize" => {
                let size = text.trim().parse().ok();
                let size = size.filter(|size| (1..=limits::MAX_CHUNK_RECORDS).contains(size));
                chunking.size = size.ok_or_else(|| {
                    let most = limits::MAX_CHUNK_RECORDS;
                    invalid(format!("Invalid chunkSize {}: at most {most}", text.trim()))
                })?;
            }
            "startrow" => {
                let id = RecordId::parse(text.trim());
                chunking.start = Some(id.ok_or_else(|| invalid("Invalid startRow"))?);
            }
            _ => {}
        }
    }
    Ok(Some(chunking))
}

/// Returns the job of a path.
pub(super) fn find(org: &Org, id: &str) -> Result<Arc<Job>, BulkError> {
    let found = org.bulk().bulk_v1().find(id);
    found.ok_or_else(|| invalid(format!("Unable to find job for id: {id}")))
}

/// Shows a job.
pub(super) async fn show(
    State(org): State<Shared>,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    match find(&org, &id) {
        Ok(job) => response(&job, form(&headers, Some(&job))),
        Err(error) => error.response(form(&headers, None)),
    }
}

fn response(job: &Job, form: Form) -> Response {
    info::job(job, form).response(StatusCode::OK, form, "jobInfo")
}

/// Closes or aborts a job.
pub(super) async fn change(
    State(org): State<Shared>,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let form = form(&headers, None);
    match end(&org, &id, &bytes) {
        Ok(job) => response(&job, form),
        Err(error) => error.response(form),
    }
}

fn end(org: &Org, id: &str, bytes: &Bytes) -> Result<Arc<Job>, BulkError> {
    let job = find(org, id)?;
    let members = job_info(bytes)?;
    let wanted = match get(&members, "state") {
        Some("Closed") => JobState::Closed,
        Some("Aborted") => JobState::Aborted,
        other => {
            let state = other.unwrap_or_default();
            let message = format!("Job state must be Closed or Aborted, not '{state}'");
            return Err(BulkError::new("InvalidJobState", message));
        }
    };
    let state = job.live().state;
    if state != JobState::Open && !(state == JobState::Closed && wanted == JobState::Aborted) {
        let message = format!(
            "Closing already {} Job not allowed",
            state.name().to_ascii_lowercase()
        );
        return Err(BulkError::new("InvalidJobState", message));
    }
    job.end(wanted, org.clock().now());
    Ok(job)
}
