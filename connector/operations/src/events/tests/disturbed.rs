//! Clients that cannot go on, sessions that end, orgs that stay away.

use super::subscriptions::*;
use crate::events::subscribe::subscribe;
use salesforce_client::testing::{client, expired, token};
use salesforce_client::transport::Failure;
use salesforce_client::transport::scripted::Play;
use salesforce_contract::bindings::FaultKind;
use salesforce_contract::message::Batch;

use salesforce_contract::bindings::exports::salesforce::connector::events::{
    LostPolicy, SubscribeConfig,
};
use serde_json::Value;

/// Polls once, lets something happen to the client, and polls again.
fn after_disturbance(disturbance: Vec<Play>) -> (Batch, Vec<String>) {
    let plays = [
        handshake("c"),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 41, 21)]),
    ];
    let after = [
        handshake("d"),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 42, 22)]),
    ];
    let (client, script, _) = client(plays.into_iter().chain(disturbance).chain(after));
    let first = poll(&client, &earliest(), None, 1_000);
    let second = poll(&client, &earliest(), Some(&first), 200_000);
    assert_eq!(script.left(), 0);
    (second, said(&script))
}

#[test]
fn a_client_that_cannot_go_on_is_replaced_and_subscribes_after_the_last_event() {
    let disturbances = [
        vec![connect_refused("403::Unknown client", "handshake")],
        vec![connect_refused(
            "503::Server is too busy. Please try your request again later.",
            "retry",
        )],
        vec![Play::Fail(Failure::Lost)],
        vec![Play::CutShort(200, b"[{\"chan".to_vec())],
        vec![Play::json(503, "")],
        vec![Play::Late(180_000, Box::new(events(&[])))],
        vec![
            connect_refused("401::Authentication invalid", "none"),
            token("T2"),
        ],
        vec![expired(), token("T2")],
        vec![
            connect_refused("403::Unknown client", "handshake"),
            Play::json(
                200,
                r#"[{"ext":{"sfdc":{"failureReason":"401::Authentication invalid"}},"advice":{"reconnect":"none"},"channel":"/meta/handshake","error":"403::Handshake denied","successful":false}]"#,
            ),
            token("T2"),
        ],
    ];
    for (number, disturbance) in disturbances.into_iter().enumerate() {
        let (batch, said) = after_disturbance(disturbance);
        assert_eq!(ids(&batch), ["42"], "failure {number}");
        let last = &said[said.len() - 3..];
        assert_eq!(
            last,
            ["handshake", "/event/Low_Ink__e@41", "connect"],
            "failure {number}"
        );
    }
}

#[test]
fn a_renewed_session_is_told_and_a_second_refusal_ends_the_poll() {
    let (batch, _) = after_disturbance(vec![expired(), token("T2")]);
    assert!(batch.messages[0].metadata.session_renewed);
    let (client, script, _) = client([expired(), token("T2"), expired()]);
    let fault = subscribe(&client, &earliest(), None, 1_000).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unauthenticated);
    assert_eq!(script.left(), 0);
}

#[test]
fn a_session_that_ends_again_after_it_was_taken_is_renewed_again_though_not_for_ever() {
    let ends = |subscriber: &str, token_after: &str| {
        [
            handshake(subscriber),
            subscribed(&[CHANNEL]),
            connect_refused("401::Authentication invalid", "none"),
            token(token_after),
        ]
    };
    let comes = [
        handshake("d"),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 41, 21)]),
    ];
    let twice = ends("a", "T2").into_iter().chain(ends("b", "T3"));
    let (here, script, _) = client(twice.chain(comes));
    let batch = subscribe(&here, &earliest(), None, 60_000).unwrap();
    assert_eq!((ids(&batch), script.left()), (vec!["41"], 0));

    let always = ["a", "b", "c", "d", "e"].map(|subscriber| ends(subscriber, subscriber));
    let (there, script, _) = client(always.into_iter().flatten());
    let fault = subscribe(&there, &earliest(), None, 60_000).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unauthenticated);
    // Four clients, and no log-in after the last.
    assert_eq!((fault.attempts, script.left()), (4, 5));
}

#[test]
fn an_org_that_stays_away_ends_the_poll_with_a_fault_that_passes() {
    let lost = || Play::Fail(Failure::NotSent);
    let (client, script, clock) = client([lost(), lost(), lost(), lost(), lost()]);
    let fault = subscribe(&client, &earliest(), None, 60_000).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unavailable);
    assert!(fault.retry_after_ms.is_some());
    assert_eq!(script.left(), 1);
    assert_eq!(clock.slept(), [0, 1_000, 2_000]);
}

#[test]
fn an_event_that_is_gone_is_a_fault_unless_the_config_says_where_to_go_on() {
    let place = Batch {
        messages: Vec::new(),
        checkpoint: format!(r#"{{"v":1,"at":{{"{CHANNEL}":{{"id":"5"}}}}}}"#),
        more: false,
    };
    let (client, script, _) = client([handshake("c"), replay_gone(CHANNEL)]);
    let fault = subscribe(&client, &earliest(), Some(&place.checkpoint), 1_000).unwrap_err();
    assert_eq!(fault.kind, FaultKind::CheckpointLost);
    assert!(fault.message.contains("config.lost"), "{}", fault.message);
    assert_eq!(said(&script), ["handshake", "/event/Low_Ink__e@5"]);
    for (policy, id, word) in [
        (LostPolicy::Earliest, "-2", "earliest"),
        (LostPolicy::Latest, "-1", "latest"),
    ] {
        let config = SubscribeConfig {
            lost: Some(policy),
            ..earliest()
        };
        let (client, script, _) = salesforce_client::testing::client([
            handshake("c"),
            replay_gone(CHANNEL),
            subscribed(&[CHANNEL]),
            events(&[(CHANNEL, 7, 30)]),
        ]);
        let gap = poll(&client, &config, Some(&place), 1_000);
        assert_eq!(gap.messages.len(), 1);
        assert_eq!(attribute(&gap, 0, "gap"), Some("replay-lost"));
        assert_eq!(
            attribute(&gap, 0, "event-id"),
            Some("/event/Low_Ink__e#gap-after-5")
        );
        let body: Value = serde_json::from_slice(&gap.messages[0].body).unwrap();
        assert_eq!(
            (&body["gap"]["after"], &body["gap"]["resumed"]),
            (&"5".into(), &word.into())
        );
        assert_eq!(said(&script)[2], format!("{CHANNEL}@{id}"));
        let next = poll(&client, &config, Some(&gap), 1_000);
        assert_eq!(ids(&next), ["7"]);
    }
}

#[test]
fn each_channel_goes_on_after_its_own_event() {
    let changes = "/data/ChangeEvents";
    let topic = "/topic/Accounts";
    let all = [changes, CHANNEL, topic];
    let config = config(&all);
    let (client, script, _) = client([
        handshake("c"),
        subscribed(&all),
        events(&[(changes, 900, 21), (CHANNEL, 3, 21), (changes, 901, 21)]),
        connect_refused("403::Unknown client", "handshake"),
        handshake("d"),
        subscribed(&all),
        events(&[(topic, 77, 10), (topic, 78, 25)]),
    ]);
    let begun = begin(&client, &config);
    let first = poll(&client, &config, Some(&begun), 1_000);
    assert_eq!(ids(&first), ["900", "3", "901"]);
    let second = poll(&client, &config, Some(&first), 1_000);
    assert_eq!(
        said(&script)[1],
        "/data/ChangeEvents@-1 /event/Low_Ink__e@-1 /topic/Accounts@-1"
    );
    // The topic had no event yet: everything is replayed, and what is older than the subscription is dropped.
    assert_eq!(
        said(&script)[5],
        "/data/ChangeEvents@901 /event/Low_Ink__e@3 /topic/Accounts@-2"
    );
    assert_eq!(ids(&second), ["78"]);
}

#[test]
fn advice_to_wait_is_followed() {
    let slow = Play::json(
        200,
        r#"[{"channel":"/meta/connect","successful":true,"advice":{"interval":3000,"reconnect":"retry"}}]"#,
    );
    let (client, _, clock) = client([
        handshake("c"),
        subscribed(&[CHANNEL]),
        slow,
        events(&[(CHANNEL, 1, 21)]),
    ]);
    assert_eq!(ids(&poll(&client, &earliest(), None, 10_000)), ["1"]);
    assert_eq!(clock.slept(), [3_000]);
}

#[test]
fn refusals_that_last_are_faults_in_salesforces_words() {
    let refusal = |error: &str| {
        Play::json(
            200,
            &format!(
                r#"[{{"channel":"/meta/subscribe","subscription":"{CHANNEL}","error":"{error}","successful":false}}]"#
            ),
        )
    };
    for (error, kind) in [
        (
            "400::The channel you requested to subscribe to does not exist {/event/Low_Ink__e}",
            FaultKind::Invalid,
        ),
        (
            "403::User not allowed to subscribe CometD without Streaming API permission",
            FaultKind::Forbidden,
        ),
        (
            "403::Organization total events daily limit exceeded",
            FaultKind::LimitExceeded,
        ),
    ] {
        let (client, script, _) = client([handshake("c"), refusal(error)]);
        let fault = subscribe(&client, &earliest(), None, 10_000).unwrap_err();
        assert_eq!(fault.kind, kind, "{error}");
        assert!(fault.message.contains(error), "{}", fault.message);
        assert_eq!(script.left(), 0);
    }
}
