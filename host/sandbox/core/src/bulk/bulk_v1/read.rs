//! Reading the rows of a batch: CSV, XML or JSON.

use serde_json::value::RawValue;

use super::super::blob::Blob;
use super::super::dialect::Dialect;
use super::super::limits::BATCH_RECORDS;
use super::super::rows::{Row, Target, reject_unreadable};
use super::super::table::{BadData, Table};
use super::Content;
use crate::write::Draft;
use sandbox_model::json::{Body, Members};
use sandbox_model::xml::Element;

/// Name of the elements and members that say what a record is rather than what is in it.
const TYPES: &[&str] = &["attributes", "type"];

/// Returns the rows of a batch, at most one more than a batch may have.
pub(super) fn rows(
    target: &Target<'_>,
    content: Content,
    request: &Blob,
) -> Result<Vec<Row>, BadData> {
    match content {
        Content::Csv => csv(target, request),
        Content::Xml => xml(target, request),
        Content::Json => json(target, request),
    }
}

fn csv(target: &Target<'_>, request: &Blob) -> Result<Vec<Row>, BadData> {
    let mut table = Table::open_any(request, Dialect::default())?;
    let header = target.header(&table.header)?;
    let mut records = Vec::new();
    let most = usize::try_from(BATCH_RECORDS + 1).unwrap_or(usize::MAX);
    let count = table.read(&mut records, most)?;
    let records = records.iter().take(count);
    let mut rows: Vec<Row> = records
        .map(|record| target.row(&header, record.iter()))
        .collect();
    reject_unreadable(&mut rows, table.misquoted_rows());
    Ok(rows)
}

fn json(target: &Target<'_>, request: &Blob) -> Result<Vec<Row>, BadData> {
    let bytes = request.bytes().map_err(|error| BadData::disk(&error))?;
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

fn xml(target: &Target<'_>, request: &Blob) -> Result<Vec<Row>, BadData> {
    let bytes = request.bytes().map_err(|error| BadData::disk(&error))?;
    let root = Element::read(&bytes).map_err(|malformed| {
        BadData::batch(format_args!("Failed to parse XML. {}", malformed.0))
    })?;
    if root.name != "sObjects" {
        return Err(BadData::batch("Records not found"));
    }
    let records = root.children.iter();
    records.map(|record| element(target, record)).collect()
}

fn element(target: &Target<'_>, record: &Element) -> Result<Row, BadData> {
    let mut row = Row {
        key: None,
        draft: Ok(Draft::default()),
    };
    for child in record.children.iter().filter(|child| child.name != "type") {
        if target.is_key(&child.name) {
            row.key = child.value().map(str::to_owned);
        } else {
            target.check_only_id(&child.name)?;
            field(target, child, &mut row)?;
        }
    }
    Ok(row)
}

/// Reads a field, or a parent by one of its keys: `<Account><sObject><Ext__c>1</Ext__c></sObject></Account>`.
fn field(target: &Target<'_>, child: &Element, row: &mut Row) -> Result<(), BadData> {
    let parent = child.child("sObject");
    let Some(parent) = parent.or((!child.children.is_empty()).then_some(child)) else {
        let column = target.column(&child.name)?;
        match child.value() {
            Some(text) => row.set(target.object, &column, text),
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
