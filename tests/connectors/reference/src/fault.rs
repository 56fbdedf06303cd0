//! Faults, with every field right.

use super::bindings::exports::mediation::connector::types::{Fault, FaultKind};
use serde::de::DeserializeOwned;

/// Makes a fault of what is found wrong before anything is sent.
pub(crate) fn fault(kind: FaultKind, message: impl Into<String>) -> Fault {
    Fault {
        kind,
        message: message.into(),
        status: None,
        upstream: Vec::new(),
        retry_after_ms: None,
        maybe_applied: false,
        attempts: 0,
        elapsed_ms: 0,
    }
}

/// Makes the fault of an operation that this function does not run.
pub(crate) fn unknown(operation: &str, function: &str) -> Fault {
    let message =
        format!("`{function}` runs no operation `{operation}`: see the catalog for its style.");
    fault(FaultKind::Config, message)
}

/// Reads a config or a connection. What the schemas forbid must not get through here.
pub(crate) fn parse<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, Fault> {
    let refused = |error: serde_json::Error| {
        fault(
            FaultKind::Config,
            format!("The {what} does not match its schema: {error}."),
        )
    };
    // serde reads a struct from a list, too: an object is demanded first.
    let members: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(text).map_err(refused)?;
    T::deserialize(serde_json::Value::Object(members)).map_err(refused)
}

/// Demands that a number is within the bounds of its schema.
pub(crate) fn within(name: &str, value: u64, least: u64, most: u64) -> Result<(), Fault> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let message = format!("`{name}` is {value}: give {least} to {most}.");
    Err(fault(FaultKind::Config, message))
}
