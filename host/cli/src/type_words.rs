//! What a schema takes, in words: `a whole number from 1 to 25`.

use serde_json::Value;

use mediate::schema::{Kind, Schema};
use mediate::text;

/// Says what a schema takes, with its bounds, fit to follow "takes".
pub(super) fn takes(schema: Schema) -> String {
    let choices = schema.choices();
    if !choices.is_empty() && schema.kind() == Kind::Text {
        return text::list(&choices, "or");
    }
    match schema.kind() {
        Kind::Text => format!(
            "text{}",
            range(schema, "minLength", "maxLength", " of ", " characters")
        ),
        Kind::Integer => format!(
            "a whole number{}",
            range(schema, "minimum", "maximum", " ", "")
        ),
        Kind::Number => format!("a number{}", range(schema, "minimum", "maximum", " ", "")),
        Kind::Boolean => "true or false".into(),
        Kind::List => match schema.items().map(takes) {
            Some(items) => format!("a list, each item {items}"),
            None => "a list".into(),
        },
        Kind::Record => "a group of fields".into(),
        Kind::Choice => "exactly one of several groups of fields".into(),
        Kind::Map => match schema.other_properties().map(takes) {
            Some(values) => format!("named values, each {values}"),
            None => "named values".into(),
        },
        Kind::Any => "any JSON value".into(),
    }
}

fn range(schema: Schema, low: &str, high: &str, before: &str, after: &str) -> String {
    let bound = |name| {
        schema
            .keyword(name)
            .filter(|bound| bound.is_number())
            .map(Value::to_string)
    };
    match (bound(low), bound(high)) {
        (Some(low), Some(high)) => {
            format!("{before}from {low} to {high}{after}").replace("of from", "of")
        }
        (Some(low), None) => format!("{before}from {low}{after}").replace("of from", "of at least"),
        (None, Some(high)) => format!("{before}up to {high}{after}"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn words_for(schema: Value) -> String {
        takes(Schema::new(&schema))
    }

    #[test]
    fn bounds_are_told() {
        assert_eq!(
            words_for(json!({"type": "integer", "minimum": 1, "maximum": 25})),
            "a whole number from 1 to 25"
        );
        assert_eq!(
            words_for(json!({"type": "string", "minLength": 43, "maxLength": 128})),
            "text of 43 to 128 characters"
        );
        assert_eq!(
            words_for(json!({"type": "string", "maxLength": 9})),
            "text of up to 9 characters"
        );
        assert_eq!(
            words_for(json!({"type": "string", "minLength": 1})),
            "text of at least 1 characters"
        );
        assert_eq!(words_for(json!({"type": "number"})), "a number");
    }

    #[test]
    fn compound_types_are_told() {
        assert_eq!(words_for(json!({"enum": ["a", "b", "c"]})), "a, b or c");
        assert_eq!(
            words_for(json!({"type": "array", "items": {"type": "string"}})),
            "a list, each item text"
        );
        assert_eq!(
            words_for(json!({"type": "object", "additionalProperties": {}})),
            "named values, each any JSON value"
        );
    }
}
