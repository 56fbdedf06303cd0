//! Schemas of a catalog: valid themselves, and their defaults and examples valid by them.

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::promise::Promise;
use super::report::Report;
use crate::contract::ConnectorInfo;

/// Draft that the contract names.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Name of a schema within the one that judges its examples.
const JUDGED: &str = "urn:mediate:judged";
/// Keywords that hold a schema.
const ONE: [&str; 11] = [
    "items",
    "additionalProperties",
    "unevaluatedItems",
    "unevaluatedProperties",
    "propertyNames",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "contentSchema",
];
/// Keywords that hold a list of schemas.
const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords that hold schemas by name.
const NAMED: [&str; 5] = [
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
];
/// Bound of nesting.
const MAX_DEPTH: usize = 100;

/// A default or an example, with the JSON Pointers of its schema and of itself.
struct Sample<'a> {
    schema: String,
    at: String,
    value: &'a Value,
}

/// Judges all schemas of a catalog.
pub(super) fn judge(info: &ConnectorInfo, report: &mut Report) {
    schema("the connection", &info.connection_schema, report);
    for operation in &info.operations {
        let name = &operation.name;
        schema(name, &operation.config_schema, report);
        if let Some(reply) = &operation.reply_schema {
            schema(&format!("the reply of {name}"), reply, report);
        }
    }
}

fn schema(place: &str, text: &str, report: &mut Report) {
    let Ok(document) = serde_json::from_str::<Value>(text) else {
        return;
    };
    match validator(&document) {
        Ok(_) => report.kept(Promise::Schemas),
        Err(problem) => return report.broken_at(Promise::Schemas, place, problem),
    }
    match wrong_samples(&document) {
        Ok(wrong) if wrong.is_empty() => report.kept(Promise::Examples),
        Ok(wrong) => {
            for problem in wrong {
                report.broken_at(Promise::Examples, place, problem);
            }
        }
        Err(problem) => report.broken_at(Promise::Schemas, place, problem),
    }
}

/// Makes the validator of a schema.
///
/// # Errors
/// Why it is not a schema of the draft.
pub(super) fn validator(schema: &Value) -> Result<Validator, String> {
    if let Some(other) = schema.get("$schema").filter(|named| *named != DRAFT) {
        return Err(format!("`$schema` is {other} instead of {DRAFT}"));
    }
    if let Err(error) = jsonschema::draft202012::meta::validate(schema) {
        return Err(format!("at `{}`: {error}", error.instance_path()));
    }
    let made = jsonschema::draft202012::options().build(schema);
    made.map_err(|error| error.to_string())
}

/// Judges every default and example by the schema that it belongs to.
fn wrong_samples(schema: &Value) -> Result<Vec<String>, String> {
    let mut samples = Vec::new();
    gather(schema, &mut String::new(), 0, &mut samples);
    if samples.is_empty() {
        return Ok(Vec::new());
    }
    let judge = judge_of(schema, &samples)?;
    let values = samples.iter().map(|sample| sample.value.clone());
    let values = Value::Array(values.collect());
    let place = |path: &str| {
        let index = path.split('/').nth(1)?.parse::<usize>().ok()?;
        samples.get(index).map(|sample| sample.at.clone())
    };
    let wrong = judge.iter_errors(&values).map(|error| {
        let at = place(&error.instance_path().to_string()).unwrap_or_default();
        format!("at `{at}`: {error}")
    });
    Ok(wrong.collect())
}

/// Makes a schema of a list of all samples, each by its own schema.
fn judge_of(schema: &Value, samples: &[Sample<'_>]) -> Result<Validator, String> {
    let mut judged = match schema {
        Value::Object(members) => members.clone(),
        _ => Map::new(),
    };
    let own = judged.get("$id").and_then(Value::as_str);
    let name = own.unwrap_or(JUDGED).to_owned();
    judged.insert("$id".into(), name.clone().into());
    let references = samples
        .iter()
        .map(|sample| json!({"$ref": format!("{name}#{}", in_fragment(&sample.schema))}));
    let list = json!({
        "$schema": DRAFT,
        "$defs": {"judged": judged},
        "prefixItems": references.collect::<Vec<_>>(),
    });
    let made = jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(&list);
    made.map_err(|error| error.to_string())
}

/// Writes a JSON Pointer as the fragment of an address.
fn in_fragment(pointer: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/$".contains(&byte);
    let mut text = String::with_capacity(pointer.len());
    for byte in pointer.bytes() {
        if plain(byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

fn gather<'a>(node: &'a Value, pointer: &mut String, depth: usize, found: &mut Vec<Sample<'a>>) {
    let Value::Object(members) = node else { return };
    if depth > MAX_DEPTH {
        return;
    }
    own(members, pointer, found);
    for (keyword, value) in members {
        let keyword = keyword.as_str();
        if ONE.contains(&keyword) {
            within(pointer, &[keyword], |pointer| {
                gather(value, pointer, depth + 1, found);
            });
        } else if LISTS.contains(&keyword) {
            for (index, branch) in value.as_array().into_iter().flatten().enumerate() {
                within(pointer, &[keyword, &index.to_string()], |pointer| {
                    gather(branch, pointer, depth + 1, found);
                });
            }
        } else if NAMED.contains(&keyword) {
            for (name, branch) in value.as_object().into_iter().flatten() {
                within(pointer, &[keyword, name], |pointer| {
                    gather(branch, pointer, depth + 1, found);
                });
            }
        }
    }
}

/// Gathers the default and the examples of one node.
fn own<'a>(members: &'a Map<String, Value>, pointer: &str, found: &mut Vec<Sample<'a>>) {
    let mut add = |at: String, value| {
        let schema = pointer.to_owned();
        found.push(Sample { schema, at, value });
    };
    if let Some(value) = members.get("default") {
        add(format!("{pointer}/default"), value);
    }
    let examples = members.get("examples").and_then(Value::as_array);
    for (index, value) in examples.into_iter().flatten().enumerate() {
        add(format!("{pointer}/examples/{index}"), value);
    }
}

fn within(pointer: &mut String, steps: &[&str], visit: impl FnOnce(&mut String)) {
    let length = pointer.len();
    for step in steps {
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
    }
    visit(pointer);
    pointer.truncate(length);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn wrong(schema: &Value) -> Vec<String> {
        wrong_samples(schema).expect("a schema")
    }

    #[test]
    fn what_is_not_a_schema_is_told_with_its_place() {
        assert!(validator(&json!({"type": "object"})).is_ok());
        let problem =
            validator(&json!({"properties": {"a": {"type": "text"}}})).expect_err("wrong");
        assert!(problem.contains("/properties/a/type"), "{problem}");
        let old = json!({"$schema": "http://json-schema.org/draft-07/schema#"});
        assert!(validator(&old).is_err());
        assert!(validator(&json!({"$ref": "#/$defs/missing"})).is_err());
    }

    #[test]
    fn samples_are_judged_by_their_own_schema() {
        let sound = json!({
            "type": "object",
            "properties": {
                "default": {"type": "integer", "default": 3, "examples": [1, 2]},
                "a b/c": {"$ref": "#/$defs/word", "default": "x"},
            },
            "$defs": {"word": {"type": "string", "examples": ["y"]}},
            "examples": [{"default": 1}],
        });
        assert_eq!(wrong(&sound), Vec::<String>::new());
        let mut broken = sound;
        broken["properties"]["default"]["examples"][1] = json!("two");
        broken["properties"]["a b/c"]["default"] = json!(5);
        broken["examples"][0]["default"] = json!([]);
        let found = wrong(&broken);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("/examples/0"), "{found:?}");
    }

    #[test]
    fn data_within_a_schema_is_not_taken_for_a_schema() {
        let schema = json!({"const": {"default": 5, "type": "string"}});
        assert_eq!(wrong(&schema), Vec::<String>::new());
    }
}
