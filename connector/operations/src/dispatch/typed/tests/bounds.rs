//! Every bound of the WIT, tried on the typed interface: what the catalog says is what is checked, whoever calls.

use super::{called, context, message};
use crate::dispatch::typed::Called;
use salesforce_contract::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::catalog::{
    self, Field, Input, Length, Operation, Presence, Shape, Style, Variant,
};
use salesforce_contract::message::Message;
use serde_json::{Map, Value, json};

/// A value within its bounds, as plain as can be, as serde writes the generated type. Options are absent.
fn within(shape: &Shape) -> Value {
    match shape {
        Shape::Bool => Value::Bool(false),
        Shape::Whole { min, .. } => whole((*min).max(0).into()),
        Shape::Number => Value::from(1),
        Shape::Text { uri: true, .. } => Value::from("https://acme.my.salesforce.com"),
        Shape::Text { length, .. } => text(length.min.max(1)),
        Shape::Json => Value::from("{}"),
        Shape::Enum(choice) => Value::from(choice.cases[0].1),
        Shape::List { items, length } => list(items, length.min),
        Shape::Map { values, length } => map(values, length.min),
        Shape::Record(record) => {
            let required = |field: &&Field| !matches!(field.presence, Presence::Optional);
            let fields = record.fields.iter().filter(required);
            let fields = fields.map(|field| (field.rust.to_owned(), within(&field.shape)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Shape::Variant(variant) => match &variant.cases[0].payload {
            Some(payload) => json!({variant.cases[0].rust: within(payload)}),
            None => Value::from(variant.cases[0].rust),
        },
    }
}

fn whole(number: i128) -> Value {
    Value::from(i64::try_from(number).unwrap())
}

fn text(length: u32) -> Value {
    Value::from("x".repeat(length as usize))
}

fn list(items: &Shape, length: u32) -> Value {
    Value::Array(vec![within(items); length as usize])
}

fn map(values: &Shape, length: u32) -> Value {
    let pair = |number| json!([format!("name{number}"), within(values)]);
    Value::Array((0..length).map(pair).collect())
}

/// Values of a shape that are wrong in one place: below or above one bound of it, or of what is in it.
fn beyond(shape: &Shape) -> Vec<Value> {
    match shape {
        Shape::Whole { min, max } => {
            let both = [i128::from(*min) - 1, i128::from(*max) + 1].into_iter();
            let both = both.filter_map(|number| i64::try_from(number).ok());
            both.map(Value::from).collect()
        }
        Shape::Text { uri: true, .. } => vec![Value::from("acme")],
        Shape::Text { length, .. } => lengths(*length).map(text).collect(),
        Shape::List { items, length } => {
            let counts = lengths(*length).map(|count| list(items, count));
            let inner = beyond(items).into_iter();
            let inner = inner.map(|wrong| {
                let mut right = vec![within(items); length.min.max(1) as usize];
                right[0] = wrong;
                Value::Array(right)
            });
            counts.chain(inner).collect()
        }
        Shape::Map { values, length } => {
            let counts = lengths(*length).map(|count| map(values, count));
            let inner = beyond(values).into_iter();
            let inner = inner.map(|wrong| json!([["name", wrong]]));
            counts.chain(inner).collect()
        }
        Shape::Record(record) => {
            let fields = record.fields.iter();
            let wrong = fields.flat_map(|field| beyond_field(shape, field));
            wrong.map(|(_, config)| config).collect()
        }
        Shape::Variant(variant) => beyond_case(variant),
        Shape::Bool | Shape::Number | Shape::Json | Shape::Enum(_) => Vec::new(),
    }
}

/// Lengths beside the bounds; texts and lists that may be as long as a `u32` says have no upper one.
fn lengths(length: Length) -> impl Iterator<Item = u32> {
    let below = length.min.checked_sub(1);
    below.into_iter().chain(length.max.checked_add(1))
}

/// Records in which this field is wrong, and nothing else.
fn beyond_field<'a>(record: &Shape, field: &'a Field) -> Vec<(&'a Field, Value)> {
    let with = |wrong| {
        let mut right = within(record);
        right[field.rust] = wrong;
        (field, right)
    };
    beyond(&field.shape).into_iter().map(with).collect()
}

fn beyond_case(variant: &Variant) -> Vec<Value> {
    let cases = variant.cases.iter();
    let cases = cases.filter_map(|case| Some((case.rust, case.payload.as_ref()?)));
    cases
        .flat_map(|(name, payload)| {
            let wrong = beyond(payload).into_iter();
            wrong.map(move |wrong| json!({name: wrong}))
        })
        .collect()
}

fn fields(shape: &Shape) -> &'static [Field] {
    match shape {
        Shape::Record(record) => record.fields,
        _ => panic!("a config is a record"),
    }
}

/// Runs an operation as its style is run.
fn run(operation: &Operation, called: Called<'_>, input: Option<Message>) -> Result<(), Fault> {
    match operation.style {
        Style::Call => called.message(input).map(drop),
        Style::Source => called.source(input).map(drop),
        Style::Sink => called.sink(None).map(drop),
        Style::Trigger => called.poll(None, 0).map(drop),
    }
}

fn input(operation: &Operation) -> Option<Message> {
    (operation.input == Input::Required).then(|| message(operation.accepts[0], "[]"))
}

#[test]
fn no_operation_takes_a_record_that_the_generic_interface_refuses() {
    let mut tried = 0;
    for operation in catalog::operations() {
        let shape = &operation.config.shape;
        let wrong = fields(shape)
            .iter()
            .flat_map(|field| beyond_field(shape, field));
        for (field, config) in wrong {
            let wire = catalog::present(shape, &config);
            let generic = catalog::accept(shape, &wire, "config");
            let generic = generic.expect_err(&format!("{} takes {wire}", operation.name));
            let (called, script) = called(operation.name, &config);
            let fault = run(operation, called, input(operation)).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Config, "{}", operation.name);
            assert_eq!(fault.message, generic.to_string(), "{}", operation.name);
            assert!(fault.message.contains(field.name), "{}", fault.message);
            assert!(script.sent().is_empty());
            tried += 1;
        }
    }
    assert!(tried > 200, "only {tried} values beyond bounds were tried");
}

#[test]
fn no_connection_passes_that_the_generic_interface_refuses() {
    let shape = &catalog::connection().shape;
    let mut tried = 0;
    for (field, wrong) in fields(shape)
        .iter()
        .flat_map(|field| beyond_field(shape, field))
    {
        // A number that the generated type cannot hold does not come this far.
        let Ok(wrong) = serde_json::from_value::<ConnectionConfig>(wrong) else {
            continue;
        };
        let (context, script) = context([]);
        let Err(Fault { message, .. }) = super::connect(context, &wrong) else {
            panic!("{} is beyond its bounds", field.name);
        };
        assert!(message.contains(field.name), "{message}");
        assert!(script.sent().is_empty());
        tried += 1;
    }
    assert!(tried > 10, "only {tried} values beyond bounds were tried");
}

/// A config as serde writes the generated type when nothing is given that may be left out: options are null, the rest is empty.
fn plain(shape: &Shape) -> Value {
    let mut config = within(shape);
    for field in fields(shape) {
        let is_option = match field.presence {
            Presence::Required => false,
            Presence::Optional => true,
            Presence::Default(json) => !["false", "[]", "{}"].contains(&json),
        };
        if is_option {
            config[field.rust] = Value::Null;
        }
    }
    config
}

#[test]
fn defaults_stand_in_for_what_a_record_leaves_out() {
    let mut filled = 0;
    for operation in catalog::operations() {
        let shape = &operation.config.shape;
        let record = plain(shape);
        let (called, _) = called(operation.name, &record);
        let typed = catalog::accept(shape, &called.config, "config").unwrap();
        let left_out = |field: &&Field| !matches!(field.presence, Presence::Required);
        let mut wire: Value = serde_json::from_str(&called.config).unwrap();
        for field in fields(shape).iter().filter(left_out) {
            wire.as_object_mut().unwrap().remove(field.name);
        }
        let generic = catalog::accept(shape, &wire.to_string(), "config").unwrap();
        assert_eq!(typed, generic, "{}", operation.name);
        for field in fields(shape) {
            if let Presence::Default(_) = field.presence {
                assert!(!typed[field.rust].is_null(), "{}", operation.name);
                filled += 1;
            }
        }
    }
    assert!(filled > 50, "only {filled} defaults were filled in");
}
