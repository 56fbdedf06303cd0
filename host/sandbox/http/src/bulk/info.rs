//! Job infos, alone and in lists.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value as Json, json};

use super::{Kind, Members};
use crate::auth::Caller;
use sandbox_core::bulk::limits::JOBS_PER_PAGE;
use sandbox_core::bulk::{Job, State, Task};
use sandbox_core::org::Org;
use sandbox_model::api_error::ApiError;
use sandbox_model::value::dates;

/// Members of every response about a job.
fn head(job: &Job) -> Members {
    let (operation, external_id, rule) = match &job.task {
        Task::Ingest {
            operation,
            external_id,
            assignment_rule,
        } => (
            operation.name(),
            external_id.as_ref(),
            assignment_rule.as_ref(),
        ),
        Task::Query { all: true, .. } => ("queryAll", None, None),
        Task::Query { all: false, .. } => ("query", None, None),
    };
    let progress = job.progress();
    let mut info = Members::new();
    let mut put = |name: &str, value: Json| drop(info.insert(name.to_owned(), value));
    put("id", json!(job.id.as_str()));
    put("operation", json!(operation));
    put("object", json!(job.object));
    put("createdById", json!(job.created_by.as_str()));
    put("createdDate", json!(dates::format_stamp(job.created)));
    put(
        "systemModstamp",
        json!(dates::format_stamp(progress.changed)),
    );
    put("state", json!(progress.state.name()));
    put("concurrencyMode", json!("Parallel"));
    put("contentType", json!("CSV"));
    put("apiVersion", json!(f64::from(job.api_version)));
    if let Some(field) = external_id {
        put("externalIdFieldName", json!(field));
    }
    if let Some(rule) = rule {
        put("assignmentRuleId", json!(rule));
    }
    info
}

/// Response to a create.
pub(super) fn created(job: &Job) -> Json {
    let mut info = head(job);
    dialect(job, &mut info);
    info.into()
}

/// Response to a change of state.
pub(super) fn changed(job: &Job) -> Json {
    head(job).into()
}

fn dialect(job: &Job, info: &mut Members) {
    info.insert("lineEnding".into(), json!(job.dialect.line_ending.name()));
    info.insert(
        "columnDelimiter".into(),
        json!(job.dialect.delimiter.name()),
    );
    if !job.is_query() && job.state() == State::Open {
        let url = format!(
            "services/data/v{}.0/jobs/ingest/{}/batches",
            job.api_version, job.id
        );
        info.insert("contentUrl".into(), json!(url));
    }
}

fn listed(job: &Job) -> Members {
    let mut info = head(job);
    dialect(job, &mut info);
    let kind = if job.is_query() {
        "V2Query"
    } else {
        "V2Ingest"
    };
    info.insert("jobType".into(), json!(kind));
    info
}

/// Returns all members of a job.
pub(super) fn full(job: &Job) -> Json {
    let mut info = listed(job);
    let progress = job.progress();
    let mut put = |name: &str, value: Json| drop(info.insert(name.to_owned(), value));
    put("numberRecordsProcessed", json!(progress.processed));
    put("retries", json!(0));
    put("totalProcessingTime", json!(progress.total_ms));
    match &job.task {
        Task::Ingest { .. } => {
            put("numberRecordsFailed", json!(progress.failed));
            put("apiActiveProcessingTime", json!(progress.active_ms));
            put("apexProcessingTime", json!(0));
        }
        Task::Query { can_chunk, .. } => put("isPkChunkingSupported", json!(can_chunk)),
    }
    if let Some(error) = &progress.error {
        put("errorMessage", json!(error));
    }
    info.into()
}

/// Returns a page of the list of jobs.
pub(super) fn list(
    org: &Org,
    caller: &Caller,
    kind: Kind,
    query: Option<&str>,
) -> Result<Json, ApiError> {
    let value = |wanted: &str| {
        url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    };
    let first = value("queryLocator").map_or(Ok(0), |locator| place(&locator))?;
    let job_type = value("jobType");
    let chunked = value("isPkChunkingEnabled");
    // The list of query jobs shows ingest jobs to those who ask for them.
    let queries = kind == Kind::Query && job_type.as_deref() != Some("V2Ingest");
    let mut infos: Vec<Json> = org
        .bulk()
        .list()
        .iter()
        .filter(|job| job.is_query() == queries)
        .filter(|_| chunked.as_deref() != Some("true"))
        .map(|job| listed(job).into())
        .chain(org.bulk().bulk_v1().infos(chunked.as_deref()))
        .collect();
    if let Some(wanted) = &job_type {
        infos.retain(|info| info.get("jobType").and_then(Json::as_str) == Some(wanted));
    }
    let total = infos.len();
    let records: Vec<Json> = infos.into_iter().skip(first).take(JOBS_PER_PAGE).collect();
    let next = first + records.len();
    let done = next >= total;
    let mut url = format!(
        "{}/{}?queryLocator={}",
        caller.base(),
        kind.path(),
        locator(next as u64)
    );
    if let Some(job_type) = job_type {
        url.push_str("&jobType=");
        url.push_str(&job_type);
    }
    let next = (!done).then_some(url);
    Ok(json!({"done": done, "records": records, "nextRecordsUrl": next}))
}

/// Returns a place in a list or in results, as clients are given it.
pub(super) fn locator(place: u64) -> String {
    BASE64.encode(place.to_string())
}

/// Returns the row number of a locator.
pub(super) fn place(locator: &str) -> Result<usize, ApiError> {
    let bytes = BASE64.decode(locator.trim_end_matches('=')).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.and_then(|text| text.parse().ok()).ok_or_else(|| {
        let message = format!("invalid query locator: {locator}");
        ApiError::new("INVALID_QUERY_LOCATOR", message)
    })
}
