use super::*;

fn addresses<'v>(schema: &Value, document: &'v Value) -> Vec<&'v str> {
    let found = Schema::new(schema).addresses(document);
    found.into_iter().map(|(address, _)| address).collect()
}
use serde_json::json;

fn connection() -> Value {
    json!({
        "type": "object",
        "properties": {
            "url": {"type": "string", "format": "uri"},
            "auth": {"$ref": "#/$defs/auth", "description": "Login flow."},
            "headers": {"type": "object", "additionalProperties": {"type": "string"}},
            "mirrors": {"type": "array", "items": {"type": "string", "format": "uri"}},
        },
        "required": ["url"],
        "$defs": {
            "auth": {"description": "Names the ways.", "oneOf": [
                {"type": "object", "properties": {"key": {"$ref": "#/$defs/key"}}, "required": ["key"]},
                {"const": "none"},
            ]},
            "key": {"type": "object", "properties": {
                "secret": {"type": "string", "writeOnly": true},
                "token-url": {"type": "string", "format": "uri"},
            }},
        },
    })
}

#[test]
fn uris_are_found_through_references_and_alternatives() {
    let schema = connection();
    let document = json!({
        "url": "https://a.example", "mirrors": ["https://b.example"],
        "auth": {"key": {"secret": "https://not.example", "token-url": "https://c.example"}},
    });
    let mut found = addresses(&schema, &document);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "https://a.example",
            "https://b.example",
            "https://c.example"
        ]
    );
}

#[test]
fn secrets_are_found_by_pointer() {
    let schema = connection();
    let document = json!({"auth": {"key": {"secret": "x", "token-url": "y"}}});
    assert_eq!(
        Schema::new(&schema).secrets(&document),
        ["/auth/key/secret"]
    );
}

#[test]
fn a_property_keeps_its_own_description_beside_a_reference() {
    let schema = connection();
    let auth = Schema::new(&schema).property("auth").expect("known");
    assert_eq!(auth.text("description"), Some("Login flow."));
    assert_eq!(auth.kind(), Kind::Choice);
    assert_eq!(auth.choices(), ["none"]);
    assert_eq!(auth.property("key").map(Schema::kind), Some(Kind::Record));
}

#[test]
fn kinds_follow_types() {
    let kind = |schema: Value| Schema::new(&schema).kind();
    assert_eq!(kind(json!({"type": "integer"})), Kind::Integer);
    assert_eq!(kind(json!({"type": ["string", "null"]})), Kind::Text);
    assert_eq!(kind(json!({"enum": ["a", "b"]})), Kind::Text);
    assert_eq!(
        kind(json!({"type": "object", "additionalProperties": {}})),
        Kind::Map
    );
    assert_eq!(
        kind(json!({"type": "object", "additionalProperties": false})),
        Kind::Record
    );
    assert_eq!(kind(json!({"type": "object"})), Kind::Map);
    assert_eq!(kind(json!({})), Kind::Any);
    assert_eq!(kind(json!(true)), Kind::Any);
}

#[test]
fn names_are_open_unless_the_schema_closes_them() {
    let open = |schema: Value| Schema::new(&schema).other_properties().is_some();
    assert!(open(json!({"type": "object"})));
    assert!(open(json!({"properties": {"a": {}}})));
    assert!(!open(
        json!({"properties": {"a": {}}, "additionalProperties": false})
    ));
    assert!(!open(json!({"oneOf": [{"properties": {"a": {}}}]})));
    assert!(!open(json!({"type": "string"})));
}

#[test]
fn a_schema_that_refers_to_itself_ends() {
    let schema = json!({"oneOf": [{"$ref": "#"}, {"$ref": "#"}], "$ref": "#"});
    assert!(addresses(&schema, &json!({"a": 1})).is_empty());
    let loops = json!({"$ref": "#"});
    assert_eq!(Schema::new(&loops).kind(), Kind::Any);
}
