//! Registers the secrets of a connection, its session and its operations with the masker.

use std::collections::HashSet;

use serde_json::Value;

use crate::contract::OperationInfo;
use crate::masking::masker;
use crate::profile::Profile;
use crate::schema::Schema;

/// Registers what the connection's schema marks, and what references stood for in fields that it does not describe:
/// nobody else can tell what is in a header.
pub(super) fn of_connection(schema: &Value, profile: &Profile) {
    let document = profile.document().expose();
    of_document(schema, document);
    let described = described(Schema::new(schema), document);
    profile
        .references()
        .iter()
        .filter(|reference| !described.contains(&reference.pointer))
        .for_each(|reference| masker().add(reference.text.expose()));
}

/// Registers what a schema marks in a document.
pub(super) fn of_document(schema: &Value, document: &Value) {
    Schema::new(schema)
        .secret_texts(document)
        .into_iter()
        .for_each(|text| masker().add(text));
}

/// Registers what an operation's schema marks in its config.
pub(super) fn of_config(operation: &OperationInfo, config: &Value) {
    /// Keyword of a secret; schemas without it, nearly all, need not be parsed.
    const MARK: &str = "writeOnly";
    if operation.config_schema.contains(MARK)
        && let Ok(schema) = serde_json::from_str(&operation.config_schema)
    {
        of_document(&schema, config);
    }
}

/// Registers what the schema of a connection's session marks.
pub(super) fn of_session(connection_schema: &Value, session: &Value) {
    if let Some(schema) = Schema::new(connection_schema).property("session") {
        schema
            .secret_texts(session)
            .into_iter()
            .for_each(|text| masker().add(text));
    }
}

/// Lists the JSON Pointers of the values of which the schema says what they are.
fn described(schema: Schema, document: &Value) -> HashSet<String> {
    let mut found = HashSet::new();
    schema.walk(document, |pointer, schema, _| {
        if schema.text("description").is_some() {
            found.insert(pointer.to_owned());
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_maps_are_not_described() {
        let schema = json!({"properties": {
            "url": {"type": "string", "description": "Names the host."},
            "headers": {"type": "object", "description": "Adds.", "additionalProperties": {"type": "string"}},
        }});
        let document = json!({"url": "x", "headers": {"X-Key": "y"}, "other": "z"});
        let described = described(Schema::new(&schema), &document);
        assert_eq!(
            described,
            HashSet::from(["/url".to_owned(), "/headers".to_owned()])
        );
    }
}
