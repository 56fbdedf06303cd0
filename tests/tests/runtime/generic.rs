//! The connector without its typed interfaces: the same catalog and the same operations.

use mediate::contract::{Effect, OutcomeSet};
use mediate::egress::{Egress, EgressSettings};
use mediate::runtime::{Connector, Instance, RuntimeSettings};
use mediate_cli::embedded::CONNECTOR;
use mediate_cli::simulated_org::service_at;
use mediate_tests::{GENERIC, compiled};
use sandbox::Org;
use serde_json::{Value, json};
use std::sync::Arc;

/// Where the org answers in process.
const HOST: &str = "sandbox.localhost";

async fn loaded(component: &'static [u8]) -> Connector {
    let settings = RuntimeSettings {
        max_instances: 4,
        ..RuntimeSettings::default()
    };
    compiled::load(component, settings).await.expect("it loads")
}

async fn started(connector: &Connector) -> Instance {
    let org = Org::builder().without_data().build().expect("an org");
    let egress = Egress::new(EgressSettings {
        services: vec![service_at(HOST, sandbox::router(Arc::new(org)))],
        network: false,
        ..EgressSettings::default()
    });
    let egress = egress.expect("a way out");
    connector.start(egress).await.expect("an instance")
}

#[tokio::test]
async fn both_components_describe_the_same() {
    let (typed, generic) = (loaded(CONNECTOR).await, loaded(GENERIC).await);
    assert_eq!(
        typed.describe().await.expect("a catalog"),
        generic.describe().await.expect("a catalog")
    );
}

#[tokio::test]
async fn what_sends_nothing_needs_no_connection_and_all_else_does() {
    let connector = loaded(GENERIC).await;
    let info = connector.describe().await.expect("a catalog");
    let instance = started(&connector).await;
    let config = r#"{"object": "Account", "fields": ["Id"]}"#;
    let built = instance.call(None, "query/build", config, None).await;
    let built: Value = serde_json::from_slice(&built.expect("a query").body).expect("JSON");
    assert_eq!(built["soql"], "SELECT Id FROM Account");
    let refused = instance.call(None, "connection/limits", "{}", None).await;
    let refused = refused.expect_err("it asks the org");
    let fault = refused.fault().expect("a fault");
    assert!(fault.message.contains("connection"), "{}", fault.message);
    assert_eq!(fault.attempts, 0);
    let pure = info
        .operations
        .iter()
        .filter(|one| one.effect == Effect::Pure);
    assert_eq!(pure.count(), 4);
}

#[tokio::test]
async fn records_come_through_every_style() {
    let connector = loaded(GENERIC).await;
    let instance = started(&connector).await;
    let connection = json!({
        "url": format!("https://{HOST}"),
        "auth": {"client-credentials": {"client-id": "sandbox-client", "client-secret": "sandbox-secret"}},
    });
    let connection = connection.to_string();
    let config = r#"{"object": "Contact", "operation": "insert"}"#;
    let sink = instance.open_sink(Some(&connection), "bulk/load", config, None);
    let mut sink = sink.await.expect("a load");
    sink.write(b"LastName\nOne\nTwo\n".to_vec())
        .await
        .expect("taken");
    sink.close().await.expect("closed");
    while !sink.watch(1_000).await.expect("progress").done {}
    let mut outcomes = sink.outcomes(OutcomeSet::All).await.expect("outcomes");
    let chunk = outcomes.read(1 << 16).await.expect("read").expect("lines");
    assert_eq!(String::from_utf8_lossy(&chunk).lines().count(), 2);
    let config = r#"{"soql": "SELECT LastName FROM Contact ORDER BY LastName", "format": "csv"}"#;
    let rows = instance.open_source(Some(&connection), "query/rows", config, None);
    let mut rows = rows.await.expect("rows");
    let chunk = rows.read(1 << 16).await.expect("read").expect("rows");
    assert_eq!(String::from_utf8_lossy(&chunk), "LastName\nOne\nTwo\n");
    assert_eq!(rows.head().await.expect("a head").metadata.records, Some(2));
    let session = instance.session(&connection).await.expect("a session");
    assert!(session.contains("access-token"));
}
