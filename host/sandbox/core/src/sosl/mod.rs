//! SOSL: full-text search over the org's records.
//!
//! [`Search`] says what is looked for and where; it is read from a SOSL statement ([`parse`]) or put together from the
//! parameters of `/parameterizedSearch`. [`Search::run`] finds the records whose text matches and reads what RETURNING
//! asks for with the SOQL engine, so fields, WHERE and ORDER BY mean what they mean there.
//!
//! Bounds: the ids that match are held in memory, rows only up to the limit ([`MAX_ROWS`]). There is no index: every
//! search reads the searched columns of its objects.

mod clauses;
mod cursor;
mod expression;
mod run;
#[cfg(test)]
mod tests;
mod words;

pub use clauses::parse;
pub use run::Hits;

use expression::Expression;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{Field, FieldType, Object, Schema};

/// Most rows of a search, and what it gives without LIMIT (SOQL and SOSL Reference, "LIMIT": 2,000 since API 28.0).
pub const MAX_ROWS: usize = 2_000;
/// Longest statement in characters (Salesforce Developer Limits, "SOQL and SOSL limits": 100,000).
pub const STATEMENT_CHARACTERS: usize = 100_000;

/// A search: what is looked for, where, and what is shown of what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    terms: Expression,
    /// The fields searched.
    pub group: Group,
    /// Objects with what is shown of them; empty: all searchable objects, ids alone.
    pub returning: Vec<Returning>,
    /// Most rows in all.
    pub limit: Option<usize>,
    /// Rows skipped (parameterized search alone).
    pub offset: usize,
    /// Whether labels of the fields are wanted (`WITH METADATA = 'LABELS'`).
    pub labels: bool,
}

/// One object of RETURNING.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Returning {
    /// API name.
    pub object: String,
    /// The list of fields as written; `Id` if there is none.
    pub fields: String,
    /// What follows the fields: WHERE, ORDER BY, LIMIT, OFFSET, as SOQL text.
    pub tail: String,
}

/// The fields searched: `IN NAME FIELDS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Group {
    /// Every searchable field.
    #[default]
    All,
    /// Names.
    Name,
    /// E-mail addresses.
    Email,
    /// Telephone numbers.
    Phone,
    /// What the sidebar search looks at: names, e-mail addresses, telephone numbers.
    Sidebar,
}

impl Group {
    /// Returns the group called so, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().as_str() {
            "ALL" => Self::All,
            "NAME" => Self::Name,
            "EMAIL" => Self::Email,
            "PHONE" => Self::Phone,
            "SIDEBAR" => Self::Sidebar,
            _ => return None,
        })
    }

    /// Returns whether the group has this field.
    #[must_use]
    pub fn has(self, field: &Field) -> bool {
        let is_phone = field.field_type == FieldType::Phone;
        let is_email = field.field_type == FieldType::Email;
        let is_name = field.name_field
            || field.compound_field_name.as_deref() == Some("Name")
            || matches!(field.name.as_str(), "Subject" | "Title");
        match self {
            Self::All => is_searchable(&field.field_type),
            Self::Name => is_name,
            Self::Email => is_email,
            Self::Phone => is_phone,
            Self::Sidebar => is_name || is_email || is_phone,
        }
    }
}

/// Text that the search index holds; pick-lists, numbers and dates it does not.
fn is_searchable(field_type: &FieldType) -> bool {
    matches!(
        field_type,
        FieldType::String
            | FieldType::TextArea
            | FieldType::LongTextArea
            | FieldType::Html
            | FieldType::Email
            | FieldType::Phone
            | FieldType::Url
            | FieldType::Combobox
            | FieldType::AutoNumber { .. }
    )
}

impl Search {
    /// Creates a search for what a search box takes: no clauses, reserved characters taken for blanks.
    ///
    /// # Errors
    /// `MALFORMED_SEARCH` if nothing in it is long enough.
    pub fn from_text(words: &str) -> Result<Self, ApiError> {
        let terms = expression::parse(words, expression::Reserved::Blank);
        Ok(Self::new(
            terms.map_err(|rejected| malformed(rejected.message))?,
        ))
    }

    fn new(terms: Expression) -> Self {
        Self {
            terms,
            group: Group::default(),
            returning: Vec::new(),
            limit: None,
            offset: 0,
            labels: false,
        }
    }
}

/// Returns the objects that a search without RETURNING looks at, in the order of their names.
pub fn searchable(schema: &Schema) -> impl Iterator<Item = &Object> {
    schema.objects().iter().filter(|object| object.searchable)
}

/// Returns the error for a statement that is no SOSL.
fn malformed(message: impl Into<String>) -> ApiError {
    ApiError::new("MALFORMED_SEARCH", message)
}
