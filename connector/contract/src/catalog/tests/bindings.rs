//! What the walk lets through is what serde reads into the generated types, names and all.

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::arbitrary::valid;
use crate::bindings::exports::salesforce::connector::{
    common, connection, query, raw, records, schema,
};
use crate::catalog::{Document, FromJson, Shape, accept, find, present};

/// Accepts a document, reads it into the generated type, and brings it back.
fn round_trip<T: FromJson + DeserializeOwned + Serialize>(
    document: &Document,
    wire: &Value,
) -> Result<(), TestCaseError> {
    let accepted = accept(&document.shape, &wire.to_string(), "config");
    let accepted = accepted.map_err(|error_text| TestCaseError::fail(error_text.sentence))?;
    let typed: T = T::from_json(&accepted)
        .map_err(|error| TestCaseError::fail(format!("{accepted}: {error}")))?;
    let written =
        serde_json::to_value(&typed).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let by_serde: T =
        serde_json::from_value(accepted).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(&written, &serde_json::to_value(by_serde).unwrap());
    let back = present(&document.shape, &written);
    let again = accept(&document.shape, &back, "config");
    let again = again.map_err(|error_text| TestCaseError::fail(error_text.sentence))?;
    // A generated type writes an absent option as null; serde reads both alike.
    let again: T =
        serde_json::from_value(again).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let (typed, again) = (
        present(&document.shape, &serde_json::to_value(typed).unwrap()),
        serde_json::to_value(again).unwrap(),
    );
    prop_assert_eq!(typed, present(&document.shape, &again));
    Ok(())
}

fn config(operation: &str) -> &'static Document {
    &find(operation).unwrap().config
}

fn reply(operation: &str) -> &'static Document {
    find(operation).unwrap().reply.as_ref().unwrap()
}

macro_rules! round_trips {
    ($($name:ident: $document:expr => $ty:ty;)*) => {
        proptest! {
            #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
            $(#[test]
            fn $name(wire in valid(&$document.shape)) {
                round_trip::<$ty>($document, &wire)?;
            })*
        }
    };
}

round_trips! {
    connections_fit_the_generated_type: crate::catalog::connection() => connection::ConnectionConfig;
    sessions_fit_the_generated_type: reply("connection/authenticate") => connection::Session;
    outcomes_fit_the_generated_type: reply("records/create") => common::Outcome;
    creates_fit_the_generated_type: config("records/create") => records::CreateConfig;
    retrieves_fit_the_generated_type: config("records/retrieve") => records::RetrieveConfig;
    upserts_fit_the_generated_type: config("records/upsert") => records::UpsertConfig;
    queries_fit_the_generated_type: config("query/query") => query::QueryConfig;
    rows_fit_the_generated_type: config("query/rows") => query::RowsConfig;
    objects_fit_the_generated_type: config("schema/objects") => schema::ObjectsConfig;
    requests_fit_the_generated_type: config("raw/request") => raw::RequestConfig;
}

#[test]
fn defaults_and_names_arrive_in_the_generated_type() {
    let document = config("query/rows");
    let text =
        r#"{"soql": "SELECT Id FROM Account", "bind": {"n": 1.10, "a": ["x"]}, "format": "csv"}"#;
    let rows: query::RowsConfig =
        serde_json::from_value(accept(&document.shape, text, "config").unwrap()).unwrap();
    assert_eq!(rows.page_size, Some(2000));
    assert!(!rows.include_deleted);
    assert_eq!(
        rows.bind,
        Some(vec![
            ("n".to_owned(), "1.10".to_owned()),
            ("a".to_owned(), r#"["x"]"#.to_owned())
        ])
    );
    assert!(matches!(rows.format, Some(query::RowFormat::Csv)));
}

#[test]
fn a_reply_leaves_out_what_is_absent() {
    let outcome = common::Outcome {
        index: 3,
        id: None,
        success: true,
        created: Some(false),
        errors: Vec::new(),
    };
    let Document { shape, .. } = reply("records/create");
    let wire = present(shape, &serde_json::to_value(outcome).unwrap());
    assert_eq!(
        serde_json::from_str::<Value>(&wire).unwrap(),
        serde_json::json!({"index": 3, "success": true, "created": false, "errors": []})
    );
    assert!(matches!(shape, Shape::Record(_)));
}
