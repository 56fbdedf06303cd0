//! The proxy.

use super::{answer, code};
use mediate::egress::EgressSettings;
use mediate_tests::echo::{self, fetch};
use mediate_tests::server::{Server, Step};
use serde_json::json;

fn through(proxy: &str, origin: &str) -> EgressSettings {
    EgressSettings {
        allow: vec![origin.to_owned()],
        proxy: Some(proxy.to_owned()),
        ..EgressSettings::default()
    }
}

#[tokio::test]
async fn a_proxy_that_opens_no_way_means_certainly_not_sent() {
    let refusal = Step::Write(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n".to_vec());
    let proxy = Server::start(vec![Step::Request, refusal]).await.unwrap();
    let settings = through(&proxy.origin(), "https://acme.example.com");
    let (instance, _) = echo::start(settings).await.unwrap();
    let result = fetch(&instance, "https://acme.example.com/", json!({})).await;
    assert_eq!(code(result), "DestinationUnavailable");
    assert_eq!(proxy.connections(), 1);
}

#[tokio::test]
async fn requests_to_this_machine_pass_the_proxy_by() {
    let proxy = Server::start(vec![]).await.unwrap();
    let server = Server::start(vec![Step::Request, answer("content-length: 2", b"ok")])
        .await
        .unwrap();
    let (instance, _) = echo::start(through(&proxy.origin(), &server.origin()))
        .await
        .unwrap();
    assert_eq!(
        fetch(&instance, &server.url("/"), json!({}))
            .await
            .unwrap()
            .body,
        b"ok"
    );
    assert_eq!(proxy.connections(), 0);
}
