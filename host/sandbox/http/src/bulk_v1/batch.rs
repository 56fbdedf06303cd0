//! Adding and watching batches, and reading what they came to.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use quick_xml::escape::escape;
use serde_json::{Value as Json, json};

use super::document::{self, BulkError, Form};
use super::{check_size, form, info, job};
use crate::auth::Caller;
use crate::{Shared, file};
use sandbox_core::bulk::blob::Blob;
use sandbox_core::bulk::bulk_v1::{Batch, BatchState, Content, Job, JobState, Verb};
use sandbox_core::bulk::limits;
use sandbox_core::org::Org;

/// Adds a batch: 201.
pub(super) async fn create(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    match add(&org, &caller, &id, &headers, bytes) {
        Ok((job, response)) => {
            let form = form(&headers, Some(&job));
            response(form)
        }
        Err(error) => error.response(form(&headers, None)),
    }
}

type BatchResponse = Box<dyn FnOnce(Form) -> Response + Send>;

fn add(
    org: &Arc<Org>,
    caller: &Caller,
    id: &str,
    headers: &HeaderMap,
    bytes: Bytes,
) -> Result<(Arc<Job>, BatchResponse), BulkError> {
    let job = job::find(org, id)?;
    if job.created_by != caller.user {
        let message = "A batch must be added by the user who created the job";
        return Err(BulkError::new("InvalidUser", message));
    }
    let state = job.live().state;
    let is_old = org.clock().now().saturating_sub(job.created) >= limits::JOB_OPEN_MS;
    if state != JobState::Open || is_old {
        let message = format!("Job {} is not open: {}", job.id, state.name());
        return Err(BulkError::new("InvalidJobState", message));
    }
    expect_content(&job, headers)?;
    if bytes.trim_ascii().is_empty() {
        let message = "Unable to find any data to create batch";
        return Err(BulkError::new("ClientInputError", message));
    }
    check_size(&bytes)?;
    let batch = job.add(org, Blob::from(bytes), None);
    let (shown, of) = (Arc::clone(&batch), Arc::clone(&job));
    let response =
        move |form| info::batch(&of, &shown, form).response(StatusCode::CREATED, form, "batchInfo");
    Ok((job, Box::new(response)))
}

/// Rows come in the job's form; queries in any.
fn expect_content(job: &Job, headers: &HeaderMap) -> Result<(), BulkError> {
    let media_type = crate::body::media_type(headers);
    let wanted = job.request.batch_media_type();
    let fits = media_type.eq_ignore_ascii_case(wanted)
        || (wanted == Content::Xml.media_type() && media_type.eq_ignore_ascii_case("text/xml"))
        || matches!(job.request.verb, Verb::Query(_));
    if fits {
        return Ok(());
    }
    let message = format!("Content-Type {media_type:?} does not fit the job's; send {wanted}");
    Err(BulkError::new("ClientInputError", message))
}

/// Lists the batches of a job.
pub(super) async fn list(
    State(org): State<Shared>,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let job = match job::find(&org, &id) {
        Ok(job) => job,
        Err(error) => return error.response(form(&headers, None)),
    };
    let form = form(&headers, Some(&job));
    let batches = job.live().batches.clone();
    let infos = batches.iter().map(|batch| info::batch(&job, batch, form));
    match form {
        Form::Json => {
            let infos: Vec<Json> = infos.map(|info| info.json()).collect();
            document::json(StatusCode::OK, &json!({"batchInfo": infos}))
        }
        Form::Xml => {
            let infos: String = infos
                .map(|info| format!("<batchInfo>{}</batchInfo>", info.elements()))
                .collect();
            document::xml(StatusCode::OK, "batchInfoList", &infos)
        }
    }
}

/// Returns the job and batch of a path.
fn find(org: &Org, job: &str, batch: &str) -> Result<(Arc<Job>, Arc<Batch>), BulkError> {
    let job = job::find(org, job)?;
    let found = job.batch(batch);
    let missing = || {
        let message = format!("Unable to find batch for id: {batch}");
        BulkError::new("InvalidBatch", message)
    };
    Ok((Arc::clone(&job), found.ok_or_else(missing)?))
}

type BatchPath = Path<(String, String, String)>;

/// Shows a batch.
pub(super) async fn show(
    State(org): State<Shared>,
    Path((_, job, batch)): BatchPath,
    headers: HeaderMap,
) -> Response {
    match find(&org, &job, &batch) {
        Ok((job, batch)) => {
            let form = form(&headers, Some(&job));
            info::batch(&job, &batch, form).response(StatusCode::OK, form, "batchInfo")
        }
        Err(error) => error.response(form(&headers, None)),
    }
}

/// What a batch was asked to do.
pub(super) async fn request(
    State(org): State<Shared>,
    Path((_, job, batch)): BatchPath,
    headers: HeaderMap,
) -> Response {
    match find(&org, &job, &batch) {
        Ok((job, batch)) => {
            let media_type = job.request.batch_media_type();
            send(media_type, &batch.request, form(&headers, Some(&job)))
        }
        Err(error) => error.response(form(&headers, None)),
    }
}

fn send(media_type: &'static str, blob: &Blob, form: Form) -> Response {
    match file::body(Bytes::new(), blob, 0, blob.len()) {
        Ok(body) => ([(CONTENT_TYPE, media_type)], body).into_response(),
        Err(error) => BulkError::from(error).response(form),
    }
}

/// Outcome of a batch's rows, or the list of a query's results.
pub(super) async fn results(
    State(org): State<Shared>,
    Path((_, job, batch)): BatchPath,
    headers: HeaderMap,
) -> Response {
    let (job, batch) = match find(&org, &job, &batch) {
        Ok(found) => found,
        Err(error) => return error.response(form(&headers, None)),
    };
    let form = form(&headers, Some(&job));
    let progress = batch.progress().clone();
    // A batch that failed in the middle has results for what it had done (guide, "BatchInfo": `Failed`).
    let partial = progress.state == BatchState::Failed && progress.outcomes.is_some();
    if progress.state != BatchState::Completed && !partial {
        return BulkError::new("InvalidBatch", "Records not processed").response(form);
    }
    if let Some(outcomes) = progress.outcomes {
        return send(job.request.content.media_type(), &outcomes, form);
    }
    let ids = progress.results.iter().map(|(id, _)| id.as_str());
    match form {
        Form::Json => document::json(StatusCode::OK, &json!(ids.collect::<Vec<_>>())),
        Form::Xml => {
            let list: String = ids
                .map(|id| format!("<result>{}</result>", escape(id)))
                .collect();
            document::xml(StatusCode::OK, "result-list", &list)
        }
    }
}

/// One result of a query.
pub(super) async fn result(
    State(org): State<Shared>,
    Path((_, job, batch, result)): Path<(String, String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let (job, batch) = match find(&org, &job, &batch) {
        Ok(found) => found,
        Err(error) => return error.response(form(&headers, None)),
    };
    let form = form(&headers, Some(&job));
    let results = batch.progress().results.clone();
    let found = results
        .iter()
        .find(|(id, _)| id.as_str() == result || id.short() == result);
    match found {
        Some((_, blob)) => send(job.request.content.media_type(), blob, form),
        None => {
            let message = format!("Unable to find result for id: {result}");
            BulkError::new("InvalidBatch", message).response(form)
        }
    }
}
