//! The way back: a generated record, written by serde, becomes the JSON that the catalog's schemas promise.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::shape::{Enum, Record, Shape, Variant};

/// Gives a serialised record its names on the wire, as JSON text. Options that are absent are left out, lists of pairs become
/// objects, JSON carried as text becomes JSON to the letter. What does not match the shape stays as it is.
pub fn present(shape: &Shape, value: &Value) -> String {
    // A map with other keys than texts is all that serde_json cannot write, and there is none.
    serde_json::to_string(&Presented { shape, value }).unwrap_or_default()
}

/// A value with its shape.
struct Presented<'a> {
    shape: &'a Shape,
    value: &'a Value,
}

impl Serialize for Presented<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let value = self.value;
        match (self.shape, value) {
            (Shape::Record(shape), Value::Object(_)) => record(shape, value, out),
            (Shape::List { items, .. }, Value::Array(values)) => {
                let items = values.iter().map(|value| Presented {
                    shape: items,
                    value,
                });
                out.collect_seq(items)
            }
            (Shape::Map { values, .. }, Value::Array(pairs)) => {
                out.collect_map(pairs.iter().filter_map(|one| pair(values, one)))
            }
            (Shape::Enum(shape), Value::String(name)) => out.serialize_str(wire_name(shape, name)),
            (Shape::Variant(shape), _) => variant(shape, value, out),
            (Shape::Json, Value::String(text)) => match serde_json::from_str::<&RawValue>(text) {
                Ok(raw) => raw.serialize(out),
                Err(_) => out.serialize_str(text),
            },
            _ => value.serialize(out),
        }
    }
}

fn record<S: Serializer>(shape: &Record, fields: &Value, out: S) -> Result<S::Ok, S::Error> {
    let known = shape.fields.iter().filter_map(|field| {
        let value = fields.get(field.rust).filter(|value| !value.is_null())?;
        let shape = &field.shape;
        Some((field.name, Presented { shape, value }))
    });
    out.collect_map(known)
}

fn pair<'a>(shape: &'a Shape, pair: &'a Value) -> Option<(&'a str, Presented<'a>)> {
    let name = pair.get(0)?.as_str()?;
    let value = pair.get(1)?;
    Some((name, Presented { shape, value }))
}

fn wire_name<'a>(shape: &Enum, name: &'a str) -> &'a str {
    let case = shape.cases.iter().find(|(_, rust)| *rust == name);
    case.map_or(name, |(wire, _)| wire)
}

fn variant<S: Serializer>(shape: &Variant, value: &Value, out: S) -> Result<S::Ok, S::Error> {
    let case = |name: &str| shape.cases.iter().find(|case| case.rust == name);
    match value {
        Value::String(name) => out.serialize_str(case(name).map_or(name, |case| case.name)),
        Value::Object(fields) => {
            let mut map = out.serialize_map(Some(fields.len()))?;
            for (name, value) in fields {
                match case(name).map(|case| (case.name, &case.payload)) {
                    Some((name, Some(shape))) => {
                        map.serialize_entry(name, &Presented { shape, value })?;
                    }
                    Some((name, None)) => map.serialize_entry(name, &Value::Null)?,
                    None => map.serialize_entry(name, value)?,
                }
            }
            map.end()
        }
        other => other.serialize(out),
    }
}
