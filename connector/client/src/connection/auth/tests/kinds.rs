//! Refusals that are about the credentials, and others.

use super::*;

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
        let (client, script, _) = org_for(&with(soap()), [login_fault(code, "so it is")]);
        let fault = client.session().unwrap_err();
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
    for failed in [
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
        let (client, script, _) = org_for(&with(soap()), [failed, Play::json(200, welcome)]);
        assert_eq!(client.session().unwrap().access_token, "S1");
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
    for failed in [
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
        let (client, script, _) = org_for(&with(refresh()), [failed, token("T1")]);
        assert_eq!(client.session().unwrap().access_token, "T1");
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
        let (client, script, _) = org_for(&connection(), [Play::json(status, body)]);
        let fault = client.session().unwrap_err();
        assert_eq!((fault.kind, fault.status), (kind, Some(status)), "{body}");
        assert_eq!(script.sent().len(), 1);
    }
}
