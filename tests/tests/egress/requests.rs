//! The bodies of requests.

use super::{allowing, in_process};
use axum::Router;
use axum::extract::Request;
use axum::routing::post;
use http_body_util::BodyExt;
use mediate::error::HostError;
use mediate::runtime::RuntimeSettings;
use mediate_tests::echo;
use mediate_tests::echo::fetch;
use mediate_tests::server::{Server, Step};
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[tokio::test]
async fn an_early_answer_comes_through_although_the_body_was_not_taken() {
    let early =
        b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec();
    let server = Server::start(vec![
        Step::Write(early),
        Step::Wait(Duration::from_millis(300)),
    ])
    .await
    .unwrap();
    let (instance, _) = echo::start(allowing(&server.origin())).await.unwrap();
    let more = json!({ "post": true, "body_bytes": 3_000_000 });
    let reply = fetch(&instance, &server.url("/"), more).await.unwrap();
    assert_eq!(reply.metadata.attribute("status").as_deref(), Some("401"));
}

/// A service that counts what it is sent.
fn counting() -> Router {
    let count = |request: Request| async move {
        let length = request
            .headers()
            .get("content-length")
            .and_then(|value| value.to_str().ok());
        let told = length.unwrap_or("none").to_owned();
        let body = request
            .into_body()
            .collect()
            .await
            .map(|body| body.to_bytes().len());
        format!("{told} {body:?}")
    };
    Router::new().route("/count", post(count))
}

async fn served(router: Router) -> (String, tokio::task::JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (origin, task)
}

#[tokio::test]
async fn bodies_of_requests_arrive_whole_in_process_and_over_the_network() {
    let (origin, _task) = served(counting()).await;
    let (networked, _) = echo::start(allowing(&origin)).await.unwrap();
    let in_process = in_process(counting()).await;
    for (body, told, expected) in [
        (3_000_000, true, "3000000 Ok(3000000)"),
        (3_000_000, false, "none Ok(3000000)"),
        (5, true, "5 Ok(5)"),
    ] {
        let more = json!({ "post": true, "body_bytes": body, "announce_length": told });
        let over_network = fetch(&networked, &format!("{origin}/count"), more.clone())
            .await
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&over_network.body), expected);
        let in_process = fetch(&in_process, "http://sandbox.localhost/count", more)
            .await
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&in_process.body), expected);
    }
}

#[tokio::test]
async fn a_post_without_a_body_says_that_it_has_none() {
    let (origin, _task) = served(counting()).await;
    let (instance, _) = echo::start(allowing(&origin)).await.unwrap();
    let reply = fetch(
        &instance,
        &format!("{origin}/count"),
        json!({ "post": true }),
    )
    .await
    .unwrap();
    assert_eq!(String::from_utf8_lossy(&reply.body), "0 Ok(0)");
}

#[tokio::test]
async fn a_guest_that_takes_its_time_over_the_body_is_no_silence_of_the_server() {
    let (origin, _task) = served(counting()).await;
    let (instance, _) = echo::start(allowing(&origin)).await.unwrap();
    let more =
        json!({ "post": true, "body_bytes": 20_000, "body_pause_ms": 300, "first_byte_ms": 150 });
    let reply = fetch(&instance, &format!("{origin}/count"), more)
        .await
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&reply.body), "none Ok(20000)");
}

#[tokio::test]
async fn an_instance_that_ends_in_the_middle_of_an_upload_does_not_leave_a_whole_one() {
    let seen: Arc<Mutex<Vec<bool>>> = Arc::default();
    let log = Arc::clone(&seen);
    let upload = move |request: Request| async move {
        let whole = request.into_body().collect().await.is_ok();
        log.lock().unwrap().push(whole);
    };
    let (origin, _task) = served(Router::new().route("/count", post(upload))).await;
    for round in 1..=10 {
        let settings = RuntimeSettings {
            // Long enough for a busy machine to have begun the upload, which takes ten seconds.
            call_timeout: Some(Duration::from_millis(600)),
            max_instances: 4,
            ..RuntimeSettings::default()
        };
        let (instance, _) = echo::start_within(settings, allowing(&origin))
            .await
            .unwrap();
        let more = json!({ "post": true, "body_bytes": 1_000_000, "body_pause_ms": 10 });
        let error = fetch(&instance, &format!("{origin}/count"), more)
            .await
            .unwrap_err();
        assert!(
            matches!(error, HostError::DeadlineExceeded { .. }),
            "{error:?}"
        );
        for _ in 0..200 {
            if seen.lock().unwrap().len() == round {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(
            *seen.lock().unwrap(),
            vec![false; round],
            "a cut upload must not look whole"
        );
    }
}
