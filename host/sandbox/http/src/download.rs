//! The content of a record's file: `GET /sobjects/{object}/{id}/{field}`, sent piece by piece.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use http::header::CONTENT_TYPE;

use super::records::{find_id, find_object};
use super::response::{self, HandlerResult};
use super::{Shared, file, form};
use sandbox_core::org::Org;
use sandbox_core::write::{Row, image};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::value::Value;

/// Media type of content whose record names none.
const BINARY: &str = "application/octet-stream";

/// Returns the content of `field`; 204 if the record has none.
pub(super) fn content(org: &Org, row: &Row<'_>, field: &str) -> HandlerResult {
    let named = ["ContentType", "LogFileContentType"];
    let media_type = named.iter().find_map(|name| row.get(name).as_str());
    let media_type = media_type.unwrap_or(BINARY).to_owned();
    let body = match row.get(field) {
        Value::Blob(bytes) => Body::from(bytes.clone()),
        Value::File(stored) => {
            let file = org
                .files()
                .open(stored)
                .map_err(|error| form::disk(&error))?;
            file::from_file(file, stored.size)
        }
        _ => return Ok(response::no_content()),
    };
    Ok(([(CONTENT_TYPE, media_type)], body).into_response())
}

/// The image in a rich text field that the text refers to by this id (`refid`).
pub(super) async fn rich_text_image(
    State(org): State<Shared>,
    Path((_, name, id, field, reference)): Path<(String, String, String, String, String)>,
) -> HandlerResult {
    response::run_blocking(move || {
        let object = find_object(&org, &name)?;
        let id = find_id(object, &id)?;
        let field = object.field(&field).ok_or_else(ApiError::not_found)?;
        let reference = RecordId::parse(&reference).ok_or_else(ApiError::not_found)?;
        let find = |connection: &_| image(connection, &id, &field.name, &reference);
        let image = org.store().read(find)?.ok_or_else(ApiError::not_found)?;
        Ok(([(CONTENT_TYPE, image.media_type)], image.content).into_response())
    })
    .await?
}
