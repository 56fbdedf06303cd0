mod named;

use std::io::Read as _;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::Aborted;

async fn inject(client: &Client, fault: Json) {
    let rule = json!({"match": {"path": "/services/data/v62.0/limits"}, "fault": fault});
    assert_eq!(
        client
            .call("POST", "/__sandbox/faults", Some(rule))
            .await
            .status,
        200
    );
}

async fn raw(client: &Client, path: &str) -> axum::response::Response {
    let request = Request::get(format!("/services/data/v62.0{path}"))
        .header("authorization", format!("Bearer {}", client.token));
    client
        .app
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_status_comes_with_its_code_and_headers_as_often_as_set() {
    let client = Client::new().await;
    inject(&client, json!({"kind": "status", "status": 503, "errorCode": "SERVER_UNAVAILABLE", "message": "busy", "headers": {"Retry-After": "1"}})).await;
    let response = client.get("/limits").await;
    assert_eq!(
        (response.rejection(), response.header("retry-after")),
        ((503, "SERVER_UNAVAILABLE".to_owned()), "1")
    );
    assert_eq!(client.get("/limits").await.status, 200);
    let rules = client.get("/__sandbox/faults").await.json();
    assert_eq!(
        (&rules[0]["hits"], &rules[0]["matched"], &rules[0]["id"]),
        (&json!(1), &json!(2), &json!(1))
    );
    assert_eq!(
        client
            .call("DELETE", "/__sandbox/faults", None)
            .await
            .status,
        204
    );
    assert_eq!(client.get("/__sandbox/faults").await.json(), json!([]));
    assert_eq!(
        client
            .call(
                "POST",
                "/__sandbox/faults",
                Some(json!({"fault": {"kind": "melt"}}))
            )
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn half_a_compressed_response_a_doubled_one_and_one_with_garbled_headers_are_injected() {
    let client = Client::new().await;
    let whole = client.get("/limits").await.body;
    inject(&client, json!("half-gzip")).await;
    let half = client.get("/limits").await;
    assert_eq!(
        (half.status, half.header("content-encoding")),
        (200, "gzip")
    );
    let mut plain = Vec::new();
    let unpacked = flate2::read::GzDecoder::new(&half.body[..]).read_to_end(&mut plain);
    assert!(unpacked.is_err());
    inject(&client, json!("doubled-body")).await;
    let doubled = client.get("/limits").await.body;
    assert_eq!(doubled.len(), 2 * whole.len());
    inject(&client, json!("garbled-headers")).await;
    let garbled = client.get("/limits").await;
    assert_eq!(garbled.header("date"), "yesterday");
    assert_eq!(garbled.body.len(), whole.len());
}

#[tokio::test]
async fn a_reset_is_marked_and_a_lost_response_has_done_its_work() {
    let client = Client::new().await;
    inject(&client, json!({"kind": "reset"})).await;
    assert!(
        raw(&client, "/limits")
            .await
            .extensions()
            .get::<Aborted>()
            .is_some()
    );
    client.org.faults().inject(
        "/services/data/v62.0/sobjects/Account",
        sandbox_core::faults::Fault::LostAnswer,
    );
    let request = Request::post("/services/data/v62.0/sobjects/Account")
        .header("authorization", format!("Bearer {}", client.token));
    let request = request
        .header("content-type", "application/json")
        .body(Body::from(r#"{"Name":"Lost"}"#))
        .unwrap();
    let disk_error = client.app.clone().oneshot(request).await.unwrap();
    assert!(disk_error.extensions().get::<Aborted>().is_some());
    let counts = client
        .get("/limits/recordCount?sObjects=Account")
        .await
        .json();
    assert_eq!(counts["sObjects"][0]["count"], 7);
    let last = client
        .org
        .journal()
        .entries()
        .into_iter()
        .rev()
        .find(|entry| entry.fault.is_some())
        .unwrap();
    assert_eq!(
        (last.status, last.fault.as_deref(), last.request_bytes),
        (0, Some("lost-answer"), 15)
    );
}

#[tokio::test]
async fn a_truncated_body_promises_all_and_ends_with_an_error() {
    let client = Client::new().await;
    inject(&client, json!({"kind": "truncate", "bytes": 10})).await;
    let (parts, mut body) = raw(&client, "/limits").await.into_parts();
    assert!(
        parts.headers["content-length"]
            .to_str()
            .unwrap()
            .parse::<usize>()
            .unwrap()
            > 1_000
    );
    assert_eq!(
        body.frame()
            .await
            .unwrap()
            .unwrap()
            .into_data()
            .unwrap()
            .len(),
        10
    );
    assert!(body.frame().await.unwrap().is_err());
}

#[tokio::test]
async fn an_expired_session_is_rejected_until_a_new_login() {
    let mut client = Client::new().await;
    inject(&client, json!({"kind": "expire-session"})).await;
    assert_eq!(
        client.get("/limits").await.rejection(),
        (401, "INVALID_SESSION_ID".into())
    );
    assert_eq!(client.get("/limits").await.status, 401);
    client.log_in().await;
    assert_eq!(client.get("/limits").await.status, 200);
}

#[tokio::test]
async fn a_delay_is_late_and_a_stall_never_ends() {
    let client = Client::new().await;
    inject(&client, json!({"kind": "delay", "ms": 60})).await;
    let start = tokio::time::Instant::now();
    assert_eq!(client.get("/limits").await.status, 200);
    assert!(start.elapsed() >= Duration::from_millis(60));
    inject(&client, json!({"kind": "stall"})).await;
    let mut body = raw(&client, "/limits").await.into_body();
    assert!(body.frame().await.unwrap().is_ok());
    assert!(
        tokio::time::timeout(Duration::from_millis(150), body.frame())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn the_clock_moves_and_a_reset_forgets() {
    let client = Client::new().await;
    let moved = client
        .call(
            "POST",
            "/__sandbox/clock",
            Some(json!({"advance-ms": 1_000})),
        )
        .await
        .json();
    assert_eq!(
        moved,
        json!({"now": "2026-09-21T14:13:21.000+0000", "ms": NOW + 1_000})
    );
    assert_eq!(
        client
            .call("POST", "/__sandbox/clock", Some(json!({"x": 1})))
            .await
            .status,
        400
    );
    let requests = client.get("/__sandbox/requests").await.json();
    assert_eq!(
        (
            &requests[0]["path"],
            &requests[0]["method"],
            &requests[0]["status"]
        ),
        (
            &json!("/services/oauth2/token"),
            &json!("POST"),
            &json!(200)
        )
    );
    assert_eq!(
        client.call("POST", "/__sandbox/reset", None).await.status,
        204
    );
    assert_eq!(client.get("/__sandbox/requests").await.json(), json!([]));
    assert_eq!(client.get("/limits").await.status, 401);
}

#[tokio::test]
async fn responses_are_shortened_changed_and_slowed() {
    let client = Client::new().await;
    let query = "/query?q=SELECT+Id+FROM+Account";
    let fault = |text: &str| {
        let rule = format!(r#"{{"match": {{"path": "*/query*"}}, "fault": {text}}}"#);
        client.org.faults().clear();
        client
            .org
            .faults()
            .add(serde_json::from_str(&rule).unwrap());
    };
    fault(r#""fewer-records""#);
    let fewer = client.get(query).await.json();
    assert_eq!(
        (
            fewer["records"].as_array().unwrap().len(),
            &fewer["totalSize"]
        ),
        (1, &json!(6))
    );
    fault(r#""endless-locator""#);
    let endless = client.get(query).await.json();
    assert_eq!(
        endless["nextRecordsUrl"],
        format!("/services/data/v62.0{query}")
    );
    fault(r#""half-body""#);
    let whole = client.get("/limits").await;
    let half = client.get(query).await;
    assert!(whole.status == 200 && serde_json::from_slice::<Json>(&half.body).is_err());
    fault(r#"{"kind": "slow-body", "bytes": 50, "ms": 2}"#);
    let start = tokio::time::Instant::now();
    assert_eq!(client.get(query).await.json()["totalSize"], 6);
    assert!(start.elapsed() >= Duration::from_millis(4));
    fault(
        r#"{"kind": "change", "replace": {"Account": "Konto"}, "headers": {"Sforce-Limit-Info": ""}}"#,
    );
    let changed = client.get(query).await;
    assert_eq!(changed.json()["records"][0]["attributes"]["type"], "Konto");
    assert_eq!(changed.header("sforce-limit-info"), "");
}

/// Sends a request over TCP and gives all that comes back, or the error that ends it.
async fn over_tcp(port: u16, client: &Client) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = format!(
        "GET /services/data/v62.0/limits HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
        client.token
    );
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    Ok(text)
}

#[tokio::test]
async fn on_a_port_connections_really_break() {
    let client = Client::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(crate::serve(listener, Arc::clone(&client.org), async {
        drop(stopped.await)
    }));
    assert!(
        over_tcp(port, &client)
            .await
            .unwrap()
            .starts_with("HTTP/1.1 200 OK")
    );
    inject(&client, json!({"kind": "reset"})).await;
    assert_eq!(
        over_tcp(port, &client).await.unwrap_err().kind(),
        std::io::ErrorKind::ConnectionReset
    );
    inject(&client, json!({"kind": "truncate", "bytes": 10})).await;
    let cut = over_tcp(port, &client).await.unwrap();
    assert_eq!(cut.split("\r\n\r\n").nth(1).unwrap().len(), 10);
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}
