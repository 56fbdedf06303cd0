use super::*;

fn kind_of(status: u16, body: &str) -> (FaultKind, Retry) {
    let (fault, retry) = from_answer(status, body.as_bytes());
    (fault.kind, retry)
}

#[test]
fn every_kind_of_answer_is_sorted() {
    use FaultKind as K;
    let error =
        |code: &str, message: &str| format!(r#"[{{"errorCode":"{code}","message":"{message}"}}]"#);
    let cases = [
        (
            400,
            error("MALFORMED_QUERY", "unexpected token"),
            K::Invalid,
            Retry::Never,
        ),
        (
            400,
            error("INVALID_FIELD", "No such column"),
            K::Invalid,
            Retry::Never,
        ),
        (
            400,
            error("REQUIRED_FIELD_MISSING", "x"),
            K::Invalid,
            Retry::Never,
        ),
        (
            400,
            error("DUPLICATE_VALUE", "x"),
            K::Conflict,
            Retry::Never,
        ),
        (
            400,
            error("UNABLE_TO_LOCK_ROW", "x"),
            K::Conflict,
            Retry::Always,
        ),
        (
            400,
            error("INVALID_QUERY_LOCATOR", "x"),
            K::CheckpointLost,
            Retry::Never,
        ),
        (400, error("QUERY_TIMEOUT", "x"), K::Timeout, Retry::Never),
        (
            401,
            error("INVALID_SESSION_ID", "x"),
            K::Unauthenticated,
            Retry::Never,
        ),
        (
            400,
            r#"{"error":"invalid_grant","error_description":"x"}"#.into(),
            K::Invalid,
            Retry::Never,
        ),
        (
            403,
            error("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
            K::LimitExceeded,
            Retry::Never,
        ),
        (
            403,
            error(
                "REQUEST_LIMIT_EXCEEDED",
                "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
            ),
            K::LimitExceeded,
            Retry::Always,
        ),
        (
            403,
            error("API_DISABLED_FOR_ORG", "x"),
            K::Forbidden,
            Retry::Never,
        ),
        (
            400,
            r#"{"error":"unknown_error","error_description":"retry your request"}"#.into(),
            K::Unavailable,
            Retry::IfRepeatable,
        ),
        (404, error("NOT_FOUND", "x"), K::NotFound, Retry::Never),
        (
            404,
            error("ENTITY_IS_DELETED", "x"),
            K::NotFound,
            Retry::Never,
        ),
        (
            405,
            error("METHOD_NOT_ALLOWED", "x"),
            K::Unsupported,
            Retry::Never,
        ),
        (409, String::new(), K::Conflict, Retry::Never),
        (410, error("GONE", "x"), K::Unsupported, Retry::Never),
        (414, "<html>".into(), K::Invalid, Retry::Never),
        (429, String::new(), K::LimitExceeded, Retry::Always),
        (
            500,
            error("UNKNOWN_EXCEPTION", "x"),
            K::Unavailable,
            Retry::IfRepeatable,
        ),
        (502, "<html>".into(), K::Unavailable, Retry::IfRepeatable),
        (
            503,
            error("SERVER_UNAVAILABLE", "x"),
            K::Unavailable,
            Retry::IfRepeatable,
        ),
        (302, String::new(), K::Protocol, Retry::InDoubt),
        (304, String::new(), K::Protocol, Retry::Never),
    ];
    for (status, body, kind, retry) in cases {
        assert_eq!(kind_of(status, &body), (kind, retry), "{status} {body}");
    }
}

#[test]
fn salesforce_words_are_kept() {
    let body = br#"[{"message":"Required fields are missing: [LastName]","errorCode":"REQUIRED_FIELD_MISSING","fields":["LastName"]}]"#;
    let (fault, _) = from_answer(400, body);
    let [upstream_error] = fault.upstream.as_slice() else {
        panic!("one error expected")
    };
    assert_eq!(upstream_error.code, "REQUIRED_FIELD_MISSING");
    assert_eq!(upstream_error.fields, ["LastName"]);
    assert!(
        fault
            .message
            .contains("Required fields are missing: [LastName]")
    );
}

#[test]
fn an_html_answer_is_quoted_in_one_line() {
    let (fault, _) = from_answer(502, b"<html>\n  <body>Bad\n gateway</body>");
    assert_eq!(
        fault.message,
        "The org answered HTTP 502 with `<html> <body>Bad gateway</body>`"
    );
}

#[test]
fn of_other_answers_more_is_quoted_than_of_pages() {
    let quoted = |start: &str| {
        let body = format!("{start}{}", "x".repeat(5000));
        from_answer(409, body.as_bytes()).0.message.len()
    };
    assert!((1000..1100).contains(&quoted("{\"conflict\":\"")));
    assert!((200..300).contains(&quoted("\n<!DOCTYPE html><title>")));
}

#[test]
fn only_what_was_not_sent_is_always_repeated() {
    for (failure, retry) in [
        (Failure::NotSent, Retry::Always),
        (Failure::Timeout, Retry::IfRepeatable),
        (Failure::Lost, Retry::IfRepeatable),
        (Failure::Denied, Retry::Never),
        (Failure::NoSuchHost, Retry::Never),
        (Failure::Invalid, Retry::Never),
        (Failure::Untrusted, Retry::InDoubt),
        (Failure::Protocol, Retry::InDoubt),
    ] {
        let (_, found) = from_transport(&TransportError::new(failure, "x"));
        assert_eq!(found, retry, "{failure:?}");
        assert_eq!(found.maybe_applied(), failure.maybe_delivered());
    }
}

#[test]
fn the_identity_endpoints_bad_token_is_an_invalid_session() {
    for body in ["Bad_OAuth_Token", "Bad_Oauth_Token\n"] {
        let (fault, retry) = from_answer(403, body.as_bytes());
        assert_eq!(
            (fault.kind, retry),
            (FaultKind::Unauthenticated, Retry::Never)
        );
        assert!(session_is_invalid(&fault), "{body}");
    }
    assert!(!session_is_invalid(&from_answer(403, b"Forbidden").0));
}
