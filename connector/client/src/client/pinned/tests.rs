use crate::client::{Client, Request};
use crate::testing::{connection, expired, org_for};
use crate::transport::scripted::{Play, Script};
use salesforce_contract::bindings::exports::salesforce::connector::connection::{
    AccessToken, AuthFlow, ConnectionConfig,
};
use salesforce_contract::bindings::{Fault, FaultKind};

const OURS: &str = "00D5e000000abcdEAA";

fn pinned(auth: Option<AuthFlow>) -> ConnectionConfig {
    ConnectionConfig {
        organization_id: Some(OURS.into()),
        auth: auth.unwrap_or_else(|| connection().auth),
        ..connection()
    }
}

/// The answer of a token endpoint with this token and identity.
fn token(access_token: &str, identity: &str) -> Play {
    Play::json(
        200,
        &format!(
            r#"{{"access_token":"{access_token}","instance_url":"https://eu1.salesforce.com","id":"{identity}"}}"#
        ),
    )
}

fn identity(organization: &str) -> String {
    format!("https://login.salesforce.com/id/{organization}/0055e000000abcdEAA")
}

fn ready(access_token: &str) -> AuthFlow {
    AuthFlow::AccessToken(AccessToken {
        access_token: access_token.into(),
        instance_url: None,
    })
}

fn asked(config: &ConnectionConfig, plays: Vec<Play>) -> (Result<(), Fault>, Client, Script) {
    let (client, script, _) = org_for(config, plays);
    let sent = client.send(&Request::get("/x")).map(drop);
    (sent, client, script)
}

fn is_refused(fault: &Fault, other: &str) {
    assert_eq!(fault.kind, FaultKind::Config);
    for words in [OURS, other, "nothing was sent to that org"] {
        assert!(fault.message.contains(words), "{}", fault.message);
    }
}

#[test]
fn the_org_of_the_identity_is_held_to_the_pin_short_or_long() {
    for organization in [OURS, &OURS[..15]] {
        let plays = vec![token("T1", &identity(organization)), Play::json(200, "{}")];
        let (sent, ..) = asked(&pinned(None), plays);
        sent.unwrap();
    }
    let other = "00D5e000000ABCDEAA";
    let (sent, client, script) = asked(&pinned(None), vec![token("T1", &identity(other))]);
    is_refused(&sent.unwrap_err(), other);
    assert_eq!(script.sent().len(), 1, "the login alone");
    assert!(client.open_session().is_none(), "its session is not kept");
}

#[test]
fn a_session_id_tells_its_org_and_costs_no_request() {
    let (sent, _, script) = asked(
        &pinned(Some(ready("00D5e000000abcd!AQ.x"))),
        vec![Play::json(200, "{}")],
    );
    sent.unwrap();
    assert_eq!(script.sent().len(), 1);
    let (sent, _, script) = asked(&pinned(Some(ready("00D5e000000zzzz!AQ.x"))), vec![]);
    is_refused(&sent.unwrap_err(), "00D5e000000zzzz");
    assert!(script.sent().is_empty());
}

#[test]
fn a_token_that_tells_nothing_is_asked_for_its_org_once() {
    let user =
        |organization: &str| Play::json(200, &format!(r#"{{"organization_id":"{organization}"}}"#));
    let (sent, client, script) = asked(
        &pinned(Some(ready("eyJ.a.b"))),
        vec![user(OURS), Play::json(200, "{}"), Play::json(200, "{}")],
    );
    sent.unwrap();
    client.send(&Request::get("/y")).unwrap();
    assert!(script.sent()[0].ends_with("/services/oauth2/userinfo"));
    assert_eq!(script.sent().len(), 3);
    let other = "00D5e000000zzzzEAA";
    let (sent, _, script) = asked(&pinned(Some(ready("eyJ.a.b"))), vec![user(other)]);
    is_refused(&sent.unwrap_err(), other);
    assert_eq!(script.sent().len(), 1);
}

#[test]
fn a_session_that_the_connection_brings_is_held_to_the_pin_too() {
    let (first, ..) = org_for(
        &connection(),
        [token("T1", &identity("00D5e000000zzzzEAA"))],
    );
    let config = ConnectionConfig {
        session: Some(first.session().unwrap()),
        ..pinned(None)
    };
    let (sent, _, script) = asked(&config, vec![]);
    is_refused(&sent.unwrap_err(), "00D5e000000zzzz");
    assert!(script.sent().is_empty());
}

#[test]
fn a_renewed_session_is_held_to_the_pin_before_the_request_is_repeated() {
    let other = "00D5e000000zzzzEAA";
    let plays = vec![
        token("T1", &identity(OURS)),
        expired(),
        token("T2", &identity(other)),
    ];
    let (sent, _, script) = asked(&pinned(None), plays);
    is_refused(&sent.unwrap_err(), other);
    assert_eq!(script.sent().len(), 3);
}

#[test]
fn what_is_no_id_of_an_org_is_refused_at_once() {
    let config = ConnectionConfig {
        organization_id: Some("001000000000001".into()),
        ..connection()
    };
    let fault = crate::connection::Settings::from_config(&config)
        .err()
        .unwrap();
    assert_eq!(fault.kind, FaultKind::Config);
}
