//! Who writes, where and when; and what comes of it.

use rusqlite::Connection;

use super::ids::IdCounters;
use super::options::WriteOptions;
use crate::events::Feed;
use sandbox_model::id::RecordId;
use sandbox_model::problem::Problem;
use sandbox_model::schema::{Object, Schema};

/// What became of a record that was not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Its id.
    pub id: RecordId,
    /// Whether it is new.
    pub created: bool,
}

/// What became of a record.
pub type Outcome = Result<Saved, Problem>;

/// Writes records within one transaction, as one user at one moment.
#[derive(Debug)]
pub struct Writer<'a> {
    /// The org's objects.
    pub schema: &'a Schema,
    /// The transaction.
    pub connection: &'a Connection,
    pub(crate) ids: &'a IdCounters,
    /// The org's clock in milliseconds since 1970, cut to the whole seconds that records are stamped with.
    pub now: i64,
    /// Who writes.
    pub(crate) user: &'a RecordId,
    pub(crate) options: WriteOptions,
    /// The way to the event bus; none while the org is being made.
    pub(crate) feed: Option<Feed<'a>>,
}

/// The refusal of a call that an object does not take.
pub(super) fn unsupported(object: &Object, verb: &str) -> Problem {
    let message = format!("entity type {} does not support {verb}", object.name);
    Problem::of_record("INVALID_TYPE_FOR_OPERATION", message, [])
}
