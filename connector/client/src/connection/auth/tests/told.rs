//! What is told of a login that did not succeed.

use super::*;

#[test]
fn a_refused_login_says_what_to_check_and_keeps_salesforce_words() {
    let refusal = Play::json(
        400,
        r#"{"error":"invalid_grant","error_description":"authentication failure"}"#,
    );
    let (client, ..) = org_for(&connection(), [refusal]);
    let fault = client.session().unwrap_err();
    assert_eq!(
        (fault.kind, fault.status),
        (FaultKind::Unauthenticated, Some(400))
    );
    assert!(
        fault
            .message
            .contains("invalid_grant: authentication failure"),
        "{}",
        fault.message
    );
    assert!(!fault.message.contains("hush"));
}

#[test]
fn a_refused_login_names_its_flow_and_host_and_says_how_to_fix_it() {
    let refused = |code: &str, description: &str| {
        Play::json(
            400,
            &format!(r#"{{"error":"{code}","error_description":"{description}"}}"#),
        )
    };
    let jwt = || {
        AuthFlow::JwtBearer(JwtBearer {
            client_id: "key".into(),
            username: "u@acme.com".into(),
            private_key: include_str!("../key.pem").into(),
            audience: None,
            token_url: Some("https://login.salesforce.com/services/oauth2/token".into()),
        })
    };
    let password = || {
        AuthFlow::Password(Password {
            client_id: "key".into(),
            client_secret: "hush".into(),
            username: "u@acme.com".into(),
            password: "pa55".into(),
            security_token: None,
            token_url: None,
        })
    };
    let code = || {
        AuthFlow::AuthorizationCode(AuthorizationCode {
            client_id: "key".into(),
            client_secret: None,
            code: "c0de".into(),
            redirect_uri: "http://localhost/x".into(),
            code_verifier: None,
            token_url: None,
        })
    };
    let acme = "https://acme.my.salesforce.com";
    let cases = [
        (
            jwt(),
            refused("invalid_grant", "invalid assertion"),
            "`jwt-bearer` at https://login.salesforce.com was refused: invalid_grant: invalid assertion".to_owned(),
            "certificate belongs to private-key",
        ),
        (
            jwt(),
            refused("invalid_grant", "user hasn't approved this consumer"),
            "user hasn't approved this consumer".to_owned(),
            "pre-authorise the user",
        ),
        (
            connection().auth,
            refused("invalid_grant", "no client credentials user enabled"),
            format!("`client-credentials` at {acme} was refused: invalid_grant: no client"),
            "choose the user that it runs as",
        ),
        (
            refresh(),
            refused("invalid_grant", "expired access/refresh token"),
            format!("`refresh-token` at {acme} was refused: invalid_grant: expired"),
            "supply the new one",
        ),
        (
            code(),
            refused("redirect_uri_mismatch", "redirect_uri must match configuration"),
            format!("`authorization-code` at {acme} was refused: redirect_uri_mismatch"),
            "callback URLs",
        ),
        (
            password(),
            refused("invalid_grant", "authentication failure"),
            format!("`password` at {acme} was refused: invalid_grant: authentication failure"),
            "allows OAuth user name and password flows",
        ),
        (
            soap(),
            login_fault("INVALID_LOGIN", "Invalid username"),
            format!("`soap-login` at {acme} was refused: INVALID_LOGIN: Invalid username"),
            "security token",
        ),
        (
            connection().auth,
            Play::Answer(404, Vec::new(), b"<html>".to_vec()),
            format!("`client-credentials` at {acme} failed: "),
            "check connection.url",
        ),
    ];
    for (auth, answer, words, hint) in cases {
        let (client, ..) = org_for(&with(auth), [answer]);
        let message = client.session().unwrap_err().message;
        assert!(message.starts_with("The login by `"), "{message}");
        assert!(message.contains(&words), "{message}");
        assert!(message.contains(hint), "{message}");
        for secret in ["hush", "pa55", "c0de", "R1", "p<w", "BEGIN"] {
            assert!(!message.contains(secret), "{message}");
        }
    }
}

#[test]
fn a_login_that_no_host_answers_names_its_flow_too() {
    let config = ConnectionConfig {
        retry: Some(RetryPolicy {
            max_attempts: Some(1),
            first_delay_ms: None,
            max_delay_ms: None,
            total_ms: None,
        }),
        ..connection()
    };
    let (client, ..) = org_for(&config, [Play::Fail(Failure::Timeout)]);
    let fault = client.session().unwrap_err();
    assert!(
        fault.message.starts_with(
            "The login by `client-credentials` at https://acme.my.salesforce.com failed: "
        ),
        "{}",
        fault.message
    );
}

#[test]
fn a_page_that_is_no_token_endpoint_is_named() {
    let (client, ..) = org_for(
        &connection(),
        [Play::Answer(404, Vec::new(), b"<html>".to_vec())],
    );
    let fault = client.session().unwrap_err();
    assert_eq!(fault.kind, FaultKind::Config);
    assert!(
        fault
            .message
            .contains("does not answer like a token endpoint"),
        "{}",
        fault.message
    );
}
