//! PushTopics.

use serde_json::{Value as Json, json};

use super::{Bayeux, Client, org};

fn topic(name: &str, query: &str, more: Json) -> Json {
    let mut topic = json!({"Name": name, "Query": query, "ApiVersion": 62.0});
    topic
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    topic
}

/// What an event says happened, and to which record.
fn kinds_and_ids(events: &[Json]) -> Vec<(&str, &str)> {
    let kinds_and_ids = events.iter().map(|it| {
        (
            it["data"]["event"]["type"].as_str(),
            it["data"]["sobject"]["Id"].as_str(),
        )
    });
    kinds_and_ids
        .map(|(kind, id)| (kind.unwrap(), id.unwrap()))
        .collect()
}

async fn make_topic(client: &Client, name: &str, soql: &str, more: Json) -> String {
    client.make("PushTopic", topic(name, soql, more)).await
}

#[tokio::test]
async fn a_topic_delivers_changes_of_records_that_match_its_query() {
    let client = Client::with_org(org()).await;
    let soql =
        "SELECT Id, Name, BillingAddress, CloseDate__c FROM Account WHERE Industry = 'Energy'";
    let soql = soql.replace(", CloseDate__c", "");
    make_topic(&client, "Energy", &soql, json!({})).await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/topic/Energy", -1).await;
    client
        .make("Account", json!({"Name": "Dull", "Industry": "Apparel"}))
        .await;
    let id = client
        .make(
            "Account",
            json!({"Name": "Acme", "Industry": "Energy", "BillingCity": "Paris", "Phone": "1"}),
        )
        .await;
    let events = bayeux.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["channel"], "/topic/Energy");
    let data = &events[0]["data"];
    assert_eq!(data["event"]["type"], "created");
    assert_eq!(data["event"]["createdDate"], "2026-09-21T14:13:20.000Z");
    assert!(data["event"]["replayId"].is_i64());
    assert_eq!(data["sobject"]["Name"], "Acme");
    assert_eq!(data["sobject"]["Id"], json!(id));
    assert_eq!(data["sobject"]["BillingAddress"]["city"], "Paris");
    assert_eq!(data["sobject"].as_object().unwrap().len(), 3);
    assert_eq!(data.as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn updates_count_where_they_touch_the_fields_that_count() {
    let client = Client::with_org(org()).await;
    let soql = "SELECT Id, Phone FROM Account WHERE Industry = 'Energy'";
    let kinds = ["All", "Referenced", "Select", "Where"];
    for kind in kinds {
        let more = json!({"NotifyForFields": kind, "NotifyForOperationCreate": false});
        make_topic(&client, kind, soql, more).await;
    }
    let id = client
        .make("Account", json!({"Name": "Acme", "Industry": "Energy"}))
        .await;
    let bayeux = Bayeux::new(&client).await;
    for kind in kinds {
        bayeux.follow(&format!("/topic/{kind}"), -1).await;
    }
    let path = format!("/sobjects/Account/{id}");
    for (change, delivered) in [
        (json!({"Fax": "1"}), vec!["/topic/All"]),
        (
            json!({"Phone": "1"}),
            vec!["/topic/All", "/topic/Referenced", "/topic/Select"],
        ),
        (json!({"Industry": "Apparel"}), vec![]),
        (
            json!({"Industry": "Energy"}),
            vec!["/topic/All", "/topic/Referenced", "/topic/Where"],
        ),
        (json!({"Phone": "1"}), vec![]),
    ] {
        assert_eq!(
            client
                .call("PATCH", &path, Some(change.clone()))
                .await
                .status,
            204
        );
        let events = bayeux.events().await;
        let mut channels: Vec<_> = events
            .iter()
            .map(|it| it["channel"].as_str().unwrap())
            .collect();
        channels.sort_unstable();
        assert_eq!(channels, delivered, "{change}");
        assert!(
            kinds_and_ids(&events)
                .iter()
                .all(|it| *it == ("updated", id.as_str()))
        );
    }
}

#[tokio::test]
async fn deletes_and_undeletes_yield_events_where_selected() {
    let client = Client::with_org(org()).await;
    let soql = "SELECT Id, Name FROM Account WHERE Name LIKE 'Ac%'";
    make_topic(&client, "Every", soql, json!({})).await;
    let fewer = json!({"NotifyForOperationDelete": false});
    make_topic(&client, "Fewer", soql, fewer).await;
    let id = client.make("Account", json!({"Name": "Acme"})).await;
    let other = client.make("Account", json!({"Name": "Other"})).await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/topic/Every", -1).await;
    bayeux.follow("/topic/Fewer", -1).await;
    for id in [&id, &other] {
        let path = format!("/sobjects/Account/{id}");
        assert_eq!(client.call("DELETE", &path, None).await.status, 204);
    }
    let events = bayeux.events().await;
    assert_eq!(kinds_and_ids(&events), [("deleted", id.as_str())]);
    assert_eq!(events[0]["data"]["sobject"], json!({"Id": id}));
    assert_eq!(events[0]["channel"], "/topic/Every");
    let record = sandbox_model::id::RecordId::parse(&id).unwrap();
    let account = client.org.schema().object("Account").unwrap();
    let options = sandbox_core::write::WriteOptions::default();
    let admin = client.org.admin().clone();
    client
        .org
        .write(&admin, options, |writer| writer.undelete(account, &record))
        .unwrap();
    let events = bayeux.events().await;
    assert_eq!(kinds_and_ids(&events), [("undeleted", id.as_str()); 2]);
    assert_eq!(events[0]["data"]["sobject"]["Name"], "Acme");
}

#[tokio::test]
async fn topics_take_effect_when_they_are_saved_and_end_when_they_are_switched_off() {
    let client = Client::with_org(org()).await;
    let soql = "SELECT Id, Name FROM Account";
    let id = make_topic(&client, "Mine", soql, json!({})).await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/topic/Mine", -1).await;
    let path = format!("/sobjects/PushTopic/{id}");
    let changes = [
        (json!({}), 1),
        (
            json!({"Query": "SELECT Id, Name FROM Account WHERE Name = 'Two'"}),
            0,
        ),
        (json!({"Query": soql}), 1),
        (json!({"IsActive": false}), 0),
    ];
    for (change, delivered) in changes {
        assert_eq!(
            client
                .call("PATCH", &path, Some(change.clone()))
                .await
                .status,
            204
        );
        client.make("Account", json!({"Name": "One"})).await;
        assert_eq!(bayeux.events().await.len(), delivered, "{change}");
    }
    let record = client.get(&path).await.json();
    assert_eq!(record["NotifyForOperations"], "All");
    assert_eq!(record["NotifyForFields"], "Referenced");
    assert_eq!(record["ApiVersion"], 62.0);
    assert_eq!(client.call("DELETE", &path, None).await.status, 204);
    let reply = Bayeux::new(&client)
        .await
        .subscribe("/topic/Mine", -1)
        .await;
    let message = "400::The channel you requested to subscribe to does not exist {/topic/Mine}";
    assert_eq!(reply["error"], message);
}

#[tokio::test]
async fn invalid_topics_are_rejected() {
    let client = Client::with_org(org()).await;
    let soql = "SELECT Id, Name FROM Account";
    make_topic(&client, "Taken", soql, json!({})).await;
    for (topic, code) in [
        (
            topic("x", "SELECT Name FROM Account", json!({})),
            "INVALID_FIELD",
        ),
        (
            topic("x", "SELECT Id, Name FROM Account LIMIT 1", json!({})),
            "INVALID_FIELD",
        ),
        (
            topic("x", "SELECT Id FROM Account", json!({})),
            "INVALID_FIELD",
        ),
        (
            topic("x", soql, json!({"NotifyForFields": "Where"})),
            "INVALID_FIELD",
        ),
        (
            topic("x", soql, json!({"ApiVersion": 20.0})),
            "INVALID_FIELD",
        ),
        (
            topic("x", soql, json!({"ApiVersion": null})),
            "REQUIRED_FIELD_MISSING",
        ),
        (
            topic("x", soql, json!({"NotifyForFields": "Some"})),
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        ),
        (topic(&"x".repeat(26), soql, json!({})), "STRING_TOO_LONG"),
        (topic("Taken", soql, json!({})), "DUPLICATE_VALUE"),
    ] {
        let response = client
            .call("POST", "/sobjects/PushTopic", Some(topic.clone()))
            .await;
        assert_eq!(response.rejection(), (400, code.to_owned()), "{topic}");
    }
}

#[tokio::test]
async fn a_filtered_subscription_gets_what_meets_any_condition() {
    let client = Client::with_org(org()).await;
    let soql = "SELECT Id, Industry, BillingCity FROM Account";
    make_topic(&client, "Mine", soql, json!({})).await;
    let bayeux = Bayeux::new(&client).await;
    let channel = "/topic/Mine?Industry='Energy'&BillingCity='Paris'";
    bayeux.follow(channel, -1).await;
    for (industry, city) in [
        ("Energy", "Rome"),
        ("Apparel", "Paris"),
        ("Apparel", "Rome"),
    ] {
        client
            .make(
                "Account",
                json!({"Name": "A", "Industry": industry, "BillingCity": city}),
            )
            .await;
    }
    let events = bayeux.events().await;
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|event| event["channel"] == channel));
    let reply = bayeux.subscribe("/topic/Mine?Phone='1'", -1).await;
    assert_eq!(
        reply["error"],
        "400::Query fields {Phone} do not exist on the topic entity"
    );
}

#[tokio::test]
async fn topics_can_be_replayed_for_a_day() {
    let client = Client::with_org(org()).await;
    make_topic(&client, "Mine", "SELECT Id, Name FROM Account", json!({})).await;
    for name in ["One", "Two", "Three"] {
        client.make("Account", json!({"Name": name})).await;
    }
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/topic/Mine", -2).await;
    let all = bayeux.events().await;
    assert_eq!(all.len(), 3);
    let first = all[0]["data"]["event"]["replayId"].as_i64().unwrap();
    bayeux.follow("/topic/Mine", first).await;
    assert_eq!(bayeux.events().await, all[1..]);
    client.org.clock().advance(24 * 60 * 60 * 1_000);
    let mut client = client;
    client.log_in().await;
    let bayeux = Bayeux::new(&client).await;
    let reply = bayeux.subscribe("/topic/Mine", first).await;
    let message = format!(
        "400::The replayId {{{first}}} you provided was invalid.  Please provide a valid ID, -2 to replay all events, \
         or -1 to replay only new events."
    );
    assert_eq!(reply["error"], message.as_str());
    bayeux.follow("/topic/Mine", -2).await;
    assert_eq!(bayeux.events().await, Vec::<Json>::new());
    bayeux.follow("/data/AccountChangeEvent", -2).await;
    assert_eq!(
        bayeux.headers().await.len(),
        3,
        "change events are kept longer"
    );
}

#[tokio::test]
async fn topics_between_change_events_leave_these_as_they_are() {
    let client = Client::with_org(org()).await;
    make_topic(
        &client,
        "Mine",
        "SELECT Id, Industry FROM Account",
        json!({}),
    )
    .await;
    let mut records = Vec::new();
    for name in ["One", "Two"] {
        let id = client.make("Account", json!({"Name": name})).await;
        records.push(json!({"attributes": {"type": "Account"}, "id": id, "Industry": "Apparel"}));
    }
    records.push(json!({"attributes": {"type": "Account"}, "id": records[0]["id"], "Phone": "1"}));
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/data/AccountChangeEvent", -1).await;
    client
        .call(
            "PATCH",
            "/composite/sobjects",
            Some(json!({"records": records[..2]})),
        )
        .await;
    let headers = bayeux.headers().await;
    assert_eq!(headers.len(), 1, "the same change of two records");
    assert_eq!(headers[0]["sequenceNumber"], 1);
}
