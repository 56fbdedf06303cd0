//! Values as CSV and XML clients send them: text, whatever the type.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::{Value, dates};
use crate::api_error::ApiError;
use crate::schema::{Field, FieldType};

/// Reads the value of `field` from text. Empty text is null, for booleans false.
///
/// # Errors
/// `INVALID_TYPE_ON_FIELD_IN_RECORD` if the text is no value of the field's type.
pub fn from_text(field: &Field, text: &str) -> Result<Value, ApiError> {
    use FieldType as T;
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(if field.field_type == T::Boolean {
            Value::Bool(false)
        } else {
            Value::Null
        });
    }
    let value = match field.field_type {
        T::Boolean => boolean(trimmed),
        T::Int => trimmed.parse().ok().map(Value::Int),
        T::Double | T::Currency | T::Percent => trimmed
            .parse()
            .ok()
            .filter(|n: &f64| n.is_finite())
            .map(Value::Real),
        T::Date => {
            dates::parse_date(trimmed.split('T').next().unwrap_or_default()).map(Value::Text)
        }
        T::DateTime => dates::parse_datetime(trimmed)
            .or_else(|| midnight(trimmed))
            .map(Value::Int),
        T::Time => dates::parse_time(trimmed).map(Value::Int),
        T::Base64 => BASE64.decode(trimmed).ok().map(Value::Blob),
        T::Address => None,
        _ => Some(Value::text(trimmed)),
    };
    value.ok_or_else(|| {
        let message = format!("{}: value not of required type: {trimmed}", field.label);
        ApiError::for_record(
            "INVALID_TYPE_ON_FIELD_IN_RECORD",
            message,
            [field.name.as_str()],
        )
    })
}

fn boolean(text: &str) -> Option<Value> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "y" => Some(Value::Bool(true)),
        "false" | "0" | "no" | "n" => Some(Value::Bool(false)),
        _ => None,
    }
}

fn midnight(text: &str) -> Option<i64> {
    dates::parse_datetime(&format!("{}T00:00:00Z", dates::parse_date(text)?))
}
