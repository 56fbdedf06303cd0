//! The way out over TLS.

use super::allowing;
use axum::Router;
use axum::extract::Request;
use axum::routing::any;
use mediate::egress::{Egress, EgressSettings};
use mediate::error::HostError;
use mediate_tests::echo::{self, fetch};
use mediate_tests::tls::Authority;
use serde_json::json;

fn version() -> Router {
    Router::new().fallback(any(|request: Request| async move {
        format!("{:?}", request.version())
    }))
}

async fn outcome(settings: EgressSettings, address: &str) -> String {
    let (instance, _) = echo::start(settings).await.unwrap();
    match fetch(&instance, address, json!({})).await {
        Ok(reply) => String::from_utf8(reply.body).unwrap(),
        Err(error) => error.fault().unwrap().message.clone(),
    }
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_and_http2_is_spoken_where_offered() {
    let authority = Authority::new().unwrap();
    let origin = authority.serve(version(), false).await.unwrap();
    let settings = EgressSettings {
        ca_files: vec![authority.ca_file()],
        ..allowing(&origin)
    };
    assert_eq!(outcome(settings, &format!("{origin}/")).await, "HTTP/2.0");
}

#[tokio::test]
async fn an_unknown_authority_is_a_certificate_error() {
    let origin = Authority::new()
        .unwrap()
        .serve(version(), false)
        .await
        .unwrap();
    assert_eq!(
        outcome(allowing(&origin), &origin).await,
        "ErrorCode::TlsCertificateError"
    );
}

#[tokio::test]
async fn a_certificate_for_another_name_is_a_certificate_error() {
    let authority = Authority::new().unwrap();
    let origin = authority
        .serve(version(), false)
        .await
        .unwrap()
        .replace("localhost", "other.localhost");
    let settings = EgressSettings {
        ca_files: vec![authority.ca_file()],
        ..allowing(&origin)
    };
    assert_eq!(
        outcome(settings, &origin).await,
        "ErrorCode::TlsCertificateError"
    );
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_asked_for() {
    let authority = Authority::new().unwrap();
    let origin = authority.serve(version(), true).await.unwrap();
    let settings = EgressSettings {
        ca_files: vec![authority.ca_file()],
        ..allowing(&origin)
    };
    let without = outcome(settings.clone(), &origin).await;
    assert!(
        without.starts_with("ErrorCode::TlsAlertReceived"),
        "{without}"
    );

    let client_certificate = Some(authority.client_certificate().unwrap());
    let with = outcome(
        EgressSettings {
            client_certificate,
            ..settings
        },
        &origin,
    )
    .await;
    assert_eq!(with, "HTTP/2.0");
}

#[tokio::test]
async fn files_that_hold_no_certificate_are_refused_at_once() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "-----BEGIN NOTHING-----").unwrap();
    let path = file.path().to_owned();
    for settings in [
        EgressSettings {
            ca_files: vec![path.clone()],
            ..EgressSettings::default()
        },
        EgressSettings {
            client_certificate: Some(path.clone()),
            ..EgressSettings::default()
        },
    ] {
        let error = Egress::new(settings).unwrap_err();
        assert!(matches!(error, HostError::Settings { .. }), "{error:?}");
        assert!(
            error.to_string().contains(path.to_str().unwrap()),
            "{error}"
        );
    }
}
