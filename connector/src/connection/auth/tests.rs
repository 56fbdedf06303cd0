use crate::bindings::FaultKind;
use crate::bindings::exports::salesforce::connector::connection::{
    AuthFlow, AuthorizationCode, ConnectionConfig, JwtBearer, Password, RefreshToken, RetryPolicy,
    SoapLogin,
};
use crate::org::Call;
use crate::testing::{connection, expired, org_for, token};
use crate::transport::scripted::Play;
use crate::transport::{Failure, Request};

fn with(auth: AuthFlow) -> ConnectionConfig {
    ConnectionConfig {
        auth,
        ..connection()
    }
}

fn form(request: &Request) -> Vec<(String, String)> {
    url::form_urlencoded::parse(&request.body)
        .into_owned()
        .collect()
}

fn field(request: &Request, name: &str) -> String {
    form(request)
        .into_iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
        .unwrap_or_default()
}

fn refresh() -> AuthFlow {
    AuthFlow::RefreshToken(RefreshToken {
        client_id: "key".into(),
        client_secret: None,
        refresh_token: "R1".into(),
        token_url: None,
    })
}

fn rotated(access_token: &str, refresh_token: &str) -> Play {
    Play::json(
        200,
        &format!(
            r#"{{"access_token":"{access_token}","refresh_token":"{refresh_token}","instance_url":"https://eu1.salesforce.com"}}"#
        ),
    )
}

fn soap() -> AuthFlow {
    AuthFlow::SoapLogin(SoapLogin {
        username: "a&b@acme.com".into(),
        password: "p<w".into(),
        security_token: Some("TOK".into()),
    })
}

#[test]
fn a_rotated_refresh_token_is_handed_back_and_used_next() {
    let (org, script, _) = org_for(
        &with(refresh()),
        [
            rotated("T1", "R2"),
            expired(),
            rotated("T2", "R3"),
            Play::json(200, "{}"),
        ],
    );
    org.send(&Call::get("/x")).unwrap();
    assert_eq!(field(&script.requests()[0], "refresh_token"), "R1");
    assert_eq!(field(&script.requests()[2], "refresh_token"), "R2");
    assert_eq!(org.session().unwrap().refresh_token.as_deref(), Some("R3"));
}

#[test]
fn a_refresh_token_in_the_session_wins_over_the_connection() {
    let (first, ..) = org_for(&with(refresh()), [rotated("T1", "R2")]);
    let config = ConnectionConfig {
        session: Some(first.session().unwrap()),
        ..with(refresh())
    };
    let (org, script, _) = org_for(&config, [expired(), token("T2"), Play::json(200, "{}")]);
    org.send(&Call::get("/x")).unwrap();
    assert_eq!(field(&script.requests()[1], "refresh_token"), "R2");
    assert_eq!(org.session().unwrap().refresh_token.as_deref(), Some("R2"));
}

#[test]
fn an_authorization_code_is_sent_once_with_its_verifier() {
    let flow = AuthorizationCode {
        client_id: "key".into(),
        client_secret: None,
        code: "C1".into(),
        redirect_uri: "http://localhost:1717/callback".into(),
        code_verifier: Some("v".repeat(43)),
        token_url: None,
    };
    let (org, script, _) = org_for(
        &with(AuthFlow::AuthorizationCode(flow.clone())),
        [
            rotated("T1", "R1"),
            expired(),
            token("T2"),
            Play::json(200, "{}"),
        ],
    );
    org.send(&Call::get("/x")).unwrap();
    assert_eq!(
        field(&script.requests()[0], "grant_type"),
        "authorization_code"
    );
    assert_eq!(field(&script.requests()[0], "code_verifier").len(), 43);
    assert_eq!(field(&script.requests()[2], "grant_type"), "refresh_token");
    let (lost, script, _) = org_for(
        &with(AuthFlow::AuthorizationCode(flow)),
        [Play::Fail(Failure::Lost), token("T1")],
    );
    assert!(lost.session().is_err());
    assert_eq!(script.left(), 1);
}

#[test]
fn the_security_token_follows_the_password() {
    let flow = Password {
        client_id: "key".into(),
        client_secret: "hush".into(),
        username: "u@acme.com".into(),
        password: "pw&=".into(),
        security_token: Some("TOK".into()),
        token_url: None,
    };
    let (org, script, _) = org_for(&with(AuthFlow::Password(flow)), [token("T1")]);
    let session = org.session().unwrap();
    assert_eq!(field(&script.requests()[0], "password"), "pw&=TOK");
    assert!(session.warning.unwrap().contains("ending"));
}

#[test]
fn a_refused_login_says_what_to_check_and_keeps_salesforce_words() {
    let refusal = Play::json(
        400,
        r#"{"error":"invalid_grant","error_description":"authentication failure"}"#,
    );
    let (org, ..) = org_for(&connection(), [refusal]);
    let fault = org.session().unwrap_err();
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
            private_key: include_str!("key.pem").into(),
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
        let (org, ..) = org_for(&with(auth), [answer]);
        let message = org.session().unwrap_err().message;
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
    let (org, ..) = org_for(&config, [Play::Fail(Failure::Timeout)]);
    let fault = org.session().unwrap_err();
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
    let (org, ..) = org_for(
        &connection(),
        [Play::Answer(404, Vec::new(), b"<html>".to_vec())],
    );
    let fault = org.session().unwrap_err();
    assert_eq!(fault.kind, FaultKind::Config);
    assert!(
        fault
            .message
            .contains("does not answer like a token endpoint"),
        "{}",
        fault.message
    );
}

#[test]
fn a_plain_http_instance_is_refused() {
    let answer = Play::json(
        200,
        r#"{"access_token":"T","instance_url":"http://eu1.salesforce.com"}"#,
    );
    let (org, ..) = org_for(&connection(), [answer]);
    assert!(org.session().unwrap_err().message.contains("https://"));
}

#[test]
fn soap_login_escapes_and_reads_xml() {
    let answer = r#"<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"><soapenv:Body><loginResponse><result><serverUrl>https://eu1.salesforce.com/services/Soap/u/62.0/00Dx</serverUrl><sessionId>00D!a&amp;b</sessionId></result></loginResponse></soapenv:Body></soapenv:Envelope>"#;
    let (org, script, _) = org_for(&with(soap()), [Play::json(200, answer)]);
    let session = org.session().unwrap();
    assert_eq!(
        (session.access_token.as_str(), session.instance_url.as_str()),
        ("00D!a&b", "https://eu1.salesforce.com")
    );
    assert!(session.warning.unwrap().contains("Summer '27"));
    let request = String::from_utf8(script.requests()[0].body.to_vec()).unwrap();
    assert!(
        request.contains("<username>a&amp;b@acme.com</username><password>p&lt;wTOK</password>"),
        "{request}"
    );
    assert_eq!(
        script.sent(),
        ["Post https://acme.my.salesforce.com/services/Soap/u/62.0"]
    );
}

#[test]
fn soap_faults_keep_their_code() {
    let answer = r#"<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="urn:fault.partner.soap.sforce.com"><soapenv:Body><soapenv:Fault><faultcode>sf:INVALID_LOGIN</faultcode><faultstring>INVALID_LOGIN: Invalid username, password, security token; or user locked out.</faultstring></soapenv:Fault></soapenv:Body></soapenv:Envelope>"#;
    let (org, ..) = org_for(&with(soap()), [Play::json(500, answer)]);
    let fault = org.session().unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unauthenticated);
    assert_eq!(fault.upstream[0].code, "INVALID_LOGIN");
}

/// A login fault in Salesforce's form.
fn login_fault(code: &str, message: &str) -> Play {
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring><detail><sf:LoginFault xsi:type="sf:LoginFault"><sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>{message}</sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"#
    );
    Play::Answer(
        500,
        vec![("content-type".into(), "text/xml".into())],
        body.into_bytes(),
    )
}

#[test]
fn only_a_refusal_of_the_user_is_one_of_the_credentials() {
    let cases = [
        ("INVALID_LOGIN", FaultKind::Unauthenticated, "check user"),
        (
            "LOGIN_MUST_USE_SECURITY_TOKEN",
            FaultKind::Unauthenticated,
            "security token, or",
        ),
        (
            "LOGIN_DURING_RESTRICTED_DOMAIN",
            FaultKind::Unauthenticated,
            "login IP ranges",
        ),
        (
            "LOGIN_DURING_RESTRICTED_TIME",
            FaultKind::Unauthenticated,
            "login hours",
        ),
        ("PASSWORD_LOCKOUT", FaultKind::Unauthenticated, "unlock"),
        (
            "INVALID_OPERATION_WITH_EXPIRED_PASSWORD",
            FaultKind::Unauthenticated,
            "expired",
        ),
        ("API_DISABLED_FOR_ORG", FaultKind::Forbidden, "HTTP 500"),
        ("TRIAL_EXPIRED", FaultKind::Forbidden, "HTTP 500"),
        ("ORG_LOCKED", FaultKind::Unavailable, "HTTP 500"),
        (
            "REQUEST_LIMIT_EXCEEDED",
            FaultKind::LimitExceeded,
            "last 24 hours",
        ),
        (
            "UNSUPPORTED_API_VERSION",
            FaultKind::Unsupported,
            "HTTP 500",
        ),
    ];
    for (code, kind, words) in cases {
        let (org, script, _) = org_for(&with(soap()), [login_fault(code, "so it is")]);
        let fault = org.session().unwrap_err();
        assert_eq!((fault.kind, fault.attempts), (kind, 1), "{code}");
        assert_eq!(fault.upstream[0].code, code);
        assert_eq!(fault.upstream[0].message, "so it is");
        assert!(fault.message.contains(words), "{}", fault.message);
        assert_eq!(script.sent().len(), 1, "{code} is not tried again");
    }
}

#[test]
fn a_login_that_the_org_cannot_answer_now_is_tried_again() {
    let welcome = r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"><s:Body><loginResponse><result><serverUrl>https://eu1.salesforce.com/services/Soap/u/62.0/00Dx</serverUrl><sessionId>S1</sessionId></result></loginResponse></s:Body></s:Envelope>"#;
    for trouble in [
        login_fault("SERVER_UNAVAILABLE", "later"),
        login_fault("UNKNOWN_EXCEPTION", "oops"),
        login_fault("ORG_IN_MAINTENANCE", "later"),
        login_fault(
            "REQUEST_LIMIT_EXCEEDED",
            "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
        ),
        Play::Answer(503, Vec::new(), b"<html>busy</html>".to_vec()),
        Play::Fail(Failure::Lost),
    ] {
        let (org, script, _) = org_for(&with(soap()), [trouble, Play::json(200, welcome)]);
        assert_eq!(org.session().unwrap().access_token, "S1");
        assert_eq!(script.left(), 0);
    }
}

#[test]
fn a_token_endpoint_that_cannot_answer_now_is_asked_again() {
    let words = |status: u16, code: &str, description: &str| {
        Play::json(
            status,
            &format!(r#"{{"error":"{code}","error_description":"{description}"}}"#),
        )
    };
    for trouble in [
        words(400, "unknown_error", "retry your request"),
        words(
            400,
            "invalid_grant",
            "token request is already being processed",
        ),
        words(400, "server_error", "x"),
        words(503, "temporarily_unavailable", "x"),
        words(500, "x", "x"),
        words(429, "x", "x"),
        Play::json(
            403,
            r#"[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"ConcurrentRequests (Concurrent API Requests) Limit exceeded."}]"#,
        ),
    ] {
        let (org, script, _) = org_for(&with(refresh()), [trouble, token("T1")]);
        assert_eq!(org.session().unwrap().access_token, "T1");
        assert_eq!(script.left(), 0);
    }
}

#[test]
fn a_login_that_is_refused_for_other_reasons_than_credentials_keeps_its_kind() {
    for (status, body, kind) in [
        (
            403,
            r#"[{"errorCode":"API_DISABLED_FOR_ORG","message":"x"}]"#,
            FaultKind::Forbidden,
        ),
        (
            403,
            r#"[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]"#,
            FaultKind::LimitExceeded,
        ),
        (
            400,
            r#"{"error":"rate_limit_exceeded","error_description":"too many logins"}"#,
            FaultKind::LimitExceeded,
        ),
        (
            400,
            r#"{"error":"invalid_grant","error_description":"login rate exceeded"}"#,
            FaultKind::LimitExceeded,
        ),
        (
            400,
            r#"{"error":"invalid_app_access","error_description":"user is not admin approved to access this app"}"#,
            FaultKind::Unauthenticated,
        ),
        (
            401,
            r#"{"error":"invalid_client","error_description":"invalid client credentials"}"#,
            FaultKind::Unauthenticated,
        ),
    ] {
        let (org, script, _) = org_for(&connection(), [Play::json(status, body)]);
        let fault = org.session().unwrap_err();
        assert_eq!((fault.kind, fault.status), (kind, Some(status)), "{body}");
        assert_eq!(script.sent().len(), 1);
    }
}

#[test]
fn soap_login_is_not_offered_for_api_65() {
    let config = ConnectionConfig {
        api_version: Some("65.0".into()),
        ..with(soap())
    };
    let fault = crate::connection::Settings::of(&config).err().unwrap();
    assert!(
        fault.message.contains("does not exist in API version 65.0"),
        "{}",
        fault.message
    );
}

#[test]
fn a_key_that_is_no_key_is_refused_without_being_quoted() {
    let flow = JwtBearer {
        client_id: "key".into(),
        username: "u@acme.com".into(),
        private_key: "not a key".into(),
        audience: None,
        token_url: None,
    };
    let (org, script, _) = org_for(&with(AuthFlow::JwtBearer(flow)), []);
    let fault = org.session().unwrap_err();
    assert_eq!(fault.kind, FaultKind::Config);
    assert!(!fault.message.contains("not a key") && script.sent().is_empty());
}
