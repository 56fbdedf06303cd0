//! Shapes as JSON Schema, draft 2020-12.

use super::member::{Form, Member, Pick};
use super::plan::Use;
use super::record_shape::{RecordShape, Tie};
use serde_json::{Map, Value, json};

/// The keyword under which stands what JSON Schema has no word for.
const EXTRA: &str = "x-salesforce";

/// Ids as documents hold them: 15 characters, or 18 with those that keep upper and lower case apart.
const ID: &str = "^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$";
/// What Salesforce takes for an address; many validators leave `format` unchecked.
const EMAIL: &str = "^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$";

/// A day that its month has; which years have 29 February is left to `format`.
macro_rules! day {
    () => {
        "[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))"
    };
}
/// A time of day, with or without seconds.
macro_rules! clock {
    () => {
        "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]+)?)?"
    };
}

const DATE: &str = concat!("^", day!(), "$");
const TIME: &str = concat!("^", clock!(), "Z?$");
/// Salesforce writes offsets without a colon, which `format: date-time` does not allow.
const DATE_TIME: &str = concat!("^", day!(), "T", clock!(), "(Z|[+-][0-9]{2}:?[0-9]{2})$");

/// Renders the schema of one record.
pub fn render(shape: &RecordShape) -> Value {
    let mut schema = record(shape);
    schema.insert(
        "$schema".into(),
        "https://json-schema.org/draft/2020-12/schema".into(),
    );
    Value::Object(schema)
}

fn record(shape: &RecordShape) -> Map<String, Value> {
    let mut properties = Map::new();
    properties.insert("attributes".into(), attributes(shape));
    for member in &shape.members {
        properties.insert(member.name.clone(), property(member));
    }
    let mut schema = object(json!({
        "title": if shape.label.is_empty() { &shape.object } else { &shape.label },
        "description": purpose(shape),
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    }));
    require(shape, &mut schema);
    schema
}

fn purpose(shape: &RecordShape) -> String {
    let object = &shape.object;
    match shape.purpose {
        Use::Create => format!("A record of {object} to create."),
        Use::Update => format!("A record of {object} to change; what is absent stays as it is."),
        Use::Upsert => format!("A record of {object} to create or change."),
        Use::Query => format!("A row of a query on {object}."),
    }
}

/// What Salesforce puts beside the fields of a record.
fn attributes(shape: &RecordShape) -> Value {
    let mut properties = object(json!({
        "type": {"const": shape.object},
        "url": {"type": "string"},
    }));
    if shape.purpose == Use::Create {
        properties.insert("referenceId".into(), json!({"type": "string"}));
    }
    json!({"type": "object", "properties": properties})
}

fn require(shape: &RecordShape, schema: &mut Map<String, Value>) {
    let (alone, groups): (Vec<_>, Vec<_>) =
        shape.required.iter().partition(|group| group.len() == 1);
    let alone: Vec<&String> = alone.into_iter().flatten().collect();
    if !alone.is_empty() {
        schema.insert("required".into(), json!(alone));
    }
    let either = groups.into_iter().map(|group| {
        let ways = group.iter().map(|name| json!({"required": [name]}));
        json!({"anyOf": ways.collect::<Vec<_>>()})
    });
    let rules: Vec<Value> = either.chain(shape.ties.iter().flat_map(tie)).collect();
    if !rules.is_empty() {
        schema.insert("allOf".into(), rules.into());
    }
}

/// One rule for each controlling value, and one for a controlling field that is empty.
fn tie(tie: &Tie) -> Vec<Value> {
    let (controller, dependent) = (tie.controller.as_str(), tie.dependent.as_str());
    let rule = |when: Value, then: Value| {
        json!({
            "if": {"properties": {controller: when}, "required": [controller]},
            "then": {"properties": {dependent: then}},
        })
    };
    let choices = tie.choices.iter();
    let mut rules: Vec<Value> = choices
        .map(|choice| rule(json!({"const": choice.when}), one_of(tie, &choice.values)))
        .collect();
    rules.push(rule(json!({"type": "null"}), json!({"type": "null"})));
    rules
}

/// These values, or none.
fn one_of(tie: &Tie, values: &[String]) -> Value {
    if values.is_empty() {
        return json!({"type": "null"});
    }
    if tie.several {
        return json!({"pattern": several(values.iter().map(String::as_str))});
    }
    let values = values.iter().map(|value| json!(value));
    json!({"enum": values.chain([Value::Null]).collect::<Vec<_>>()})
}

fn property(member: &Member) -> Value {
    let mut schema = form(member);
    if member.nullable {
        nullable(&mut schema);
    }
    let mut put = |name: &str, value: Option<Value>| {
        schema.extend(value.map(|value| (name.to_owned(), value)));
    };
    put("title", text(&member.label));
    put("description", member.help.as_deref().and_then(text));
    put("default", member.default.clone());
    put(
        EXTRA,
        (!member.facts.is_empty()).then(|| member.facts.clone().into()),
    );
    Value::Object(schema)
}

fn text(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| text.into())
}

fn form(member: &Member) -> Map<String, Value> {
    match &member.form {
        Form::Text(longest) => string(*longest),
        Form::Email(longest) => with(with(string(*longest), "format", "email"), "pattern", EMAIL),
        Form::Pick {
            values,
            closed,
            several: false,
            longest,
        } => match closed {
            true => object(json!({"type": "string", "enum": names(values)})),
            false => string(*longest),
        },
        Form::Pick {
            values,
            closed,
            longest,
            ..
        } => match closed {
            true => with(
                string(*longest),
                "pattern",
                several(values.iter().map(|pick| pick.value.as_str())),
            ),
            false => string(*longest),
        },
        Form::Boolean => typed("boolean"),
        Form::Whole(bound) => bounded(typed("integer"), *bound),
        Form::Decimal(bound) => bounded(typed("number"), *bound),
        Form::Date => with(with(typed("string"), "format", "date"), "pattern", DATE),
        Form::Time => with(typed("string"), "pattern", TIME),
        Form::DateTime => with(typed("string"), "pattern", DATE_TIME),
        Form::Id => with(typed("string"), "pattern", ID),
        Form::Bytes => with(typed("string"), "contentEncoding", "base64"),
        Form::BytesPath => with(typed("string"), "format", "uri-reference"),
        Form::Any => Map::new(),
        Form::Compound(parts) => compound(parts),
        Form::Reference { to, by } => reference(to, by),
        Form::Record(shape) => record(shape),
        Form::Records(shape) => children(shape),
    }
}

fn compound(parts: &[Member]) -> Map<String, Value> {
    let properties: Map<String, Value> = parts
        .iter()
        .map(|part| (part.name.clone(), property(part)))
        .collect();
    object(json!({"type": "object", "properties": properties, "additionalProperties": false}))
}

/// A parent by one external id, and its sObject where there are several.
fn reference(to: &[String], by: &[Member]) -> Map<String, Value> {
    let mut properties: Map<String, Value> = by
        .iter()
        .map(|member| (member.name.clone(), property(member)))
        .collect();
    let ways: Vec<Value> = by
        .iter()
        .map(|member| json!({"required": [member.name]}))
        .collect();
    let told = json!({"type": "object", "properties": {"type": {"enum": to}}});
    properties.insert("attributes".into(), told);
    let mut schema = object(json!({"type": "object", "properties": properties}));
    if ways.is_empty() {
        let others = json!({"type": ["string", "number"]});
        schema.insert("additionalProperties".into(), others);
        schema.insert("minProperties".into(), 1.into());
    } else {
        schema.insert("additionalProperties".into(), false.into());
        schema.insert("oneOf".into(), ways.into());
    }
    schema
}

/// Children as a list; in trees also as Salesforce writes one.
fn children(shape: &RecordShape) -> Map<String, Value> {
    let list = json!({"type": "array", "items": record(shape)});
    if shape.purpose == Use::Query {
        return object(list);
    }
    let wrapped = json!({
        "type": "object",
        "properties": {"records": list},
        "required": ["records"],
        "additionalProperties": false,
    });
    object(json!({"anyOf": [list, wrapped]}))
}

/// Any of these values with semicolons between them.
fn several<'v>(values: impl Iterator<Item = &'v str>) -> String {
    let escaped: Vec<String> = values.map(escape).collect();
    let one = escaped.join("|");
    format!("^(?:{one})(?:;(?:{one}))*$")
}

/// A text as a regular expression of ECMA 262 that matches it alone.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if "\\^$.*+?()[]{}|/".contains(char) {
            out.push('\\');
        }
        out.push(char);
    }
    out
}

fn names(values: &[Pick]) -> Vec<&str> {
    values.iter().map(|pick| pick.value.as_str()).collect()
}

fn string(longest: Option<u32>) -> Map<String, Value> {
    let mut schema = typed("string");
    schema.extend(longest.map(|longest| ("maxLength".to_owned(), longest.into())));
    schema
}

fn bounded(schema: Map<String, Value>, bound: Option<u64>) -> Map<String, Value> {
    let Some(bound) = bound else { return schema };
    let lower = i64::try_from(bound).map_or(i64::MIN, |bound| -bound);
    with(
        with(schema, "exclusiveMinimum", lower),
        "exclusiveMaximum",
        bound,
    )
}

fn typed(name: &str) -> Map<String, Value> {
    with(Map::new(), "type", name)
}

fn with(mut schema: Map<String, Value>, name: &str, value: impl Into<Value>) -> Map<String, Value> {
    schema.insert(name.to_owned(), value.into());
    schema
}

/// Lets null stand for the value, too.
fn nullable(schema: &mut Map<String, Value>) {
    if let Some(kind) = schema.get_mut("type") {
        *kind = json!([kind.take(), "null"]);
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.push(Value::Null);
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
