//! `/jobs/query`: making and watching query jobs, and reading their results.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as Handler};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::IntoResponse;
use serde_json::{Value as Json, json};

use super::{Kind, abort, create, find, forget, info, rejected, wanted_state};
use crate::auth::Caller;
use crate::response::{self, HandlerResult};
use crate::{Shared, body, file};
use sandbox_core::bulk::extract::Pages;
use sandbox_core::bulk::{Bulk, Job, limits};
use sandbox_model::api_error::ApiError;

type Id = Path<(String, String)>;

/// Makes a job, which starts at once.
pub(super) async fn create(
    Handler(org): Handler<Shared>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    if caller.version < limits::QUERY_VERSION {
        return Err(ApiError::not_found().into());
    }
    body::expect_json(&headers)?;
    let job = create::query_job(&org, &caller, &create::members(&bytes)?)?;
    let now = org.clock().now();
    let most = org.bulk().settings().daily_query_jobs;
    org.bulk().quota().query_job(now, most).map_err(rejected)?;
    let job = org.bulk().add(job, now);
    let response = response::ok(&info::created(&job));
    Bulk::start(&org, job);
    Ok(response)
}

/// Shows a job.
pub(super) async fn show(Handler(org): Handler<Shared>, Path((_, id)): Id) -> HandlerResult {
    Ok(response::ok(&info::full(&*find(&org, &id, Kind::Query)?)))
}

/// Aborts a job.
pub(super) async fn change(
    Handler(org): Handler<Shared>,
    Path((_, id)): Id,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    body::expect_json(&headers)?;
    let job = find(&org, &id, Kind::Query)?;
    let wanted = wanted_state(&bytes)?;
    if wanted != "Aborted" {
        let message =
            format!("InvalidJobState : {wanted} is not a state that a query job can be given");
        return Err(ApiError::new("INVALIDJOBSTATE", message).into());
    }
    abort(&org, &job)?;
    Ok(response::ok(&info::changed(&job)))
}

/// Forgets a job with its results: 204.
pub(super) async fn delete(Handler(org): Handler<Shared>, Path((_, id)): Id) -> HandlerResult {
    let job = find(&org, &id, Kind::Query)?;
    if !job.state().is_final() {
        let message = "Error encountered when deleting the job because the job is not terminated";
        return Err(ApiError::new("API_ERROR", message).into());
    }
    forget(&org, &job)?;
    Ok(response::no_content())
}

/// Lists jobs.
pub(super) async fn list(
    Handler(org): Handler<Shared>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
) -> HandlerResult {
    Ok(response::ok(&info::list(
        &org,
        &caller,
        Kind::Query,
        query.as_deref(),
    )?))
}

/// What a client asks for of a job's results.
struct ResultsRequest {
    first: u64,
    records: u64,
}

impl ResultsRequest {
    fn parse(query: Option<&str>, default: u64) -> Result<Self, ApiError> {
        let mut wanted = Self {
            first: 0,
            records: default.max(1),
        };
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match &*name {
                "locator" if !value.is_empty() => wanted.first = info::place(&value)? as u64,
                "maxRecords" => {
                    let records = value.parse().ok().filter(|records| *records > 0);
                    wanted.records = records.ok_or_else(|| {
                        let message = format!("maxRecords must be a positive number: {value}");
                        ApiError::new("CLIENTINPUTERROR", message)
                    })?;
                }
                _ => {}
            }
        }
        Ok(wanted)
    }
}

/// Returns a finished job's results; `None` where it is not finished.
fn pages(job: &Job, caller: &Caller) -> Result<Option<Pages>, Box<axum::response::Response>> {
    if job.api_version != caller.version {
        let message = format!(
            "Results must be read in the version of the API that the job was created in: {}.0",
            job.api_version
        );
        let body = json!([{"errorCode": "API_ERROR", "message": message}]);
        return Err(Box::new(response::json_with(StatusCode::CONFLICT, &body)));
    }
    Ok(job.progress().pages.clone())
}

/// A page of results: CSV with its own header row.
pub(super) async fn results(
    Handler(org): Handler<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, id)): Id,
    RawQuery(query): RawQuery,
) -> HandlerResult {
    let job = find(&org, &id, Kind::Query)?;
    let pages = match pages(&job, &caller) {
        Ok(Some(pages)) => pages,
        Ok(None) => return Ok(response::no_content()),
        Err(rejected) => return Ok(*rejected),
    };
    let settings = org.bulk().settings();
    let wanted = ResultsRequest::parse(query.as_deref(), settings.page_records)?;
    if wanted.first > 0 && wanted.first >= pages.count {
        return Err(ApiError::new("INVALID_QUERY_LOCATOR", "invalid query locator").into());
    }
    let count = wanted.records.min(pages.count - wanted.first);
    let (whole, first) = (pages.clone(), wanted.first);
    let span = response::run_blocking(move || whole.span(first, count)).await?;
    let (start, len) = span.map_err(|error| sandbox_core::bulk::blob::disk_error(&error))?;
    let quota = org.bulk().quota().results(org.clock().now(), len);
    quota.map_err(rejected)?;
    let header = Bytes::from(pages.header.clone());
    let body = file::body(header, &pages.rows, start, len)?;
    let next = first + count;
    let locator = if next < pages.count {
        info::locator(next)
    } else {
        "null".to_owned()
    };
    let mut response = ([(CONTENT_TYPE, super::ingest::CSV)], body).into_response();
    let headers = response.headers_mut();
    headers.insert("Sforce-NumberOfRecords", HeaderValue::from(count));
    if let Ok(locator) = HeaderValue::try_from(locator) {
        headers.insert("Sforce-Locator", locator);
    }
    Ok(response)
}

/// Up to five URLs of pages that can be read side by side.
pub(super) async fn result_pages(
    Handler(org): Handler<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, id)): Id,
    RawQuery(query): RawQuery,
) -> HandlerResult {
    if caller.version < limits::RESULT_PAGES_VERSION {
        return Err(ApiError::not_found().into());
    }
    let job: Arc<Job> = find(&org, &id, Kind::Query)?;
    let pages = match pages(&job, &caller) {
        Ok(Some(pages)) => pages,
        Ok(None) => return Ok(response::no_content()),
        Err(rejected) => return Ok(*rejected),
    };
    let wanted = ResultsRequest::parse(query.as_deref(), org.bulk().settings().page_records)?;
    let base = format!("{}/jobs/query/{}", caller.base(), job.id);
    let firsts = (wanted.first..pages.count.max(1))
        .step_by(usize::try_from(wanted.records).unwrap_or(usize::MAX));
    let urls: Vec<Json> = firsts
        .take(limits::RESULT_URLS)
        .map(|first| {
            let locator = info::locator(first);
            json!({"resultUrl": format!("{base}/results?locator={locator}&maxRecords={}", wanted.records)})
        })
        .collect();
    let next = wanted
        .records
        .saturating_mul(limits::RESULT_URLS as u64)
        .saturating_add(wanted.first);
    let done = next >= pages.count;
    let mut body = json!({"resultPages": urls, "done": done});
    if let (false, Some(members)) = (done, body.as_object_mut()) {
        let locator = info::locator(next);
        let url = format!(
            "{base}/resultPages?locator={locator}&maxRecords={}",
            wanted.records
        );
        members.insert("nextRecordsUrl".into(), json!(url));
    }
    Ok(response::ok(&body))
}
