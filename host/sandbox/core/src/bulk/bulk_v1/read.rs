//! Reading the rows of a batch: CSV, XML or JSON.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::value::RawValue;

use super::super::blob::Blob;
use super::super::dialect::Dialect;
use super::super::limits::BATCH_RECORDS;
use super::super::rows::{Row, Target, reject_unreadable};
use super::super::table::{BadData, Table};
use super::archive::Archive;
use super::{Content, Request};
use crate::write::Draft;
use sandbox_model::json::{Body, Members};
use sandbox_model::xml::Element;

/// Name of the elements and members that say what a record is rather than what is in it.
const TYPES: &[&str] = &["attributes", "type"];

/// Returns the rows of a batch, at most one more than a batch may have.
pub(super) fn rows(target: &Target<'_>, job: &Request, batch: &Blob) -> Result<Vec<Row>, BadData> {
    let mut files = Archive::default();
    let mut request = Cow::Borrowed(batch);
    if job.zipped {
        let zip = batch.bytes().map_err(|error| BadData::disk(&error))?;
        files = Archive::read(&zip)?;
        request = Cow::Owned(Blob::from(Bytes::from(files.take_request()?)));
    }
    match job.content {
        Content::Csv => csv(target, &request, &files),
        Content::Xml => xml(target, &request, &files),
        Content::Json => json(target, &request, &files),
    }
}

fn csv(target: &Target<'_>, request: &Blob, files: &Archive) -> Result<Vec<Row>, BadData> {
    let mut table = Table::open_any(request, Dialect::default())?;
    let header = target.header(&table.header)?;
    let mut records = Vec::new();
    let most = usize::try_from(BATCH_RECORDS + 1).unwrap_or(usize::MAX);
    let count = table.read(&mut records, most)?;
    let records = records.iter().take(count);
    let mut rows: Vec<Row> = records
        .map(|record| {
            let values: Vec<Cow<'_, str>> =
                record.iter().map(|value| files.resolve(value)).collect();
            target.row(&header, values.iter().map(AsRef::as_ref))
        })
        .collect();
    reject_unreadable(&mut rows, table.misquoted_rows());
    Ok(rows)
}

fn json(target: &Target<'_>, request: &Blob, files: &Archive) -> Result<Vec<Row>, BadData> {
    let bytes = request.bytes().map_err(|error| BadData::disk(&error))?;
    let bytes = with_files(bytes, files);
    let unreadable =
        |message: &str| BadData::batch(format_args!("Failed to parse JSON. {message}"));
    let body = Body::new(&bytes).map_err(|api_error| unreadable(&api_error.message))?;
    let records: Vec<&RawValue> = body
        .parse()
        .map_err(|api_error| unreadable(&api_error.message))?;
    records
        .into_iter()
        .map(|raw| {
            let members = body
                .object(raw)
                .map_err(|api_error| unreadable(&api_error.message))?;
            object(target, body, members)
        })
        .collect()
}

/// Puts files into the places of the texts that name them.
fn with_files(bytes: Bytes, files: &Archive) -> Bytes {
    if files.is_empty() {
        return bytes;
    }
    // What is no JSON is told by whoever reads it.
    let Ok(mut document) = serde_json::from_slice::<serde_json::Value>(&bytes) else {
        return bytes;
    };
    let records = document.as_array_mut().into_iter().flatten();
    let values = records
        .filter_map(serde_json::Value::as_object_mut)
        .flat_map(|record| record.values_mut());
    for value in values {
        if let serde_json::Value::String(text) = value {
            *text = files.resolve(text).into_owned();
        }
    }
    Bytes::from(document.to_string())
}

fn object(target: &Target<'_>, body: Body<'_>, members: Members<'_>) -> Result<Row, BadData> {
    let (mut key, mut rest) = (None, Vec::new());
    for (name, raw) in members.0 {
        let is_known = target.object.field(&name).is_some()
            || target.object.relationship(&name).is_some()
            || TYPES.contains(&&*name);
        if !is_known {
            return Err(BadData::no_field(&name));
        }
        if target.is_key(&name) {
            key = key_text(raw);
        } else if name != "type" {
            if name != "attributes" {
                target.check_only_id(&name)?;
            }
            rest.push((name, raw));
        }
    }
    let draft = Draft::from_json(&target.org.schema, target.object, body, &Members(rest));
    Ok(Row { key, draft })
}

fn key_text(raw: &RawValue) -> Option<String> {
    match serde_json::from_str(raw.get()) {
        Ok(serde_json::Value::String(text)) => Some(text.trim().to_owned()),
        Ok(serde_json::Value::Null) | Err(_) => None,
        Ok(other) => Some(other.to_string()),
    }
}

fn xml(target: &Target<'_>, request: &Blob, files: &Archive) -> Result<Vec<Row>, BadData> {
    let bytes = request.bytes().map_err(|error| BadData::disk(&error))?;
    let root = Element::read(&bytes).map_err(|malformed| {
        BadData::batch(format_args!("Failed to parse XML. {}", malformed.0))
    })?;
    if root.name != "sObjects" {
        return Err(BadData::batch("Records not found"));
    }
    let records = root.children.iter();
    records
        .map(|record| element(target, record, files))
        .collect()
}

fn element(target: &Target<'_>, record: &Element, files: &Archive) -> Result<Row, BadData> {
    let mut row = Row {
        key: None,
        draft: Ok(Draft::default()),
    };
    for child in record.children.iter().filter(|child| child.name != "type") {
        if target.is_key(&child.name) {
            row.key = child.value().map(str::to_owned);
        } else {
            target.check_only_id(&child.name)?;
            field(target, child, files, &mut row)?;
        }
    }
    Ok(row)
}

/// Reads a field, or a parent by one of its keys: `<Account><sObject><Ext__c>1</Ext__c></sObject></Account>`.
fn field(
    target: &Target<'_>,
    child: &Element,
    files: &Archive,
    row: &mut Row,
) -> Result<(), BadData> {
    let parent = child.child("sObject");
    let Some(parent) = parent.or((!child.children.is_empty()).then_some(child)) else {
        let column = target.column(&child.name)?;
        match child.value() {
            Some(text) => row.set(target.object, &column, &files.resolve(text)),
            None => row.clear(target.object, &column),
        }
        return Ok(());
    };
    let of = parent.child("type").and_then(Element::value);
    let Some(key) = parent.children.iter().find(|part| part.name != "type") else {
        return Ok(());
    };
    let prefix = of.map_or_else(String::new, |of| format!("{of}:"));
    let column = target.column(&format!("{prefix}{}.{}", child.name, key.name))?;
    row.set(target.object, &column, key.value().unwrap_or_default());
    Ok(())
}
