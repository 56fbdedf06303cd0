//! Platform events and their schemas.

use serde_json::{Value as Json, json};

use super::{Bayeux, Client, org};

#[tokio::test]
async fn a_published_event_is_queued_and_delivered() {
    let client = Client::with_org(org()).await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/event/Order_Event__e", -1).await;
    let event = json!({"Order_Number__c": "7", "Amount__c": 12.5, "Has_Shipped__c": true});
    let response = client
        .call("POST", "/sobjects/Order_Event__e", Some(event))
        .await;
    assert_eq!(response.status, 201, "{}", response.text());
    let saved = response.json();
    assert!(saved["id"].as_str().unwrap().starts_with("e01"));
    assert_eq!(saved["errors"][0]["statusCode"], "OPERATION_ENQUEUED");
    let events = bayeux.events().await;
    let data = &events[0]["data"];
    assert_eq!(events[0]["channel"], "/event/Order_Event__e");
    assert_eq!(data["event"]["EventUuid"], saved["errors"][0]["message"]);
    assert_eq!(data["payload"]["Order_Number__c"], "7");
    assert_eq!(data["payload"]["Amount__c"], 12.5);
    assert_eq!(data["payload"]["Has_Shipped__c"], true);
    assert!(data["payload"]["Notes__c"].is_null());
    assert_eq!(data["payload"]["CreatedDate"], "2026-09-21T14:13:20.000Z");
    let path = format!(
        "/event/eventSchema/{}?payloadFormat=COMPACT",
        data["schema"].as_str().unwrap()
    );
    let schema = client.get(&path).await.json();
    assert_eq!(
        (&schema["name"], &schema["type"], &schema["uuid"]),
        (&json!("Order_Event__e"), &json!("record"), &data["schema"])
    );
}

#[tokio::test]
async fn many_events_are_published_in_one_call() {
    let client = Client::with_org(org()).await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/event/Order_Event__e", -1).await;
    let record =
        |number: &str| json!({"attributes": {"type": "Order_Event__e"}, "Order_Number__c": number});
    let body =
        json!({"records": [record("1"), {"attributes": {"type": "Order_Event__e"}}, record("2")]});
    let response = client.call("POST", "/composite/sobjects", Some(body)).await;
    let success: Vec<_> = response
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["success"].clone())
        .collect();
    assert_eq!(success, [true, false, true]);
    let events = bayeux.events().await;
    let numbers: Vec<_> = events
        .iter()
        .map(|it| it["data"]["payload"]["Order_Number__c"].clone())
        .collect();
    assert_eq!(numbers, ["1", "2"]);
}

#[tokio::test]
async fn events_can_be_described_but_not_queried_or_changed() {
    let client = Client::with_org(org()).await;
    let described = client.get("/sobjects/Order_Event__e/describe").await.json();
    assert_eq!(described["queryable"], false);
    assert_eq!(described["createable"], true);
    let names: Vec<_> = described["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        names[..4],
        ["ReplayId", "CreatedDate", "CreatedById", "EventUuid"]
    );
    let query = client.get("/query?q=SELECT+Id+FROM+Order_Event__e").await;
    assert_eq!(
        query.rejection(),
        (400, "INVALID_TYPE_FOR_OPERATION".into())
    );
    let bad = json!({"Order_Number__c": "7", "Nope__c": 1});
    let response = client
        .call("POST", "/sobjects/Order_Event__e", Some(bad))
        .await;
    assert_eq!(response.rejection(), (400, "INVALID_FIELD".into()));
}

#[tokio::test]
async fn schemas_come_in_two_forms() {
    let client = Client::with_org(org()).await;
    let get = async |path: &str| client.get(path).await;
    let expanded = get("/sobjects/Order_Event__e/eventSchema").await.json();
    assert_eq!(expanded["type"], "expanded-record");
    let fields = &expanded["fields"][0]["type"]["fields"][1]["type"]["fields"];
    assert_eq!(fields[0]["name"], "CreatedDate");
    let compact = get("/sobjects/ContactChangeEvent/eventSchema?payloadFormat=COMPACT")
        .await
        .json();
    let names: Vec<Json> = compact["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["name"].clone())
        .collect();
    assert_eq!(names[0], "ChangeEventHeader");
    assert!(names.contains(&json!("MailingAddress")) && !names.contains(&json!("MailingCity")));
    let bad = get("/sobjects/Order_Event__e/eventSchema?payloadFormat=TINY").await;
    assert_eq!(bad.status, 400);
    assert_eq!(get("/sobjects/Account/eventSchema").await.status, 404);
    assert_eq!(get("/event/eventSchema/unknown").await.status, 404);
}
