//! Answers that come through.

use super::{allowing, answer, gzip, in_process, noise};
use axum::Router;
use axum::routing::get;
use mediate_tests::echo;
use mediate_tests::echo::fetch;
use mediate_tests::server::{Server, Step};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn an_answer_comes_with_status_headers_and_body() {
    let head = "content-length: 5\r\nset-cookie: a=1\r\nset-cookie: b=2";
    let server = Server::start(vec![Step::Request, answer(head, b"hello")])
        .await
        .unwrap();
    let (instance, _) = echo::start(allowing(&server.origin())).await.unwrap();
    let reply = fetch(&instance, &server.url("/"), json!({})).await.unwrap();
    assert_eq!(
        (
            reply.metadata.attribute("status").as_deref(),
            reply.body.as_slice()
        ),
        (Some("200"), &b"hello"[..])
    );
    let headers = reply.metadata.headers.iter();
    let cookies = headers.filter(|(name, _)| name == "set-cookie").count();
    assert_eq!(cookies, 2);
}

#[tokio::test]
async fn connections_are_used_again() {
    let turn = [Step::Request, answer("content-length: 2", b"ok")];
    let server = Server::start([turn.clone(), turn.clone(), turn].concat())
        .await
        .unwrap();
    let (instance, _) = echo::start(allowing(&server.origin())).await.unwrap();
    for _ in 0..3 {
        fetch(&instance, &server.url("/"), json!({})).await.unwrap();
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let redirect =
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
            .to_vec();
    let server = Server::start(vec![Step::Request, Step::Write(redirect)])
        .await
        .unwrap();
    let (instance, _) = echo::start(allowing(&server.origin())).await.unwrap();
    let reply = fetch(&instance, &server.url("/"), json!({})).await.unwrap();
    assert_eq!(reply.metadata.attribute("status").as_deref(), Some("302"));
}

#[tokio::test]
async fn packed_answers_are_unpacked() {
    let text = noise(100_000);
    let packed = gzip(&text);
    let head = format!("content-encoding: gzip\r\ncontent-length: {}", packed.len());
    let server = Server::start(vec![Step::Request, answer(&head, &packed)])
        .await
        .unwrap();
    let (instance, _) = echo::start(allowing(&server.origin())).await.unwrap();
    let reply = fetch(&instance, &server.url("/"), json!({})).await.unwrap();
    assert_eq!(reply.body, text);
    assert_eq!(
        reply
            .metadata
            .attribute("header/content-encoding")
            .as_deref(),
        None
    );
    assert_eq!(
        reply.metadata.attribute("header/content-length").as_deref(),
        None
    );
}

#[tokio::test]
async fn a_slow_answer_that_keeps_coming_is_no_time_out() {
    let mut script = vec![Step::Request, answer("content-length: 5", b"")];
    for _ in 0..5 {
        script.extend([
            Step::Wait(Duration::from_millis(100)),
            Step::Write(b"x".to_vec()),
        ]);
    }
    let server = Server::start(script).await.unwrap();
    let (instance, _) = echo::start(allowing(&server.origin())).await.unwrap();
    let reply = fetch(
        &instance,
        &server.url("/"),
        json!({ "between_bytes_ms": 300 }),
    )
    .await
    .unwrap();
    assert_eq!(reply.body, b"xxxxx");
}

#[tokio::test]
async fn large_answers_stream_through() {
    let body = noise(5_000_000);
    let expected = body.clone();
    let instance = in_process(Router::new().route("/", get(move || async move { body }))).await;
    assert_eq!(
        fetch(&instance, "http://sandbox.localhost/", json!({}))
            .await
            .unwrap()
            .body,
        expected
    );
}
