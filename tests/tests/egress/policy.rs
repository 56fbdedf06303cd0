//! What may be reached, and what is told of what may not.

use super::{allowing, answer, code};
use mediate::egress::{Egress, EgressSettings};
use mediate_tests::echo;
use mediate_tests::echo::fetch;
use mediate_tests::server::{Server, Step};
use serde_json::json;

#[tokio::test]
async fn an_address_that_is_not_listed_is_refused_and_recorded_with_the_remedy() {
    let (instance, egress) = echo::start(EgressSettings::default()).await.unwrap();
    for _ in 0..2 {
        assert_eq!(
            code(fetch(&instance, "https://acme.example.com/x?secret=1", json!({})).await),
            "HttpRequestDenied"
        );
    }
    let denials = egress.denials();
    assert_eq!(denials.len(), 1);
    assert_eq!(denials[0].origin, "https://acme.example.com");
    assert_eq!(
        denials[0].remedy.as_deref(),
        Some("allow = [\"https://acme.example.com\"]")
    );
}

#[tokio::test]
async fn plain_http_to_another_machine_has_no_remedy() {
    let (instance, egress) = echo::start(EgressSettings::default()).await.unwrap();
    assert_eq!(
        code(fetch(&instance, "http://acme.example.com/", json!({})).await),
        "HttpRequestDenied"
    );
    assert_eq!(egress.denials()[0].remedy, None);
}

#[tokio::test]
async fn without_a_network_even_what_is_listed_is_refused() {
    let settings = EgressSettings {
        network: false,
        ..allowing("http://127.0.0.1:1")
    };
    let (instance, egress) = echo::start(settings).await.unwrap();
    assert_eq!(
        code(fetch(&instance, "http://127.0.0.1:1/", json!({})).await),
        "HttpRequestDenied"
    );
    assert!(egress.denials()[0].to_string().contains("no network"));
}

#[tokio::test]
async fn an_origin_may_be_allowed_later() {
    let server = Server::start(vec![Step::Request, answer("content-length: 2", b"ok")])
        .await
        .unwrap();
    let (instance, egress) = echo::start(EgressSettings::default()).await.unwrap();
    assert_eq!(
        code(fetch(&instance, &server.url("/"), json!({})).await),
        "HttpRequestDenied"
    );
    egress.allow(&server.origin()).unwrap();
    assert_eq!(
        fetch(&instance, &server.url("/"), json!({}))
            .await
            .unwrap()
            .body,
        b"ok"
    );
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_named() {
    let cases = [
        (
            EgressSettings {
                max_concurrent: 26,
                ..EgressSettings::default()
            },
            "give 1 to 25",
        ),
        (
            EgressSettings {
                max_concurrent: 0,
                ..EgressSettings::default()
            },
            "give 1 to 25",
        ),
        (allowing("acme.example.com"), "https://acme.example.com"),
        (
            EgressSettings {
                ca_files: vec!["/no/such/file".into()],
                ..EgressSettings::default()
            },
            "/no/such/file",
        ),
        (
            EgressSettings {
                proxy: Some("http://me:secret@".into()),
                ..EgressSettings::default()
            },
            "proxy",
        ),
    ];
    for (settings, words) in cases {
        let error = Egress::new(settings).unwrap_err().to_string();
        assert!(
            error.contains(words) && !error.contains("secret"),
            "{error}"
        );
    }
}
