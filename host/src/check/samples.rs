//! Documents that fit a schema, and documents that do not.

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::schemas::validator;
use crate::schema::{Kind, Schema};

/// Samples of one schema.
const MAX_SAMPLES: usize = 8;
/// Bound of nesting.
const MAX_DEPTH: usize = 12;
/// Values of all kinds: one of them is wrong for nearly every schema.
const KINDS: [&str; 7] = [
    "[[]]",
    "{\"~no\": {}}",
    "true",
    "\"~\"",
    "-1.5",
    "[]",
    "null",
];
/// Texts that are not JSON objects.
const NOT_OBJECTS: [&str; 4] = ["{", "", "[]", "\"text\""];
/// Name that no schema has.
const UNKNOWN: &str = "no-such-member";

/// Documents for one schema.
pub(super) struct Samples {
    /// Documents that fit: examples first.
    pub(super) right: Vec<Value>,
    /// Texts that do not fit, each with what is wrong.
    pub(super) wrong: Vec<(String, String)>,
    /// Whether a document without members fits.
    pub(super) empty_fits: bool,
}

impl Samples {
    /// Makes samples of the text of a schema; none where it is not one.
    pub(super) fn of(text: &str) -> Self {
        let document = serde_json::from_str::<Value>(text).unwrap_or_default();
        let Ok(judge) = validator(&document) else {
            return Self {
                right: Vec::new(),
                wrong: Vec::new(),
                empty_fits: false,
            };
        };
        let right = right(&document, &judge);
        let base = right.first().cloned().unwrap_or_else(|| json!({}));
        Self {
            wrong: wrong(Schema::new(&document), &base, &judge),
            empty_fits: judge.is_valid(&json!({})),
            right,
        }
    }

    /// Returns a document that fits, as text; an object without members where none is known.
    pub(super) fn first(&self) -> String {
        let first = self.right.first();
        first.map_or_else(|| "{}".to_owned(), Value::to_string)
    }
}

fn right(document: &Value, judge: &Validator) -> Vec<Value> {
    let root = Schema::new(document);
    let examples = root.keyword("examples").and_then(Value::as_array);
    let examples = examples.into_iter().flatten().cloned();
    let default = root.keyword("default").cloned();
    let made = (0..MAX_SAMPLES).filter_map(|branch| make(root, branch, 0));
    let mut found: Vec<Value> = Vec::new();
    for value in examples.chain(default).chain(made) {
        if value.is_object() && judge.is_valid(&value) && !found.contains(&value) {
            found.push(value);
        }
    }
    found.truncate(MAX_SAMPLES);
    found
}

/// Makes a value: what the schema gives as an example, a default or a choice, else the least that fits.
fn make(schema: Schema<'_>, branch: usize, depth: usize) -> Option<Value> {
    let examples = schema.keyword("examples").and_then(Value::as_array);
    let given = examples.filter(|_| depth > 0).and_then(|list| {
        let index = branch.min(list.len().saturating_sub(1));
        list.get(index)
    });
    let given = given.or_else(|| schema.keyword("default").filter(|_| depth > 0));
    if let Some(value) = given.or_else(|| schema.keyword("const")) {
        return Some(value.clone());
    }
    if let Some(&word) = schema.choices().first() {
        return Some(word.into());
    }
    (depth < MAX_DEPTH).then(|| by_kind(schema, branch, depth))?
}

fn by_kind(schema: Schema<'_>, branch: usize, depth: usize) -> Option<Value> {
    let bound = |name| schema.keyword(name).and_then(Value::as_u64).unwrap_or(0);
    Some(match schema.kind() {
        Kind::Text if schema.text("format") == Some("uri") => json!("https://example.invalid"),
        Kind::Text => {
            let length = usize::try_from(bound("minLength")).ok()?.clamp(1, 1_000);
            "x".repeat(length).into()
        }
        Kind::Integer | Kind::Number => schema.keyword("minimum").cloned().unwrap_or(json!(1)),
        Kind::Boolean => json!(false),
        Kind::List if bound("minItems") == 0 => json!([]),
        Kind::List => json!([make(schema.items()?, branch, depth + 1)?]),
        Kind::Choice => choice(schema, branch, depth)?,
        Kind::Record => members(schema, branch, depth)?,
        Kind::Map | Kind::Any => json!({}),
    })
}

/// Makes an object with exactly one of several properties.
fn choice(schema: Schema<'_>, branch: usize, depth: usize) -> Option<Value> {
    let properties = schema.properties();
    let index = branch.min(properties.len().saturating_sub(1));
    let (name, property) = properties.get(index)?;
    Some(json!({*name: make(*property, branch, depth + 1)?}))
}

fn members(schema: Schema<'_>, branch: usize, depth: usize) -> Option<Value> {
    let mut members = Map::new();
    for (name, property) in schema.properties() {
        if schema.requires(name) {
            members.insert(name.to_owned(), make(property, branch, depth + 1)?);
        }
    }
    Some(members.into())
}

/// Makes texts that do not fit: no object, a member too many, one of another kind, one too few.
fn wrong(root: Schema<'_>, base: &Value, judge: &Validator) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = NOT_OBJECTS
        .iter()
        .filter(|text| !serde_json::from_str(text).is_ok_and(|value| judge.is_valid(&value)))
        .map(|text| ((*text).to_owned(), format!("the text `{text}`")))
        .collect();
    let mut add = |value: Value, what: String| {
        let is_wrong = !judge.is_valid(&value);
        if is_wrong {
            found.push((value.to_string(), what));
        }
        is_wrong
    };
    add(
        with(base, UNKNOWN, json!(1)),
        format!("a member `{UNKNOWN}`"),
    );
    for (name, _) in root.properties() {
        for text in KINDS {
            let value: Value = serde_json::from_str(text).unwrap_or_default();
            if add(with(base, name, value), format!("`{name}` as {text}")) {
                break;
            }
        }
        if root.requires(name) {
            add(without(base, name), format!("no member `{name}`"));
        }
    }
    found
}

fn with(base: &Value, name: &str, value: Value) -> Value {
    let mut members = base.as_object().cloned().unwrap_or_default();
    members.insert(name.to_owned(), value);
    members.into()
}

fn without(base: &Value, name: &str) -> Value {
    let mut members = base.as_object().cloned().unwrap_or_default();
    members.remove(name);
    members.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_fit_and_the_others_do_not() {
        let schema = json!({
            "type": "object",
            "properties": {
                "lines": {"type": "integer", "minimum": 2},
                "way": {"oneOf": [
                    {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": false},
                    {"type": "object", "properties": {"b": {"const": 5}}, "required": ["b"], "additionalProperties": false},
                ]},
            },
            "required": ["lines", "way"],
            "additionalProperties": false,
        });
        let samples = Samples::of(&schema.to_string());
        let expected = [
            json!({"lines": 2, "way": {"a": "x"}}),
            json!({"lines": 2, "way": {"b": 5}}),
        ];
        assert_eq!(samples.right, expected);
        let judge = validator(&schema).expect("a schema");
        assert!(samples.wrong.len() >= 9, "{:?}", samples.wrong);
        for (text, what) in &samples.wrong {
            let fits = serde_json::from_str(text).is_ok_and(|value| judge.is_valid(&value));
            assert!(!fits, "{what}: {text}");
        }
    }

    #[test]
    fn examples_come_first() {
        let schema = json!({"type": "object", "examples": [{"a": 1}, {"a": 2}]});
        let samples = Samples::of(&schema.to_string());
        assert_eq!(samples.first(), r#"{"a":1}"#);
        assert!(samples.empty_fits);
    }
}
