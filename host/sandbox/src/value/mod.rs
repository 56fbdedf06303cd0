//! Values of fields: as the store keeps them, as clients send them, as answers show them.

pub mod dates;
mod from_json;
mod from_text;
mod to_json;

use rusqlite::types::{ToSql, ToSqlOutput, Value as SqlValue, ValueRef};

pub use from_json::from_json;
pub use from_text::from_text;
pub use to_json::{number, to_json};

use crate::store::ColumnKind;

/// The value of one field, in the form its column has (see [`ColumnKind`]).
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// No value; empty text is this too.
    #[default]
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number, an instant (ms since 1970, UTC) or a time of day (ms since midnight).
    Int(i64),
    /// A number with a fraction.
    Real(f64),
    /// Text, an id, or a date `YYYY-MM-DD`.
    Text(String),
    /// A file.
    Blob(Vec<u8>),
}

impl Value {
    /// Text, or nothing if it is empty.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() {
            Self::Null
        } else {
            Self::Text(text)
        }
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, whole or not, if it is one.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Real(number) => Some(*number),
            _ => None,
        }
    }

    /// Reads what a column holds.
    #[must_use]
    pub fn read(column: ValueRef<'_>, kind: ColumnKind) -> Self {
        match column {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) if kind == ColumnKind::Boolean => Self::Bool(number != 0),
            ValueRef::Integer(number) if kind == ColumnKind::Real => Self::Real(number as f64),
            ValueRef::Integer(number) => Self::Int(number),
            ValueRef::Real(number) => Self::Real(number),
            ValueRef::Text(text) => Self::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(SqlValue::Null),
            Self::Bool(value) => ToSqlOutput::Owned(SqlValue::Integer(i64::from(*value))),
            Self::Int(number) => ToSqlOutput::Owned(SqlValue::Integer(*number)),
            Self::Real(number) => ToSqlOutput::Owned(SqlValue::Real(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

#[cfg(test)]
mod tests;
