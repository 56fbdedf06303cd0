//! A change of a record.

use crate::write::Row;
use sandbox_model::schema::Object;

/// The largest event; a larger one becomes a gap event (Change Data Capture guide, "Gap Events": 1 MB).
pub(super) const MAX_EVENT_BYTES: usize = 1_000_000;

/// A change of one record, just written.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    /// It is new.
    Created(&'a Row<'a>),
    /// It was changed.
    Updated {
        /// As it is.
        row: &'a Row<'a>,
        /// As it was.
        before: &'a Row<'a>,
    },
    /// It went into the recycle bin.
    Deleted {
        /// Its object.
        object: &'a Object,
        /// Its id.
        id: &'a str,
    },
    /// It came back from there.
    Undeleted(&'a Row<'a>),
}

impl<'a> Change<'a> {
    /// Returns the record's object.
    #[must_use]
    pub fn object(&self) -> &'a Object {
        match self {
            Self::Created(row) | Self::Updated { row, .. } | Self::Undeleted(row) => row.object,
            Self::Deleted { object, .. } => object,
        }
    }

    /// Returns the record's id.
    #[must_use]
    pub fn id(&self) -> &'a str {
        match self {
            Self::Created(row) | Self::Updated { row, .. } | Self::Undeleted(row) => {
                row.get("Id").as_str().unwrap_or_default()
            }
            Self::Deleted { id, .. } => id,
        }
    }

    /// Returns the header's `changeType`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Created(_) => "CREATE",
            Self::Updated { .. } => "UPDATE",
            Self::Deleted { .. } => "DELETE",
            Self::Undeleted(_) => "UNDELETE",
        }
    }
}
