//! The way back: a generated record, written by serde, becomes the JSON that the catalog's reply schema promises.

use serde_json::{Map, Value};

use super::shape::{Enum, Record, Shape, Variant};

/// Gives a serialised reply its names on the wire. Options that are absent are left out, lists of pairs become
/// objects, JSON carried as text becomes JSON. What does not match the shape stays as it is.
pub fn present(shape: &Shape, value: Value) -> Value {
    match (shape, value) {
        (Shape::Record(shape), Value::Object(fields)) => record(shape, fields),
        (Shape::List { items, .. }, Value::Array(values)) => {
            values.into_iter().map(|v| present(items, v)).collect()
        }
        (Shape::Map { values, .. }, Value::Array(pairs)) => {
            pairs.into_iter().filter_map(|p| pair(values, p)).collect()
        }
        (Shape::Enum(shape), Value::String(name)) => Value::from(wire_name(shape, name)),
        (Shape::Variant(shape), value) => variant(shape, value),
        (Shape::Json, Value::String(text)) => {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        (_, value) => value,
    }
}

fn record(shape: &Record, mut fields: Map<String, Value>) -> Value {
    let known = shape.fields.iter().filter_map(|field| {
        let value = fields.remove(field.rust).filter(|value| !value.is_null())?;
        Some((field.name.to_owned(), present(&field.shape, value)))
    });
    Value::Object(known.collect())
}

fn pair(values: &Shape, pair: Value) -> Option<(String, Value)> {
    let Value::Array(pair) = pair else {
        return None;
    };
    let mut pair = pair.into_iter();
    let name = pair.next()?.as_str()?.to_owned();
    Some((name, present(values, pair.next()?)))
}

fn wire_name(shape: &Enum, name: String) -> String {
    let case = shape.cases.iter().find(|(_, rust)| *rust == name);
    case.map_or(name, |(wire, _)| (*wire).to_owned())
}

fn variant(shape: &Variant, value: Value) -> Value {
    let case = |name: &str| shape.cases.iter().find(|case| case.rust == name);
    match value {
        Value::String(name) => {
            case(&name).map_or(Value::from(name.as_str()), |case| Value::from(case.name))
        }
        Value::Object(fields) => {
            let wire = |(name, value): (String, Value)| match case(&name) {
                Some(case) => (
                    case.name.to_owned(),
                    case.payload
                        .map_or(Value::Null, |shape| present(&shape, value)),
                ),
                None => (name, value),
            };
            Value::Object(fields.into_iter().map(wire).collect())
        }
        other => other,
    }
}
