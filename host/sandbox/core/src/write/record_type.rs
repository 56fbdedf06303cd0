//! The record type of a record.

use super::check;
use crate::setup::record_type;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{Field, Object};
use sandbox_model::value::Value;

/// The field that says it.
const FIELD: &str = "RecordTypeId";

/// Returns what a record keeps of the record type that it is given: nothing of the master, which is none.
///
/// # Errors
/// `INVALID_CROSS_REFERENCE_KEY` if it is no record type of the record's object.
pub(super) fn kept(object: &Object, field: &Field, value: Value) -> Result<Value, ApiError> {
    let Some(id) = value.as_str().filter(|_| field.name == FIELD) else {
        return Ok(value);
    };
    let record_types = record_type::all(&object.name);
    match record_types.iter().find(|it| it.id.as_str() == id) {
        Some(known) if known.is_master => Ok(Value::Null),
        Some(_) => Ok(value),
        None => {
            let message = format!(
                "{}: this ID value isn't valid for the user: {id}",
                field.label
            );
            Err(check::rejected(
                "INVALID_CROSS_REFERENCE_KEY",
                message,
                field,
            ))
        }
    }
}
