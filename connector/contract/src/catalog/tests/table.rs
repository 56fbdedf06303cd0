//! The table that the build script wrote from the real contract.

use serde_json::Value;

use crate::catalog::{Effect, Input, Style, connection, describe, find, operations, suggest};

#[test]
fn a_query_is_described_as_the_wit_says() {
    let query = find("query/query").unwrap();
    assert_eq!(
        (query.style, query.effect, query.input),
        (Style::Call, Effect::Read, Input::None)
    );
    assert_eq!(query.returns, ["application/json"]);
    assert!(
        query
            .summary
            .read()
            .starts_with("Runs SOQL and returns the first page"),
        "{}",
        query.summary.read()
    );
    assert!(
        query.summary.read().ends_with("`records`."),
        "{}",
        query.summary.read()
    );
    assert!(query.description.read().starts_with(query.summary.read()));
    assert!(
        query
            .description
            .read()
            .contains("\n\nGET /services/data/vXX.X/query"),
        "{}",
        query.description.read()
    );
    assert!(query.reply.is_none());
}

#[test]
fn styles_inputs_and_replies_follow_the_signatures() {
    assert_eq!(find("query/rows").unwrap().style, Style::Source);
    let create = find("records/create").unwrap();
    assert_eq!(
        (create.style, create.effect, create.input),
        (Style::Call, Effect::Write, Input::Required)
    );
    assert_eq!(
        (create.accepts, create.returns),
        (
            &[
                "application/json",
                "application/x-ndjson",
                "text/csv",
                "application/xml"
            ][..],
            &["application/json"][..]
        )
    );
    assert!(create.reply.is_some());
    assert_eq!(find("raw/request").unwrap().input, Input::Optional);
}

#[test]
fn every_schema_is_valid_json_schema_and_what_is_taken_is_closed() {
    let configs = operations().iter().map(|operation| &operation.config);
    for document in configs.chain([connection()]) {
        let schema: Value = serde_json::from_str(document.schema.read()).unwrap();
        assert!(jsonschema::meta::is_valid(&schema), "{schema}");
        assert_eq!(schema["additionalProperties"], false, "{schema}");
    }
    let replies = operations()
        .iter()
        .filter_map(|operation| operation.reply.as_ref());
    for document in replies {
        let schema: Value = serde_json::from_str(document.schema.read()).unwrap();
        assert!(jsonschema::meta::is_valid(&schema), "{schema}");
    }
}

#[test]
fn replies_of_the_contract_are_closed_and_documents_of_salesforce_open() {
    let closed = |operation: &str| {
        let reply = find(operation).unwrap().reply.as_ref().unwrap();
        let schema: Value = serde_json::from_str(reply.schema.read()).unwrap();
        schema["additionalProperties"] == false
    };
    assert!(closed("records/create") && closed("connection/authenticate"));
    assert!(!closed("bulk/job-info") && !closed("records/get-deleted"));
}

#[test]
fn the_connection_tells_hosts_what_they_look_for() {
    let schema: Value = serde_json::from_str(connection().schema.read()).unwrap();
    let properties = &schema["properties"];
    assert_eq!(properties["url"]["format"], "uri");
    assert_eq!(properties["max-concurrent-connections"]["maximum"], 25);
    assert_eq!(properties["max-concurrent-connections"]["default"], 10);
    assert!(properties["session"].is_object());
    let jwt = properties["auth"]["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .find(|case| case["title"] == "jwt-bearer")
        .unwrap();
    let key = &jwt["properties"]["jwt-bearer"]["properties"]["private-key"];
    assert_eq!(
        (&key["writeOnly"], &key["format"]),
        (&Value::from(true), &Value::from("password"))
    );
}

#[test]
fn fields_keep_the_order_of_the_wit() {
    let schema = find("query/query").unwrap().config.schema.read();
    let at = |name: &str| schema.find(&format!("\"{name}\":{{")).unwrap();
    assert!(
        at("soql") < at("bind")
            && at("bind") < at("include-deleted")
            && at("include-deleted") < at("page-size")
    );
}

#[test]
fn enums_explain_their_cases() {
    let schema: Value =
        serde_json::from_str(find("query/rows").unwrap().config.schema.read()).unwrap();
    let format = &schema["properties"]["format"];
    assert_eq!(
        format["enum"],
        serde_json::json!(["ndjson", "json", "csv", "xml", "xml-lines"])
    );
    let description = format["description"].as_str().unwrap();
    assert!(
        description.starts_with("Format of the rows.\n\n- `ndjson`: One JSON object per line."),
        "{description}"
    );
}

#[test]
fn names_are_unique_and_a_wrong_one_finds_its_neighbour() {
    let names: std::collections::HashSet<_> = operations()
        .iter()
        .map(|operation| operation.name)
        .collect();
    assert_eq!(names.len(), operations().len());
    assert_eq!(suggest("record/craete"), Some("records/create"));
    assert_eq!(suggest("upsert"), Some("records/upsert"));
    assert_eq!(suggest("weather/forecast"), None);
}

#[test]
fn the_description_names_the_connector() {
    let description = describe();
    assert_eq!(
        (description.name, description.version),
        ("salesforce", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(description.operations.len(), operations().len());
}
