//! Records by external id: `/sobjects/{object}/{field}/{value}`; and records related to a record, whose path has the same form.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::auth::Caller;
use super::records::{find_object, read_draft, reject_named, saved_json, show};
use super::response::{self, HandlerResult};
use super::{Shared, body, related};
use sandbox_core::org::Org;
use sandbox_core::write::{Draft, find_by_key, key_field};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::Object;

/// From this version on an upsert that updates gets 200 with a body; before, 204 (REST API guide, "Upsert").
const UPDATED_WITH_BODY: u16 = 46;

/// Version, object, field, value.
type Key = Path<(String, String, String, String)>;

/// Shows the record with this key, or what a record's relationship leads to.
pub(super) async fn retrieve(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name, field, value)): Key,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> HandlerResult {
    response::run_blocking(move || {
        let object = find_object(&org, &name)?;
        if let Some(id) = record_id(object, &field) {
            let request = related::RelatedRequest {
                caller: &caller,
                query: query.as_deref(),
                headers: &headers,
            };
            return related::related_records(&org, object, &id, &value, &request);
        }
        match find(&org, object, &field, &value)?.as_slice() {
            [id] => show(&org, object, id, &caller, query.as_deref(), &headers),
            [] => Err(ApiError::not_found().into()),
            several => Ok(choices(object, several, &caller)),
        }
    })
    .await?
}

/// Creates (201) or changes (200, 204) the record with this key; 300 if there are several. Changes (204) the parent of a
/// record where a relationship is named.
pub(super) async fn upsert(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name, field, value)): Key,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    body::expect_json(&headers)?;
    response::run_blocking(move || {
        let object = find_object(&org, &name)?;
        if let Some(id) = record_id(object, &field) {
            return change_parent(&org, object, &id, &value, &bytes, &caller);
        }
        let key = key_field(object, &field)?;
        let draft = read_draft(&org, object, &bytes)?;
        reject_named(object, &draft, "Id")?;
        reject_named(object, &draft, &key.name)?;
        let several = find(&org, object, &field, &value)?;
        if several.len() > 1 {
            return Ok(choices(object, &several, &caller));
        }
        write(&org, object, &key.name, &value, draft, &caller)
    })
    .await?
}

fn change_parent(
    org: &Org,
    object: &Object,
    id: &RecordId,
    relationship: &str,
    bytes: &Bytes,
    caller: &Caller,
) -> HandlerResult {
    let (parent, id) = related::parent(org, object, id, relationship, "PATCH")?;
    let draft = read_draft(org, parent, bytes)?;
    reject_named(parent, &draft, "Id")?;
    org.write(&caller.user, caller.options, |writer| {
        writer.update(parent, &id, draft)
    })?;
    Ok(response::no_content())
}

fn write(
    org: &Org,
    object: &Object,
    key: &str,
    value: &str,
    draft: Draft,
    caller: &Caller,
) -> HandlerResult {
    let saved = org.write(&caller.user, caller.options, |writer| {
        writer.upsert(object, key, value, draft)
    })?;
    if !saved.created && caller.version < UPDATED_WITH_BODY {
        return Ok(response::no_content());
    }
    let status = if saved.created {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(response::json_with(
        status,
        &saved_json(&saved, Some(saved.created)),
    ))
}

/// Deletes the record with this key, or the parent that a record's relationship leads to: 204.
pub(super) async fn delete(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name, field, value)): Key,
) -> HandlerResult {
    Ok(response::run_blocking(move || {
        let object = find_object(&org, &name)?;
        if let Some(id) = record_id(object, &field) {
            let (parent, id) = related::parent(&org, object, &id, &value, "DELETE")?;
            org.write(&caller.user, caller.options, |writer| {
                writer.delete(parent, &id)
            })?;
            return Ok(response::no_content());
        }
        match find(&org, object, &field, &value)?.as_slice() {
            [id] => {
                org.write(&caller.user, caller.options, |writer| {
                    writer.delete(object, id)
                })?;
                Ok(response::no_content())
            }
            [] => Err(ApiError::not_found()),
            several => Ok(choices(object, several, &caller)),
        }
    })
    .await??)
}

/// Returns a record's id where a field's name is expected means a relationship follows.
fn record_id(object: &Object, text: &str) -> Option<RecordId> {
    if object.field(text).is_some() {
        return None;
    }
    RecordId::parse(text).filter(|id| id.key_prefix() == object.key_prefix)
}

fn find(org: &Org, object: &Object, field: &str, value: &str) -> Result<Vec<RecordId>, ApiError> {
    let field = key_field(object, field)?;
    org.store()
        .read(|connection| find_by_key(connection, object, field, value))
}

/// 300: the URLs of all records with this key.
fn choices(object: &Object, ids: &[RecordId], caller: &Caller) -> Response {
    let urls: Vec<_> = ids
        .iter()
        .map(|id| format!("{}/sobjects/{}/{id}", caller.base(), object.name))
        .collect();
    response::json_with(StatusCode::MULTIPLE_CHOICES, &json!(urls))
}
