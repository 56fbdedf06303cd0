//! Create, update and upsert: what REST and SOAP say alike of them.

use super::outcome::created_by_upsert;
use salesforce_client::exchange::Idempotency;

/// How records are saved.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum SaveKind {
    /// As new records.
    Create,
    /// In the records that their ids name.
    Update,
    /// In the records that an external id names, or as new ones. Whether that is the id of the record itself is told.
    Upsert {
        /// Whether records are found by `Id`.
        by_id: bool,
    },
}

impl SaveKind {
    /// An upsert by this field.
    pub fn upsert_by(field: &str) -> Self {
        Self::Upsert {
            by_id: field.eq_ignore_ascii_case("Id"),
        }
    }

    /// Whether a call may be sent twice.
    pub fn idempotency(self) -> Idempotency {
        match self {
            // Records without an id would be created again by a second call.
            Self::Create | Self::Upsert { by_id: true } => Idempotency::NonIdempotent,
            Self::Update | Self::Upsert { by_id: false } => Idempotency::Idempotent,
        }
    }

    /// Whether a record that was saved is a new one, where that is known. `told` is what Salesforce says of an upsert, `repeated` says that
    /// an earlier attempt may have been acted on.
    pub fn created(self, told: bool, repeated: bool) -> Option<bool> {
        match self {
            Self::Create => Some(true),
            Self::Update => Some(false),
            Self::Upsert { .. } => created_by_upsert(told, repeated),
        }
    }
}
