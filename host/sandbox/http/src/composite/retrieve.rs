//! `GET` and `POST /composite/sobjects/{object}`: several records of one object by id.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use http::HeaderMap;
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::auth::Caller;
use crate::records::find_object;
use crate::response::{self, HandlerResult};
use crate::{Shared, render};
use sandbox_core::org::Org;
use sandbox_core::write::Row;
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::Object;

/// Most records of a call (REST API guide, "Get Multiple Records Using sObject Collections": 2,000 by POST, by GET what
/// the URL holds).
const MAX_RECORDS: usize = 2_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RetrieveRequest {
    ids: Vec<String>,
    fields: Vec<String>,
}

/// Ids and fields as comma-separated lists in the query.
pub(crate) async fn get(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> HandlerResult {
    let query = query.unwrap_or_default();
    let list = |wanted: &str| {
        let found = url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        let Some((_, list)) = found else {
            let message = format!("The required parameter {wanted} is missing from the URL");
            return Err(ApiError::new("MISSING_ARGUMENT", message));
        };
        Ok(list.split(',').map(|item| item.trim().to_owned()).collect())
    };
    let (ids, fields) = (list("ids")?, list("fields")?);
    show(org, caller, name, RetrieveRequest { ids, fields }).await
}

/// Ids and fields as lists in the body.
pub(crate) async fn post(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    let wanted = super::read(&headers, &bytes)?;
    show(org, caller, name, wanted).await
}

async fn show(org: Shared, caller: Caller, name: String, wanted: RetrieveRequest) -> HandlerResult {
    Ok(response::run_blocking(move || {
        let object = find_object(&org, &name)?;
        if wanted.ids.len() > MAX_RECORDS {
            return Err(ApiError::new(
                "EXCEEDED_ID_LIMIT",
                format!("record limit reached. cannot submit more than {MAX_RECORDS} records into this call"),
            ));
        }
        let base = caller.base();
        org.store().read(|connection| {
            renderer(&org, connection, &base).record(&Row::empty(object), Some(&wanted.fields))
        })?;
        let ids = wanted.ids.iter();
        let records = ids.map(|id| one(&org, object, id, &caller, &wanted.fields));
        Ok(response::ok(&Json::Array(records.collect::<Result<_, _>>()?)))
    })
    .await??)
}

/// Returns the record, or null if there is none that the caller can see.
fn one(
    org: &Org,
    object: &Object,
    id: &str,
    caller: &Caller,
    fields: &[String],
) -> Result<Json, ApiError> {
    let Some(id) = RecordId::parse(id).filter(|id| id.key_prefix() == object.key_prefix) else {
        return Ok(Json::Null);
    };
    let base = caller.base();
    org.store().read(
        |connection| match Row::load(connection, object, id.as_str())? {
            Some((row, false)) => renderer(org, connection, &base).record(&row, Some(fields)),
            _ => Ok(Json::Null),
        },
    )
}

fn renderer<'r>(org: &'r Org, connection: &'r Connection, base: &'r str) -> render::Renderer<'r> {
    render::Renderer {
        connection,
        schema: org.schema(),
        base,
    }
}
