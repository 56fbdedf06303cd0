//! What a job does with its rows, and the outcome of each.

use crate::write::Saved;
use sandbox_model::api_error::ApiError;

/// What a job does with its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Creates records.
    Insert,
    /// Changes records by id.
    Update,
    /// Changes or creates records by a key.
    Upsert,
    /// Puts records into the recycle bin.
    Delete,
    /// Deletes records permanently.
    HardDelete,
}

impl Operation {
    /// Returns the operation called so in job infos.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "insert" => Self::Insert,
            "update" => Self::Update,
            "upsert" => Self::Upsert,
            "delete" => Self::Delete,
            "hardDelete" => Self::HardDelete,
            _ => return None,
        })
    }

    /// Its name in job infos.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Upsert => "upsert",
            Self::Delete => "delete",
            Self::HardDelete => "hardDelete",
        }
    }

    /// Returns whether only ids are wanted.
    #[must_use]
    pub fn is_delete(self) -> bool {
        matches!(self, Self::Delete | Self::HardDelete)
    }
}

/// Why a row was rejected: by the org's rules, or on demand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}:{message}:{}", field_list(.fields))]
pub struct RowError {
    /// Salesforce's code.
    pub code: String,
    /// The message that belongs to it.
    pub message: String,
    /// Fields at fault.
    pub fields: Vec<String>,
}

impl From<ApiError> for RowError {
    fn from(error: ApiError) -> Self {
        Self {
            code: error.code.to_owned(),
            message: error.message,
            fields: error.fields.unwrap_or_default(),
        }
    }
}

/// Returns the end of a message in result files: `Name, Phone --`, or `--` alone.
fn field_list(fields: &[String]) -> String {
    if fields.is_empty() {
        return "--".to_owned();
    }
    format!("{} --", fields.join(", "))
}

/// Outcome of a row.
pub type RowOutcome = Result<Saved, RowError>;
