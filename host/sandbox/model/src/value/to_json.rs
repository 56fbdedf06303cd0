//! Values as REST responses show them.

use serde_json::Value as Json;

use super::{Value, dates};
use crate::schema::FieldType;

/// From here on Java, hence Salesforce, writes numbers with an exponent.
const MAX_PLAIN: f64 = 1e7;
/// Below this, too.
const MIN_PLAIN: f64 = 1e-3;

/// Returns the JSON of a value of this type. Files are not shown; their link is the caller's to give.
#[must_use]
pub fn to_json(field_type: &FieldType, value: &Value) -> Json {
    match value {
        Value::Null | Value::Blob(_) | Value::File(_) => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Int(ms) if *field_type == FieldType::DateTime => {
            Json::String(dates::format_datetime(*ms))
        }
        Value::Int(ms) if *field_type == FieldType::Time => Json::String(dates::format_time(*ms)),
        Value::Int(number) => Json::from(*number),
        Value::Real(number) => Json::from(*number),
        Value::Text(text) => Json::String(text.clone()),
    }
}

/// Returns a number as Salesforce writes it: `12.0`, `0.5`, `1.5E7`.
#[must_use]
pub fn number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || (MIN_PLAIN..MAX_PLAIN).contains(&size) {
        return format!("{value:?}");
    }
    let text = format!("{value:E}");
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => text,
    }
}
