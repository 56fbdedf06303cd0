use super::*;
use salesforce_client::testing::{account, client, message};
use salesforce_client::transport::scripted::Play;

fn config(operation: &str, config: &str) -> DryRunConfig {
    DryRunConfig {
        operation: operation.into(),
        config: Some(config.into()),
        body_bytes: None,
    }
}

#[test]
fn a_sink_goes_as_far_as_its_first_request() {
    let (client, script, _) = client([account()]);
    let asked = config("bulk/load", r#"{"object":"Account","operation":"insert"}"#);
    let input = message("text/csv", "Name\nAcme\n");
    let report = dry_run(&client, &asked, Some(&input)).unwrap();
    assert!(report.more);
    assert_eq!(report.api_calls, 1);
    assert_eq!(report.requests[0].method, "POST");
    assert_eq!(report.requests[0].path, "/services/data/v62.0/jobs/ingest");
    let changing = script.requests().into_iter().skip(1);
    assert!(changing.into_iter().all(|sent| sent.method == Method::Get));
}

#[test]
fn no_operation_that_writes_sends_a_write_in_a_dry_run() {
    for operation in salesforce_contract::catalog::operations() {
        if operation.effect != Effect::Write {
            continue;
        }
        let (client, script, _) = client(std::iter::repeat_with(|| Play::json(200, "{}")).take(9));
        let text = sample(operation.name);
        let input = operation
            .accepts
            .first()
            .map(|media_type| message(media_type, input(operation.name)));
        // Whatever comes of it, nothing but logins and reads may have been sent.
        let _ = dry_run(&client, &config(operation.name, &text), input.as_ref());
        for sent in script.requests().iter().skip(1) {
            assert_eq!(
                sent.method,
                Method::Get,
                "{} sent {}",
                operation.name,
                sent.url
            );
        }
    }
}

#[test]
fn no_operation_that_reads_sends_more_in_a_dry_run_than_it_needs_to_know_before() {
    for operation in salesforce_contract::catalog::operations() {
        if operation.effect != Effect::Read || !can_be_held_back(operation) {
            continue;
        }
        let (client, script, _) = client(std::iter::repeat_with(|| Play::json(200, "{}")).take(9));
        let text = sample(operation.name);
        let input = operation
            .accepts
            .first()
            .map(|media_type| message(media_type, input(operation.name)));
        let _ = dry_run(&client, &config(operation.name, &text), input.as_ref());
        for sent in script.requests().iter().skip(1) {
            let known = sent.url.ends_with("/describe") || sent.url.ends_with("/services/data");
            assert!(known, "{} sent {}", operation.name, sent.url);
        }
    }
}

#[test]
fn a_trigger_tells_the_query_of_its_first_poll() {
    let (client, script, _) = client([]);
    let text = r#"{"object":"Account","fields":["Name"],"start":"2026-01-31T10:00:00Z"}"#;
    let report = dry_run(&client, &config("triggers/created", text), None).unwrap();
    assert_eq!(
        report.requests[0].statement.as_deref(),
        Some(
            "SELECT Id, CreatedDate, Name FROM Account WHERE CreatedDate >= 2026-01-31T10:00:00Z ORDER BY CreatedDate ASC, Id ASC LIMIT 200"
        )
    );
    let sent: Vec<_> = script.requests().into_iter().map(|sent| sent.url).collect();
    assert!(sent.is_empty(), "{sent:?}");
}

/// A config that most operations take.
fn sample(operation: &str) -> String {
    let properties = salesforce_contract::catalog::find(operation)
        .unwrap()
        .config
        .schema
        .read();
    let schema: serde_json::Value = serde_json::from_str(properties).unwrap();
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let members = required.iter().map(|name| {
        let name = name.as_str().unwrap();
        let property = &schema["properties"][name];
        let value = match (property["enum"].as_array(), property["type"].as_str()) {
            (Some(values), _) => values[0].clone(),
            (None, Some("array")) => serde_json::json!(["001000000000001AAA"]),
            (None, Some("integer")) => serde_json::json!(1),
            (None, Some("object")) => serde_json::json!({}),
            _ => serde_json::json!("001000000000001AAA"),
        };
        (name.to_owned(), value)
    });
    serde_json::Value::Object(members.collect()).to_string()
}

fn input(operation: &str) -> &'static str {
    match operation {
        "composite/request" => {
            r#"{"compositeRequest":[{"method":"GET","url":"/services/data/v62.0/limits","referenceId":"a"}]}"#
        }
        "composite/batch" => r#"{"batchRequests":[{"method":"GET","url":"v62.0/limits"}]}"#,
        _ => r#"[{"attributes":{"type":"Account"},"Id":"001000000000001AAA","Name":"x"}]"#,
    }
}
