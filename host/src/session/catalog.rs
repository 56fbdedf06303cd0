//! Looking things up in a connector's catalog.

use serde_json::Value;

use super::SessionError;
use crate::contract::{ConnectorInfo, OperationInfo};
use crate::text;

/// Finds an operation by its name.
///
/// # Errors
/// The connector has no operation of this name; the error knows the nearest one.
pub fn find_operation<'a>(
    info: &'a ConnectorInfo,
    name: &str,
) -> Result<&'a OperationInfo, SessionError> {
    info.operation(name)
        .ok_or_else(|| SessionError::UnknownOperation {
            name: name.to_owned(),
            connector: info.name.clone(),
            nearest: text::nearest(
                name,
                info.operations.iter().map(|known| known.name.as_str()),
            )
            .map(str::to_owned),
        })
}

/// Parses a schema of the catalog.
///
/// # Errors
/// The connector published something that is not JSON.
pub fn schema_of(what: &str, text: &str) -> Result<Value, SessionError> {
    serde_json::from_str(text).map_err(|error| SessionError::BadSchema {
        what: what.to_owned(),
        problem: error.to_string(),
    })
}
