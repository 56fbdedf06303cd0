//! The lock on records that wait for approval.

use rusqlite::OptionalExtension;

use crate::setup;
use crate::write::Writer;
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::Object;

/// Rejects to touch a record that is locked.
///
/// # Errors
/// `ENTITY_IS_LOCKED` while an approval is pending.
pub(crate) fn reject(writer: &Writer<'_>, object: &Object, id: &RecordId) -> Result<(), ApiError> {
    if is_locked(writer, object, id)? {
        let message = "the entity is locked for editing";
        return Err(ApiError::for_record("ENTITY_IS_LOCKED", message, []));
    }
    Ok(())
}

/// Returns whether an approval of the record is pending.
pub fn is_locked(writer: &Writer<'_>, object: &Object, id: &RecordId) -> Result<bool, ApiError> {
    let processes = &setup::standard().approvals;
    if !processes
        .iter()
        .any(|process| process.object == object.name)
    {
        return Ok(false);
    }
    let sql = "SELECT 1 FROM \"ProcessInstance\" WHERE \"TargetObjectId\" = ?1 AND \"Status\" = 'Pending' \
               AND \"IsDeleted\" = 0";
    let found: Option<i64> = writer
        .connection
        .prepare_cached(sql)?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    Ok(found.is_some())
}
