//! What a job does with its rows, and what becomes of each.

use crate::write::Saved;
use sandbox_model::problem::Problem;

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
    /// Deletes records for good.
    HardDelete,
}

impl Operation {
    /// The operation called so in job infos.
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

    /// Whether only ids are wanted.
    #[must_use]
    pub fn is_delete(self) -> bool {
        matches!(self, Self::Delete | Self::HardDelete)
    }
}

/// Why a row was refused: by the org's rules, or on demand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Salesforce's code.
    pub code: String,
    /// The sentence beside it.
    pub message: String,
    /// Fields at fault.
    pub fields: Vec<String>,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self {
            code: problem.code.to_owned(),
            message: problem.message,
            fields: problem.fields.unwrap_or_default(),
        }
    }
}

impl std::fmt::Display for Refusal {
    /// `CODE:message:fields --`, as result files say it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let space = if self.fields.is_empty() { "" } else { " " };
        let fields = self.fields.join(", ");
        write!(f, "{}:{}:{fields}{space}--", self.code, self.message)
    }
}

/// What became of a row.
pub type RowOutcome = Result<Saved, Refusal>;
