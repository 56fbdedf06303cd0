//! Change data capture.

use serde_json::{Value as Json, json};

use super::{Bayeux, Client, NOW, org};
use sandbox_core::events::Settings;

#[tokio::test]
async fn a_create_event_has_all_fields_with_a_value() {
    let client = Client::with_org(org()).await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/data/ContactChangeEvent", -1).await;
    let contact = json!({"FirstName": "Ada", "LastName": "Lovelace", "MailingCity": "London", "Email": "a@example.com"});
    let id = client.make("Contact", contact).await;
    let events = bayeux.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["channel"], "/data/ContactChangeEvent");
    assert!(events[0]["data"]["event"]["replayId"].is_i64());
    assert_eq!(events[0]["data"]["schema"].as_str().unwrap().len(), 22);
    let payload = &events[0]["data"]["payload"];
    assert_eq!(
        payload["Name"],
        json!({"FirstName": "Ada", "LastName": "Lovelace"})
    );
    assert_eq!(payload["MailingAddress"], json!({"City": "London"}));
    assert_eq!(payload["Email"], "a@example.com");
    assert_eq!(payload["CreatedDate"], "2026-09-21T14:13:20.000Z");
    for left_out in ["Id", "SystemModstamp", "IsDeleted", "Phone", "MailingCity"] {
        assert_eq!(payload.get(left_out), None, "{left_out}");
    }
    let header = &payload["ChangeEventHeader"];
    assert_eq!(header["entityName"], "Contact");
    assert_eq!(header["recordIds"], json!([id]));
    assert_eq!(header["changeType"], "CREATE");
    assert_eq!(header["changeOrigin"], "com/salesforce/api/rest/62.0");
    assert_eq!(header["sequenceNumber"], 1);
    assert_eq!(header["commitTimestamp"], NOW / 1_000 * 1_000);
    assert_eq!(header["commitUser"], client.org.admin().as_str());
    assert_eq!(header["changedFields"], json!([]));
    assert_eq!(header["transactionKey"].as_str().unwrap().len(), 36);
    for not_in_cometd in ["nulledFields", "diffFields"] {
        assert_eq!(header.get(not_in_cometd), None);
    }
}

#[tokio::test]
async fn an_update_event_has_what_changed_and_what_became_null() {
    let client = Client::with_org(org()).await;
    let contact =
        json!({"FirstName": "Ada", "LastName": "Lovelace", "Phone": "1", "Email": "a@example.com"});
    let id = client.make("Contact", contact).await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/data/ChangeEvents", -1).await;
    client.org.clock().advance(30_000);
    let change = json!({"FirstName": "Augusta", "Phone": null, "Email": "a@example.com"});
    let path = format!("/sobjects/Contact/{id}");
    assert_eq!(client.call("PATCH", &path, Some(change)).await.status, 204);
    let events = bayeux.events().await;
    assert_eq!(events[0]["channel"], "/data/ChangeEvents");
    let payload = &events[0]["data"]["payload"];
    let header = &payload["ChangeEventHeader"];
    assert_eq!(header["changeType"], "UPDATE");
    let mut changed: Vec<_> = header["changedFields"].as_array().unwrap().clone();
    changed.sort_by_key(Json::to_string);
    assert_eq!(
        Json::Array(changed),
        json!(["LastModifiedDate", "Name.FirstName", "Phone"])
    );
    assert_eq!(payload["Name"], json!({"FirstName": "Augusta"}));
    assert!(payload.as_object().unwrap().contains_key("Phone") && payload["Phone"].is_null());
    assert_eq!(payload.get("Email"), None, "unchanged");
    assert_eq!(payload.get("LastModifiedById"), None, "unchanged");
    assert_eq!(payload["LastModifiedDate"], "2026-09-21T14:13:50.000Z");
}

#[tokio::test]
async fn deletes_and_undeletes_yield_events() {
    let client = Client::with_org(org()).await;
    let id = client.make("Account", json!({"Name": "Acme"})).await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/data/AccountChangeEvent", -1).await;
    let path = format!("/sobjects/Account/{id}");
    assert_eq!(client.call("DELETE", &path, None).await.status, 204);
    let (admin, record) = (
        client.org.admin().clone(),
        sandbox_model::id::RecordId::parse(&id).unwrap(),
    );
    client
        .org
        .write(
            &admin,
            sandbox_core::write::WriteOptions::default(),
            |writer| writer.undelete(client.org.schema().object("Account").unwrap(), &record),
        )
        .unwrap();
    let events = bayeux.events().await;
    let kinds: Vec<_> = events
        .iter()
        .map(|it| it["data"]["payload"]["ChangeEventHeader"]["changeType"].clone())
        .collect();
    assert_eq!(kinds, ["DELETE", "UNDELETE"]);
    let deleted = events[0]["data"]["payload"].as_object().unwrap();
    assert_eq!(deleted.len(), 1, "only the header: {deleted:?}");
    assert_eq!(events[1]["data"]["payload"]["Name"], "Acme");
    assert_eq!(
        events[1]["data"]["payload"]["ChangeEventHeader"]["changeOrigin"], "",
        "the org itself wrote"
    );
}

#[tokio::test]
async fn what_is_rolled_back_yields_no_event() {
    let client = Client::with_org(org()).await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/data/ChangeEvents", -1).await;
    let part = |name: &str, record: Json| json!({"method": "POST", "referenceId": name, "url": "/services/data/v62.0/sobjects/Account", "body": record});
    let composite = json!({"allOrNone": true, "compositeRequest": [
        part("a", json!({"Name": "One"})), part("b", json!({"Nonsense": 1}))]});
    client.call("POST", "/composite", Some(composite)).await;
    let collection = json!({"allOrNone": true, "records": [
        {"attributes": {"type": "Account"}, "Name": "Two"}, {"attributes": {"type": "Account"}}]});
    client
        .call("POST", "/composite/sobjects", Some(collection))
        .await;
    assert_eq!(bayeux.events().await, Vec::<Json>::new());
    let collection = json!({"allOrNone": false, "records": [
        {"attributes": {"type": "Account"}, "Name": "Three"}, {"attributes": {"type": "Account"}},
        {"attributes": {"type": "Account"}, "Name": "Four"}]});
    client
        .call("POST", "/composite/sobjects", Some(collection))
        .await;
    let headers = bayeux.headers().await;
    assert_eq!(headers.len(), 2, "the good ones alone");
    assert_eq!(headers[0]["transactionKey"], headers[1]["transactionKey"]);
    assert_eq!(
        [&headers[0]["sequenceNumber"], &headers[1]["sequenceNumber"]],
        [1, 2]
    );
}

#[tokio::test]
async fn the_same_change_of_several_records_yields_one_event() {
    let client = Client::with_org(org()).await;
    let mut records = Vec::new();
    for name in ["One", "Two", "Three"] {
        let id = client.make("Account", json!({"Name": name})).await;
        records.push(json!({"attributes": {"type": "Account"}, "id": id, "Industry": "Apparel"}));
    }
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/data/AccountChangeEvent", -1).await;
    let body = json!({"records": records});
    client
        .call("PATCH", "/composite/sobjects", Some(body))
        .await;
    let headers = bayeux.headers().await;
    assert_eq!(headers.len(), 1);
    let ids: Vec<_> = records.iter().map(|record| record["id"].clone()).collect();
    assert_eq!(headers[0]["recordIds"], Json::Array(ids));
}

#[tokio::test]
async fn only_selected_objects_are_captured() {
    let settings = Settings {
        timeout_ms: super::TIMEOUT_MS,
        entities: Some(vec!["Contact".into()]),
        ..Settings::default()
    };
    let client = Client::with_org(org().events(settings)).await;
    let bayeux = Bayeux::new(&client).await;
    let reply = bayeux.subscribe("/data/AccountChangeEvent", -1).await;
    assert_eq!(
        reply["error"],
        "403:denied_by_security_policy:create_denied"
    );
    bayeux.follow("/data/ChangeEvents", -1).await;
    client.make("Account", json!({"Name": "Acme"})).await;
    client.make("Contact", json!({"LastName": "Doe"})).await;
    let headers = bayeux.headers().await;
    assert_eq!(headers.len(), 1);
    assert_eq!(headers[0]["entityName"], "Contact");
}

#[tokio::test]
async fn gaps_and_overflows_come_on_demand() {
    let client = Client::with_org(org()).await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/data/Shipment__ChangeEvent", -1).await;
    for gap in [
        json!({"object": "Shipment__c", "changeType": "GAP_UPDATE", "recordIds": ["a00Sb0000000001AAA"]}),
        json!({"object": "Shipment__c", "changeType": "GAP_OVERFLOW"}),
    ] {
        let response = client
            .call("POST", "/__sandbox/events/gap", Some(gap))
            .await;
        assert_eq!(response.status, 204, "{}", response.text());
    }
    let headers = bayeux.headers().await;
    assert_eq!(headers[0]["changeType"], "GAP_UPDATE");
    assert_eq!(headers[0]["recordIds"], json!(["a00Sb0000000001AAA"]));
    assert_eq!(headers[1]["changeType"], "GAP_OVERFLOW");
    assert_eq!(headers[1]["recordIds"], json!(["000000000000000AAA"]));
}
