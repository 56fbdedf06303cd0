//! Related records: `GET /sobjects/{object}/{id}/{relationship}`, and the content of its files.

use axum::http::HeaderMap;
use serde_json::{Value as Json, json};

use super::auth::Caller;
use super::records::{show, wanted_fields};
use super::response::{self, HandlerResult};
use super::{download, render};
use sandbox_core::org::Org;
use sandbox_core::write::Row;
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::{Field, FieldType, Object};
use sandbox_model::store::quoted;

/// Records shown at most; more are asked for by SOQL.
const PAGE: usize = 2_000;

/// How a record's relationship is asked for.
pub(super) struct RelatedRequest<'a> {
    pub caller: &'a Caller,
    /// The query of the URL.
    pub query: Option<&'a str>,
    pub headers: &'a HeaderMap,
}

/// Shows the parent, the children or the file called `name` of a record.
pub(super) fn related_records(
    org: &Org,
    object: &Object,
    id: &RecordId,
    name: &str,
    request: &RelatedRequest<'_>,
) -> HandlerResult {
    let row = org
        .store()
        .read(|connection| Row::load(connection, object, id.as_str()))?;
    let row = row
        .filter(|(_, deleted)| !deleted)
        .map(|(row, _)| row)
        .ok_or_else(ApiError::not_found)?;
    if let Some(field) = object
        .field(name)
        .filter(|field| field.field_type == FieldType::Base64)
    {
        return download::content(org, &row, &field.name);
    }
    if let Some(field) = object.relationship(name) {
        let (object, parent) = referred(org, &row, field)?;
        return show(
            org,
            object,
            &parent,
            request.caller,
            request.query,
            request.headers,
        );
    }
    let way = object
        .child_relationship(name)
        .ok_or_else(ApiError::not_found)?;
    let child_object = org
        .schema()
        .object(&way.child_object)
        .ok_or_else(ApiError::not_found)?;
    children(
        org,
        child_object,
        &way.field,
        id,
        request.caller,
        request.query,
    )
}

/// Returns the parent that the relationship `name` of a record leads to, to be changed or deleted by `method`.
///
/// # Errors
/// `NOT_FOUND` if there is no such record or relationship, or nothing is referred to; `METHOD_NOT_ALLOWED` if the
/// relationship leads to children.
pub(super) fn parent<'o>(
    org: &'o Org,
    object: &'o Object,
    id: &RecordId,
    name: &str,
    method: &str,
) -> Result<(&'o Object, RecordId), ApiError> {
    if object.child_relationship(name).is_some() {
        let message = format!("HTTP Method '{method}' not allowed. Allowed are GET");
        return Err(ApiError::new("METHOD_NOT_ALLOWED", message));
    }
    let field = object.relationship(name).ok_or_else(ApiError::not_found)?;
    let row = org
        .store()
        .read(|connection| Row::load(connection, object, id.as_str()))?;
    match row {
        Some((row, false)) => referred(org, &row, field),
        _ => Err(ApiError::not_found()),
    }
}

/// Returns the record that a field refers to.
fn referred<'o>(
    org: &'o Org,
    row: &Row<'_>,
    field: &Field,
) -> Result<(&'o Object, RecordId), ApiError> {
    let id = row.get(&field.name).as_str().and_then(RecordId::parse);
    let id = id.ok_or_else(ApiError::not_found)?;
    let object = org.schema().object_by_prefix(id.key_prefix());
    Ok((object.ok_or_else(ApiError::not_found)?, id))
}

fn children(
    org: &Org,
    object: &Object,
    field: &str,
    id: &RecordId,
    caller: &Caller,
    query: Option<&str>,
) -> HandlerResult {
    let fields = wanted_fields(query);
    let base = caller.base();
    let sql = format!(
        "SELECT \"Id\" FROM {} WHERE {} = ?1 AND \"IsDeleted\" = 0 ORDER BY \"Id\" LIMIT {PAGE}",
        quoted(&object.name),
        quoted(field)
    );
    let records: Vec<Json> = org.store().read(|connection| {
        let mut statement = connection.prepare_cached(&sql)?;
        let ids = statement.query_map([id.as_str()], |row| row.get::<_, String>(0))?;
        let renderer = render::Renderer {
            connection,
            schema: org.schema(),
            base: &base,
        };
        let mut records = Vec::new();
        for id in ids.collect::<Result<Vec<_>, _>>()? {
            if let Some((row, _)) = Row::load(connection, object, &id)? {
                records.push(renderer.record(&row, fields.as_deref())?);
            }
        }
        Ok::<_, ApiError>(records)
    })?;
    Ok(response::ok(
        &json!({"done": true, "totalSize": records.len(), "records": records}),
    ))
}
