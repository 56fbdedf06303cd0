//! The way in for replies: a document of Salesforce's becomes the JSON that serde reads into a generated record.

use serde_json::{Map, Value};

use super::shape::{Enum, Field, Presence, Record, Shape};

/// Gives a document the names of the generated record. Members that the record does not have are passed over: Salesforce adds some with
/// each version. What does not match the shape stays as it is, for serde to refuse.
pub fn read(shape: &Shape, value: &Value) -> Value {
    match (shape, value) {
        (Shape::Record(shape), Value::Object(found)) => record(shape, found),
        (Shape::List { items, .. }, Value::Array(values)) => {
            values.iter().map(|value| read(items, value)).collect()
        }
        (Shape::Map { values, .. }, Value::Object(found)) => {
            let pair = |(name, value): (&String, &Value)| {
                Value::Array(vec![name.as_str().into(), read(values, value)])
            };
            found.iter().map(pair).collect()
        }
        (Shape::Enum(shape), Value::String(name)) => rust_name(shape, name).into(),
        (Shape::Json, value) => value.to_string().into(),
        (_, value) => value.clone(),
    }
}

fn record(shape: &Record, found: &Map<String, Value>) -> Value {
    let field = |field: &Field| {
        let value = found.get(field.name).filter(|value| !value.is_null());
        let value = match value {
            Some(value) => Some(read(&field.shape, value)),
            None => absent(field),
        };
        Some((field.rust.to_owned(), value?))
    };
    Value::Object(shape.fields.iter().filter_map(field).collect())
}

/// What stands for a member that is absent, or null.
fn absent(field: &Field) -> Option<Value> {
    match field.presence {
        Presence::Required | Presence::Optional => None,
        Presence::Default(json) => {
            let default: Value = serde_json::from_str(json).ok()?;
            Some(read(&field.shape, &default))
        }
    }
}

fn rust_name<'a>(shape: &Enum, name: &'a str) -> &'a str {
    let case = shape.cases.iter().find(|(wire, _)| *wire == name);
    case.map_or(name, |(_, rust)| rust)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::shape::Length;
    use serde_json::json;

    const ANY: Length = Length {
        min: 0,
        max: u32::MAX,
    };

    static JOB: Record = Record {
        fields: &[
            Field {
                name: "apiVersion",
                rust: "api_version",
                shape: Shape::Number,
                presence: Presence::Required,
            },
            Field {
                name: "errorMessage",
                rust: "error_message",
                shape: Shape::Json,
                presence: Presence::Optional,
            },
            Field {
                name: "labels",
                rust: "labels",
                shape: Shape::Map {
                    values: &Shape::Bool,
                    length: ANY,
                },
                presence: Presence::Default("{}"),
            },
        ],
    };

    #[test]
    fn documents_get_the_names_of_records() {
        let found = json!({"apiVersion": 62.0, "errorMessage": null, "new": 1});
        let read_as = read(&Shape::Record(&JOB), &found);
        assert_eq!(read_as, json!({"api_version": 62.0, "labels": []}));
        let found = json!([{"apiVersion": 1, "errorMessage": {"a": 1}, "labels": {"x": true}}]);
        static ITEM: Shape = Shape::Record(&JOB);
        let list = Shape::List {
            items: &ITEM,
            length: ANY,
        };
        let expected =
            json!([{"api_version": 1, "error_message": "{\"a\":1}", "labels": [["x", true]]}]);
        assert_eq!(read(&list, &found), expected);
    }
}
