use serde_json::json;

use super::builder::concurrency;
use super::login::fingerprint;
use super::*;
use crate::contract::{Fault, FaultKind};
use crate::error::HostError;

fn schema() -> Value {
    json!({"properties": {
        "url": {"type": "string", "format": "uri"},
        "max-concurrent-connections": {"type": "integer", "default": 7},
        "timeouts": {"type": "object", "properties": {"connect-ms": {"type": "integer"}}},
        "auth": {"oneOf": [{"properties": {"refresh-token": {"$ref": "#/$defs/refresh-token"}}}]},
        "session": {"properties": {"access-token": {"type": "string", "writeOnly": true}}},
    }, "$defs": {"refresh-token": {"properties": {
        "client-id": {"type": "string"}, "refresh-token": {"type": "string", "writeOnly": true},
    }}}})
}

fn document(client: &str, token: &str) -> Value {
    json!({"url": "https://a.example", "auth": {"refresh-token": {"client-id": client, "refresh-token": token}}})
}

#[test]
fn changed_credentials_are_another_connection() {
    let of = |document: &Value| fingerprint("x", &schema(), document);
    let first = of(&document("c", "t"));
    assert_eq!(first, of(&document("c", "t")));
    assert_ne!(first, of(&document("c", "other")));
    assert_ne!(first, of(&document("other", "t")));
    assert_ne!(first, fingerprint("y", &schema(), &document("c", "t")));
}

#[test]
fn changed_settings_are_the_same_connection() {
    let mut changed = document("c", "t");
    changed["timeouts"] = json!({"connect-ms": 5});
    changed["max-concurrent-connections"] = json!(3);
    changed["session"] = json!({"access-token": "warm"});
    assert_eq!(
        fingerprint("x", &schema(), &changed),
        fingerprint("x", &schema(), &document("c", "t"))
    );
}

#[test]
fn the_bound_of_requests_comes_from_connection_then_schema_then_host() {
    assert_eq!(
        concurrency(&schema(), &json!({"max-concurrent-connections": 3})),
        3
    );
    assert_eq!(
        concurrency(&schema(), &json!({"max-concurrent-connections": 900})),
        25
    );
    assert_eq!(
        concurrency(&schema(), &json!({"max-concurrent-connections": 0})),
        1
    );
    assert_eq!(concurrency(&schema(), &json!({})), 7);
    assert_eq!(concurrency(&json!({}), &json!({})), 10);
}

fn fault(kind: FaultKind, attempts: u32) -> SessionError {
    let fault = Fault {
        kind,
        message: "no".into(),
        status: None,
        upstream: vec![],
        retry_after_ms: None,
        maybe_applied: false,
        attempts,
        elapsed_ms: 0,
    };
    HostError::from(fault).into()
}

#[test]
fn the_session_is_fetched_after_failures_that_a_renewal_may_precede() {
    assert!(fault(FaultKind::Invalid, 1).may_follow_a_renewal());
    assert!(fault(FaultKind::Unauthenticated, 2).may_follow_a_renewal());
    assert!(!fault(FaultKind::Config, 0).may_follow_a_renewal());
    assert!(!SessionError::NotASession.may_follow_a_renewal());
}
