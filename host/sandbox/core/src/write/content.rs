//! Salesforce Files: a version brings its document along, and the document follows its latest version.

use std::path::Path;

use super::cascade::AuditStamp;
use super::{Draft, Row, Writer};
use crate::org::md5_of;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::Object;
use sandbox_model::value::Value;

/// Extensions and the file types that Salesforce shows for them (Object reference, "ContentVersion", `FileType`).
const FILE_TYPES: &[(&str, &str)] = &[
    ("avi", "AVI"),
    ("bmp", "BMP"),
    ("csv", "CSV"),
    ("doc", "WORD"),
    ("docx", "WORD_X"),
    ("gif", "GIF"),
    ("html", "HTML"),
    ("jpeg", "JPEG"),
    ("jpg", "JPG"),
    ("json", "JSON"),
    ("mov", "MOV"),
    ("mp3", "MP3"),
    ("mp4", "MP4"),
    ("pdf", "PDF"),
    ("png", "PNG"),
    ("ppt", "POWER_POINT"),
    ("pptx", "POWER_POINT_X"),
    ("rtf", "RTF"),
    ("svg", "SVG"),
    ("tif", "TIFF"),
    ("tiff", "TIFF"),
    ("txt", "TEXT"),
    ("xls", "EXCEL"),
    ("xlsx", "EXCEL_X"),
    ("xml", "XML"),
    ("zip", "ZIP"),
];
/// The file type of a version that is a link.
const LINK: &str = "LINK";
/// The file type of an extension that is not known.
const UNKNOWN: &str = "UNKNOWN";
/// What a version and its document have in common.
const SHARED: [&str; 7] = [
    "Title",
    "Description",
    "ContentSize",
    "FileType",
    "FileExtension",
    "SharingOption",
    "SharingPrivacy",
];

/// Returns the bytes of a file; `None` if it is none.
pub(super) fn size(value: &Value) -> Option<i64> {
    match value {
        Value::Blob(bytes) => i64::try_from(bytes.len()).ok(),
        Value::File(file) => i64::try_from(file.size).ok(),
        _ => None,
    }
}

/// Fills what follows from a version's file, and makes its document unless it is a version of a known one.
pub(super) fn before_create(writer: &Writer<'_>, row: &mut Row<'_>) -> Result<(), ApiError> {
    if row.object.name != "ContentVersion" {
        return Ok(());
    }
    reject_empty(row)?;
    describe_file(row);
    row.set("IsLatest", Value::Bool(true));
    row.set("ContentModifiedDate", Value::Int(writer.now));
    row.set("ContentModifiedById", Value::text(writer.user.as_str()));
    let number = match row.get("ContentDocumentId").as_str() {
        Some(document) => older_versions(writer, document)? + 1,
        None => {
            let document = make_document(writer, row)?;
            row.set("ContentDocumentId", document);
            1
        }
    };
    row.set("VersionNumber", Value::Text(number.to_string()));
    Ok(())
}

/// Rejects a version that is neither a file with a path nor a link.
fn reject_empty(row: &Row<'_>) -> Result<(), ApiError> {
    if !row.get("ContentUrl").is_null() {
        return Ok(());
    }
    let needed = ["PathOnClient", "VersionData"];
    let missing: Vec<_> = needed
        .into_iter()
        .filter(|name| row.get(name).is_null())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("Please input values: [{}]", missing.join(", "));
    Err(ApiError::for_record(
        "REQUIRED_FIELD_MISSING",
        message,
        missing,
    ))
}

fn describe_file(row: &mut Row<'_>) {
    let path = row
        .get("PathOnClient")
        .as_str()
        .unwrap_or_default()
        .replace('\\', "/");
    let part = |part: Option<&std::ffi::OsStr>| {
        part.map(|text| text.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let extension = part(Path::new(&path).extension());
    if row.get("Title").is_null() {
        row.set("Title", Value::text(part(Path::new(&path).file_stem())));
    }
    let known = FILE_TYPES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(&extension));
    let file_type = match known {
        _ if !row.get("ContentUrl").is_null() => LINK,
        Some((_, file_type)) => file_type,
        None => UNKNOWN,
    };
    row.set("FileType", Value::text(file_type));
    row.set("FileExtension", Value::text(extension));
    row.set(
        "ContentSize",
        size(row.get("VersionData")).map_or(Value::Int(0), Value::Int),
    );
    let checksum = match row.get("VersionData") {
        Value::Blob(bytes) => Value::Text(md5_of(bytes)),
        Value::File(file) => Value::Text(file.md5.clone()),
        _ => Value::Null,
    };
    row.set("Checksum", checksum);
}

/// Returns how many versions the document has; they are no longer the latest.
fn older_versions(writer: &Writer<'_>, document: &str) -> Result<usize, ApiError> {
    let version = object(writer, "ContentVersion")?;
    let sql = "SELECT \"Id\" FROM \"ContentVersion\" WHERE \"ContentDocumentId\" = ?1 AND \"IsLatest\" = 1";
    let mut statement = writer.connection.prepare_cached(sql)?;
    let latest = statement.query_map([document], |row| row.get::<_, String>(0))?;
    for id in latest.collect::<Result<Vec<_>, _>>()? {
        writer.cascade_update(version, &id, AuditStamp::System, |row| {
            row.set("IsLatest", Value::Bool(false));
        })?;
    }
    let sql = "SELECT count(*) FROM \"ContentVersion\" WHERE \"ContentDocumentId\" = ?1";
    let count: i64 = writer
        .connection
        .prepare_cached(sql)?
        .query_row([document], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

fn make_document(writer: &Writer<'_>, version: &Row<'_>) -> Result<Value, ApiError> {
    let document = object(writer, "ContentDocument")?;
    let mut draft = Draft::default();
    for field in SHARED.into_iter().chain(["OwnerId", "ContentModifiedDate"]) {
        draft.set(document, field, version.get(field).clone());
    }
    let saved = writer.create(document, draft)?;
    Ok(Value::text(saved.id.as_str()))
}

/// Lets the document follow its new version; a new document is linked to its owner and to its first place.
pub(super) fn after_create(writer: &Writer<'_>, row: &Row<'_>) -> Result<(), ApiError> {
    if row.object.name != "ContentVersion" {
        return Ok(());
    }
    cascade_update(writer, row)?;
    if row.get("VersionNumber").as_str() != Some("1") {
        return Ok(());
    }
    let places = [("OwnerId", "I"), ("FirstPublishLocationId", "V")];
    let link = object(writer, "ContentDocumentLink")?;
    let mut linked = Vec::new();
    for (field, share) in places {
        let Some(id) = row.get(field).as_str().filter(|id| !linked.contains(id)) else {
            continue;
        };
        linked.push(id);
        let mut draft = Draft::default();
        draft.set(link, "LinkedEntityId", row.get(field).clone());
        draft.set(
            link,
            "ContentDocumentId",
            row.get("ContentDocumentId").clone(),
        );
        draft.set(link, "ShareType", Value::text(share));
        writer.create(link, draft)?;
    }
    Ok(())
}

/// Copies changes of the latest version to the document, and the other way round.
pub(super) fn after_change(
    writer: &Writer<'_>,
    row: &Row<'_>,
    before: &Row<'_>,
) -> Result<(), ApiError> {
    let moved = SHARED
        .iter()
        .any(|field| row.get(field) != before.get(field));
    match row.object.name.as_str() {
        "ContentVersion" if moved && *row.get("IsLatest") == Value::Bool(true) => {
            cascade_update(writer, row)
        }
        "ContentDocument" if moved => {
            let version = row.get("LatestPublishedVersionId");
            copy(writer, row, object(writer, "ContentVersion")?, version)
        }
        _ => Ok(()),
    }
}

fn cascade_update(writer: &Writer<'_>, version: &Row<'_>) -> Result<(), ApiError> {
    let document = object(writer, "ContentDocument")?;
    let id = version.get("ContentDocumentId");
    copy(writer, version, document, id)?;
    let id = id.as_str().unwrap_or_default();
    writer.cascade_update(document, id, AuditStamp::System, |row| {
        row.set("LatestPublishedVersionId", version.get("Id").clone());
        let modified = version.get("ContentModifiedDate");
        row.set("ContentModifiedDate", modified.clone());
    })
}

/// Copies what both have in common.
fn copy(writer: &Writer<'_>, from: &Row<'_>, to: &Object, id: &Value) -> Result<(), ApiError> {
    let id = id.as_str().unwrap_or_default();
    writer.cascade_update(to, id, AuditStamp::User, |row| {
        for field in SHARED {
            row.set(field, from.get(field).clone());
        }
    })
}

fn object<'w>(writer: &Writer<'w>, name: &str) -> Result<&'w Object, ApiError> {
    writer.schema.object(name).ok_or_else(ApiError::not_found)
}
