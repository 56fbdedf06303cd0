//! Tests of writes of many records; those of deletes, retrieves and trees are beside this file.

use super::*;
use salesforce_client::testing::told;
use salesforce_client::testing::{
    account, client, connection, describe_of, json, message, org_for,
};
use salesforce_client::transport::Failure;
use salesforce_client::transport::scripted::{Play, Script, TestClock};
use salesforce_contract::bindings::FaultKind;
use salesforce_contract::bindings::exports::salesforce::connector::collections::OutcomeFormat;
use salesforce_contract::bindings::exports::salesforce::connector::connection::{
    ConnectionConfig, RetryPolicy,
};
use serde_json::{Value, json};

mod fates;
mod held;
mod locks;
mod others;
mod refused;
mod upserts;

fn create_config() -> CreateConfig {
    CreateConfig {
        object: Some("Account".into()),
        batch_size: None,
        parallel: None,
        all_or_none: false,
        options: None,
        format: None,
    }
}

/// A list of this many records.
fn records(count: usize) -> String {
    let records: Vec<String> = (0..count)
        .map(|at| format!(r#"{{"Name":"N{at}"}}"#))
        .collect();
    format!("[{}]", records.join(",\n"))
}

fn id(index: usize) -> String {
    format!("001000000{index:06}AAA")
}

/// The answer to a call whose records are these and are all saved.
fn saved(range: std::ops::Range<usize>) -> Play {
    let answers: Vec<Value> = range
        .map(|index| json!({"id": id(index), "success": true, "errors": []}))
        .collect();
    Play::json(200, &Value::from(answers).to_string())
}

/// An org that answers by a script once it has told of Account: calls of several records hold each to its describe.
fn org_of_accounts(plays: impl IntoIterator<Item = Play>) -> (Client, Script, TestClock) {
    client(std::iter::once(account()).chain(plays))
}

fn contact() -> Play {
    let fields = r#"[{"name":"Id","type":"id"},{"name":"LastName","type":"string"}]"#;
    describe_of("Contact", fields, "[]")
}

fn failed(code: &str) -> Value {
    json!({"success": false, "errors": [{"statusCode": code, "message": "no", "fields": ["Name"]}]})
}

fn lost() -> Play {
    Play::Fail(Failure::Lost)
}

/// The codes of the outcomes, `ok` for those saved, after checking that they are numbered from 0.
fn codes(message: &Message) -> Vec<String> {
    let outcomes: Vec<Value> = serde_json::from_slice(&message.body).unwrap();
    let code = |(at, outcome): (usize, &Value)| {
        assert_eq!(outcome["index"], json!(at));
        match outcome["success"].as_bool().unwrap() {
            true => "ok".to_owned(),
            false => outcome["errors"][0]["code"].as_str().unwrap().to_owned(),
        }
    };
    outcomes.iter().enumerate().map(code).collect()
}

fn attribute(message: &Message, name: &str) -> String {
    told(&message.metadata, name).unwrap_or_default()
}

fn bodies(script: &Script) -> Vec<String> {
    let requests = script.requests();
    let bodies = requests
        .iter()
        .map(|request| String::from_utf8(request.body.to_vec()).unwrap());
    bodies.collect()
}

fn no_retries() -> ConnectionConfig {
    let retry = RetryPolicy {
        max_attempts: Some(1),
        first_delay_ms: None,
        max_delay_ms: None,
        total_ms: None,
    };
    ConnectionConfig {
        retry: Some(retry),
        ..connection()
    }
}

#[test]
fn records_are_split_over_calls_and_answered_in_order() {
    let (client, script, _) = org_of_accounts([saved(0..200), saved(200..400), saved(400..450)]);
    let reply = create(&client, &create_config(), &json(&records(450))).unwrap();
    assert_eq!(codes(&reply), vec!["ok"; 450]);
    let outcomes: Vec<Value> = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(
        outcomes[449],
        json!({"index": 449, "id": id(449), "success": true, "created": true, "errors": []})
    );
    assert_eq!(
        (attribute(&reply, "records"), attribute(&reply, "failed")),
        ("450".into(), "0".into())
    );
    assert_eq!(
        script.sent()[4],
        "Post https://eu1.salesforce.com/services/data/v62.0/composite/sobjects"
    );
    assert_eq!(
        bodies(&script)[4].lines().take(2).collect::<Vec<_>>(),
        [
            r#"{"allOrNone":false,"records":["#,
            r#"{"attributes":{"type":"Account"},"Name":"N400"},"#
        ]
    );
    assert_eq!(script.left(), 0);
}

#[test]
fn records_that_failed_tell_code_message_and_fields() {
    let answer =
        json!([failed("REQUIRED_FIELD_MISSING"), {"id": id(1), "success": true, "errors": []}]);
    let (client, ..) = org_of_accounts([Play::json(200, &answer.to_string())]);
    let reply = create(&client, &create_config(), &json(&records(2))).unwrap();
    let outcomes: Vec<Value> = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(
        outcomes[0],
        json!({"index": 0, "id": null, "success": false, "created": false,
            "errors": [{"code": "REQUIRED_FIELD_MISSING", "message": "no", "fields": ["Name"]}]})
    );
    assert_eq!(attribute(&reply, "failed"), "1");
}

#[test]
fn no_records_need_no_call() {
    let (client, script, _) = client([]);
    for (media_type, body) in [
        ("application/json", "[]"),
        ("application/x-ndjson", ""),
        ("text/csv", "Name\n"),
    ] {
        let reply = create(&client, &create_config(), &message(media_type, body)).unwrap();
        assert_eq!(
            (reply.body.as_slice(), attribute(&reply, "records")),
            (&b"[]\n"[..], "0".into())
        );
    }
    assert!(script.sent().is_empty());
}

#[test]
fn a_document_that_breaks_off_is_refused_before_any_of_it_is_sent() {
    let (client, script, _) = client([]);
    let broken = format!("{},", records(300).trim_end_matches(']'));
    let fault = create(&client, &create_config(), &json(&broken)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(script.sent().is_empty());
}

const MIXED: &str =
    "Name,AnnualRevenue,Seen__c\nA,1,2026-01-01T00:00:00Z\nB,much,\nC,3,2026-01-01 00:00\nD,,\n";

#[test]
fn values_that_do_not_fit_are_told_of_their_record_and_the_others_are_sent() {
    let (client, script, _) = client([account(), saved(0..2)]);
    let reply = create(&client, &create_config(), &message("text/csv", MIXED)).unwrap();
    assert_eq!(codes(&reply), ["ok", "NOT_SENT", "NOT_SENT", "ok"]);
    let outcomes: Vec<Value> = serde_json::from_slice(&reply.body).unwrap();
    let error = &outcomes[2]["errors"][0];
    assert_eq!(error["fields"], json!(["Seen__c"]));
    let sentence = error["message"].as_str().unwrap();
    assert!(
        sentence.starts_with("Not sent: of record 2 (line 4), `Seen__c` is"),
        "{sentence}"
    );
    assert!(sentence.contains("offset"), "{sentence}");
    assert!(bodies(&script)[2].contains(r#""AnnualRevenue":1,"Seen__c":"2026-01-01T00:00:00Z"}"#));
    assert_eq!(attribute(&reply, "not-sent"), "2");
}

#[test]
fn all_or_none_sends_nothing_of_a_call_with_an_unfit_record() {
    let (client, script, _) = client([account(), saved(0..2)]);
    let config = CreateConfig {
        all_or_none: true,
        batch_size: Some(2),
        ..create_config()
    };
    let body = format!("{MIXED}E,5,\nF,6,\n");
    let reply = create(&client, &config, &message("text/csv", &body)).unwrap();
    let rolled_back = "ALL_OR_NONE_OPERATION_ROLLED_BACK";
    assert_eq!(
        codes(&reply),
        [rolled_back, "NOT_SENT", "NOT_SENT", rolled_back, "ok", "ok"]
    );
    assert!(bodies(&script)[2].starts_with("{\"allOrNone\":true,"));
}

#[test]
fn a_column_that_no_record_can_have_is_one_fault() {
    let (client, script, _) = client([account()]);
    let fault = create(
        &client,
        &create_config(),
        &message("text/csv", "Nmae\nA\nB\n"),
    )
    .unwrap_err();
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(
        fault.message.contains("did you mean `Name`?"),
        "{}",
        fault.message
    );
    assert_eq!(script.sent().len(), 2);
}

#[test]
fn when_the_org_is_lost_in_the_middle_every_record_tells_its_fate() {
    let (client, script, _) = org_of_accounts([saved(0..2), lost(), saved(4..6)]);
    let config = CreateConfig {
        batch_size: Some(2),
        ..create_config()
    };
    let reply = create(&client, &config, &json(&records(9))).unwrap();
    // The third call was under way when the second was lost.
    let expected = [
        "ok", "ok", "UNKNOWN", "UNKNOWN", "ok", "ok", "NOT_SENT", "NOT_SENT", "NOT_SENT",
    ];
    assert_eq!(codes(&reply), expected);
    let fault = attribute(&reply, "fault");
    assert!(
        fault.starts_with("Call 2 (records 2 to 3) failed: "),
        "{fault}"
    );
    assert_eq!(
        (attribute(&reply, "unknown"), attribute(&reply, "not-sent")),
        ("2".into(), "3".into())
    );
    assert_eq!(script.left(), 0);
}

#[test]
fn when_no_record_was_answered_for_it_is_a_fault() {
    let (client, ..) = org_for(
        &no_retries(),
        [salesforce_client::testing::token("T1"), account(), lost()],
    );
    let fault = create(&client, &create_config(), &json(&records(2))).unwrap_err();
    assert_eq!(
        (fault.kind, fault.maybe_applied),
        (FaultKind::Unavailable, true)
    );
    assert!(
        fault
            .message
            .starts_with("Some records may have been saved"),
        "{}",
        fault.message
    );
    let refused = r#"[{"errorCode":"INVALID_FIELD","message":"No such column 'X' on sobject of type Account"}]"#;
    let (client, ..) = org_of_accounts([0; 3].map(|_| Play::json(400, refused)));
    let fault = create(&client, &create_config(), &json(&records(2))).unwrap_err();
    assert_eq!(
        (fault.kind, fault.maybe_applied),
        (FaultKind::Invalid, false)
    );
    assert!(
        fault
            .message
            .starts_with("No record was saved. Call 1 (records 0 to 1) failed: "),
        "{}",
        fault.message
    );
}

#[test]
fn a_wrong_secret_is_tried_once() {
    let denied = || {
        Play::json(
            400,
            r#"{"error":"invalid_client","error_description":"no"}"#,
        )
    };
    let (client, script, _) = org_for(&connection(), [denied(), denied(), denied()]);
    let config = CreateConfig {
        batch_size: Some(1),
        ..create_config()
    };
    assert!(create(&client, &config, &json(&records(5))).is_err());
    assert_eq!(script.sent().len(), 1);
}

#[test]
fn an_update_is_repeated_and_an_answer_that_is_short_is_not_believed() {
    let config = UpdateConfig {
        object: None,
        batch_size: None,
        parallel: None,
        all_or_none: false,
        options: None,
        format: None,
    };
    let (client, script, _) = client([
        account(),
        contact(),
        Play::Fail(Failure::Timeout),
        saved(0..1),
        saved(0..2),
    ]);
    let body = r#"[{"attributes":{"type":"Account"},"Id":"001000000000001"},{"attributes":{"type":"Contact"},"Id":"003000000000002"}]"#;
    let reply = update(&client, &config, &json(body)).unwrap();
    assert_eq!(codes(&reply), ["ok", "ok"]);
    assert!(script.sent()[5].starts_with("Patch "));
    let outcomes: Vec<Value> = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(outcomes[0]["created"], json!(false));
    let fault = update(&client, &config, &json(r#"{"Id":"1"}"#)).unwrap_err();
    assert!(
        fault.message.contains("set config.object"),
        "{}",
        fault.message
    );
}

#[test]
fn calls_have_no_more_chunks_than_salesforce_takes() {
    let record = |at: usize| {
        format!(
            r#"{{"attributes":{{"type":"{}"}},"Id":"001000000000001"}}"#,
            ["Account", "Contact"][at % 2]
        )
    };
    let body: Vec<String> = (0..15).map(record).collect();
    let (client, script, _) = client([account(), contact(), saved(0..10), saved(10..15)]);
    let config = CreateConfig {
        object: None,
        ..create_config()
    };
    let reply = create(&client, &config, &json(&format!("[{}]", body.join(",")))).unwrap();
    assert_eq!(codes(&reply), vec!["ok"; 15]);
    assert_eq!(script.left(), 0);
}

#[test]
fn outcomes_can_be_csv() {
    let answer = json!([{"id": id(0), "success": true, "errors": []}, failed("BAD, VERY")]);
    let (client, ..) = org_of_accounts([Play::json(200, &answer.to_string())]);
    let config = CreateConfig {
        format: Some(OutcomeFormat::Csv),
        ..create_config()
    };
    let reply = create(&client, &config, &json(&records(2))).unwrap();
    assert_eq!(
        String::from_utf8(reply.body).unwrap(),
        "index,id,success,created,code,message,fields\n0,001000000000000AAA,true,true,,,\n1,,false,false,\"BAD, VERY\",no,Name\n"
    );
}
