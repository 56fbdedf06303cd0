//! Answers that mean harm, or are broken: each ends in a typed fault, in bounded time and memory, and the session goes on.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use mediate::contract::FaultKind;
use mediate::session::{Session, SessionError};
use mediate_tests::between::{Between, Instead};
use mediate_tests::org::{Way, fault, open_router, read_all};
use serde_json::{Value, json};

use super::people::{empty, people, write};

/// How long an answer may keep the connector busy.
const TIME_LIMIT: Duration = Duration::from_secs(60);
const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:sobject.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><e:Body>"#;
const TAIL: &str = "</e:Body></e:Envelope>";

/// An answer that says yes to a query, with this in its one record.
fn page(name: &str) -> String {
    format!(
        "{HEAD}<queryResponse><result><done>true</done><queryLocator xsi:nil=\"true\"/><records><sf:type>Account</sf:type>\
         <sf:Id xsi:nil=\"true\"/><sf:Name>{name}</sf:Name></records><size>1</size></result></queryResponse>{TAIL}"
    )
}

fn doctype(declarations: &str) -> String {
    page("&a;").replace("?><e:", &format!("?><!DOCTYPE x [{declarations}]><e:"))
}

fn laughs() -> String {
    let mut declarations = String::from("<!ENTITY a0 \"lol\">");
    for level in 1..30 {
        let below = format!("&a{};", level - 1).repeat(10);
        declarations.push_str(&format!("<!ENTITY a{level} \"{below}\">"));
    }
    doctype(&declarations)
}

fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_be_bytes).collect()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

/// Bodies of answers, each with a part of the sentence that the fault says.
fn answers() -> Vec<(&'static str, Vec<u8>)> {
    let cut = page("Zo\u{eb}").into_bytes();
    let before_end = page("x").find("</sf:Name>").expect("an end");
    let within = cut.iter().position(|byte| *byte == 0xc3).expect("an ë") + 1;
    let other = |old: &str, new: &str| page("x").replace(old, new).into_bytes();
    vec![
        (
            "nested more than",
            page(&"<sf:a>".repeat(1_000_000)).into_bytes(),
        ),
        (
            "elements in one result",
            page(&"<sf:a/>".repeat(1_000_001)).into_bytes(),
        ),
        ("document type", laughs().into_bytes()),
        (
            "document type",
            doctype("<!ENTITY a SYSTEM \"file:///etc/passwd\">").into_bytes(),
        ),
        (
            "document type",
            doctype("<!ENTITY % p SYSTEM \"http://127.0.0.1:1/x.dtd\"> %p;").into_bytes(),
        ),
        (
            "an entity that XML does not define",
            page("&nbsp;").into_bytes(),
        ),
        ("of the partner API", other("urn:partner", "urn:enterprise")),
        (
            "not an envelope",
            other(
                "http://schemas.xmlsoap.org/soap/envelope/",
                "http://www.w3.org/2003/05/soap-envelope",
            ),
        ),
        ("not an envelope", other(" xmlns:e=", " xmlns:f=")),
        ("cut short within a character", cut[..within].to_vec()),
        ("cut short", page("x").into_bytes()[..before_end].to_vec()),
        ("UTF-16", utf16(&page("x"))),
        ("ISO-8859-1", other("UTF-8", "ISO-8859-1")),
        (
            "not an envelope",
            b"<!-- busy --><html><body>Back soon</body></html>".to_vec(),
        ),
        ("not XML", b"Service temporarily busy".to_vec()),
        ("not XML", b"[{\"errorCode\":\"X\"}]".to_vec()),
        ("no element", Vec::new()),
        ("not UTF-8", vec![0xff; 1000]),
        ("not XML", vec![0; 1000]),
        (
            "goes on after",
            [page("x"), page("y")].concat().into_bytes(),
        ),
    ]
}

/// An org behind something that can answer in its place.
async fn org(way: Way) -> (Between, Session) {
    let between = Between::default();
    let router = between.before(sandbox::router(empty()));
    let connection = json!({"retry": {"max-attempts": 2, "first-delay-ms": 1, "max-delay-ms": 1}});
    let session = open_router(router, way, &connection).await;
    (between, session)
}

fn instead(body: Vec<u8>) -> Option<Instead> {
    Some(Instead {
        status: 200,
        headers: vec![("content-type", "text/xml")],
        body,
    })
}

async fn in_time<T>(what: &str, task: impl Future<Output = T>) -> T {
    let ended = tokio::time::timeout(TIME_LIMIT, task).await;
    ended.unwrap_or_else(|_| panic!("{what}: not done in {TIME_LIMIT:?}"))
}

fn refused(error: &SessionError, words: &str, maybe_applied: bool) {
    let fault = fault(error);
    assert_eq!(
        fault.kind,
        FaultKind::Protocol,
        "{words}: {}",
        fault.message
    );
    assert!(
        fault.message.to_lowercase().contains(&words.to_lowercase()),
        "`{words}` is not in: {}",
        fault.message
    );
    assert!(
        fault.message.len() < 800,
        "{words}: {} bytes of message",
        fault.message.len()
    );
    assert_eq!(fault.maybe_applied, maybe_applied, "{words}");
}

/// The session must do its work as if nothing had been.
async fn goes_on(between: &Between, session: &Session, after: &str) {
    between.answer(None);
    let config = json!({"soql": "SELECT COUNT() FROM Account"});
    let reply = in_time(after, session.call("soap/query", &config, None)).await;
    reply.unwrap_or_else(|error| panic!("after `{after}`: {error}"));
}

async fn every_answer(way: Way) {
    let (between, session) = org(way).await;
    let config = json!({"soql": "SELECT Name FROM Account"});
    for (words, body) in answers() {
        between.answer(instead(body));
        let page = in_time(words, session.call("soap/query", &config, None)).await;
        refused(&page.expect_err(words), words, false);
        let rows = in_time(words, read_all(&session, "soap/query-rows", &config)).await;
        refused(&rows.expect_err(words), words, false);
        goes_on(&between, &session, words).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_in_process() {
    every_answer(Way::InProcess).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_on_a_port() {
    every_answer(Way::OnAPort).await;
}

/// The org may have acted before it answered nonsense, and a create is not sent again.
#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_is_answered_by_nonsense_is_told_to_be_open() {
    let (between, session) = org(Way::OnAPort).await;
    for body in [
        Vec::new(),
        laughs().into_bytes(),
        b"<html/>".to_vec(),
        page("x").into_bytes(),
    ] {
        let words = if body.is_empty() {
            "no element"
        } else {
            "the answer"
        };
        between.answer(instead(body));
        let error = write(&session, "soap/create", &people()[..3])
            .await
            .expect_err(words);
        refused(&error, words, true);
        assert_eq!(fault(&error).attempts, 1, "{words}");
        goes_on(&between, &session, words).await;
    }
}

/// Text below the bound of answers comes through; what is larger, packed or not, is refused at the bound.
#[tokio::test(flavor = "multi_thread")]
async fn huge_answers_are_read_up_to_a_bound() {
    let (between, session) = org(Way::OnAPort).await;
    let config = json!({"soql": "SELECT Name FROM Account", "untyped": true});
    // The largest field there is: a file of 25 MB in base64.
    let largest = 34 << 20;
    between.answer(instead(page(&"x".repeat(largest)).into_bytes()));
    let reply = in_time("34 MiB", session.call("soap/query", &config, None)).await;
    let reply: Value = serde_json::from_slice(&reply.expect("a page").body).expect("JSON");
    let name = reply["records"][0]["Name"].as_str();
    assert_eq!(name.map(str::len), Some(largest));
    let rows = in_time("34 MiB", read_all(&session, "soap/query-rows", &config)).await;
    assert!(rows.expect("rows").0.len() > largest);
    let bomb = Instead {
        status: 200,
        headers: vec![("content-type", "text/xml"), ("content-encoding", "gzip")],
        body: gzip(&vec![b' '; 256 << 20]),
    };
    assert!(
        bomb.body.len() < 8 << 20,
        "{} bytes become 256 MiB",
        bomb.body.len()
    );
    for (what, answer) in [
        ("bomb", Some(bomb)),
        ("70 MiB", instead(vec![b'<'; 70 << 20])),
    ] {
        between.answer(answer);
        let page = in_time(what, session.call("soap/query", &config, None)).await;
        refused(&page.expect_err(what), "larger than", false);
        goes_on(&between, &session, what).await;
    }
}

/// Broken faults fall back to what the status says.
#[tokio::test(flavor = "multi_thread")]
async fn broken_faults_are_faults_all_the_same() {
    let (between, session) = org(Way::OnAPort).await;
    let config = json!({"soql": "SELECT Name FROM Account"});
    for body in [
        laughs(),
        "<a>".repeat(1_000_000),
        String::new(),
        "<html>down</html>".into(),
        page("x"),
    ] {
        between.answer(Some(Instead {
            status: 500,
            headers: vec![("content-type", "text/xml")],
            body: body.into_bytes(),
        }));
        let error = in_time("a fault", session.call("soap/query", &config, None))
            .await
            .expect_err("a fault");
        assert_eq!(fault(&error).kind, FaultKind::Unavailable, "{error}");
        assert!(fault(&error).message.len() < 800);
        goes_on(&between, &session, "a fault").await;
    }
}
