//! The places of exchanges under way.

use super::{allowing, answer, code};
use mediate::egress::{Egress, EgressSettings};
use mediate::runtime::RuntimeSettings;
use mediate_tests::echo;
use mediate_tests::echo::fetch;
use mediate_tests::server::{Server, Step};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn one_place_is_enough_for_a_connector_that_asks_ahead() {
    let turn = [Step::Request, answer("content-length: 4", b"page")];
    let server = Server::start([turn.clone(), turn].concat()).await.unwrap();
    let settings = EgressSettings {
        max_concurrent: 1,
        ..allowing(&server.origin())
    };
    let (instance, _) = echo::start(settings).await.unwrap();
    let page = echo::get(&server.url("/"), &json!({}));
    let config = json!({ "first": page, "second": page }).to_string();
    let reply = instance
        .call(Some("{}"), "echo/prefetch", &config, None)
        .await
        .unwrap();
    assert_eq!(reply.body, b"pagepage");
    assert_eq!(
        server.connections(),
        1,
        "the second request went out after the first answer was read"
    );
}

#[tokio::test]
async fn a_request_that_finds_no_place_in_time_was_certainly_not_sent() {
    let slow = Server::start(vec![Step::Request, Step::Wait(Duration::from_secs(2))])
        .await
        .unwrap();
    let max_wait = Duration::from_millis(100);
    let settings = EgressSettings {
        max_concurrent: 1,
        max_wait,
        ..allowing(&slow.origin())
    };
    let egress = Egress::new(settings).unwrap();
    let runtime = RuntimeSettings {
        max_instances: 4,
        ..RuntimeSettings::default()
    };
    let connector = echo::connector(runtime).await.unwrap();
    let holder = connector.start(egress.clone()).await.unwrap();
    let waiter = connector.start(egress).await.unwrap();
    let address = slow.url("/");
    let (held, waited) = tokio::join!(fetch(&holder, &address, json!({})), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        fetch(&waiter, &address, json!({})).await
    });
    assert_eq!(code(waited), "ConnectionLimitReached");
    assert_eq!(code(held), "ConnectionTerminated");
    assert_eq!(slow.connections(), 1);
}
