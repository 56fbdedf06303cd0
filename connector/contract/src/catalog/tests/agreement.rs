//! The walk and the JSON Schemas say the same, whatever the document.

use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

use super::arbitrary::{any_json, mutate, mutation, valid};
use crate::catalog::{Document, accept, connection, operations, present};

struct Checked {
    name: &'static str,
    document: &'static Document,
    validator: Validator,
}

/// The connection and every config, with the validator of an independent library.
static DOCUMENTS: LazyLock<Vec<Checked>> = LazyLock::new(|| {
    let configs = operations()
        .iter()
        .map(|operation| (operation.name, &operation.config));
    let checked = |(name, document): (&'static str, &'static Document)| {
        let schema: Value = serde_json::from_str(document.schema.read()).unwrap();
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        Checked {
            name,
            document,
            validator,
        }
    };
    std::iter::once(("connection", connection()))
        .chain(configs)
        .map(checked)
        .collect()
});

/// One of the documents, and a valid text of it.
fn some_valid() -> impl Strategy<Value = (&'static Checked, Value)> {
    any::<Index>().prop_flat_map(|index| {
        let checked = index.get(&DOCUMENTS);
        (Just(checked), valid(&checked.document.shape))
    })
}

impl std::fmt::Debug for Checked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

fn agree(checked: &Checked, document: &Value) -> Result<(), TestCaseError> {
    let ours = accept(&checked.document.shape, &document.to_string(), "config");
    let theirs = checked.validator.validate(document);
    prop_assert_eq!(
        ours.is_ok(),
        theirs.is_ok(),
        "{}: {:?} but {:?}",
        document,
        ours,
        theirs
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn valid_documents_are_accepted_by_walk_and_schema((checked, document) in some_valid()) {
        let walked = accept(&checked.document.shape, &document.to_string(), "config");
        prop_assert!(walked.is_ok(), "{document}: {walked:?}");
        let theirs = checked.validator.validate(&document);
        prop_assert!(theirs.is_ok(), "{document}: {theirs:?}");
    }

    #[test]
    fn walk_and_schema_agree_on_mutated_documents(
        (checked, document) in some_valid(),
        mutations in proptest::collection::vec(mutation(), 1..3),
    ) {
        let document = mutations.iter().fold(document, mutate);
        agree(checked, &document)?;
    }

    #[test]
    fn walk_and_schema_agree_on_any_json(index in any::<Index>(), document in any_json()) {
        agree(index.get(&DOCUMENTS), &document)?;
    }

    #[test]
    fn what_was_accepted_and_presented_is_accepted_the_same((checked, document) in some_valid()) {
        let shape = &checked.document.shape;
        let once = accept(shape, &document.to_string(), "config").unwrap();
        let wire = present(shape, &once);
        let read: Value = serde_json::from_str(&wire).unwrap();
        prop_assert!(checked.validator.is_valid(&read), "{wire}");
        let twice = accept(shape, &wire, "config").unwrap();
        prop_assert_eq!(sorted(once), sorted(twice));
    }

    #[test]
    fn no_text_makes_the_walk_panic(index in any::<Index>(), text in any::<String>()) {
        let _ = accept(&index.get(&DOCUMENTS).document.shape, &text, "config");
    }

    #[test]
    fn a_broken_text_is_refused_or_read_but_never_panics(
        (checked, document) in some_valid(),
        cut in any::<Index>(),
        junk in "[\\[\\]{}\",:\\\\u0-9e.-]{0,4}",
    ) {
        let text = document.to_string();
        let at = (0..=cut.index(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let (head, tail) = text.split_at(at);
        let _ = accept(&checked.document.shape, &format!("{head}{junk}{tail}"), "config");
        let _ = accept(&checked.document.shape, head, "config");
    }
}

/// `present` makes an object of pairs, which forgets their order.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(sorted).collect();
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, sorted(value)))
            .collect(),
        other => other,
    }
}

/// Every `examples` and `default` of a schema must itself be valid there.
#[test]
fn examples_and_defaults_match_their_own_schemas() {
    for checked in DOCUMENTS.iter() {
        let root: Value = serde_json::from_str(checked.document.schema.read()).unwrap();
        let defs = root.get("$defs").cloned().unwrap_or_default();
        check_examples(checked.name, &root, &defs);
    }
}

fn check_examples(name: &str, schema: &Value, defs: &Value) {
    if let Value::Object(members) = schema {
        let examples = members
            .get("examples")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let default = members
            .get("default")
            .filter(|_| members.contains_key("description"));
        let mut whole = schema.clone();
        for value in examples.chain(default) {
            whole["$defs"] = if defs.is_null() {
                serde_json::json!({})
            } else {
                defs.clone()
            };
            let validator = jsonschema::options()
                .should_validate_formats(true)
                .build(&whole)
                .unwrap();
            assert!(
                validator.is_valid(value),
                "{name}: {value} does not match {schema}"
            );
        }
        members
            .values()
            .for_each(|inner| check_examples(name, inner, defs));
    }
    schema
        .as_array()
        .into_iter()
        .flatten()
        .for_each(|inner| check_examples(name, inner, defs));
}
