//! Steering the sandbox while it runs.

use serde_json::json;

use super::{Client, NOW};

#[tokio::test]
async fn sessions_end_on_request_and_by_the_clock() {
    let mut client = Client::new().await;
    let open = client.get("/__sandbox/sessions").await.json();
    assert_eq!(open, json!({"open": 1}));
    assert_eq!(client.get("/limits").await.status, 200);
    let ended = client.call("DELETE", "/__sandbox/sessions", None).await;
    assert_eq!(ended.status, 204);
    let rejected = (401, "INVALID_SESSION_ID".to_owned());
    assert_eq!(client.get("/limits").await.rejection(), rejected);
    client.log_in().await;
    assert_eq!(client.get("/limits").await.status, 200);
    let moved = json!({"advance-ms": 2 * 60 * 60 * 1_000});
    let clock = client.call("POST", "/__sandbox/clock", Some(moved)).await;
    assert_eq!(clock.json()["ms"], NOW + 7_200_000);
    assert_eq!(client.get("/limits").await.rejection(), rejected);
}

#[tokio::test]
async fn outbound_messages_can_be_added_shown_and_removed() {
    let client = Client::new().await;
    let path = "/__sandbox/outbound";
    let message = json!({"name": "Told", "object": "account", "fields": ["name"], "url": "http://127.0.0.1:9/in"});
    let added = client.call("POST", path, Some(message)).await;
    assert_eq!(added.status, 200, "{}", added.text());
    let shown = &added.json()["messages"][0];
    assert_eq!(shown["object"], "Account");
    assert_eq!(shown["fields"], json!(["Name"]));
    assert_eq!(shown["on"], json!(["created", "updated"]));
    assert_eq!(shown["firstPauseMs"], 60_000);
    let id = client.make("Account", json!({"Name": "Acme"})).await;
    let state = client.get(path).await.json();
    assert_eq!(
        (&state["waiting"], &state["delivered"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(state["queue"][0]["record"], json!(id));
    assert_eq!(state["queue"][0]["due"], "2026-09-21T14:13:20.000Z");
    for wrong in [
        json!({"name": "x"}),
        json!({"name": "x", "object": "Nope", "url": "http://x/"}),
        json!({"name": "x", "object": "Account", "url": "ftp://x/"}),
    ] {
        assert_eq!(client.call("POST", path, Some(wrong)).await.status, 400);
    }
    let gone = client
        .call("DELETE", "/__sandbox/outbound/Told", None)
        .await;
    assert_eq!(
        (&gone.json()["messages"], &gone.json()["waiting"]),
        (&json!([]), &json!(0))
    );
    let again = client
        .call("DELETE", "/__sandbox/outbound/Told", None)
        .await;
    assert_eq!(again.status, 404);
}
