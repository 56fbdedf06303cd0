//! Deletes, retrieves and trees.

use super::*;
use salesforce_contract::bindings::exports::salesforce::connector::collections::RetrieveConfig;
use salesforce_contract::bindings::exports::salesforce::connector::query::RowFormat;

fn delete_config() -> DeleteConfig {
    DeleteConfig {
        batch_size: None,
        parallel: None,
        all_or_none: false,
        options: None,
        format: None,
    }
}

#[test]
fn ids_come_plain_or_in_records_of_any_form() {
    let forms = [
        (
            "application/json",
            format!(r#"["{}", {{"Id":"{}"}}]"#, id(0), id(1)),
        ),
        (
            "application/x-ndjson",
            format!("\"{}\"\n{{\"id\":\"{}\"}}\n", id(0), id(1)),
        ),
        ("text/csv", format!("Name,Id\nA,{}\nB,{}\n", id(0), id(1))),
        (
            "application/xml",
            format!(
                "<records><Account><Id>{}</Id></Account><Contact><Id>{}</Id></Contact></records>",
                id(0),
                id(1)
            ),
        ),
    ];
    for (media_type, body) in forms {
        let (client, script, _) = client([saved(0..2)]);
        let reply = delete_records(&client, &delete_config(), &message(media_type, &body)).unwrap();
        assert_eq!(codes(&reply), ["ok", "ok"]);
        assert_eq!(
            script.sent()[1],
            format!(
                "Delete https://eu1.salesforce.com/services/data/v62.0/composite/sobjects?ids={}%2C{}&allOrNone=false",
                id(0),
                id(1)
            )
        );
    }
}

#[test]
fn what_cannot_be_an_id_is_not_sent() {
    let (client, script, _) = client([saved(1..2)]);
    let body = format!(r#"["x&allOrNone=true", "{}", {{"Name":"A"}}]"#, id(1));
    let reply = delete_records(&client, &delete_config(), &json(&body)).unwrap();
    assert_eq!(codes(&reply), ["NOT_SENT", "ok", "NOT_SENT"]);
    assert!(script.sent()[1].ends_with(&format!("?ids={}&allOrNone=false", id(1))));
}

#[test]
fn a_delete_whose_answer_was_lost_is_done_where_the_record_is_gone() {
    let gone = Play::json(
        200,
        &json!([
            failed("ENTITY_IS_DELETED"),
            failed("INSUFFICIENT_ACCESS_OR_READONLY")
        ])
        .to_string(),
    );
    let (client, ..) = client([lost(), gone]);
    let body = format!(r#"["{}","{}"]"#, id(0), id(1));
    let reply = delete_records(&client, &delete_config(), &json(&body)).unwrap();
    assert_eq!(codes(&reply), ["ok", "INSUFFICIENT_ACCESS_OR_READONLY"]);
}

fn retrieve_config(format: RowFormat) -> RetrieveConfig {
    RetrieveConfig {
        object: "Account".into(),
        fields: vec!["Id".into(), "Owner.Name".into()],
        batch_size: Some(2),
        format: Some(format),
        keep_attributes: false,
    }
}

fn found(index: usize) -> Value {
    json!({"attributes": {"type": "Account", "url": "/x"}, "Id": id(index), "Owner": {"attributes": {"type": "User"}, "Name": "N"}})
}

#[test]
fn records_are_retrieved_in_the_order_of_their_ids() {
    let ids = json!([id(0), id(1), id(2)]).to_string();
    let cases = [
        (
            RowFormat::Ndjson,
            format!(
                "{{\"Id\":\"{}\",\"Owner\":{{\"Name\":\"N\"}}}}\nnull\n{{\"Id\":\"{}\",\"Owner\":{{\"Name\":\"N\"}}}}\n",
                id(0),
                id(2)
            ),
        ),
        (
            RowFormat::Csv,
            format!("Id,Owner.Name\n{},N\n{},N\n", id(0), id(2)),
        ),
    ];
    for (format, expected) in cases {
        let pages = [json!([found(0), null]), json!([found(2)])];
        let (client, script, _) = client(pages.map(|page| Play::json(200, &page.to_string())));
        let reply = retrieve(&client, &retrieve_config(format), &json(&ids)).unwrap();
        assert_eq!(String::from_utf8(reply.body.clone()).unwrap(), expected);
        assert_eq!(
            (attribute(&reply, "records"), attribute(&reply, "missing")),
            ("2".into(), "1".into())
        );
        let wanted = json!({"ids": [id(0), id(1)], "fields": ["Id", "Owner.Name"]});
        assert_eq!(
            bodies(&script)[1],
            wanted
                .to_string()
                .replace(r#"{"fields":["Id","Owner.Name"],"ids":"#, r#"{"ids":"#)
                .replace("]}", r#"],"fields":["Id","Owner.Name"]}"#)
        );
    }
}

#[test]
fn a_retrieve_of_what_cannot_be_an_id_or_a_field_sends_nothing() {
    let (client, script, _) = client([]);
    let fault = retrieve(
        &client,
        &retrieve_config(RowFormat::Json),
        &json(r#"["1"]"#),
    )
    .unwrap_err();
    assert!(
        fault.message.contains("record 0 (line 1)"),
        "{}",
        fault.message
    );
    let config = RetrieveConfig {
        fields: vec!["Id FROM Account".into()],
        ..retrieve_config(RowFormat::Json)
    };
    assert_eq!(
        retrieve(&client, &config, &json("[]")).unwrap_err().kind,
        FaultKind::Config
    );
    assert!(script.sent().is_empty());
}

#[test]
fn a_retrieve_that_answers_for_too_few_is_asked_again() {
    let (client, ..) = client(
        [json!([found(0)]), json!([found(0), found(1)])]
            .map(|page| Play::json(200, &page.to_string())),
    );
    let ids = json!([id(0), id(1)]).to_string();
    let reply = retrieve(&client, &retrieve_config(RowFormat::Json), &json(&ids)).unwrap();
    assert_eq!(attribute(&reply, "records"), "2");
}

fn tree_config() -> CreateTreeConfig {
    CreateTreeConfig {
        object: "Account".into(),
        batch_size: None,
        parallel: None,
        options: None,
        format: None,
    }
}

const TREES: &str = r#"[
    {"Name":"A","Contacts":[{"LastName":"B"},{"LastName":"C"}]},
    {"Name":"D","Contacts":{"records":[{"attributes":{"type":"Contact"},"LastName":"E"}]},"Cases":[]}
]"#;

fn named(range: std::ops::Range<usize>) -> Play {
    let results: Vec<Value> = range
        .map(|at| json!({"referenceId": format!("r{at}"), "id": id(at)}))
        .collect();
    Play::json(
        201,
        &json!({"hasErrors": false, "results": results}).to_string(),
    )
}

#[test]
fn trees_are_named_wrapped_and_answered_record_by_record() {
    let (client, script, _) = client([account(), contact(), named(0..5)]);
    let reply = create_tree(&client, &tree_config(), &json(TREES)).unwrap();
    assert_eq!(codes(&reply), vec!["ok"; 5]);
    assert!(script.sent()[3].ends_with("/composite/tree/Account"));
    let expected = r#"{"records":[
{"attributes":{"type":"Account","referenceId":"r0"},"Name":"A","Contacts":{"records":[{"attributes":{"type":"Contact","referenceId":"r1"},"LastName":"B"},{"attributes":{"type":"Contact","referenceId":"r2"},"LastName":"C"}]}},
{"attributes":{"type":"Account","referenceId":"r3"},"Name":"D","Contacts":{"records":[{"attributes":{"type":"Contact","referenceId":"r4"},"LastName":"E"}]}}
]}"#;
    assert_eq!(bodies(&script)[3], expected);
}

#[test]
fn trees_come_as_xml_too() {
    let xml = "<records><Account><Name>A</Name><Contacts><records type=\"Contact\"><LastName>B</LastName></records></Contacts></Account></records>";
    let (client, script, _) = client([account(), contact(), named(0..2)]);
    let reply = create_tree(&client, &tree_config(), &message("application/xml", xml)).unwrap();
    assert_eq!(codes(&reply), ["ok", "ok"]);
    assert!(bodies(&script)[3].contains(r#""Contacts":{"records":[{"attributes":{"type":"Contact","referenceId":"r1"},"LastName":"B"}]}"#));
}

#[test]
fn trees_are_not_split_and_a_call_that_is_refused_tells_which_record_was_wrong() {
    let config = CreateTreeConfig {
        batch_size: Some(4),
        parallel: Some(1),
        ..tree_config()
    };
    let refused = json!({"hasErrors": true, "results": [{"referenceId": "r1", "errors": [{"statusCode": "INVALID_EMAIL_ADDRESS", "message": "no", "fields": ["Email"]}]}]});
    let second = json!({"hasErrors": false, "results": [{"referenceId": "r3", "id": id(3)}, {"referenceId": "r4", "id": id(4)}]});
    let (client, ..) = client([
        account(),
        contact(),
        Play::json(400, &refused.to_string()),
        Play::json(201, &second.to_string()),
    ]);
    let reply = create_tree(&client, &config, &json(TREES)).unwrap();
    let rolled_back = "ALL_OR_NONE_OPERATION_ROLLED_BACK";
    assert_eq!(
        codes(&reply),
        [
            rolled_back,
            "INVALID_EMAIL_ADDRESS",
            rolled_back,
            "ok",
            "ok"
        ]
    );
}

#[test]
fn trees_that_no_call_can_take_are_refused_before_anything_is_sent() {
    let (client, script, _) = client([]);
    let child = r#"{"LastName":"X"}"#;
    let wide = format!(
        r#"[{{"Name":"A"}},{{"Name":"B","Contacts":[{}]}}]"#,
        vec![child; 200].join(",")
    );
    let deep = format!(
        r#"{}{{"Name":"X"}}{}"#,
        r#"{"ChildAccounts":["#.repeat(5),
        "]}".repeat(5)
    );
    for (body, words) in [
        (wide, "record 1 (line 1) has 201 records"),
        (deep, "has 6 levels"),
    ] {
        let fault = create_tree(&client, &tree_config(), &json(&body)).unwrap_err();
        assert!(fault.message.contains(words), "{}", fault.message);
    }
    assert!(script.sent().is_empty());
}

#[test]
fn a_tree_refused_without_names_is_a_fault() {
    let (client, ..) = client([Play::json(
        400,
        r#"[{"errorCode":"INVALID_INPUT","message":"no"}]"#,
    )]);
    let fault = create_tree(&client, &tree_config(), &json(r#"{"Name":"A"}"#)).unwrap_err();
    assert!(fault.message.contains("INVALID_INPUT"), "{}", fault.message);
}
