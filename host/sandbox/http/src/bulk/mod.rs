//! Bulk API 2.0: `/jobs/ingest` and `/jobs/query`.

pub(super) mod create;
mod info;
mod ingest;
mod multipart;
mod query;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, put};
use serde_json::{Map, Value as Json};

use super::Shared;
use sandbox_core::bulk::table::BadData;
use sandbox_core::bulk::{Job, State};
use sandbox_core::org::Org;
use sandbox_model::api_error::ApiError;

/// Returns the routes below a version.
pub(super) fn routes() -> Router<Shared> {
    let one = |kind| match kind {
        Kind::Ingest => get(ingest::show)
            .patch(ingest::change)
            .delete(ingest::delete),
        Kind::Query => get(query::show).patch(query::change).delete(query::delete),
    };
    Router::new()
        .route("/jobs/ingest", get(ingest::list).post(ingest::create))
        .route("/jobs/ingest/{id}", one(Kind::Ingest))
        .route("/jobs/ingest/{id}/batches", put(ingest::upload))
        .route("/jobs/ingest/{id}/{file}", get(ingest::results))
        .route("/jobs/query", get(query::list).post(query::create))
        .route("/jobs/query/{id}", one(Kind::Query))
        .route("/jobs/query/{id}/results", get(query::results))
        .route("/jobs/query/{id}/resultPages", get(query::result_pages))
}

/// The two kinds of jobs; each has its own path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ingest,
    Query,
}

impl Kind {
    fn path(self) -> &'static str {
        match self {
            Self::Ingest => "jobs/ingest",
            Self::Query => "jobs/query",
        }
    }
}

/// Returns the job of this kind with this id.
fn find(org: &Org, id: &str, kind: Kind) -> Result<Arc<Job>, ApiError> {
    org.bulk()
        .job(id, org.clock().now())
        .filter(|job| job.is_query() == (kind == Kind::Query))
        .ok_or_else(ApiError::not_found)
}

/// Rejects what a job's state does not allow.
fn wrong_state(doing: &str, state: State) -> ApiError {
    let message = format!(
        "InvalidJobState : A job in state {} cannot be {doing}",
        state.name()
    );
    ApiError::new("INVALIDJOBSTATE", message)
}

/// Returns an error in a job's data, as the response to a request.
fn rejected(bad: BadData) -> ApiError {
    let code = match bad.0.split(" : ").next() {
        Some("ExceededQuota") => "EXCEEDEDQUOTA",
        Some("InvalidBatch") => "INVALIDBATCH",
        _ => "CLIENTINPUTERROR",
    };
    ApiError::new(code, bad.0)
}

/// Returns the new state that a PATCH asks for.
fn wanted_state(body: &[u8]) -> Result<String, ApiError> {
    let members = create::members(body)?;
    if let Some(name) = members.keys().find(|name| *name != "state") {
        return Err(create::unrecognized(name));
    }
    create::text(&members, "state")?
        .map(str::to_owned)
        .ok_or_else(|| ApiError::new("INVALIDJOB", "InvalidJob : state must be specified"))
}

/// Aborts, closes or otherwise changes a job's state.
fn abort(org: &Org, job: &Job) -> Result<(), ApiError> {
    let from = [State::Open, State::UploadComplete, State::InProgress];
    if job.advance(&from, State::Aborted, org.clock().now()) {
        return Ok(());
    }
    Err(wrong_state("aborted", job.state()))
}

/// Removes a job that is not being processed.
fn forget(org: &Org, job: &Job) -> Result<(), ApiError> {
    match job.state() {
        state @ (State::Open | State::InProgress) => Err(wrong_state("deleted", state)),
        _ => {
            org.bulk().remove(job);
            Ok(())
        }
    }
}

/// JSON members of a body.
type Members = Map<String, Json>;
