//! Replication: `GET /sobjects/{object}/updated` and `/deleted`.

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::routing::get;
use rusqlite::Connection;
use serde_json::{Value as Json, json};

use super::Shared;
use super::parameters::Parameters;
use super::records::find_object;
use super::response::{self, HandlerResult};
use sandbox_core::changes::{self, Window};
use sandbox_core::org::Org;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::Object;
use sandbox_model::value::dates;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/sobjects/{object}/updated", get(updated))
        .route("/sobjects/{object}/deleted", get(deleted))
}

/// Ids of what was created or changed between `start` and `end`.
async fn updated(
    State(org): State<Shared>,
    Path((_, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> HandlerResult {
    list(org, name, query, |connection, object, window| {
        let found = changes::updated(connection, object, window)?;
        Ok(json!({
            "ids": found.ids,
            "latestDateCovered": dates::format_datetime(found.latest_date_covered),
        }))
    })
    .await
}

/// Ids and times of what was deleted between `start` and `end`.
async fn deleted(
    State(org): State<Shared>,
    Path((_, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> HandlerResult {
    list(org, name, query, |connection, object, window| {
        let found = changes::deleted(connection, object, window)?;
        let records: Vec<Json> = found
            .records
            .iter()
            .map(|it| json!({"deletedDate": dates::format_datetime(it.deleted_date), "id": it.id}))
            .collect();
        Ok(json!({
            "deletedRecords": records,
            "earliestDateAvailable": dates::format_datetime(found.earliest_date_available),
            "latestDateCovered": dates::format_datetime(found.latest_date_covered),
        }))
    })
    .await
}

async fn list(
    org: Shared,
    name: String,
    query: Option<String>,
    read: impl FnOnce(&Connection, &Object, Window) -> Result<Json, ApiError> + Send + 'static,
) -> HandlerResult {
    let given = Parameters::new(query);
    response::run_blocking(move || {
        let object = find_object(&org, &name)?;
        let window = window(&org, &given)?;
        let body = org
            .store()
            .read(|connection| read(connection, object, window))?;
        Ok(response::ok(&body))
    })
    .await?
}

fn window(org: &Org, given: &Parameters) -> Result<Window, ApiError> {
    let (start, end) = (instant(given, "start")?, instant(given, "end")?);
    Window::new(start, end, org.clock().now())
}

/// Returns a time with its offset; a `+` that is not encoded arrives as a blank, and is rejected as by Salesforce.
fn instant(given: &Parameters, name: &str) -> Result<i64, ApiError> {
    let text = given.first(name).unwrap_or_default();
    dates::parse_datetime(&text).ok_or_else(|| {
        let message = format!(
            "{name} must be a date and time with its offset, URL-encoded, as 2026-11-22T04:18:00%2B00:00, not {text:?}"
        );
        ApiError::new("INVALID_REPLICATION_DATE", message)
    })
}
