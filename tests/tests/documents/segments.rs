//! Values that stand in paths and in SOQL arrive as they are, whatever characters they have.

use std::collections::HashSet;

use mediate::contract::{FaultKind, Message};
use mediate::session::Session;
use mediate_tests::org::{Way, open};
use serde_json::{Value, json};

use super::{call, json as parsed, org};

/// What means something in URLs, in percent-encoding, in SOQL or in XML, and what takes more than a byte.
const PIECES: [&str; 27] = [
    "/", "?", "#", "%", " ", "&", "+", "=", ";", ":", "@", ",", "'", "\"", "\\", "<", ">", "..",
    "/../", "%2F", "%25", "{", "|", "^", "é", "東", "😀",
];

/// Every two of them side by side, inside of plain letters: Salesforce cuts off blanks at the ends.
fn keys() -> Vec<String> {
    let pairs = PIECES.iter().flat_map(|first| {
        PIECES
            .iter()
            .map(move |second| format!("k{first}{second}z"))
    });
    let distinct: HashSet<String> = pairs.collect();
    let mut keys: Vec<String> = distinct.into_iter().collect();
    keys.sort();
    keys
}

fn keyed(key: &str) -> Value {
    json!({"object": "Account", "external-id-field": "External_Id__c", "external-id": key})
}

async fn upsert(session: &Session, key: &str) {
    let body = json!({"Name": format!("Of {key}")}).to_string();
    let reply = call(
        session,
        "records/upsert",
        &keyed(key),
        "application/json",
        &body,
    )
    .await;
    assert_eq!(parsed(&reply)["created"], true, "{key:?} is new");
}

async fn check(session: &Session, key: &str) {
    let found = call(
        session,
        "records/retrieve-by-external-id",
        &keyed(key),
        "",
        "",
    )
    .await;
    let found = parsed(&found);
    assert_eq!(
        (&found["External_Id__c"], &found["Name"]),
        (&json!(key), &json!(format!("Of {key}")))
    );
    let soql = json!({
        "soql": "SELECT Id FROM Account WHERE External_Id__c = :key AND Name LIKE :name",
        "bind": {"key": key, "name": {"like-escaped": format!("Of {key}")}},
    });
    let rows = parsed(&call(session, "query/query", &soql, "", "").await);
    assert_eq!(rows["totalSize"], 1, "{key:?}");
    assert_eq!(rows["records"][0]["Id"], found["Id"], "{key:?}");
}

async fn every_key_is_its_own(way: Way, keys: &[String]) {
    let session = open(&org(), way, &json!({})).await;
    for key in keys {
        upsert(&session, key).await;
    }
    for key in keys {
        check(&session, key).await;
    }
    let deleted = keys.iter().step_by(2);
    for key in deleted {
        call(
            &session,
            "records/delete-by-external-id",
            &keyed(key),
            "",
            "",
        )
        .await;
    }
    let count = parsed(
        &call(
            &session,
            "query/query",
            &json!({"soql": "SELECT COUNT() FROM Account"}),
            "",
            "",
        )
        .await,
    );
    assert_eq!(
        count["totalSize"],
        keys.len() / 2,
        "no other record was deleted"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn external_ids_with_any_characters_stay_one_path_segment() {
    let keys = keys();
    assert!(keys.len() > 500, "{}", keys.len());
    every_key_is_its_own(Way::InProcess, &keys).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn they_stay_so_over_a_socket() {
    let keys: Vec<String> = keys().into_iter().step_by(7).collect();
    every_key_is_its_own(Way::OnAPort, &keys).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_url_cannot_carry_as_a_name_is_refused_before_anything_is_sent() {
    let session = open(&org(), Way::InProcess, &json!({})).await;
    for key in [".", "..", ""] {
        let input = Message::new("application/json", r#"{"Name": "Nobody"}"#);
        let refused = session
            .call("records/upsert", &keyed(key), Some(input))
            .await;
        let error = refused.expect_err(key);
        assert_eq!(
            error.fault().map(|fault| fault.kind),
            Some(FaultKind::Config),
            "{key:?}: {error}"
        );
    }
    let count = parsed(
        &call(
            &session,
            "query/query",
            &json!({"soql": "SELECT COUNT() FROM Account"}),
            "",
            "",
        )
        .await,
    );
    assert_eq!(count["totalSize"], 0);
}
