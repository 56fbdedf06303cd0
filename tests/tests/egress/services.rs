//! Services that answer in process.

use super::{code, in_process};
use axum::body::Body;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use bytes::Bytes;
use http_body::Frame;
use mediate_tests::echo::fetch;
use serde_json::json;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// A body of pieces, taken from the end.
struct Pieces(Vec<std::io::Result<Bytes>>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
        Poll::Ready(self.0.pop().map(|piece| piece.map(Frame::data)))
    }
}

#[tokio::test]
async fn a_mount_answers_by_both_schemes_and_only_for_its_authority() {
    let instance = in_process(Router::new().route("/", get(|| async { "here" }))).await;
    for address in ["http://sandbox.localhost/", "https://SANDBOX.localhost/"] {
        assert_eq!(
            fetch(&instance, address, json!({})).await.unwrap().body,
            b"here"
        );
    }
    for address in ["http://sandbox.localhost:81/", "http://other.localhost/"] {
        assert_eq!(
            code(fetch(&instance, address, json!({})).await),
            "HttpRequestDenied"
        );
    }
}

#[tokio::test]
async fn what_a_mount_cuts_never_looks_whole() {
    let broken = || async {
        Body::new(Pieces(vec![
            Err(std::io::Error::other("cut on purpose")),
            Ok("12345".into()),
        ]))
    };
    let short = || async {
        Response::builder()
            .header("content-length", "10")
            .body(Body::from("12345"))
            .unwrap()
    };
    let router = Router::new()
        .route("/broken", get(broken))
        .route("/short", get(short));
    let instance = in_process(router).await;
    for path in ["broken", "short"] {
        let result = fetch(
            &instance,
            &format!("http://sandbox.localhost/{path}"),
            json!({}),
        )
        .await;
        assert_eq!(code(result), "HttpResponseIncomplete", "{path}");
    }
}

#[tokio::test]
async fn a_mount_that_panics_aborts_or_stalls_is_a_cut_connection_or_a_time_out() {
    async fn panics() {
        panic!("on purpose")
    }
    let stalls = || async { tokio::time::sleep(Duration::from_secs(60)).await };
    let aborts = || async {
        (
            Extension(mediate::egress::Aborted),
            "done, but nobody will know",
        )
    };
    let router = Router::new()
        .route("/panics", get(panics))
        .route("/aborts", get(aborts))
        .route("/stalls", get(stalls));
    let instance = in_process(router).await;
    let panicked = fetch(&instance, "http://sandbox.localhost/panics", json!({})).await;
    assert_eq!(code(panicked), "ConnectionTerminated");
    let aborted = fetch(&instance, "http://sandbox.localhost/aborts", json!({})).await;
    assert_eq!(code(aborted), "ConnectionTerminated");
    let stalled = fetch(
        &instance,
        "http://sandbox.localhost/stalls",
        json!({ "first_byte_ms": 100 }),
    )
    .await;
    assert_eq!(code(stalled), "ConnectionReadTimeout");
}
