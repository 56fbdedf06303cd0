//! Single records through the component: what they become, and that a lost answer never doubles one.

use std::sync::Arc;

use mediate::contract::{FaultKind, Message};
use mediate::session::{Session, SessionError};
use mediate_tests::org::{Way, fault, open};
use sandbox::Org;
use sandbox::faults::Fault as Disturbance;
use serde_json::{Value, json};

fn org() -> Arc<Org> {
    Arc::new(Org::builder().without_data().build().expect("an org"))
}

async fn call(
    session: &Session,
    operation: &str,
    config: Value,
    input: Option<Value>,
) -> Result<Value, SessionError> {
    let input = input.map(|fields| Message::new("application/json", fields.to_string()));
    let reply = session.call(operation, &config, input).await?;
    Ok(serde_json::from_slice(&reply.body).unwrap_or_default())
}

async fn count(session: &Session) -> u64 {
    let reply = call(
        session,
        "query/query",
        json!({"soql": "SELECT COUNT() FROM Account"}),
        None,
    )
    .await
    .expect("a count");
    reply["totalSize"].as_u64().expect("a number")
}

fn upsert(key: &str) -> Value {
    json!({"object": "Account", "external-id-field": "External_Id__c", "external-id": key})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_lives_and_dies() {
    for way in [Way::InProcess, Way::OnAPort] {
        let session = open(&org(), way, &json!({})).await;
        let fields = json!({"Name": "Zoë & \"Söhne\" 🚢", "AnnualRevenue": 1234567.0, "Description": "two\nlines"});
        let created = call(
            &session,
            "records/create",
            json!({"object": "Account"}),
            Some(fields.clone()),
        )
        .await
        .expect("created");
        let id = created["id"].as_str().expect("an id").to_owned();
        assert_eq!(
            (id.len(), &created["created"], &created["success"]),
            (18, &json!(true), &json!(true))
        );
        let back = call(&session, "records/retrieve", json!({"object": "Account", "id": id, "fields": ["Name", "AnnualRevenue", "Description"]}), None).await.expect("read");
        for (name, value) in fields.as_object().expect("fields") {
            assert_eq!(&back[name], value, "{name}");
        }
        let changed = call(
            &session,
            "records/update",
            json!({"object": "Account", "id": id}),
            Some(json!({"Description": null})),
        )
        .await
        .expect("changed");
        assert_eq!(
            (&changed["id"], &changed["created"]),
            (&json!(id), &json!(false))
        );
        call(
            &session,
            "records/delete-record",
            json!({"object": "Account", "id": id}),
            None,
        )
        .await
        .expect("deleted");
        let gone = call(
            &session,
            "records/retrieve",
            json!({"object": "Account", "id": id}),
            None,
        )
        .await
        .expect_err("gone");
        assert_eq!(fault(&gone).kind, FaultKind::NotFound);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_external_id_stays_one_value() {
    let session = open(&org(), Way::OnAPort, &json!({})).await;
    for key in [
        "plain",
        "a/b",
        "a?b=c#d",
        "50%",
        "two words",
        "Zoë+1",
        "..a",
        "it's",
    ] {
        let created = call(
            &session,
            "records/upsert",
            upsert(key),
            Some(json!({"Name": key})),
        )
        .await
        .unwrap_or_else(|error| panic!("{key}: {error}"));
        assert_eq!(created["created"], true, "{key}");
        let again = call(
            &session,
            "records/upsert",
            upsert(key),
            Some(json!({"Name": key})),
        )
        .await
        .expect("again");
        assert_eq!(again["created"], false, "{key}");
        let back = call(
            &session,
            "records/retrieve-by-external-id",
            upsert(key),
            None,
        )
        .await
        .expect("read");
        assert_eq!(back["External_Id__c"], key);
        let found = json!({"soql": "SELECT Name FROM Account WHERE External_Id__c = :key", "bind": {"key": key}});
        assert_eq!(
            call(&session, "query/query", found, None)
                .await
                .expect("found")["totalSize"],
            1,
            "{key}"
        );
        call(&session, "records/delete-by-external-id", upsert(key), None)
            .await
            .expect("deleted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_whose_answer_is_lost_is_not_sent_again() {
    for way in [Way::InProcess, Way::OnAPort] {
        let org = org();
        let session = open(&org, way, &json!({})).await;
        org.faults()
            .inject("/services/data/*/sobjects/Account", Disturbance::LostAnswer);
        let error = call(
            &session,
            "records/create",
            json!({"object": "Account"}),
            Some(json!({"Name": "Once"})),
        )
        .await
        .expect_err("lost");
        let fault = fault(&error);
        assert!(fault.maybe_applied && fault.attempts == 1, "{fault:?}");
        assert_eq!(count(&session).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upsert_or_a_delete_whose_answer_is_lost_is_sent_again_and_doubles_nothing() {
    for way in [Way::InProcess, Way::OnAPort] {
        let org = org();
        let session = open(&org, way, &json!({})).await;
        org.faults().inject(
            "/services/data/*/sobjects/Account/*",
            Disturbance::LostAnswer,
        );
        call(
            &session,
            "records/upsert",
            upsert("A1"),
            Some(json!({"Name": "Once"})),
        )
        .await
        .expect("saved");
        assert_eq!(count(&session).await, 1);
        org.faults().inject(
            "/services/data/*/sobjects/Account/*",
            Disturbance::LostAnswer,
        );
        call(
            &session,
            "records/delete-by-external-id",
            upsert("A1"),
            None,
        )
        .await
        .expect("deleted");
        assert_eq!(count(&session).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_keep_salesforce_words() {
    let session = open(&org(), Way::InProcess, &json!({})).await;
    let cases = [
        (
            "records/create",
            json!({"object": "Contact"}),
            Some(json!({"FirstName": "x"})),
            FaultKind::Invalid,
            "REQUIRED_FIELD_MISSING",
        ),
        (
            "records/create",
            json!({"object": "Account"}),
            Some(json!({"Nmae": "x"})),
            FaultKind::Invalid,
            "INVALID_FIELD",
        ),
        (
            "records/create",
            json!({"object": "Acount"}),
            Some(json!({"Name": "x"})),
            FaultKind::NotFound,
            "NOT_FOUND",
        ),
        (
            "records/retrieve",
            json!({"object": "Account", "id": "001000000000000AAA"}),
            None,
            FaultKind::NotFound,
            "NOT_FOUND",
        ),
        (
            "query/query",
            json!({"soql": "SELECT Id FORM Account"}),
            None,
            FaultKind::Invalid,
            "MALFORMED_QUERY",
        ),
        (
            "query/query",
            json!({"soql": "SELECT Nope FROM Account"}),
            None,
            FaultKind::Invalid,
            "INVALID_FIELD",
        ),
    ];
    for (operation, config, input, kind, code) in cases {
        let error = call(&session, operation, config.clone(), input)
            .await
            .expect_err("refused");
        let fault = fault(&error);
        assert_eq!(
            (
                fault.kind,
                fault.upstream.first().map(|first| first.code.as_str())
            ),
            (kind, Some(code)),
            "{operation} {config}: {}",
            fault.message
        );
    }
}
