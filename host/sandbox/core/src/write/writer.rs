//! The writer: user, transaction, time; and the outcome of a write.

use rusqlite::Connection;

use super::ids::IdCounters;
use super::options::WriteOptions;
use crate::events::Feed;
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::{Object, Schema};

/// Outcome of a record that was not rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Its id.
    pub id: RecordId,
    /// Whether it is new.
    pub created: bool,
}

/// Outcome of a record.
pub type Outcome = Result<Saved, ApiError>;

/// Writes records within one transaction, as one user at one time.
#[derive(Debug)]
pub struct Writer<'a> {
    /// The org's objects.
    pub schema: &'a Schema,
    /// The transaction.
    pub connection: &'a Connection,
    pub(crate) ids: &'a IdCounters,
    /// The org's clock in milliseconds since 1970, cut to the whole seconds that records are stamped with.
    pub now: i64,
    /// User that writes.
    pub(crate) user: &'a RecordId,
    pub(crate) options: WriteOptions,
    /// The way to the event bus; none while the org is being made.
    pub(crate) feed: Option<Feed<'a>>,
}

/// Returns the error of a call that an object does not take.
pub(super) fn unsupported(object: &Object, verb: &str) -> ApiError {
    let message = format!("entity type {} does not support {verb}", object.name);
    ApiError::for_record("INVALID_TYPE_FOR_OPERATION", message, [])
}
