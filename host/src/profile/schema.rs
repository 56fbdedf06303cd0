//! The JSON Schema of connection files: the connector's connection schema, with the table `[host]` added.

use serde_json::{Map, Value, json};

use super::HOST_TABLE;

/// JSON Schema of the table `[host]`.
const HOST_SCHEMA: &str = include_str!("host.schema.json");

/// Name of the dialect of all schemas.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Returns the schema of connection files for a connector, or none if its own schema does not describe an object.
#[must_use]
pub fn of_connection_files(connector: &str, connection_schema: &str) -> Option<Value> {
    let Ok(Value::Object(mut schema)) = serde_json::from_str(connection_schema) else {
        return None;
    };
    let properties = schema
        .entry("properties")
        .or_insert_with(|| Value::Object(Map::new()));
    properties
        .as_object_mut()?
        .insert(HOST_TABLE.to_owned(), host_table());
    schema.insert("$schema".into(), json!(DIALECT));
    schema.insert(
        "title".into(),
        json!(format!(
            "Connection file of mediate for the connector `{connector}`"
        )),
    );
    Some(Value::Object(schema))
}

/// Returns the schema of the table `[host]`.
#[must_use]
pub fn host_table() -> Value {
    serde_json::from_str(HOST_SCHEMA).unwrap_or(Value::Bool(true))
}
