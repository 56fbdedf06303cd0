//! What changed between two instants: the replication calls, `getUpdated()` and `getDeleted()` in SOAP, `/updated` and
//! `/deleted` in REST.

mod window;

use rusqlite::{Connection, params};

pub use window::Window;

use sandbox_model::api_error::ApiError;
use sandbox_model::schema::Object;
use sandbox_model::store::quoted;

/// Records one call may come to (SOAP API guide, "getUpdated()" and "getDeleted()": 600,000).
const MAX_RECORDS: usize = 600_000;
/// How long deleted records stay known (SOAP API guide, "getDeleted()": 15 days).
const RETENTION_MS: i64 = 15 * 24 * 60 * 60 * 1_000;

/// The records that were created or changed, and still are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updated {
    /// Their ids, 18 characters each, in the order of their changes.
    pub ids: Vec<String>,
    /// Up to when the list is complete, in ms since 1970: where the next call should start.
    pub latest_date_covered: i64,
}

/// The records that were deleted, and still are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// In the order of their deletion.
    pub records: Vec<DeletedRecord>,
    /// From when on deletions are known, in ms since 1970; a client that last asked before has to start anew.
    pub earliest_date_available: i64,
    /// Up to when the list is complete, in ms since 1970.
    pub latest_date_covered: i64,
}

/// A deleted record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedRecord {
    /// Its id, 18 characters.
    pub id: String,
    /// When it was deleted, in ms since 1970.
    pub deleted_date: i64,
}

/// Returns the records of `object` that were created or changed within the window. A record changed in the minute that has just
/// begun is listed already, and again by the next call.
///
/// # Errors
/// `EXCEEDED_ID_LIMIT` for more than 600,000 records.
pub fn updated(
    connection: &Connection,
    object: &Object,
    window: Window,
) -> Result<Updated, ApiError> {
    reject_others(object)?;
    let found = stamped(connection, object, false, window.start, window.end)?;
    Ok(Updated {
        ids: found.into_iter().map(|(id, _)| id).collect(),
        latest_date_covered: window.covered,
    })
}

/// Returns the records of `object` that were deleted within the window, whether they left the recycle bin since or not.
///
/// # Errors
/// `EXCEEDED_ID_LIMIT` for more than 600,000 records.
pub fn deleted(
    connection: &Connection,
    object: &Object,
    window: Window,
) -> Result<Deleted, ApiError> {
    reject_others(object)?;
    let earliest = window::minute(window.now.saturating_sub(RETENTION_MS));
    let start = window.start.max(earliest);
    let found = stamped(connection, object, true, start, window.end)?;
    let record = |(id, deleted_date)| DeletedRecord { id, deleted_date };
    Ok(Deleted {
        records: found.into_iter().map(record).collect(),
        earliest_date_available: earliest,
        latest_date_covered: window.covered,
    })
}

/// Rejects objects that replication does not know.
fn reject_others(object: &Object) -> Result<(), ApiError> {
    if object.replicateable {
        return Ok(());
    }
    let message = format!("sObject type {} is not replicable", object.name);
    Err(ApiError::new("INVALID_TYPE", message))
}

/// Selects by the last stamp of a record, which for deleted ones is the deletion.
fn stamped(
    connection: &Connection,
    object: &Object,
    deleted: bool,
    start: i64,
    end: i64,
) -> Result<Vec<(String, i64)>, ApiError> {
    let sql = format!(
        "SELECT \"Id\", \"SystemModstamp\" FROM {} WHERE \"IsDeleted\" = ?1 AND \"SystemModstamp\" >= ?2 \
         AND \"SystemModstamp\" < ?3 ORDER BY \"SystemModstamp\", \"Id\" LIMIT {}",
        quoted(&object.name),
        MAX_RECORDS + 1
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![deleted, start, end], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    let found = rows.collect::<Result<Vec<_>, _>>()?;
    if found.len() <= MAX_RECORDS {
        return Ok(found);
    }
    let message = format!("more than {MAX_RECORDS} records changed; ask for a shorter timespan");
    Err(ApiError::new("EXCEEDED_ID_LIMIT", message))
}

#[cfg(test)]
mod tests;
