//! Upserts.

use super::*;

fn upsert_config(format: OutcomeFormat) -> UpsertConfig {
    UpsertConfig {
        object: "Account".into(),
        external_id_field: "Ext__c".into(),
        batch_size: None,
        parallel: None,
        all_or_none: false,
        options: None,
        format: Some(format),
    }
}

#[test]
fn an_upsert_sent_again_leaves_open_whether_the_records_it_finds_are_new() {
    let of = |at: usize, created: bool| json!({"id": id(at), "success": true, "errors": [], "created": created});
    let locked = failed("UNABLE_TO_LOCK_ROW");
    let (client, script, _) = org_of_accounts([
        Play::Fail(Failure::Lost),
        Play::json(200, &json!([of(0, true), of(1, false), locked]).to_string()),
        Play::json(200, &json!([of(2, false)]).to_string()),
    ]);
    let body = r#"[{"Ext__c":"a"},{"Ext__c":"b"},{"Ext__c":"c"}]"#;
    let reply = upsert(&client, &upsert_config(OutcomeFormat::Csv), &json(body)).unwrap();
    assert_eq!(
        String::from_utf8(reply.body).unwrap(),
        format!(
            "index,id,success,created,code,message,fields\n0,{},true,true,,,\n1,{},true,,,,\n2,{},true,,,,\n",
            id(0),
            id(1),
            id(2)
        )
    );
    assert_eq!(script.left(), 0);
}

#[test]
fn an_upsert_tells_created_and_keeps_to_its_object() {
    let config = upsert_config(OutcomeFormat::Ndjson);
    let answers = json!([{"id": id(0), "success": true, "errors": [], "created": true}, {"id": id(1), "success": true, "errors": [], "created": false}]);
    let (client, script, _) = org_of_accounts([Play::json(200, &answers.to_string())]);
    let body = "{\"Ext__c\":\"a\"}\n{\"attributes\":{\"type\":\"Contact\"}}\n{\"Ext__c\":\"b\"}\n";
    let reply = upsert(&client, &config, &message("application/x-ndjson", body)).unwrap();
    let lines: Vec<Value> = reply
        .body
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    let created: Vec<&Value> = lines.iter().map(|line| &line["created"]).collect();
    assert_eq!(created, [&json!(true), &json!(false), &json!(false)]);
    assert_eq!(lines[1]["errors"][0]["code"], "NOT_SENT");
    assert!(script.sent()[2].ends_with("/composite/sobjects/Account/Ext__c"));
}
