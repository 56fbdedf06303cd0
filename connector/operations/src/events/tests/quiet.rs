//! Channels that are subscribed to with `latest` and have brought no event yet: nothing that comes after the subscription is lost in
//! silence, whatever happens to client and process.

use super::subscriptions::{
    CHANNEL, attribute, begin, config, connect_refused, events, handshake, ids, poll, replay_gone,
    said, subscribed,
};
use crate::events::subscribe::subscribe;
use salesforce_client::testing::client;
use salesforce_client::transport::Failure;
use salesforce_client::transport::scripted::Play;
use salesforce_contract::bindings::FaultKind;
use salesforce_contract::bindings::exports::salesforce::connector::events::{
    LostPolicy, SubscribeConfig,
};

fn html(status: u16) -> Play {
    let headers = vec![
        ("content-type".into(), "text/html".into()),
        ("location".into(), "https://login.salesforce.com/".into()),
    ];
    Play::Answer(status, headers, b"<html>".to_vec())
}

#[test]
fn the_first_poll_says_from_when_on_events_count_and_a_later_process_goes_on_there() {
    let (one, script, _) = client([handshake("c"), subscribed(&[CHANNEL])]);
    let config = config(&[CHANNEL]);
    let begun = begin(&one, &config);
    assert_eq!(script.left(), 0, "it does not wait for events");
    // The process is killed here, before any event.
    let (other, script, _) = client([
        handshake("d"),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 7, 10), (CHANNEL, 8, 21), (CHANNEL, 9, 19)]),
    ]);
    let next = poll(&other, &config, Some(&begun), 1_000);
    // The first is older than the subscription; the last was published after the second, whatever its time.
    assert_eq!(ids(&next), ["8", "9"]);
    assert_eq!(said(&script)[1], format!("{CHANNEL}@-2"));
}

#[test]
fn whatever_refuses_the_first_connect_the_next_subscription_begins_at_the_same_time() {
    let refusals = [
        vec![html(429), html(429), html(429), html(429)],
        vec![html(403)],
        vec![html(302)],
        vec![connect_refused("403::Unknown client", "none")],
        vec![Play::Fail(Failure::Denied)],
    ];
    for (number, refusals) in refusals.into_iter().enumerate() {
        let mut plays = Vec::new();
        for (at, refusal) in refusals.into_iter().enumerate() {
            if at > 0 {
                plays.extend([handshake("again"), subscribed(&[CHANNEL])]);
            }
            plays.push(refusal);
        }
        let first = [handshake("c"), subscribed(&[CHANNEL])];
        let last = [
            handshake("d"),
            subscribed(&[CHANNEL]),
            events(&[(CHANNEL, 8, 21)]),
        ];
        let (client, script, _) = client(first.into_iter().chain(plays).chain(last));
        let config = config(&[CHANNEL]);
        let begun = begin(&client, &config);
        let mut found = Vec::new();
        for _ in 0..2 {
            match subscribe(&client, &config, Some(&begun.checkpoint), 60_000) {
                Ok(batch) => found.extend(ids(&batch).iter().map(ToString::to_string)),
                Err(fault) => {
                    assert_ne!(fault.kind, FaultKind::CheckpointLost, "{number}");
                    // What was answered was asked.
                    let untried = fault.status.is_some() && fault.attempts == 0;
                    assert!(!untried, "{number}");
                }
            }
            if !found.is_empty() {
                break;
            }
        }
        assert_eq!(found, ["8"], "refusal {number}");
        let latest = said(&script)
            .iter()
            .filter(|said| said.ends_with("@-1"))
            .count();
        assert_eq!(latest, 1, "refusal {number}");
        assert_eq!(script.left(), 0, "refusal {number}");
    }
}

#[test]
fn a_quiet_channel_does_not_read_again_what_it_passed_over() {
    let (one, ..) = client([handshake("c"), subscribed(&[CHANNEL])]);
    let config = config(&[CHANNEL]);
    let begun = begin(&one, &config);
    let (other, script, _) = client([
        handshake("d"),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 5, 1), (CHANNEL, 6, 2)]),
        Play::Fail(Failure::Lost),
        handshake("e"),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 7, 21)]),
    ]);
    let empty = poll(&other, &config, Some(&begun), 0);
    let read = poll(&other, &config, Some(&empty), 0);
    assert!(read.messages.is_empty());
    let next = poll(&other, &config, Some(&read), 60_000);
    assert_eq!(ids(&next), ["7"]);
    let subscriptions: Vec<String> = said(&script)
        .into_iter()
        .filter(|said| said.contains('@'))
        .collect();
    assert_eq!(
        subscriptions,
        [format!("{CHANNEL}@-2"), format!("{CHANNEL}@6")]
    );
}

/// The same answer, given at this time.
fn at(date: &str, play: Play) -> Play {
    let Play::Answer(status, mut headers, body) = play else {
        unreachable!("only answers have headers")
    };
    headers.retain(|(name, _)| name != "date");
    headers.push(("date".into(), date.into()));
    Play::Answer(status, headers, body)
}

#[test]
fn a_gap_that_no_replay_closes_is_told_with_its_bounds() {
    let (one, ..) = client([handshake("c"), subscribed(&[CHANNEL])]);
    let config = config(&[CHANNEL]);
    let begun = begin(&one, &config);
    let late = || at("Thu, 16 Nov 2023 10:00:00 GMT", handshake("d"));
    let (other, ..) = client([late()]);
    let fault = subscribe(&other, &config, Some(&begun.checkpoint), 1_000).unwrap_err();
    assert_eq!(fault.kind, FaultKind::CheckpointLost);
    assert!(
        fault
            .message
            .contains("between 2023-11-14T22:13:20Z and 2023-11-15T10:00:00Z"),
        "{}",
        fault.message
    );
    let config = SubscribeConfig {
        lost: Some(LostPolicy::Earliest),
        ..config
    };
    let (other, script, _) = client([late(), subscribed(&[CHANNEL]), events(&[(CHANNEL, 9, 30)])]);
    let gap = poll(&other, &config, Some(&begun), 1_000);
    assert_eq!(attribute(&gap, 0, "gap"), Some("replay-lost"));
    assert_eq!(attribute(&gap, 0, "gap-from"), Some("2023-11-14T22:13:20Z"));
    assert_eq!(attribute(&gap, 0, "gap-to"), Some("2023-11-15T10:00:00Z"));
    assert_eq!(ids(&poll(&other, &config, Some(&gap), 1_000)), ["9"]);
    assert_eq!(said(&script)[1], format!("{CHANNEL}@-2"));
}

#[test]
fn listening_to_a_quiet_channel_keeps_its_place_young() {
    let heard = at("Wed, 15 Nov 2023 20:00:10 GMT", events(&[]));
    let (one, ..) = client([handshake("c"), subscribed(&[CHANNEL]), heard]);
    let config = config(&[CHANNEL]);
    let begun = begin(&one, &config);
    let young = poll(&one, &config, Some(&begun), 0);
    let young = poll(&one, &config, Some(&young), 0);
    assert_ne!(young.checkpoint, begun.checkpoint);
    let late = || at("Thu, 16 Nov 2023 10:00:00 GMT", handshake("d"));
    let (other, ..) = client([late()]);
    assert!(subscribe(&other, &config, Some(&begun.checkpoint), 1_000).is_err());
    let (other, ..) = client([late(), subscribed(&[CHANNEL]), events(&[(CHANNEL, 9, 30)])]);
    assert_eq!(ids(&poll(&other, &config, Some(&young), 1_000)), ["9"]);
}

#[test]
fn an_org_that_does_not_replay_has_a_gap_after_every_break() {
    let mute = || {
        Play::json(
            200,
            r#"[{"clientId":"c","channel":"/meta/handshake","successful":true}]"#,
        )
    };
    let config = SubscribeConfig {
        lost: Some(LostPolicy::Latest),
        ..config(&[CHANNEL])
    };
    let (client, script, _) = client([
        mute(),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 5, 21)]),
        connect_refused("403::Unknown client", "handshake"),
        mute(),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 7, 30)]),
    ]);
    let begun = begin(&client, &config);
    let first = poll(&client, &config, Some(&begun), 1_000);
    assert_eq!(ids(&first), ["5"]);
    let gap = poll(&client, &config, Some(&first), 60_000);
    assert_eq!(attribute(&gap, 0, "gap"), Some("replay-lost"));
    assert_eq!(ids(&poll(&client, &config, Some(&gap), 60_000)), ["7"]);
    assert_eq!(script.left(), 0);
}

#[test]
fn a_replay_id_that_is_gone_is_told_as_before() {
    let place = format!(r#"{{"v":1,"at":{{"{CHANNEL}":{{"id":"5"}}}}}}"#);
    let (client, ..) = client([handshake("c"), replay_gone(CHANNEL)]);
    let fault = subscribe(&client, &config(&[CHANNEL]), Some(&place), 1_000).unwrap_err();
    assert_eq!(fault.kind, FaultKind::CheckpointLost);
}
