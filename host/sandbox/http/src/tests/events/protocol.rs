//! Bayeux: handshakes, replay, time-outs, errors, faults.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value as Json, json};

use super::{Bayeux, Client, org};

const CHANNEL: &str = "/event/Order_Event__e";

async fn publish(client: &Client, number: usize) {
    let event = json!({"Order_Number__c": number.to_string()});
    client.make("Order_Event__e", event).await;
}

fn replay_ids(events: &[Json]) -> Vec<i64> {
    events
        .iter()
        .map(|it| it["data"]["event"]["replayId"].as_i64().unwrap())
        .collect()
}

/// A client whose connects wait for a minute.
async fn patient_client() -> Client {
    let client = Client::with_org(org()).await;
    let mut settings = client.org.events().settings();
    settings.timeout_ms = 60_000;
    client.org.events().configure(settings);
    client
}

#[tokio::test]
async fn events_are_replayed_from_all_none_or_a_replay_id() {
    let client = Client::with_org(org()).await;
    for number in 0..5 {
        publish(&client, number).await;
    }
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow(CHANNEL, -2).await;
    let all = replay_ids(&bayeux.events().await);
    assert_eq!(all.len(), 5);
    assert!(all.is_sorted_by(|a, b| a < b));
    bayeux.follow(CHANNEL, all[2]).await;
    assert_eq!(replay_ids(&bayeux.events().await), all[3..]);
    bayeux.follow(CHANNEL, -1).await;
    assert_eq!(bayeux.events().await, Vec::<Json>::new());
    let reply = bayeux.subscribe(CHANNEL, 82).await;
    assert_eq!(
        reply["error"],
        "400::The replayId {82} you provided was invalid.  Please provide a valid ID, -2 to replay all events, or -1 \
         to replay only new events."
    );
    assert_eq!(reply["successful"], false);
    assert_eq!(reply["subscription"], CHANNEL);
}

#[tokio::test]
async fn events_are_gone_after_their_retention() {
    let client = Client::with_org(org()).await;
    publish(&client, 1).await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow(CHANNEL, -2).await;
    let first = replay_ids(&bayeux.events().await)[0];
    client.org.clock().advance(72 * 3_600_000);
    let client = Client {
        token: String::new(),
        ..client
    };
    let mut client = client;
    client.log_in().await;
    publish(&client, 2).await;
    let bayeux = Bayeux::new(&client).await;
    let rejected = bayeux.subscribe(CHANNEL, first).await;
    assert_eq!(rejected["successful"], false);
    bayeux.follow(CHANNEL, -2).await;
    let left = bayeux.events().await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["data"]["payload"]["Order_Number__c"], "2");
    assert!(replay_ids(&left)[0] > first, "ids go on");
}

#[tokio::test]
async fn a_waiting_connect_returns_as_soon_as_there_is_an_event() {
    let client = patient_client().await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow(CHANNEL, -1).await;
    let started = std::time::Instant::now();
    let (events, ()) = tokio::join!(bayeux.events(), async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        publish(&client, 1).await;
    });
    assert_eq!(events.len(), 1);
    assert!(started.elapsed().as_secs() < 20);
}

#[tokio::test]
async fn a_newer_connect_ends_the_older_one() {
    let client = patient_client().await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow(CHANNEL, -1).await;
    let older = bayeux.connect();
    let newer = async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let (events, ()) = tokio::join!(bayeux.events(), async {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            publish(&client, 1).await;
        });
        events
    };
    let (older, newer) = tokio::join!(older, newer);
    assert_eq!(older.len(), 1, "no events: {older:?}");
    assert_eq!(newer.len(), 1);
}

#[tokio::test]
async fn clients_without_a_session_are_denied() {
    let client = Client::with_org(org()).await;
    let handshake = json!([{"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["long-polling"]}]);
    let reply = &client.bayeux(&handshake, "made up", "").await.json()[0];
    assert_eq!(reply["error"], "403::Handshake denied");
    assert_eq!(reply["advice"]["reconnect"], "none");
    assert_eq!(
        reply["ext"]["sfdc"]["failureReason"],
        "401::Authentication invalid"
    );
    let bayeux = Bayeux::new(&client).await;
    client.org.sessions().expire_all();
    let reply = &bayeux.connect().await[0];
    assert_eq!(reply["error"], "401::Authentication invalid");
    assert_eq!(reply["advice"]["reconnect"], "none");
    assert_eq!(reply["successful"], false);
}

#[tokio::test]
async fn unknown_clients_need_a_handshake() {
    let client = Client::with_org(org()).await;
    let bayeux = Bayeux::new(&client).await;
    let unknown = |reply: &Json| {
        assert_eq!(reply["error"], "403::Unknown client");
        assert_eq!(
            reply["advice"],
            json!({"interval": 0, "reconnect": "handshake"})
        );
        assert_eq!(reply["channel"], "/meta/connect");
    };
    client.org.clock().advance(40_001);
    unknown(&bayeux.connect().await[0]);
    let bayeux = Bayeux::new(&client).await;
    let response = client.call("POST", "/__sandbox/events/restart", None).await;
    assert_eq!(response.status, 204);
    unknown(&bayeux.connect().await[0]);
    let bayeux = Bayeux::new(&client).await;
    let gone = bayeux.send(json!({"channel": "/meta/disconnect"})).await;
    assert_eq!(gone[0]["successful"], true);
    unknown(&bayeux.connect().await[0]);
    assert!(client.org.events().clients().is_empty());
}

#[tokio::test]
async fn clients_without_their_cookie_are_rejected() {
    let client = Client::with_org(org()).await;
    let mut bayeux = Bayeux::new(&client).await;
    bayeux.cookie = String::new();
    let reply = &bayeux.connect().await[0];
    let error = reply["error"].as_str().unwrap();
    assert!(
        error.ends_with("has established a session, but no BAYEUX_BROWSER cookie present"),
        "{error}"
    );
}

#[tokio::test]
async fn channels_that_do_not_exist_are_rejected() {
    let client = Client::with_org(org()).await;
    let bayeux = Bayeux::new(&client).await;
    for (channel, error) in [
        (
            "/topic/Nope",
            "400::The channel you requested to subscribe to does not exist {/topic/Nope}",
        ),
        (
            "/event/Nope__e",
            "403:denied_by_security_policy:create_denied",
        ),
        (
            "/event/order_event__e",
            "403:denied_by_security_policy:create_denied",
        ),
        (
            "/data/NopeChangeEvent",
            "403:denied_by_security_policy:create_denied",
        ),
        ("/**", "403:denied_by_security_policy:create_denied"),
        (
            "data/ChangeEvents",
            "400::Channel subscriptions must start with a leading '/'",
        ),
        ("", "400::Channel name not specified"),
    ] {
        let reply = bayeux.subscribe(channel, -1).await;
        assert_eq!(reply["error"], error, "{channel}");
        assert_eq!(reply["successful"], false);
    }
    let reply = bayeux.send(json!({"channel": CHANNEL, "data": {}})).await;
    assert_eq!(reply[0]["successful"], false);
}

#[tokio::test]
async fn unsubscribed_channels_are_silent() {
    let client = Client::with_org(org()).await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow(CHANNEL, -1).await;
    bayeux.follow("/data/ChangeEvents", -1).await;
    let left = json!({"channel": "/meta/unsubscribe", "subscription": CHANNEL});
    assert_eq!(bayeux.send(left).await[0]["successful"], true);
    publish(&client, 1).await;
    client.make("Account", json!({"Name": "Acme"})).await;
    let events = bayeux.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["channel"], "/data/ChangeEvents");
}

#[tokio::test]
async fn malformed_requests_are_rejected() {
    let client = Client::with_org(org()).await;
    let post = async |path: &str, body: String| {
        let request = Request::post(path).body(Body::from(body)).unwrap();
        client.send(request).await
    };
    let response = post("/cometd", "[]".into()).await;
    assert_eq!(response.status, 400);
    assert!(
        response
            .text()
            .starts_with("API version in the URI is mandatory")
    );
    assert_eq!(post("/cometd/22.0", "[]".into()).await.status, 400);
    assert_eq!(post("/cometd/62.0", "nonsense".into()).await.status, 400);
    let long = format!("[{}]", " ".repeat(32_768));
    assert_eq!(post("/cometd/62.0", long).await.status, 413);
}

#[tokio::test]
async fn a_backlog_comes_in_pieces_and_in_order() {
    let client = Client::with_org(org()).await;
    let record = |number: usize| json!({"attributes": {"type": "Order_Event__e"}, "Order_Number__c": number.to_string()});
    for from in (0..2_400).step_by(200) {
        let records: Vec<Json> = (from..from + 200).map(record).collect();
        let body = json!({"records": records});
        client.call("POST", "/composite/sobjects", Some(body)).await;
    }
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow(CHANNEL, -2).await;
    let mut sizes = Vec::new();
    let mut numbers = Vec::new();
    while numbers.len() < 2_400 {
        let events = bayeux.events().await;
        sizes.push(events.len());
        let number = |it: &Json| {
            let text = it["data"]["payload"]["Order_Number__c"].as_str();
            text.unwrap().parse::<usize>().unwrap()
        };
        numbers.extend(events.iter().map(number));
    }
    assert_eq!(sizes, [1_000, 1_000, 400]);
    assert!(numbers.iter().copied().eq(0..2_400));
}

#[tokio::test]
async fn faults_are_injected_on_demand() {
    let client = Client::with_org(org()).await;
    publish(&client, 1).await;
    let order = async |kind: &str| {
        let fault = json!({"kind": kind});
        let path = "/__sandbox/events/faults";
        assert_eq!(client.call("POST", path, Some(fault)).await.status, 200);
    };
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow(CHANNEL, -2).await;
    let id = replay_ids(&bayeux.events().await)[0];
    order("replay-gone").await;
    assert_eq!(bayeux.subscribe(CHANNEL, id).await["successful"], false);
    bayeux.follow(CHANNEL, id).await;
    order("unauthorized").await;
    let reply = &bayeux.connect().await[0];
    assert_eq!(reply["error"], "401::Authentication invalid");
    order("silence").await;
    let silent = tokio::time::timeout(std::time::Duration::from_millis(400), bayeux.connect());
    assert!(silent.await.is_err());
    order("unknown-client").await;
    let reply = &bayeux.connect().await[0];
    assert_eq!(reply["error"], "403::Unknown client");
    let bayeux = Bayeux::new(&client).await;
    order("drop").await;
    let message = json!([{"channel": "/meta/connect", "connectionType": "long-polling", "clientId": bayeux.id}]);
    let request = Request::post("/cometd/62.0").body(Body::from(message.to_string()));
    use tower::ServiceExt as _;
    let response = client.app.clone().oneshot(request.unwrap()).await.unwrap();
    assert!(response.extensions().get::<crate::Aborted>().is_some());
}
