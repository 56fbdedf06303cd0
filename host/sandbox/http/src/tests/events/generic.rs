//! Generic streaming.

use serde_json::{Value as Json, json};

use super::{Bayeux, Client, org};
use sandbox_core::events::Settings;
use sandbox_model::id::RecordId;

async fn push(client: &Client, channel: &str, events: Json) -> Json {
    let path = format!("/sobjects/StreamingChannel/{channel}/push");
    let response = client
        .call("POST", &path, Some(json!({"pushEvents": events})))
        .await;
    assert_eq!(response.status, 200, "{}", response.text());
    response.json()
}

#[tokio::test]
async fn pushed_events_reach_the_subscribers() {
    let client = Client::with_org(org()).await;
    let id = client
        .make("StreamingChannel", json!({"Name": "/u/notes"}))
        .await;
    let silent = push(
        &client,
        &id,
        json!([{"payload": "nobody hears", "userIds": []}]),
    )
    .await;
    assert_eq!(silent, json!([{"fanoutCount": 0, "userOnlineStatus": {}}]));
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/u/notes", -1).await;
    let admin = client.org.admin().as_str().to_owned();
    let absent = RecordId::new("005", 99);
    let absent = absent.as_str();
    let results = push(
        &client,
        &id,
        json!([{"payload": "to all"}, {"payload": "to you", "userIds": [&admin[..15]]}, {"payload": "to him", "userIds": [absent]}]),
    )
    .await;
    assert_eq!(
        results,
        json!([
            {"fanoutCount": -1, "userOnlineStatus": {}},
            {"fanoutCount": 1, "userOnlineStatus": {(admin.as_str()): true}},
            {"fanoutCount": 0, "userOnlineStatus": {absent: false}},
        ])
    );
    let events = bayeux.events().await;
    let payloads: Vec<_> = events
        .iter()
        .map(|it| it["data"]["payload"].clone())
        .collect();
    assert_eq!(payloads, ["to all", "to you"]);
    assert_eq!(events[0]["channel"], "/u/notes");
    assert_eq!(events[1]["channel"], "/u/notes");
    assert_eq!(
        events[0]["data"]["event"]["createdDate"],
        "2026-09-21T14:13:20.000Z"
    );
    let after = events[0]["data"]["event"]["replayId"].as_i64().unwrap();
    bayeux.follow("/u/notes", after).await;
    assert_eq!(bayeux.events().await, events[1..]);
    let path = format!("/sobjects/StreamingChannel/{id}/push");
    let subscribers = client.get(&path).await.json();
    assert_eq!(
        subscribers,
        json!({"ChannelName": "/u/notes", "OnlineUserIds": [admin]})
    );
}

#[tokio::test]
async fn channels_that_are_not_there_are_unknown() {
    let client = Client::with_org(org()).await;
    client
        .make("StreamingChannel", json!({"Name": "/u/notes"}))
        .await;
    let bayeux = Bayeux::new(&client).await;
    for (channel, error) in [
        ("/u/other", "404::Unknown channel"),
        ("/u/Notes", "404::channel names may not vary only by case"),
        ("/nope", "403:denied_by_security_policy:create_denied"),
    ] {
        assert_eq!(bayeux.subscribe(channel, -1).await["error"], error);
    }
}

#[tokio::test]
async fn subscribing_makes_channels_where_the_org_lets_it() {
    let settings = Settings {
        dynamic_channels: true,
        timeout_ms: super::TIMEOUT_MS,
        ..Settings::default()
    };
    let client = Client::with_org(org().events(settings)).await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/u/made/up", -1).await;
    let found = client
        .get("/query?q=SELECT+Id,Name,IsDynamic+FROM+StreamingChannel")
        .await
        .json();
    assert_eq!(found["records"][0]["Name"], "/u/made/up");
    assert_eq!(found["records"][0]["IsDynamic"], true);
    let id = found["records"][0]["Id"].as_str().unwrap();
    push(&client, id, json!([{"payload": "hello"}])).await;
    assert_eq!(bayeux.events().await[0]["data"]["payload"], "hello");
}

#[tokio::test]
async fn invalid_pushes_are_rejected() {
    let client = Client::with_org(org()).await;
    let id = client
        .make("StreamingChannel", json!({"Name": "/u/notes"}))
        .await;
    let path = format!("/sobjects/StreamingChannel/{id}/push");
    let unknown = RecordId::new("0M6", 99);
    let unknown = format!("/sobjects/StreamingChannel/{unknown}/push");
    for (path, body, rejection) in [
        (
            path.as_str(),
            json!({"pushEvents": [{"payload": "x".repeat(3_001)}]}),
            (400, "STRING_TOO_LONG"),
        ),
        (&path, json!({"events": []}), (400, "JSON_PARSER_ERROR")),
        (&unknown, json!({"pushEvents": []}), (404, "NOT_FOUND")),
    ] {
        let response = client.call("POST", path, Some(body)).await;
        assert_eq!(response.rejection(), (rejection.0, rejection.1.to_owned()));
    }
    let wrong = client
        .call(
            "POST",
            "/sobjects/StreamingChannel",
            Some(json!({"Name": "notes"})),
        )
        .await;
    assert_eq!(wrong.rejection(), (400, "INVALID_FIELD".to_owned()));
}
