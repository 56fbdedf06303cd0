use super::*;
use crate::exchange::Idempotency;
use crate::expected::Expected;
use crate::testing::{client, connection, expired, org_for, token};
use crate::transport::scripted::Play;
use crate::transport::{Failure, HttpRequest, Method};
use salesforce_contract::bindings::FaultKind;
use salesforce_contract::bindings::exports::salesforce::connector::connection::{
    AccessToken, AuthFlow,
};

const GET: &str = "/services/data/v62.0/limits";

fn authorization(request: &HttpRequest) -> &str {
    request
        .headers
        .iter()
        .find(|(name, _)| name == "authorization")
        .map_or("", |(_, value)| value)
}

#[test]
fn the_instance_of_the_token_answer_is_asked() {
    let (client, script, _) = client([Play::json(200, "{}")]);
    client.send(&Request::get(GET)).unwrap();
    assert_eq!(
        script.sent(),
        [
            "Post https://acme.my.salesforce.com/services/oauth2/token",
            "Get https://eu1.salesforce.com/services/data/v62.0/limits"
        ]
    );
    assert_eq!(authorization(&script.requests()[1]), "Bearer T1");
}

#[test]
fn an_ended_session_is_renewed_once_and_the_request_repeated() {
    let (client, script, clock) =
        client([expired(), token("T2"), Play::json(200, r#"{"fine":true}"#)]);
    let reply = client.send(&Request::get(GET)).unwrap();
    assert_eq!(reply.body, br#"{"fine":true}"#);
    assert_eq!(authorization(&script.requests()[3]), "Bearer T2");
    assert!(client.message(reply).metadata.session_renewed);
    assert!(clock.slept().is_empty());
}

fn post() -> Request {
    Request::write(
        Method::Post,
        GET,
        Idempotency::NonIdempotent,
        "application/json",
        b"{}",
    )
    .expecting(Expected::Created(&[]))
}

#[test]
fn a_post_is_repeated_after_a_401_because_it_was_not_acted_on() {
    let (client, script, _) = client([expired(), token("T2"), Play::json(201, "{}")]);
    client.send(&post()).unwrap();
    assert_eq!(script.left(), 0);
}

#[test]
fn a_second_401_is_a_fault() {
    let (client, script, _) = client([expired(), token("T2"), expired()]);
    let fault = client.send(&Request::get(GET)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unauthenticated);
    assert_eq!(script.left(), 0);
}

#[test]
fn failures_that_pass_are_repeated_for_reads() {
    for play in [
        Play::json(503, ""),
        Play::json(500, ""),
        Play::json(429, ""),
        Play::Fail(Failure::Lost),
        Play::Fail(Failure::Timeout),
        Play::Fail(Failure::NotSent),
        Play::CutShort(200, b"{\"rec".to_vec()),
    ] {
        let (client, script, _) = client([play, Play::json(200, "{}")]);
        assert_eq!(client.send(&Request::get(GET)).unwrap().body, b"{}");
        assert_eq!(script.left(), 0);
    }
}

#[test]
fn a_create_is_repeated_only_if_it_certainly_was_not_acted_on() {
    for safe in [Play::json(429, ""), Play::Fail(Failure::NotSent)] {
        let (client, ..) = client([safe, Play::json(201, "{}")]);
        assert!(client.send(&post()).is_ok());
    }
    for unsafe_play in [
        Play::json(503, ""),
        Play::Fail(Failure::Lost),
        Play::Fail(Failure::Timeout),
        Play::CutShort(201, b"{".to_vec()),
    ] {
        let (client, script, _) = client([unsafe_play, Play::json(201, "{}")]);
        let fault = client.send(&post()).unwrap_err();
        assert!(fault.maybe_applied && fault.retry_after_ms.is_none() && fault.attempts == 1);
        assert_eq!(script.left(), 1);
    }
}

#[test]
fn retry_after_is_waited_for() {
    let busy = Play::Answer(429, vec![("retry-after".into(), "2".into())], Vec::new());
    let (client, _, clock) = client([busy, Play::json(200, "{}")]);
    client.send(&Request::get(GET)).unwrap();
    assert_eq!(clock.slept(), [2_000]);
}

#[test]
fn a_used_up_day_is_not_tried_again_and_concurrent_requests_are() {
    let limit = |message: &str| {
        Play::json(
            403,
            &format!(r#"[{{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"{message}"}}]"#),
        )
    };
    let (daily, script, _) = client([
        limit("TotalRequests Limit exceeded."),
        Play::json(200, "{}"),
    ]);
    let fault = daily.send(&Request::get(GET)).unwrap_err();
    assert_eq!(
        (fault.kind, fault.retry_after_ms, script.left()),
        (FaultKind::LimitExceeded, None, 1)
    );
    let (concurrent, ..) = client([
        limit("ConcurrentPerOrgLongTxn Limit exceeded."),
        Play::json(200, "{}"),
    ]);
    assert!(concurrent.send(&Request::get(GET)).is_ok());
}

#[test]
fn a_rate_limit_is_waited_out_whatever_code_comes_with_it() {
    let body =
        r#"[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]"#;
    let soon = || vec![("retry-after".into(), "1".into())];
    for busy in [
        Play::Answer(429, soon(), body.into()),
        Play::Answer(403, soon(), body.into()),
        Play::json(429, body),
    ] {
        let (client, script, _) = client([busy, Play::json(200, "{}")]);
        assert!(client.send(&Request::get(GET)).is_ok());
        assert_eq!(script.left(), 0);
    }
}

#[test]
fn answers_that_cannot_be_taken_leave_a_write_in_doubt() {
    for play in [
        Play::json(
            200,
            &" ".repeat(salesforce_contract::limits::MAX_REPLY_BYTES + 1),
        ),
        Play::Fail(Failure::Untrusted),
        Play::Answer(302, vec![("location".into(), "/login".into())], Vec::new()),
    ] {
        let (client, script, _) = client([play, Play::json(201, "{}")]);
        let fault = client.send(&post()).unwrap_err();
        assert!(fault.maybe_applied, "{}", fault.message);
        assert_eq!(script.left(), 1);
    }
}

#[test]
fn an_uncaught_apex_exception_is_a_refusal() {
    let body = r#"[{"errorCode":"APEX_ERROR","message":"System.NullPointerException"}]"#;
    let post = Request::write(
        Method::Post,
        GET,
        Idempotency::NonIdempotent,
        "application/json",
        b"{}",
    );
    for call in [Request::get(GET), post] {
        let (client, ..) = client([Play::json(500, body), Play::json(200, "{}")]);
        let fault = client.send(&call).unwrap_err();
        assert_eq!(
            (fault.kind, fault.attempts, fault.maybe_applied),
            (FaultKind::Invalid, 1, false)
        );
    }
}

#[test]
fn a_name_that_does_not_exist_is_asked_for_once() {
    let (client, ..) = client([Play::Fail(Failure::NoSuchHost)]);
    let fault = client.send(&Request::get(GET)).unwrap_err();
    assert_eq!((fault.kind, fault.attempts), (FaultKind::Unavailable, 1));
}

#[test]
fn a_moved_domain_is_named_without_what_may_be_secret() {
    let to = "https://acme2.my.salesforce.com/services/data?sid=00Dhush#x";
    let moved = Play::Answer(301, vec![("location".into(), to.into())], Vec::new());
    let (client, ..) = client([moved]);
    let fault = client.send(&Request::get(GET)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Config);
    assert!(fault.message.contains("https://acme2.my.salesforce.com/"));
    assert!(!fault.message.contains("hush"), "{}", fault.message);
}

#[test]
fn requests_name_the_product_unless_the_connection_does() {
    let named = |config: &ConnectionConfig| {
        let (client, script, _) = org_for(config, [token("T1"), Play::json(200, "{}")]);
        client.send(&Request::get(GET)).unwrap();
        script.requests().into_iter().map(|request| {
            let headers = request.headers.into_iter();
            let mut named = headers.filter(|(name, _)| name.eq_ignore_ascii_case("user-agent"));
            (named.next().map(|(_, value)| value), named.next())
        })
    };
    let ours = format!("salesforce-connector/{}", env!("CARGO_PKG_VERSION"));
    assert!(named(&connection()).all(|found| found == (Some(ours.clone()), None)));
    let mut config = connection();
    config.headers = Some(vec![("User-Agent".into(), "acme/1".into())]);
    assert!(named(&config).all(|found| found == (Some("acme/1".into()), None)));
}

#[test]
fn the_last_fault_tells_the_attempts() {
    let (client, ..) = client((0..5).map(|_| Play::json(503, "")));
    let fault = client.send(&Request::get(GET)).unwrap_err();
    assert_eq!((fault.kind, fault.attempts), (FaultKind::Unavailable, 5));
    assert!(fault.elapsed_ms > 0 && fault.retry_after_ms.is_some());
    assert!(
        fault.message.contains("gave up after 5 attempts"),
        "{}",
        fault.message
    );
}

#[test]
fn latest_asks_the_org_once_per_session() {
    let mut config = connection();
    config.api_version = None;
    let versions = r#"[{"label":"Winter '26","url":"/services/data/v65.0","version":"65.0"},{"label":"x","url":"y","version":"9.0"}]"#;
    let (client, script, _) = org_for(
        &config,
        [
            token("T1"),
            Play::json(200, versions),
            Play::json(200, "{}"),
        ],
    );
    assert_eq!(
        client.path("limits").unwrap(),
        "/services/data/v65.0/limits"
    );
    assert_eq!(client.path("query").unwrap(), "/services/data/v65.0/query");
    assert_eq!(
        script.sent()[1],
        "Get https://eu1.salesforce.com/services/data"
    );
    assert_eq!(script.left(), 1);
}

#[test]
fn a_warm_session_saves_the_login() {
    let (cold, ..) = client([]);
    let mut config = connection();
    config.session = Some(cold.session().unwrap());
    let (warm, script, _) = org_for(&config, [Play::json(200, "{}")]);
    let reply = warm.send(&Request::get(GET)).unwrap();
    assert_eq!(script.sent().len(), 1);
    assert!(!warm.message(reply).metadata.session_renewed);
}

#[test]
fn a_ready_token_cannot_be_renewed() {
    let mut config = connection();
    config.auth = AuthFlow::AccessToken(AccessToken {
        access_token: "T0".into(),
        instance_url: None,
    });
    let (client, ..) = org_for(&config, [expired()]);
    let fault = client.send(&Request::get(GET)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unauthenticated);
    assert!(
        fault.message.contains("cannot be renewed"),
        "{}",
        fault.message
    );
}

#[test]
fn replies_keep_apart_what_each_of_them_told() {
    let usage = |used: &str| {
        let headers = vec![(
            "sforce-limit-info".into(),
            format!("api-usage={used}/15000"),
        )];
        Play::Answer(200, headers, b"{}".to_vec())
    };
    let (client, ..) = client([usage("18"), usage("19")]);
    let (first, second) = (Request::get(GET), Request::get("/2"));
    let started = (
        client.start(&first).unwrap(),
        client.start(&second).unwrap(),
    );
    let take = |call, started| client.send_as(call, Some(started), |reply, _| Ok(reply));
    let later = take(&first, started.0).unwrap();
    let last = take(&second, started.1).unwrap();
    let told = |reply| client.message(reply).metadata.usage.map(|usage| usage.used);
    assert_eq!((told(last), told(later)), (Some(19), Some(18)));
}

#[test]
fn a_wait_that_is_over_has_no_attempts_and_other_faults_after_a_request_have() {
    let (client, ..) = client([Play::json(200, "{}")]);
    client.send(&Request::get(GET)).unwrap();
    let completed = |kind| client.complete(Fault::new(kind, "")).attempts;
    assert_eq!(completed(FaultKind::Timeout), 0);
    assert_eq!(completed(FaultKind::Protocol), 1);
}
