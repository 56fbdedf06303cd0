//! Values of fields: as the store keeps them, as clients send them, as responses show them.

pub mod dates;
mod from_json;
mod from_text;
mod to_json;

use rusqlite::types::{ToSql, ToSqlOutput, Value as SqlValue, ValueRef};

pub use from_json::{WrongType, from_json};
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
    /// A file too large for the database: where the org keeps it.
    File(StoredFile),
}

/// A file stored next to the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Name in the folder of files: letters and digits.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// MD5 of the content in hexadecimal digits.
    pub md5: String,
}

impl StoredFile {
    /// `None` if the text is not one that [`StoredFile`]'s `Display` wrote.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let (name, size, md5) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        let (name, md5) = (name.to_owned(), md5.to_owned());
        Some(Self { name, size, md5 })
    }
}

impl std::fmt::Display for StoredFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.name, self.size, self.md5)
    }
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

    /// Returns whether there is no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// Returns the text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the number, whole or not, if it is one.
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
            ValueRef::Text(text) if kind == ColumnKind::Blob => {
                StoredFile::parse(&String::from_utf8_lossy(text)).map_or(Self::Null, Self::File)
            }
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
            Self::File(file) => ToSqlOutput::Owned(SqlValue::Text(file.to_string())),
        })
    }
}

#[cfg(test)]
mod tests;
