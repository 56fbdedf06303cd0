//! How values of each field type are kept.

use crate::schema::{Field, FieldType};

/// The form of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text that compares without regard to (ASCII) case, as SOQL does.
    Text,
    /// Text that compares byte by byte: ids, references, case-sensitive fields.
    ExactText,
    /// 0 or 1, never NULL.
    Boolean,
    /// A whole number.
    Integer,
    /// A 64-bit floating number.
    Real,
    /// `YYYY-MM-DD`.
    Date,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    DateTime,
    /// Milliseconds since midnight.
    Time,
    /// Bytes; text for a file stored next to the database.
    Blob,
}

impl ColumnKind {
    /// Creates the form in which `field` is kept; `None` for compounds, which have no column.
    #[must_use]
    pub fn from_field(field: &Field) -> Option<Self> {
        Some(match &field.field_type {
            FieldType::Address => return None,
            FieldType::Id | FieldType::Reference(_) => Self::ExactText,
            FieldType::Boolean => Self::Boolean,
            FieldType::Int => Self::Integer,
            FieldType::Double | FieldType::Currency | FieldType::Percent => Self::Real,
            FieldType::Date => Self::Date,
            FieldType::DateTime => Self::DateTime,
            FieldType::Time => Self::Time,
            FieldType::Base64 => Self::Blob,
            _ if field.case_sensitive => Self::ExactText,
            _ => Self::Text,
        })
    }

    /// Returns the column's type in `CREATE TABLE`.
    #[must_use]
    pub const fn declaration(self) -> &'static str {
        match self {
            Self::Text => "TEXT COLLATE NOCASE",
            Self::ExactText | Self::Date => "TEXT",
            Self::Boolean => "INTEGER NOT NULL DEFAULT 0",
            Self::Integer | Self::DateTime | Self::Time => "INTEGER",
            Self::Real => "REAL",
            Self::Blob => "BLOB",
        }
    }
}

/// `name` as an SQL identifier.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
