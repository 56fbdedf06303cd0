//! Documents for property tests: valid ones made from a shape, and what mutation makes of them.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use crate::catalog::{Presence, Record, Shape};

/// A document that its shape accepts.
pub fn valid(shape: &Shape) -> BoxedStrategy<Value> {
    match *shape {
        Shape::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Shape::Whole { min, max } => whole(min.into(), max.into()),
        Shape::Number => (-1_000_000_i64..1_000_000)
            .prop_map(|n| json!(n as f64 / 4.0))
            .boxed(),
        Shape::Text { uri: true, .. } => select(vec![
            "https://acme.my.salesforce.com",
            "http://127.0.0.1:8080/a%20b?c=d#e",
        ])
        .prop_map(Value::from)
        .boxed(),
        Shape::Text { length, .. } => {
            let most = length.max.min(length.min.saturating_add(6)) as usize;
            let letters = vec(
                select(vec!['a', 'Z', '7', ' ', '"', '\\', '\n', 'é', '😀']),
                length.min as usize..=most,
            );
            letters
                .prop_map(|letters| Value::from(letters.into_iter().collect::<String>()))
                .boxed()
        }
        Shape::Json => any_json(),
        Shape::Enum(choice) => select(choice.cases)
            .prop_map(|(name, _)| Value::from(name))
            .boxed(),
        Shape::List { items, length } => {
            let most = length.max.min(length.min.saturating_add(3)) as usize;
            vec(valid(items), length.min as usize..=most)
                .prop_map(Value::from)
                .boxed()
        }
        Shape::Map { values, length } => {
            let most = length.max.min(length.min.saturating_add(3)) as usize;
            let entries = btree_map(
                "[a-zA-Z. -]{1,6}",
                valid(values),
                length.min as usize..=most,
            );
            entries
                .prop_map(|entries| Value::Object(entries.into_iter().collect()))
                .boxed()
        }
        Shape::Record(record) => fields(record),
        Shape::Variant(variant) => {
            let cases = variant.cases.iter().map(|case| match &case.payload {
                Some(payload) => valid(payload)
                    .prop_map(|value| json!({ case.name: value }))
                    .boxed(),
                None => Just(Value::from(case.name)).boxed(),
            });
            proptest::strategy::Union::new(cases).boxed()
        }
    }
}

fn whole(min: i128, max: i128) -> BoxedStrategy<Value> {
    let number = |n: i128| {
        u64::try_from(n).map_or_else(
            |_| json!(i64::try_from(n).unwrap_or_default()),
            |n| json!(n),
        )
    };
    prop_oneof![Just(min), Just(max), min..=max]
        .prop_map(number)
        .boxed()
}

fn fields(record: &'static Record) -> BoxedStrategy<Value> {
    let field = |field: &'static crate::catalog::Field| match field.presence {
        Presence::Required => valid(&field.shape).prop_map(Some).boxed(),
        Presence::Optional | Presence::Default(_) => option::of(valid(&field.shape)).boxed(),
    };
    let fields: Vec<_> = record.fields.iter().map(field).collect();
    let named = |values: Vec<Option<Value>>| {
        let pairs = record.fields.iter().zip(values);
        let given = pairs.filter_map(|(field, value)| Some((field.name.to_owned(), value?)));
        Value::Object(given.collect())
    };
    fields.prop_map(named).boxed()
}

/// Any JSON, small.
pub fn any_json() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        select(vec![
            json!(0),
            json!(-1),
            json!(-0.0),
            json!(1),
            json!(2000),
            json!(2000.0),
            json!(0.5),
            json!(1e19),
            json!(1e300)
        ]),
        any::<u64>().prop_map(Value::from),
        select(vec![
            "",
            "x",
            "get",
            "csv",
            "client-credentials",
            "https://a.example",
            "not a uri",
            "http://a b"
        ])
        .prop_map(Value::from),
        "[ -~é]{0,8}"
            .prop_filter("a colon may make a URI by accident", |s| !s.contains(':'))
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map("[a-z-]{0,6}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
    .boxed()
}

/// One change to a document.
#[derive(Debug, Clone)]
pub enum Mutation {
    /// Puts another value at some place.
    Replace(Index, Value),
    /// Adds a property to some object.
    Add(Index, String, Value),
    /// Takes a property or item away.
    Remove(Index, Index),
    /// Misspells a property.
    Rename(Index, Index),
}

pub fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<Index>;
    prop_oneof![
        3 => (index(), any_json()).prop_map(|(at, value)| Mutation::Replace(at, value)),
        1 => (index(), "[a-z-]{1,6}", any_json()).prop_map(|(at, name, value)| Mutation::Add(at, name, value)),
        2 => (index(), index()).prop_map(|(at, which)| Mutation::Remove(at, which)),
        1 => (index(), index()).prop_map(|(at, which)| Mutation::Rename(at, which)),
    ]
}

/// The document after the change; the same where the change does not apply.
pub fn mutate(mut document: Value, mutation: &Mutation) -> Value {
    let (Mutation::Replace(at, _)
    | Mutation::Add(at, ..)
    | Mutation::Remove(at, _)
    | Mutation::Rename(at, _)) = mutation;
    let mut places = Vec::new();
    pointers(&document, String::new(), &mut places);
    let place: &String = at.get(&places);
    let Some(node) = document.pointer_mut(place) else {
        return document;
    };
    match (mutation, node) {
        (Mutation::Replace(_, value), node) => *node = value.clone(),
        (Mutation::Add(_, name, value), Value::Object(members)) => {
            drop(members.insert(name.clone(), value.clone()))
        }
        (Mutation::Remove(_, which), Value::Object(members)) if !members.is_empty() => {
            drop(take(members, which))
        }
        (Mutation::Remove(_, which), Value::Array(items)) if !items.is_empty() => {
            drop(items.remove(which.index(items.len())))
        }
        (Mutation::Rename(_, which), Value::Object(members)) if !members.is_empty() => {
            let (name, value) = take(members, which);
            members.insert(format!("{name}s"), value);
        }
        _ => {}
    }
    document
}

fn take(members: &mut Map<String, Value>, which: &Index) -> (String, Value) {
    let name = members
        .keys()
        .nth(which.index(members.len()))
        .cloned()
        .unwrap_or_default();
    let value = members.remove(&name).unwrap_or_default();
    (name, value)
}

fn pointers(value: &Value, path: String, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            let step = name.replace('~', "~0").replace('/', "~1");
            pointers(value, format!("{path}/{step}"), places);
        }),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(i, value)| pointers(value, format!("{path}/{i}"), places)),
        _ => {}
    }
    places.push(path);
}
