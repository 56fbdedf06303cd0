//! Records that somebody else was saving: sent again by the retry policy, alone or with those that they are saved with.

use std::sync::Arc;

use mediate::contract::Message;
use mediate_tests::org::{Way, open};
use sandbox::Org;
use serde_json::{Value, json};

use super::people::{code, empty, outcomes, people, there};

const LOCKED: &str = "<result><errors><message>unable to obtain exclusive access to this record</message>\
    <statusCode>UNABLE_TO_LOCK_ROW</statusCode></errors><id xsi:nil=\"true\"/><success>false</success></result>";

/// Answers the next calls with locks for all of so many records.
fn lock(org: &Org, call: &str, records: usize, times: u64) {
    let results = LOCKED.repeat(records);
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns=\"urn:partner.soap.sforce.com\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><e:Body>\
         <{call}Response>{results}</{call}Response></e:Body></e:Envelope>"
    );
    let rule = json!({
        "match": {"path": "/services/Soap/u/*"}, "times": times,
        "fault": {"kind": "status", "status": 200, "headers": {"content-type": "text/xml"}, "body": body},
    });
    org.faults().clear();
    org.faults()
        .add(serde_json::from_value(rule).expect("a rule"));
}

/// Creates 100 people while the org holds locks for so many calls.
async fn create(org: &Arc<Org>, times: u64, all_or_none: bool) -> (Vec<Value>, usize) {
    let connection = json!({"retry": {"first-delay-ms": 1, "max-delay-ms": 5, "max-attempts": 3}});
    let session = open(org, Way::OnAPort, &connection).await;
    lock(org, "create", 100, times);
    let config = json!({"object": "Contact", "all-or-none": all_or_none});
    let input = Message::new(
        "application/json",
        Value::from(&people()[..100]).to_string(),
    );
    let reply = session.call("soap/create", &config, Some(input)).await;
    org.faults().clear();
    let names = there(&session, "old").await;
    assert!(names.values().all(|times| *times == 1), "{names:?}");
    (outcomes(&reply.expect("outcomes")), names.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_met_a_lock_are_sent_again() {
    for all_or_none in [false, true] {
        let (outcomes, saved) = create(&empty(), 2, all_or_none).await;
        assert!(outcomes.iter().all(|outcome| code(outcome) == "SAVED"));
        assert_eq!(saved, 100);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_stays_is_the_outcome() {
    let (outcomes, saved) = create(&empty(), 100, false).await;
    assert!(
        outcomes
            .iter()
            .all(|outcome| code(outcome) == "UNABLE_TO_LOCK_ROW")
    );
    assert_eq!((outcomes.len(), saved), (100, 0));
}
