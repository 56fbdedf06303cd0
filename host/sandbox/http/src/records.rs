//! One record: `POST /sobjects/{object}`, `GET`, `PATCH`, `DELETE /sobjects/{object}/{id}`.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use rusqlite::Connection;
use serde_json::{Value as Json, json};

use super::auth::Caller;
use super::form::Form;
use super::response::{self, HandlerResult};
use super::{Shared, conditional, render, upload};
use sandbox_core::events::event_uuid;
use sandbox_core::org::Org;
use sandbox_core::write::{Draft, Row, Saved};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::json::Body;
use sandbox_model::schema::Object;
use sandbox_model::value::Value;

/// The object whose records have tags (REST API guide, "Conditional Request Headers").
const TAGGED: &str = "Account";

/// Creates a record: 201 with its id and place.
pub(super) async fn create(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name)): Path<(String, String)>,
    form: Option<Extension<Form>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    make(org, caller, name, form, headers, bytes, None).await
}

/// `POST /sobjects/{object}/Id`: an upsert by an id that there is none of, hence a create (REST API guide, "Create Records
/// Using sObject Rows by External ID").
pub(super) async fn upsert_new(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    make(org, caller, name, None, headers, bytes, Some(true)).await
}

async fn make(
    org: Shared,
    caller: Caller,
    name: String,
    form: Option<Extension<Form>>,
    headers: HeaderMap,
    bytes: Bytes,
    created: Option<bool>,
) -> HandlerResult {
    upload::expect(&headers, form.is_some())?;
    response::run_blocking(move || {
        let object = find_object(&org, &name)?;
        let (draft, files) = upload::read_draft(&org, object, &bytes, form)?;
        let saved = org.write(&caller.user, caller.options, |writer| {
            writer.insert(object, draft)
        })?;
        files.keep();
        let location = format!("{}/sobjects/{}/{}", caller.base(), object.name, saved.id);
        let body = response::json_with(StatusCode::CREATED, &saved_json(&saved, created));
        Ok(([(LOCATION, location)], body).into_response())
    })
    .await?
}

/// Shows a record.
pub(super) async fn retrieve(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name, id)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> HandlerResult {
    response::run_blocking(move || {
        let object = find_object(&org, &name)?;
        let id = find_id(object, &id)?;
        show(&org, object, &id, &caller, query.as_deref(), &headers)
    })
    .await?
}

/// Changes a record: 204.
pub(super) async fn update(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name, id)): Path<(String, String, String)>,
    form: Option<Extension<Form>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    upload::expect(&headers, form.is_some())?;
    response::run_blocking(move || {
        let object = find_object(&org, &name)?;
        let id = find_id(object, &id)?;
        let (draft, files) = upload::read_draft(&org, object, &bytes, form)?;
        reject_named(object, &draft, "Id")?;
        org.write(&caller.user, caller.options, |writer| {
            if let Some((row, false)) = Row::load(writer.connection, object, id.as_str())? {
                reject_write(writer.connection, &org, &caller, &row, &headers)?;
            }
            writer.update(object, &id, draft)
        })?;
        files.keep();
        Ok(response::no_content())
    })
    .await?
}

/// Deletes a record: 204.
pub(super) async fn delete(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name, id)): Path<(String, String, String)>,
) -> HandlerResult {
    response::run_blocking(move || {
        let object = find_object(&org, &name)?;
        let id = find_id(object, &id)?;
        org.write(&caller.user, caller.options, |writer| {
            writer.delete(object, &id)
        })?;
        Ok(response::no_content())
    })
    .await?
}

/// Returns the object in a path.
pub(super) fn find_object<'o>(org: &'o Org, name: &str) -> Result<&'o Object, ApiError> {
    org.schema().object(name).ok_or_else(ApiError::not_found)
}

/// Returns the id in a path. Ids of the wrong length are taken for something else, those of the wrong object are malformed.
pub(super) fn find_id(object: &Object, text: &str) -> Result<RecordId, ApiError> {
    let id = RecordId::parse(text).ok_or_else(|| ApiError::no_external_id(text))?;
    if id.key_prefix() == object.key_prefix {
        return Ok(id);
    }
    Err(ApiError::new(
        "MALFORMED_ID",
        format!("malformed id {text}"),
    ))
}

/// Reads the record in a body.
pub(super) fn read_draft(org: &Org, object: &Object, bytes: &Bytes) -> Result<Draft, ApiError> {
    let body = Body::new(bytes)?;
    Draft::from_json(org.schema(), object, body, &body.members()?)
}

/// Rejects a body with the field of the URL.
pub(super) fn reject_named(object: &Object, draft: &Draft, field: &str) -> Result<(), ApiError> {
    if draft.names(object, field) {
        let message = format!("The {field} field should not be specified in the sobject data.");
        return Err(ApiError::new("INVALID_FIELD", message));
    }
    Ok(())
}

/// Shows a record that is not deleted, with the fields that the query asks for.
pub(super) fn show(
    org: &Org,
    object: &Object,
    id: &RecordId,
    caller: &Caller,
    query: Option<&str>,
    headers: &HeaderMap,
) -> HandlerResult {
    let fields = wanted_fields(query);
    let base = caller.base();
    Ok(org.store().read(|connection| {
        let row = Row::load(connection, object, id.as_str())?;
        let row = row
            .filter(|(_, deleted)| !deleted)
            .map(|(row, _)| row)
            .ok_or_else(ApiError::not_found)?;
        let renderer = render::Renderer {
            connection,
            schema: org.schema(),
            base: &base,
        };
        let record = renderer.record(&row, fields.as_deref())?;
        match state_of(&renderer, &row)? {
            Some(state) => state.respond(headers, &record),
            None => Ok(response::ok(&record)),
        }
    })?)
}

/// Rejects to change a record that is not in the state that the headers ask for.
fn reject_write(
    connection: &Connection,
    org: &Org,
    caller: &Caller,
    row: &Row<'_>,
    headers: &HeaderMap,
) -> Result<(), ApiError> {
    let renderer = render::Renderer {
        connection,
        schema: org.schema(),
        base: &caller.base(),
    };
    match state_of(&renderer, row)? {
        Some(state) => state.reject_write(headers),
        None => Ok(()),
    }
}

/// Returns the state of a record, where its object keeps when records changed. Accounts alone have tags, of all their fields.
fn state_of(
    renderer: &render::Renderer<'_>,
    row: &Row<'_>,
) -> Result<Option<conditional::State>, ApiError> {
    let Value::Int(modified) = *row.get("LastModifiedDate") else {
        return Ok(None);
    };
    let whole = if row.object.name == TAGGED {
        Some(renderer.record(row, None)?)
    } else {
        None
    };
    Ok(Some(conditional::State::for_record(
        whole.as_ref(),
        modified,
    )))
}

/// Returns the list in the parameter `fields`, where there is one.
pub(super) fn wanted_fields(query: Option<&str>) -> Option<Vec<String>> {
    url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "fields")
        .map(|(_, list)| list.split(',').map(|name| name.trim().to_owned()).collect())
}

/// `{"id", "success", "errors"}`, with `created` where given.
pub(super) fn saved_json(saved: &Saved, created: Option<bool>) -> Json {
    let errors = match event_uuid(&saved.id) {
        // Publishing is queued, and Salesforce says so among the errors, with the event's UUID.
        Some(uuid) => {
            json!([{"statusCode": "OPERATION_ENQUEUED", "message": uuid, "fields": []}])
        }
        None => json!([]),
    };
    let mut json = json!({"id": saved.id.as_str(), "success": true, "errors": errors});
    if let (Some(created), Some(json)) = (created, json.as_object_mut()) {
        json.insert("created".into(), json!(created));
    }
    json
}
