//! Servers that refuse without a word, give odd advice, or send what no client can go on from.

use super::subscriptions::{
    CHANNEL, attribute, connect_refused, earliest, events, handshake, ids, poll, said, subscribed,
};
use crate::events::subscribe::subscribe;
use salesforce_client::clock::Clock;
use salesforce_client::testing::client;
use salesforce_client::transport::scripted::Play;
use salesforce_contract::bindings::FaultKind;

fn mute(channel: &str) -> Play {
    Play::json(
        200,
        &format!(r#"[{{"channel":"{channel}","subscription":"{CHANNEL}","successful":false}}]"#),
    )
}

fn advised(advice: &str) -> Play {
    Play::json(
        200,
        &format!(r#"[{{"channel":"/meta/connect","successful":true,"advice":{advice}}}]"#),
    )
}

#[test]
fn a_refusal_without_a_word_is_tried_again_with_pauses() {
    let refusals = [
        vec![
            mute("/meta/connect"),
            handshake("d"),
            subscribed(&[CHANNEL]),
        ],
        vec![
            connect_refused("403::Unknown client", "handshake"),
            handshake("d"),
            mute("/meta/subscribe"),
            handshake("e"),
            subscribed(&[CHANNEL]),
        ],
        vec![
            connect_refused("403::Unknown client", "handshake"),
            mute("/meta/handshake"),
            handshake("e"),
            subscribed(&[CHANNEL]),
        ],
        vec![
            connect_refused("", "none"),
            handshake("d"),
            subscribed(&[CHANNEL]),
        ],
    ];
    for (number, refusals) in refusals.into_iter().enumerate() {
        let before = [
            handshake("c"),
            subscribed(&[CHANNEL]),
            events(&[(CHANNEL, 41, 21)]),
        ];
        let after = [events(&[(CHANNEL, 42, 22)])];
        let (client, script, _) = client(before.into_iter().chain(refusals).chain(after));
        let first = poll(&client, &earliest(), None, 1_000);
        let second = poll(&client, &earliest(), Some(&first), 60_000);
        assert_eq!(ids(&second), ["42"], "refusal {number}");
        assert_eq!(script.left(), 0, "refusal {number}");
    }
}

#[test]
fn a_subscription_that_is_always_refused_without_a_word_ends_the_poll_with_a_fault_that_passes() {
    let plays = (0..4).flat_map(|_| [handshake("c"), mute("/meta/subscribe")]);
    let (client, script, clock) = client(plays);
    let fault = subscribe(&client, &earliest(), None, 60_000).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unavailable);
    assert!(fault.retry_after_ms.is_some_and(|ms| ms >= 1_000));
    assert_eq!(script.left(), 0);
    assert_eq!(clock.slept(), [0, 1_000, 2_000]);
}

#[test]
fn the_advice_that_came_before_holds_where_a_refusal_brings_none() {
    let refused = || {
        Play::json(
            200,
            r#"[{"channel":"/meta/connect","successful":false,"error":"400::Odd"}]"#,
        )
    };
    let (client, script, _) = client([
        handshake("c"),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 41, 21)]),
        refused(),
        handshake("d"),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 42, 22)]),
    ]);
    let first = poll(&client, &earliest(), None, 1_000);
    assert_eq!(
        ids(&poll(&client, &earliest(), Some(&first), 1_000)),
        ["42"]
    );
    assert_eq!(script.left(), 0);
}

#[test]
fn a_server_that_sends_its_clients_away_is_not_asked_without_end() {
    let away = || advised(r#"{"reconnect":"none","interval":0}"#);
    let plays = (0..50).flat_map(|_| [handshake("c"), subscribed(&[CHANNEL]), away()]);
    let (client, script, _) = client(plays);
    let fault = subscribe(&client, &earliest(), None, 60_000).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unavailable);
    assert!(fault.retry_after_ms.is_some_and(|ms| ms >= 1_000));
    assert_eq!(said(&script).len(), 12, "four clients");
}

#[test]
fn a_server_that_holds_no_connect_is_asked_ever_less_often() {
    let plays = (0..5_000).map(|_| advised(r#"{"reconnect":"retry","interval":0}"#));
    let before = [handshake("c"), subscribed(&[CHANNEL])];
    let (client, script, clock) = client(before.into_iter().chain(plays));
    let batch = poll(&client, &earliest(), None, 600_000);
    assert!(batch.messages.is_empty());
    assert_eq!(clock.monotonic_ms(), 600_000);
    let asked = said(&script).len();
    assert!((20..40).contains(&asked), "{asked} requests in ten minutes");
}

#[test]
fn advice_to_wait_has_a_bound() {
    let (client, _, clock) = client([
        handshake("c"),
        subscribed(&[CHANNEL]),
        advised(r#"{"reconnect":"retry","interval":18446744073709551615}"#),
        events(&[(CHANNEL, 1, 21)]),
    ]);
    assert_eq!(ids(&poll(&client, &earliest(), None, 600_000)), ["1"]);
    assert_eq!(clock.slept(), [110_000]);
}

#[test]
fn a_replay_id_that_nothing_can_be_asked_after_is_handed_out_and_not_kept() {
    for id in [r#""abc""#, "-1", "1.5", "1e3", r#"{"a":1}"#, "null"] {
        let odd = Play::json(
            200,
            &format!(
                r#"[{{"channel":"/meta/connect","successful":true}},{{"data":{{"payload":{{}},"event":{{"replayId":{id}}}}},"channel":"{CHANNEL}"}}]"#
            ),
        );
        let (client, script, _) = client([
            handshake("c"),
            subscribed(&[CHANNEL]),
            events(&[(CHANNEL, 41, 21)]),
            odd,
            connect_refused("403::Unknown client", "handshake"),
            handshake("d"),
            subscribed(&[CHANNEL]),
            events(&[(CHANNEL, 42, 22)]),
        ]);
        let first = poll(&client, &earliest(), None, 1_000);
        let second = poll(&client, &earliest(), Some(&first), 1_000);
        assert_eq!(second.messages.len(), 1, "{id}");
        assert!(attribute(&second, 0, "event-id").is_some());
        let third = poll(&client, &earliest(), Some(&second), 60_000);
        assert_eq!(ids(&third), ["42"], "{id}");
        let last = said(&script)
            .into_iter()
            .rfind(|said| said.contains('@'))
            .unwrap();
        assert_eq!(last, format!("{CHANNEL}@41"), "{id}");
    }
}
