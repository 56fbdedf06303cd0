//! The replies of all cases against the contract: the generated type takes what the org answers, nothing that the contract names is lost,
//! and the JSON Schema of the reply accepts it.

use super::case::Case;
use super::cases;
use salesforce_contract::catalog::{self, Document, Operation, Shape, Style};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeSet;

/// Reads a document into the type of the contract, and writes it again.
type Through = fn(&Document, &Value) -> serde_json::Result<Value>;

/// The operations with a typed reply.
const TYPED: &[(&str, Through)] = salesforce_contract::typed_replies!(through);

fn through<T: DeserializeOwned + Serialize>(
    document: &Document,
    sent: &Value,
) -> serde_json::Result<Value> {
    let record: T = serde_json::from_value(catalog::read(&document.shape, sent))?;
    let written = serde_json::to_value(record)?;
    serde_json::from_str(&catalog::present(&document.shape, &written))
}

/// Cases that go well, of operations of this kind.
fn good(wanted: impl Fn(&Operation) -> bool) -> Vec<(String, Case)> {
    let mut good = cases();
    // What is asked for in any form need not have the record's.
    good.retain(|(_, case)| {
        let operation = catalog::find(&case.operation);
        !case.fails()
            && case.config.get("any-status") != Some(&Value::Bool(true))
            && operation.is_some_and(&wanted)
    });
    good
}

/// What is lost on the way, as paths.
fn lost(shape: &Shape, sent: &Value, arrived: &Value, path: &str) -> Vec<String> {
    match (shape, sent, arrived) {
        (Shape::Record(record), Value::Object(sent), Value::Object(arrived)) => {
            let fields = record.fields.iter();
            let given = fields.filter_map(|field| {
                let value = sent.get(field.name).filter(|value| !value.is_null())?;
                let found = arrived.get(field.name).unwrap_or(&Value::Null);
                Some(lost(
                    &field.shape,
                    value,
                    found,
                    &format!("{path}.{}", field.name),
                ))
            });
            given.flatten().collect()
        }
        (Shape::List { items, .. }, Value::Array(sent), Value::Array(arrived))
            if sent.len() == arrived.len() =>
        {
            let pairs = sent.iter().zip(arrived).enumerate();
            let lost = |(at, (sent, arrived))| lost(items, sent, arrived, &format!("{path}[{at}]"));
            pairs.flat_map(lost).collect()
        }
        (Shape::Map { values, .. }, Value::Object(sent), Value::Object(arrived))
            if sent.len() == arrived.len() =>
        {
            let lost = |(name, value): (&String, &Value)| {
                let found = arrived.get(name).unwrap_or(&Value::Null);
                lost(values, value, found, &format!("{path}.{name}"))
            };
            sent.iter().flat_map(lost).collect()
        }
        (_, Value::Number(sent), Value::Number(arrived)) if sent.as_f64() == arrived.as_f64() => {
            Vec::new()
        }
        _ if sent == arrived => Vec::new(),
        _ => vec![format!("{path} is {sent} and arrives as {arrived}")],
    }
}

/// What is wrong with a reply, if anything is.
fn error_text(document: &Document, through: Through, sent: &Value) -> Option<String> {
    let schema: Value = serde_json::from_str(document.schema.read()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    if let Err(error) = validator.validate(sent) {
        return Some(format!("its schema refuses it: {error}"));
    }
    match through(document, sent) {
        Ok(arrived) => {
            let lost = lost(&document.shape, sent, &arrived, "reply");
            (!lost.is_empty()).then(|| lost.join("; "))
        }
        Err(error) => Some(format!("its type refuses it: {error}")),
    }
}

#[test]
fn every_typed_reply_fits_its_type_and_its_schema() {
    let error_texts: Vec<String> = good(|operation| operation.reply.is_some())
        .iter()
        .filter_map(|(name, case)| {
            let document = catalog::find(&case.operation)?.reply.as_ref()?;
            let (_, through) = TYPED.iter().find(|(typed, _)| *typed == case.operation)?;
            let error_text = error_text(document, *through, case.reply_body()?)?;
            Some(format!("{name}: {error_text}"))
        })
        .collect();
    assert!(error_texts.is_empty(), "\n{}", error_texts.join("\n"));
}

#[test]
fn every_typed_reply_has_a_case() {
    let tried: BTreeSet<String> = good(|operation| operation.reply.is_some())
        .into_iter()
        .filter(|(_, case)| case.reply_body().is_some_and(|body| !body.is_null()))
        .map(|(_, case)| case.operation)
        .collect();
    let typed = TYPED.iter().map(|(name, _)| *name);
    let missing: Vec<&str> = typed.filter(|name| !tried.contains(*name)).collect();
    assert!(
        missing.is_empty(),
        "without a case with a reply: {missing:?}"
    );
}

#[test]
fn an_operation_that_returns_nothing_has_no_body() {
    let nothing = good(|operation| operation.style == Style::Call && operation.returns.is_empty());
    for (name, case) in &nothing {
        assert_eq!(case.reply_body(), Some(&Value::Null), "{name}");
    }
    assert!(
        nothing
            .iter()
            .any(|(_, case)| case.operation == "bulk/delete-job")
    );
}

#[test]
fn what_is_lost_is_told() {
    let document = catalog::find("bulk/list-jobs")
        .unwrap()
        .reply
        .as_ref()
        .unwrap();
    let (_, through) = TYPED
        .iter()
        .find(|(name, _)| *name == "bulk/list-jobs")
        .unwrap();
    let error_text = |body: &str| {
        error_text(document, *through, &serde_json::from_str(body).unwrap()).unwrap_or_default()
    };
    assert_eq!(error_text(r#"{"done": true, "records": [], "new": 1}"#), "");
    let no_state = error_text(r#"{"done": true, "records": [{"id": "750"}]}"#);
    assert!(no_state.contains("refuses"), "{no_state}");
    let text = error_text(r#"{"done": "yes"}"#);
    assert!(text.contains("refuses"), "{text}");
    let sent = serde_json::json!({"done": true, "records": [{"id": "750", "state": "Open"}]});
    let arrived = serde_json::json!({"done": true, "records": [{"id": "750"}]});
    let lost = lost(&document.shape, &sent, &arrived, "reply");
    assert_eq!(
        lost,
        [r#"reply.records[0].state is "Open" and arrives as null"#]
    );
}
