//! Calls on many records.

use super::*;
use salesforce_client::testing::flat;

#[test]
fn thousands_of_records_go_in_calls_of_200_and_keep_their_order() {
    const RECORDS: usize = 4_100;
    let records: Vec<String> = (0..RECORDS)
        .map(|at| format!(r#"{{"Name":"N{at}"}}"#))
        .collect();
    let is_bad = |at: usize| at % 20 == 7;
    let numbers: Vec<usize> = (0..RECORDS).collect();
    let plays = numbers.chunks(200).map(|chunk| {
        let results: String = chunk
            .iter()
            .map(|at| match is_bad(*at) {
                true => "<result><errors><fields>Name</fields><message>bad</message><statusCode>REQUIRED_FIELD_MISSING</statusCode></errors><id xsi:nil=\"true\"/><success>false</success></result>".to_owned(),
                false => format!("<result><id>{at:018}</id><success>true</success></result>"),
            })
            .collect();
        answer("create", &results)
    });
    let (client, script, _) = client(std::iter::once(account()).chain(plays));
    let config = CreateConfig {
        object: Some("Account".into()),
        batch_size: None,
        parallel: None,
        all_or_none: false,
        headers: None,
        format: None,
    };
    let input = json(&format!("[{}]", records.join(",")));
    let reply = save::create(&client, &config, &input).unwrap();
    let outcomes: Vec<serde_json::Value> = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(outcomes.len(), RECORDS);
    for (at, outcome) in outcomes.iter().enumerate() {
        assert_eq!(outcome["index"], at);
        assert_eq!(outcome["success"], !is_bad(at), "{outcome}");
        if !is_bad(at) {
            assert_eq!(outcome["id"], format!("{at:018}"));
        }
    }
    assert_eq!(script.requests().len(), 2 + RECORDS.div_ceil(200));
    assert!(flat(&reply.metadata).contains(&("failed".into(), "205".into())));
}

#[test]
fn names_that_are_no_names_never_become_elements() {
    for name in ["a><b", "x y", "1a", "", "é", "a:b"] {
        let (client, script, _) = client([account()]);
        let config = CreateConfig {
            object: Some("Account".into()),
            batch_size: None,
            parallel: None,
            all_or_none: false,
            headers: None,
            format: None,
        };
        let input = json(&serde_json::json!([{ name: "x" }]).to_string());
        let fault = save::create(&client, &config, &input).unwrap_err();
        assert!(
            fault.message.contains("is no field of Account"),
            "{}",
            fault.message
        );
        assert_eq!(script.requests().len(), 2);
    }
}

fn contact() -> Play {
    describe_of(
        "Contact",
        r#"[{"name":"Id","type":"id"},{"name":"LastName","type":"string"},{"name":"Birthdate","type":"date"},{"name":"AccountId","type":"reference","referenceTo":["Account"],"relationshipName":"Account"}]"#,
        "[]",
    )
}

/// Results of records that were saved.
fn created(count: usize) -> Play {
    let results = "<result><id>003000000000001AAA</id><success>true</success></result>";
    answer("create", &results.repeat(count))
}

/// Creates contacts; the code of each, and what was sent.
fn create_contacts(plays: Vec<Play>, input: &str) -> (Vec<String>, Script) {
    let (client, script, _) = client(plays);
    let config = CreateConfig {
        object: Some("contact".into()),
        batch_size: None,
        parallel: None,
        all_or_none: false,
        headers: None,
        format: None,
    };
    let reply = save::create(&client, &config, &json(input)).unwrap();
    let outcomes: Vec<serde_json::Value> = serde_json::from_slice(&reply.body).unwrap();
    let code = |outcome: &serde_json::Value| {
        let code = outcome["errors"][0]["code"].as_str();
        code.unwrap_or("ok").to_owned()
    };
    (outcomes.iter().map(code).collect(), script)
}

fn last_body(script: &Script) -> String {
    let requests = script.requests();
    String::from_utf8(requests.last().unwrap().body.to_vec()).unwrap()
}

#[test]
fn nothing_in_a_record_changes_its_object() {
    let input = r#"[{"type":"Lead","LastName":"A"},{"attributes":{"type":"Lead"},"LastName":"B"},{"fieldsToNull":"LastName","LastName":"C"},{"sObject":"Lead","LastName":"D"},{"lastname":"E","attributes":{"type":"CONTACT"}}]"#;
    let (codes, script) = create_contacts(vec![contact(), created(1)], input);
    assert_eq!(
        codes,
        ["NOT_SENT", "NOT_SENT", "NOT_SENT", "NOT_SENT", "ok"]
    );
    let body = last_body(&script);
    assert!(
        body.contains("<create><sObjects xsi:type=\"sf:sObject\"><sf:type>Contact</sf:type><sf:Id xsi:nil=\"true\"/><sf:LastName>E</sf:LastName></sObjects></create>"),
        "{body}"
    );
}

#[test]
fn field_named_type_takes_the_spelling_of_the_org() {
    let fields = r#"[{"name":"Name","type":"string"},{"name":"Type","type":"picklist"}]"#;
    let plays = vec![describe_of("Contact", fields, "[]"), created(1)];
    let (codes, script) = create_contacts(plays, r#"[{"name":"A","type":"Prospect"}]"#);
    assert_eq!(codes, ["ok"]);
    let body = last_body(&script);
    assert!(
        body.contains("<sf:Name>A</sf:Name><sf:Type>Prospect</sf:Type>"),
        "{body}"
    );
    assert_eq!(body.matches("<sf:type>").count(), 1);
}

#[test]
fn value_that_salesforce_could_not_read_fails_its_record_alone() {
    let input = r#"[{"LastName":"A","Birthdate":"2026-01-02"},{"LastName":"B","Birthdate":"NA"},{"LastName":"C","Account":{"Foo__c":"x"}},{"LastName":"D","Account":null}]"#;
    let (codes, script) = create_contacts(vec![contact(), account(), created(2)], input);
    assert_eq!(codes, ["ok", "NOT_SENT", "NOT_SENT", "ok"]);
    let body = last_body(&script);
    assert!(
        body.contains("<sf:fieldsToNull>AccountId</sf:fieldsToNull>"),
        "{body}"
    );
}

#[test]
fn record_for_which_the_org_refuses_a_call_fails_alone() {
    let refusal = || fault("INVALID_FIELD", "no such value");
    let plays = vec![
        contact(),
        refusal(),
        created(1),
        refusal(),
        refusal(),
        created(1),
    ];
    let input = r#"[{"LastName":"A"},{"LastName":"B"},{"LastName":"C"}]"#;
    let (codes, script) = create_contacts(plays, input);
    assert_eq!(codes, ["ok", "INVALID_FIELD", "ok"]);
    assert_eq!(script.left(), 0);
}
