//! Records whose values would make Salesforce refuse a whole call.

use super::*;

/// The reasons of outcomes.
fn reasons(message: &Message) -> Vec<String> {
    let outcomes: Vec<Value> = serde_json::from_slice(&message.body).unwrap();
    let reason = |outcome: &Value| outcome["errors"][0]["message"].as_str().map(str::to_owned);
    outcomes
        .iter()
        .map(|outcome| reason(outcome).unwrap_or_default())
        .collect()
}

#[test]
fn a_value_that_the_org_cannot_read_keeps_its_record_alone_from_being_sent() {
    let bad = [
        (
            r#""Founded__c":"31.01.2026""#,
            "`Founded__c` is `31.01.2026`",
        ),
        (r#""Founded__c":"2026-01-31T00:00:00Z""#, "`Founded__c` is"),
        (
            r#""Seen__c":"2026-01-31 10:00:00""#,
            "`Seen__c` is `2026-01-31 10:00:00`",
        ),
        (r#""Opens__c":"noon""#, "`Opens__c` is `noon`"),
        (r#""AnnualRevenue":"much""#, "`AnnualRevenue` is `much`"),
        (
            r#""AnnualRevenue":true"#,
            "`AnnualRevenue` is true or false",
        ),
        (r#""NumberOfEmployees":4.5"#, "`NumberOfEmployees` is `4.5`"),
        (r#""Active__c":"perhaps""#, "`Active__c` is `perhaps`"),
        (r#""Founded__c":{"a":1}"#, "`Founded__c`"),
        (r#""Phone":["1"]"#, "`Phone` is a list"),
        (
            r#""ParentId":"none""#,
            "`ParentId` is `none`, which is no id",
        ),
        (r#""Nmae":"N""#, "did you mean `Name`?"),
    ];
    for (member, words) in bad {
        let (client, script, _) = org_of_accounts([saved(0..2)]);
        let body = format!("[\n{{\"Name\":\"A\"}},\n{{{member}}},\n{{\"Name\":\"C\"}}]");
        let reply = create(&client, &create_config(), &json(&body)).unwrap();
        assert_eq!(codes(&reply), ["ok", "NOT_SENT", "ok"], "{member}");
        let reason = &reasons(&reply)[1];
        assert!(
            reason.starts_with("Not sent: of record 1 (line 3), "),
            "{reason}"
        );
        assert!(reason.contains(words), "{reason}");
        assert_eq!(
            bodies(&script)[2].lines().skip(1).collect::<Vec<_>>(),
            [
                r#"{"attributes":{"type":"Account"},"Name":"A"},"#,
                r#"{"attributes":{"type":"Account"},"Name":"C"}"#,
                "]}"
            ]
        );
    }
}

#[test]
fn what_the_org_may_read_goes_to_it_as_it_was_given() {
    let body = r#"[{"Seen__c":"2026-01-31T10:00:00","Phone":12,"ParentId":""},{"Seen__c":"2026-01-31","AnnualRevenue":1.50}]"#;
    let (client, script, _) = org_of_accounts([saved(0..2)]);
    let reply = create(&client, &create_config(), &json(body)).unwrap();
    assert_eq!(codes(&reply), ["ok", "ok"]);
    assert_eq!(
        bodies(&script)[2].lines().skip(1).collect::<Vec<_>>(),
        [
            r#"{"attributes":{"type":"Account"},"Seen__c":"2026-01-31T10:00:00","Phone":12,"ParentId":""},"#,
            r#"{"attributes":{"type":"Account"},"Seen__c":"2026-01-31","AnnualRevenue":1.50}"#,
            "]}"
        ]
    );
}

#[test]
fn a_record_alone_needs_no_describe() {
    let (client, script, _) = client([saved(0..1)]);
    create(
        &client,
        &create_config(),
        &json(r#"[{"Founded__c":"2026-01-31"}]"#),
    )
    .unwrap();
    assert_eq!((script.sent().len(), script.left()), (2, 0));
}

#[test]
fn a_record_of_an_object_that_the_org_lacks_fails_alone() {
    let unknown = Play::json(
        404,
        r#"[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]"#,
    );
    let (client, ..) = client([unknown, account(), saved(0..1)]);
    let config = CreateConfig {
        object: None,
        ..create_config()
    };
    let body = r#"[{"attributes":{"type":"Acount"},"Name":"A"},{"attributes":{"type":"Account"},"Name":"B"}]"#;
    let reply = create(&client, &config, &json(body)).unwrap();
    assert_eq!(codes(&reply), ["NOT_SENT", "ok"]);
    assert!(
        reasons(&reply)[0].contains("`Acount`"),
        "{:?}",
        reasons(&reply)
    );
}

#[test]
fn all_or_none_names_the_record_at_fault_and_sends_nothing_of_its_call() {
    let config = CreateConfig {
        all_or_none: true,
        ..create_config()
    };
    let (client, script, _) = org_of_accounts([]);
    let body = r#"[{"Name":"A"},{"Founded__c":"soon"}]"#;
    let reply = create(&client, &config, &json(body)).unwrap();
    assert_eq!(
        codes(&reply),
        ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "NOT_SENT"]
    );
    assert_eq!(script.sent().len(), 2);
}
