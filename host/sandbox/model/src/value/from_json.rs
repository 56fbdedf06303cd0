//! Values as REST clients send them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value as Json;

use super::{Value, dates};
use crate::schema::{Field, FieldType};

/// A value of the wrong type, with the message of Salesforce's parser.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct WrongType {
    message: String,
    /// Message before the location. Lists have another message than other types.
    joint: &'static str,
}

impl WrongType {
    /// Returns the message with the location in the text, `[line:1, column:9]`.
    #[must_use]
    pub fn at(&self, location: &str) -> String {
        format!("{}{}{location}", self.message, self.joint)
    }
}

/// Reads the value of `field` from JSON.
///
/// # Errors
/// A value of the wrong type, without the place in the text: the caller knows it.
pub fn from_json(field: &Field, json: &Json) -> Result<Value, WrongType> {
    let value = match json {
        Json::Null if field.field_type == FieldType::Boolean => None,
        Json::Null => Some(Value::Null),
        Json::String(text) => from_string(&field.field_type, text),
        Json::Bool(truth) => {
            (field.field_type == FieldType::Boolean).then_some(Value::Bool(*truth))
        }
        Json::Number(number) => from_number(&field.field_type, number),
        Json::Array(_) | Json::Object(_) => None,
    };
    value.ok_or_else(|| rejection(&field.field_type, json))
}

fn from_string(field_type: &FieldType, text: &str) -> Option<Value> {
    use FieldType as T;
    if text.is_empty() && *field_type != T::Boolean {
        return Some(Value::Null);
    }
    match field_type {
        T::Boolean => text.to_ascii_lowercase().parse().ok().map(Value::Bool),
        T::Int => text.parse().ok().map(Value::Int),
        T::Double | T::Currency | T::Percent => finite(text.parse().ok()?),
        T::Date => dates::parse_date(text).map(Value::Text),
        T::DateTime => dates::parse_datetime(text).map(Value::Int),
        T::Time => dates::parse_time(text).map(Value::Int),
        T::Base64 => BASE64.decode(text).ok().map(Value::Blob),
        T::Address => None,
        _ => Some(Value::text(text.trim())),
    }
}

fn from_number(field_type: &FieldType, number: &serde_json::Number) -> Option<Value> {
    use FieldType as T;
    match field_type {
        T::Int => number
            .as_i64()
            .or_else(|| whole(number.as_f64()?))
            .map(Value::Int),
        T::Double | T::Currency | T::Percent => finite(number.as_f64()?),
        T::Boolean
        | T::Date
        | T::DateTime
        | T::Time
        | T::Base64
        | T::Address
        | T::Reference(_)
        | T::Id => None,
        _ => Some(Value::Text(number.to_string())),
    }
}

fn finite(number: f64) -> Option<Value> {
    number.is_finite().then_some(Value::Real(number))
}

fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

/// Names the token as Salesforce's parser (Jackson) does.
fn rejection(field_type: &FieldType, json: &Json) -> WrongType {
    let (token, shown) = match json {
        Json::Null => ("VALUE_NULL", "null".to_owned()),
        Json::Bool(true) => ("VALUE_TRUE", "true".to_owned()),
        Json::Bool(false) => ("VALUE_FALSE", "false".to_owned()),
        Json::Number(number) if number.is_f64() => ("VALUE_NUMBER_FLOAT", number.to_string()),
        Json::Number(number) => ("VALUE_NUMBER_INT", number.to_string()),
        Json::String(text) => ("VALUE_STRING", text.clone()),
        Json::Array(_) => ("START_ARRAY", String::new()),
        Json::Object(_) => ("START_OBJECT", "{".to_owned()),
    };
    let wanted = field_type.describe_name();
    let from = format!("Cannot deserialize instance of {wanted} from {token} value");
    if json.is_array() {
        let (message, joint) = (from, " ");
        return WrongType { message, joint };
    }
    WrongType {
        message: format!("{from} {shown} or request may be missing a required field"),
        joint: " at ",
    }
}
