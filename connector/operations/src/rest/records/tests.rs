use super::*;
use salesforce_client::testing::{client, connection, expired, json, org_for, token};
use salesforce_client::transport::Failure;
use salesforce_client::transport::scripted::Play;
use salesforce_contract::bindings::FaultKind;
use salesforce_contract::bindings::exports::salesforce::connector::connection::ConnectionConfig;

fn upsert_config() -> UpsertConfig {
    UpsertConfig {
        object: "Account".into(),
        external_id_field: "Ext__c".into(),
        external_id: "a/b".into(),
        options: None,
    }
}

fn delete_config() -> DeleteConfig {
    DeleteConfig {
        object: "Account".into(),
        id: "001000000000001AAA".into(),
    }
}

#[test]
fn a_create_gives_the_id_and_sends_the_options() {
    let (client, script, _) = client([Play::json(
        201,
        r#"{"id":"001000000000001AAA","success":true,"errors":[]}"#,
    )]);
    let options = WriteOptions {
        assignment_rule: Some("use-default".into()),
        allow_duplicates: true,
        headers: None,
    };
    let outcome = create(
        &client,
        &CreateConfig {
            object: "Lead".into(),
            options: Some(options),
        },
        &json(r#"{"LastName":"X"}"#),
    )
    .unwrap();
    assert_eq!(
        (
            outcome.value.id.as_deref(),
            outcome.value.success,
            outcome.value.created
        ),
        (Some("001000000000001AAA"), true, Some(true))
    );
    let headers = &script.requests()[1].headers;
    for expected in [
        ("sforce-auto-assign", "TRUE"),
        ("sforce-duplicate-rule-header", "allowSave=true"),
    ] {
        assert!(
            headers.contains(&(expected.0.into(), expected.1.into())),
            "{headers:?}"
        );
    }
}

#[test]
fn an_upsert_sent_again_leaves_open_whether_the_record_it_finds_is_new() {
    let found = r#"{"id":"001000000000001AAA","success":true,"errors":[],"created":false}"#;
    let made = r#"{"id":"001000000000001AAA","success":true,"errors":[],"created":true}"#;
    for (first, again, created) in [
        (Play::Fail(Failure::Lost), Play::json(200, found), None),
        (Play::json(503, ""), Play::json(204, ""), None),
        (Play::json(200, "{\"id\":"), Play::json(200, found), None),
        (
            Play::Fail(Failure::Timeout),
            Play::json(201, made),
            Some(true),
        ),
        (
            Play::Fail(Failure::NotSent),
            Play::json(200, found),
            Some(false),
        ),
        (expired(), token("T2"), Some(false)),
    ] {
        let (client, ..) = client([first, again, Play::json(200, found)]);
        let outcome = upsert(&client, &upsert_config(), &json("{}")).unwrap();
        assert_eq!(
            (outcome.value.success, outcome.value.created),
            (true, created)
        );
    }
}

#[test]
fn an_update_sent_again_has_created_nothing() {
    let (client, ..) = client([Play::Fail(Failure::Lost), Play::json(204, "")]);
    let config = UpdateConfig {
        object: "Account".into(),
        id: "001000000000001AAA".into(),
        options: None,
    };
    let outcome = update(&client, &config, &json(r#"{"Name":"A"}"#)).unwrap();
    assert_eq!(
        (outcome.value.success, outcome.value.created),
        (true, Some(false))
    );
}

#[test]
fn upsert_tells_created_from_changed() {
    for (status, body, created) in [
        (
            201,
            r#"{"id":"001000000000001AAA","success":true,"errors":[],"created":true}"#,
            true,
        ),
        (
            200,
            r#"{"id":"001000000000001AAA","success":true,"errors":[],"created":false}"#,
            false,
        ),
    ] {
        let (client, script, _) = client([Play::json(status, body)]);
        let outcome = upsert(&client, &upsert_config(), &json("{}")).unwrap();
        assert_eq!(
            (outcome.value.success, outcome.value.created),
            (true, Some(created))
        );
        assert_eq!(
            script.sent()[1],
            "Patch https://eu1.salesforce.com/services/data/v62.0/sobjects/Account/Ext__c/a%2Fb"
        );
    }
}

#[test]
fn an_upsert_says_nothing_of_a_changed_record_only_before_api_46() {
    let of_version = |version: &str| {
        let connection = ConnectionConfig {
            api_version: Some(version.into()),
            ..connection()
        };
        let plays = (0..6).map(|_| Play::json(204, ""));
        let (client, ..) = org_for(&connection, std::iter::once(token("T1")).chain(plays));
        upsert(&client, &upsert_config(), &json("{}"))
    };
    assert_eq!(of_version("45.0").unwrap().value.created, Some(false));
    let fault = of_version("46.0").unwrap_err();
    assert_eq!(
        (fault.kind, fault.maybe_applied),
        (FaultKind::Protocol, true)
    );
}

#[test]
fn several_matches_are_a_conflict_that_names_them() {
    let body = r#"["/services/data/v62.0/sobjects/Account/001A","/services/data/v62.0/sobjects/Account/001B"]"#;
    let (client, ..) = client([Play::json(300, body)]);
    let fault = upsert(&client, &upsert_config(), &json("{}")).unwrap_err();
    assert_eq!((fault.kind, fault.upstream.len()), (FaultKind::Conflict, 2));
    assert!(fault.message.contains("001A, 001B"), "{}", fault.message);
}

#[test]
fn input_that_is_no_object_is_refused_with_its_position_and_nothing_is_sent() {
    for (body, words) in [
        ("{\"a\": tru}", "line 1 column 10"),
        ("[]", "holds no record"),
        ("[{},{}]", "more than one record"),
    ] {
        let (client, script, _) = client([]);
        let config = CreateConfig {
            object: "Account".into(),
            options: None,
        };
        let fault = create(&client, &config, &json(body)).unwrap_err();
        assert!(fault.message.contains(words), "{}", fault.message);
        assert!(script.sent().is_empty());
    }
}

#[test]
fn a_delete_whose_answer_was_lost_is_done_when_the_record_is_gone() {
    let gone = || {
        Play::json(
            404,
            r#"[{"errorCode":"ENTITY_IS_DELETED","message":"entity is deleted"}]"#,
        )
    };
    let (client, ..) = salesforce_client::testing::client([Play::Fail(Failure::Lost), gone()]);
    assert!(
        delete_record(&client, &delete_config())
            .unwrap()
            .value
            .success
    );
    let (client, ..) = salesforce_client::testing::client([gone()]);
    assert_eq!(
        delete_record(&client, &delete_config()).unwrap_err().kind,
        FaultKind::NotFound
    );
}

#[test]
fn one_record_comes_in_any_form() {
    let saved = || {
        Play::json(
            201,
            r#"{"id":"001000000000001AAA","success":true,"errors":[]}"#,
        )
    };
    let config = CreateConfig {
        object: "Account".into(),
        options: None,
    };
    let forms = [
        (
            "application/json",
            r#"[{"attributes":{"type":"Account"},"Name":"A","AnnualRevenue":1.50}]"#,
            false,
        ),
        (
            "application/x-ndjson",
            "{\"Name\":\"A\",\"AnnualRevenue\":1.50}\n",
            false,
        ),
        ("text/csv", "Name;AnnualRevenue\nA;1.50\n", true),
        (
            "application/xml",
            "<Account><Name>A</Name><AnnualRevenue>1.50</AnnualRevenue></Account>",
            true,
        ),
    ];
    for (media_type, body, described) in forms {
        let plays = described
            .then(salesforce_client::testing::account)
            .into_iter()
            .chain([saved()]);
        let (client, script, _) = client(plays);
        create(
            &client,
            &config,
            &salesforce_client::testing::message(media_type, body),
        )
        .unwrap();
        let sent = script.requests().pop().unwrap().body;
        assert_eq!(
            std::str::from_utf8(&sent).unwrap(),
            r#"{"Name":"A","AnnualRevenue":1.50}"#
        );
    }
    let (client, script, _) = client([]);
    let fault = create(
        &client,
        &config,
        &salesforce_client::testing::message(
            "text/xml",
            "<Contact><LastName>X</LastName></Contact>",
        ),
    );
    assert!(fault.unwrap_err().message.contains("record of `Contact`"));
    assert!(script.sent().is_empty());
}
