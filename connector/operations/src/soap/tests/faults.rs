//! Sessions and faults of the SOAP layer.

use super::*;

#[test]
fn the_session_travels_in_the_body_alone() {
    let (client, script, _) = client([page("query", &[], None, 0)]);
    ask(&client, "SELECT Id FROM Account").unwrap();
    let request = &script.requests()[1];
    let body = String::from_utf8_lossy(&request.body);
    assert!(
        body.contains("<SessionHeader><sessionId>T1</sessionId></SessionHeader>"),
        "{body}"
    );
    assert!(
        !request
            .headers
            .iter()
            .any(|(name, _)| name == "authorization")
    );
}

fn ask(client: &Client, soql: &str) -> Result<(), Fault> {
    let config = QueryConfig {
        soql: soql.into(),
        bind: None,
        batch_size: None,
        untyped: true,
        headers: None,
        format: None,
    };
    query::query(client, &config).map(|_| ())
}

/// The kind of fault that an answer ends a query with, sent once.
pub(in crate::soap) fn kind_of(play: Play) -> Option<(FaultKind, String)> {
    let mut connection = connection();
    connection.retry = Some(RetryPolicy {
        max_attempts: Some(1),
        first_delay_ms: None,
        max_delay_ms: None,
        total_ms: None,
    });
    let (client, ..) = org_for(&connection, [token("T1"), play]);
    let fault = ask(&client, "SELECT Id FROM Account").err()?;
    Some((fault.kind, fault.message))
}

#[test]
fn codes_of_soap_faults_decide_their_kind_though_all_have_status_500() {
    let cases = [
        ("MALFORMED_QUERY", "x", FaultKind::Invalid),
        ("INVALID_FIELD", "x", FaultKind::Invalid),
        ("API_DISABLED_FOR_ORG", "x", FaultKind::Forbidden),
        ("INSUFFICIENT_ACCESS", "x", FaultKind::Forbidden),
        ("UNABLE_TO_LOCK_ROW", "x", FaultKind::Conflict),
        (
            "REQUEST_LIMIT_EXCEEDED",
            "TotalRequests",
            FaultKind::LimitExceeded,
        ),
        ("QUERY_TIMEOUT", "x", FaultKind::Timeout),
        ("SERVER_UNAVAILABLE", "x", FaultKind::Unavailable),
        ("UNKNOWN_EXCEPTION", "x", FaultKind::Unavailable),
        ("UNSUPPORTED_API_VERSION", "x", FaultKind::Unsupported),
        ("A_CODE_OF_TOMORROW", "x", FaultKind::Invalid),
    ];
    for (code, message, kind) in cases {
        let (found, sentence) = kind_of(fault(code, message)).unwrap();
        assert_eq!(found, kind, "{code}");
        assert!(sentence.contains(code), "{sentence}");
    }
}

#[test]
fn faults_of_the_soap_layer_tell_who_is_to_blame() {
    let fault = |code: &str| {
        xml(
            500,
            &format!(
                "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault><faultcode>s:{code}</faultcode><faultstring>The element is invalid</faultstring></s:Fault></s:Body></s:Envelope>"
            ),
        )
    };
    assert_eq!(kind_of(fault("Client")).unwrap().0, FaultKind::Invalid);
    assert_eq!(kind_of(fault("Server")).unwrap().0, FaultKind::Unavailable);
}

#[test]
fn a_fault_with_a_good_status_is_a_fault_all_the_same() {
    let Play::Answer(_, headers, body) = fault("INVALID_FIELD", "no such column") else {
        panic!("a fault is an answer")
    };
    let (kind, message) = kind_of(Play::Answer(200, headers, body)).unwrap();
    assert_eq!(kind, FaultKind::Invalid);
    assert!(message.contains("no such column"), "{message}");
}
