//! Failures, each under its own code.

use super::{allowing, answer, code, failure, gzip, noise};
use mediate_tests::echo;
use mediate_tests::echo::fetch;
use mediate_tests::server::{Server, Step};
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_refused_connection_has_its_own_code() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let origin = format!("http://{free}");
    let (instance, _) = echo::start(allowing(&origin)).await.unwrap();
    assert_eq!(
        code(fetch(&instance, &origin, json!({})).await),
        "ConnectionRefused"
    );
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_a_connect_time_out() {
    let server = Server::start(vec![Step::Wait(Duration::from_secs(60))])
        .await
        .unwrap();
    let origin = format!("https://{}", server.address);
    let (instance, _) = echo::start(allowing(&origin)).await.unwrap();
    let begin = Instant::now();
    assert_eq!(
        code(fetch(&instance, &origin, json!({ "connect_ms": 200 })).await),
        "ConnectionTimeout"
    );
    assert!(begin.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_server_without_tls_is_a_tls_failure() {
    let server = Server::start(vec![Step::Write(
        b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
    )])
    .await
    .unwrap();
    let origin = format!("https://{}", server.address);
    let (instance, _) = echo::start(allowing(&origin)).await.unwrap();
    assert_eq!(
        code(fetch(&instance, &origin, json!({})).await),
        "TlsProtocolError"
    );
}

#[tokio::test]
async fn a_connection_cut_before_the_answer_is_terminated() {
    assert_eq!(
        failure(vec![Step::Request, Step::Reset], json!({})).await,
        "ConnectionTerminated"
    );
    assert_eq!(
        failure(vec![Step::Request], json!({})).await,
        "ConnectionTerminated"
    );
    let half_a_head = Step::Write(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec());
    assert_eq!(
        failure(vec![Step::Request, half_a_head], json!({})).await,
        "ConnectionTerminated"
    );
}

#[tokio::test]
async fn an_answer_that_is_no_http_is_a_protocol_error() {
    let script = vec![
        Step::Request,
        Step::Write(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()),
    ];
    assert_eq!(failure(script, json!({})).await, "HttpProtocolError");
}

#[tokio::test]
async fn a_body_cut_in_the_middle_never_looks_whole() {
    let short = vec![Step::Request, answer("content-length: 10", b"12345")];
    assert_eq!(failure(short, json!({})).await, "HttpResponseIncomplete");
    let reset = vec![
        Step::Request,
        answer("content-length: 10", b"12345"),
        Step::Wait(Duration::from_millis(50)),
        Step::Reset,
    ];
    assert_eq!(failure(reset, json!({})).await, "HttpResponseIncomplete");
    let chunked = vec![
        Step::Request,
        answer("transfer-encoding: chunked", b"5\r\n12345\r\n"),
    ];
    assert_eq!(failure(chunked, json!({})).await, "HttpResponseIncomplete");
}

#[tokio::test]
async fn a_packed_answer_that_is_cut_never_looks_whole() {
    let packed = gzip(&noise(100_000));
    let half = &packed[..packed.len() / 2];
    let cut = format!("content-encoding: gzip\r\ncontent-length: {}", packed.len());
    assert_eq!(
        failure(vec![Step::Request, answer(&cut, half)], json!({})).await,
        "HttpResponseIncomplete"
    );
    // Whole as HTTP, cut as gzip.
    let framed = format!("content-encoding: gzip\r\ncontent-length: {}", half.len());
    assert_eq!(
        failure(vec![Step::Request, answer(&framed, half)], json!({})).await,
        "HttpResponseIncomplete"
    );
    // All of the text is there, but not its checksum.
    let unchecked = &packed[..packed.len() - 4];
    let framed = format!(
        "content-encoding: gzip\r\ncontent-length: {}",
        unchecked.len()
    );
    assert_eq!(
        failure(vec![Step::Request, answer(&framed, unchecked)], json!({})).await,
        "HttpResponseIncomplete"
    );
    // Whole as gzip, but the last chunk of HTTP is missing.
    let chunk = [
        format!("{:x}\r\n", packed.len()).as_bytes(),
        &packed,
        b"\r\n",
    ]
    .concat();
    let head = "content-encoding: gzip\r\ntransfer-encoding: chunked";
    assert_eq!(
        failure(vec![Step::Request, answer(head, &chunk)], json!({})).await,
        "HttpResponseIncomplete"
    );
}

#[tokio::test]
async fn an_answer_that_is_not_packed_as_it_says_has_its_own_code() {
    let head = "content-encoding: gzip\r\ncontent-length: 20";
    let code = failure(
        vec![Step::Request, answer(head, b"this is no gzip data")],
        json!({}),
    )
    .await;
    assert!(code.starts_with("HttpResponseContentCoding"), "{code}");
}

#[tokio::test]
async fn silence_before_the_answer_and_within_it_is_a_read_time_out() {
    let before = vec![Step::Request, Step::Wait(Duration::from_secs(60))];
    assert_eq!(
        failure(before, json!({ "first_byte_ms": 100 })).await,
        "ConnectionReadTimeout"
    );
    let within = vec![
        Step::Request,
        answer("content-length: 10", b"12345"),
        Step::Wait(Duration::from_secs(60)),
    ];
    assert_eq!(
        failure(within, json!({ "between_bytes_ms": 100 })).await,
        "ConnectionReadTimeout"
    );
}
