//! Records of an input, written again.

use super::result_document::ERROR;
use crate::bulk::dialect::Dialect;
use crate::bulk::input::cells;
use salesforce_formats::message::input::NULL_CELL;
use serde_json::{Map, Value};

/// Writes a record as it was given, with its error in front where that is wanted: as CSV of a form, or as a line of JSON.
/// What stands for a break of the input has no record.
pub fn write(record: &[u8], error: Option<&str>, csv: Option<Dialect>, out: &mut Vec<u8>) {
    if record.is_empty() {
        return;
    }
    match (csv, error) {
        (Some(dialect), Some(error)) => {
            out.push(dialect.delimiter);
            cells::write(error.as_bytes(), dialect.delimiter, out);
            out.push(dialect.delimiter);
            out.extend_from_slice(record);
        }
        (None, Some(error)) if record.starts_with(b"{") => {
            let error = serde_json::json!({ ERROR: error }).to_string();
            let members = record.strip_prefix(b"{").unwrap_or(record);
            out.extend_from_slice(error.strip_suffix('}').unwrap_or(&error).as_bytes());
            if members != b"}" {
                out.push(b',');
            }
            out.extend_from_slice(members);
        }
        _ => out.extend_from_slice(record),
    }
    out.extend_from_slice(csv.map_or(b"\n", |dialect| dialect.ending()));
}

/// Writes values as a line of CSV.
pub fn line<'v>(values: impl Iterator<Item = &'v [u8]>, dialect: Dialect, out: &mut Vec<u8>) {
    let start = out.len();
    for (index, value) in values.enumerate() {
        if index > 0 {
            out.push(dialect.delimiter);
        }
        cells::write(value, dialect.delimiter, out);
    }
    if out.len() == start {
        out.extend_from_slice(b"\"\"");
    }
    out.extend_from_slice(dialect.ending());
}

/// Makes a record of JSON: references nested, empty values left out, `#N/A` as null.
pub fn nested<'n, 'v>(values: impl Iterator<Item = (&'n String, &'v [u8])>) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, value) in values {
        let value = match value {
            b"" => continue,
            value if value == NULL_CELL.as_bytes() => Value::Null,
            value => String::from_utf8_lossy(value).into(),
        };
        let Some((relationship, key)) = name.split_once('.') else {
            object.insert(name.clone(), value);
            continue;
        };
        let (told, relationship) = match relationship.split_once(':') {
            Some((told, relationship)) => (Some(told), relationship),
            None => (None, relationship),
        };
        let parent = object
            .entry(relationship)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(parent) = parent {
            if let Some(told) = told {
                parent.insert("attributes".into(), serde_json::json!({ "type": told }));
            }
            parent.insert(key.into(), value);
        }
    }
    object
}
