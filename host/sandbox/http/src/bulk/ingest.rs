//! `/jobs/ingest`: making, filling, closing and watching load jobs.

use std::time::Duration;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as Handler};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::IntoResponse;

use super::{
    Kind, abort, create, find, forget, info, multipart, rejected, wanted_state, wrong_state,
};
use crate::auth::Caller;
use crate::response::{self, HandlerResult};
use crate::{Shared, body, file};
use sandbox_core::bulk::blob::Blob;
use sandbox_core::bulk::job::Files;
use sandbox_core::bulk::table::BadData;
use sandbox_core::bulk::{Bulk, Job, State, limits};
use sandbox_core::org::Org;
use sandbox_model::api_error::ApiError;

/// The media type of uploads and results.
pub(super) const CSV: HeaderValue = HeaderValue::from_static("text/csv");

/// How long an aborted job's files are waited for: so many times, so long.
const FILES_TRIES: u32 = 3_000;
const FILES_TICK: Duration = Duration::from_millis(10);

type Id = Path<(String, String)>;

/// Makes a job; with its data, if the body is multipart.
pub(super) async fn create(
    Handler(org): Handler<Shared>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    if caller.version < limits::INGEST_VERSION {
        return Err(ApiError::not_found().into());
    }
    if let Some(boundary) = multipart::boundary(&headers) {
        let (job, data) = multipart::parts(&bytes, &boundary)?;
        let job = create::ingest_job(&org, &caller, &create::members(&job)?)?;
        let job = org.bulk().add(job, org.clock().now());
        keep(&job, Blob::from(data))?;
        close(&org, &job)?;
        let response = response::ok(&info::created(&job));
        Bulk::start(&org, job);
        return Ok(response);
    }
    body::expect_json(&headers)?;
    let job = create::ingest_job(&org, &caller, &create::members(&bytes)?)?;
    let job = org.bulk().add(job, org.clock().now());
    Ok(response::ok(&info::created(&job)))
}

/// Takes a job's data: 201.
pub(super) async fn upload(
    Handler(org): Handler<Shared>,
    Path((_, id)): Id,
    headers: HeaderMap,
    data: Option<Extension<Blob>>,
    bytes: Bytes,
) -> HandlerResult {
    let job = find(&org, &id, Kind::Ingest)?;
    expect_csv(&headers)?;
    let data = data.map_or_else(|| Blob::from(bytes), |Extension(data)| data);
    keep(&job, data)?;
    Ok(StatusCode::CREATED.into_response())
}

fn expect_csv(headers: &HeaderMap) -> Result<(), ApiError> {
    let media_type = body::media_type(headers);
    if media_type.eq_ignore_ascii_case("text/csv") {
        return Ok(());
    }
    let message =
        format!("Content-Type {media_type:?} is not supported for job data; send text/csv");
    Err(ApiError::new("UNSUPPORTED_MEDIA_TYPE", message))
}

/// Data comes once, while the job is open.
fn keep(job: &Job, data: Blob) -> Result<(), ApiError> {
    let mut progress = job.progress();
    if progress.state != State::Open {
        return Err(wrong_state("filled", progress.state));
    }
    if progress.data.is_some() {
        let message = format!(
            "Found multiple contents for job: <{}>, please 'Close' / 'Abort' / 'Delete' the current Job then create a \
             new Job and make sure you only do 'PUT' once on a given Job.",
            job.id.short()
        );
        return Err(ApiError::new("CLIENTINPUTERROR", message));
    }
    progress.data = Some(data);
    Ok(())
}

/// Shows a job.
pub(super) async fn show(Handler(org): Handler<Shared>, Path((_, id)): Id) -> HandlerResult {
    Ok(response::ok(&info::full(&*find(&org, &id, Kind::Ingest)?)))
}

/// Closes a job, so that it is processed, or aborts it.
pub(super) async fn change(
    Handler(org): Handler<Shared>,
    Path((_, id)): Id,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    body::expect_json(&headers)?;
    let job = find(&org, &id, Kind::Ingest)?;
    let was_open = job.state() == State::Open;
    match wanted_state(&bytes)?.as_str() {
        "UploadComplete" => close(&org, &job)?,
        "Aborted" => abort(&org, &job)?,
        other => {
            let message =
                format!("InvalidJobState : {other} is not a state that a job can be given");
            return Err(ApiError::new("INVALIDJOBSTATE", message).into());
        }
    }
    let response = response::ok(&info::changed(&job));
    if was_open {
        // What was uploaded to a job that is aborted now has to be reported as unprocessed.
        Bulk::start(&org, job);
    }
    Ok(response)
}

fn close(org: &Org, job: &Job) -> Result<(), ApiError> {
    let mut progress = job.progress();
    if progress.state == State::Open && progress.data.is_none() {
        let message = "No data was uploaded for this job";
        return Err(rejected(BadData::client(message)));
    }
    if progress.state != State::Open {
        return Err(wrong_state("closed", progress.state));
    }
    progress.state = State::UploadComplete;
    progress.changed = org.clock().now();
    Ok(())
}

/// Forgets a job with its data: 204.
pub(super) async fn delete(Handler(org): Handler<Shared>, Path((_, id)): Id) -> HandlerResult {
    forget(&org, &*find(&org, &id, Kind::Ingest)?)?;
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
        Kind::Ingest,
        query.as_deref(),
    )?))
}

/// One of the three result files.
pub(super) async fn results(
    Handler(org): Handler<Shared>,
    Path((_, id, name)): Path<(String, String, String)>,
) -> HandlerResult {
    let job = find(&org, &id, Kind::Ingest)?;
    let file: fn(Files) -> Blob = match name.to_ascii_lowercase().as_str() {
        "successfulresults" => |files| files.successful,
        "failedresults" => |files| files.failed,
        "unprocessedrecords" => |files| files.unprocessed,
        _ => return Err(ApiError::not_found().into()),
    };
    let Some(files) = files(&job).await? else {
        return Ok(response::no_content());
    };
    let blob = file(files);
    let len = blob.len();
    let body = file::body(Bytes::new(), &blob, 0, len)?;
    Ok(([(CONTENT_TYPE, CSV)], body).into_response())
}

/// A finished job's result files. Those of a job that was just aborted are waited for.
async fn files(job: &Job) -> Result<Option<Files>, ApiError> {
    for _ in 0..FILES_TRIES {
        let progress = job.progress().clone();
        if let Some(files) = progress.files {
            return Ok(files);
        }
        if !progress.state.is_final() {
            let message = format!(
                "InvalidJobState : The job has no results yet, its state is {}",
                progress.state.name()
            );
            return Err(ApiError::new("INVALIDJOBSTATE", message));
        }
        tokio::time::sleep(FILES_TICK).await;
    }
    Err(ApiError::new(
        "UNKNOWN_EXCEPTION",
        "An unexpected error occurred",
    ))
}
