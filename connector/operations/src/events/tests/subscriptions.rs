//! What a subscription sends, and what it makes of answers, failures and silence.

use crate::events::subscribe::subscribe;
use salesforce_client::client::Client;
use salesforce_client::clock::Clock;
use salesforce_client::testing::client;
use salesforce_client::transport::scripted::{Play, Script};
use salesforce_contract::message::Batch;

use salesforce_contract::bindings::exports::salesforce::connector::events::SubscribeConfig;
use serde_json::Value;

pub(super) const CHANNEL: &str = "/event/Low_Ink__e";

pub(super) fn config(channels: &[&str]) -> SubscribeConfig {
    SubscribeConfig {
        channels: channels
            .iter()
            .map(|channel| (*channel).to_owned())
            .collect(),
        replay: None,
        after: None,
        lost: None,
        batch_size: None,
        operations: None,
        entities: None,
        filter: None,
        undecided: None,
    }
}

pub(super) fn earliest() -> SubscribeConfig {
    SubscribeConfig {
        replay: Some("earliest".into()),
        ..config(&[CHANNEL])
    }
}

pub(super) fn handshake(subscriber: &str) -> Play {
    let body = format!(
        r#"[{{"ext":{{"replay":true,"payload.format":true}},"minimumVersion":"1.0","clientId":"{subscriber}","supportedConnectionTypes":["long-polling"],"channel":"/meta/handshake","id":"1","version":"1.0","successful":true}}]"#
    );
    let headers = vec![
        ("content-type".into(), "application/json".into()),
        (
            "set-cookie".into(),
            format!("BAYEUX_BROWSER=of-{subscriber}; Path=/; HttpOnly"),
        ),
    ];
    Play::Answer(200, headers, body.into_bytes())
}

/// The answer to a subscription, at 22:13:20 of the clock of tests.
pub(super) fn subscribed(channels: &[&str]) -> Play {
    let answers: Vec<String> = channels
        .iter()
        .map(|channel| {
            format!(r#"{{"clientId":"c","channel":"/meta/subscribe","id":"2","subscription":"{channel}","successful":true}}"#)
        })
        .collect();
    let headers = vec![
        ("content-type".into(), "application/json".into()),
        ("date".into(), "Tue, 14 Nov 2023 22:13:20 GMT".into()),
    ];
    Play::Answer(
        200,
        headers,
        format!("[{}]", answers.join(",")).into_bytes(),
    )
}

pub(super) fn replay_gone(channel: &str) -> Play {
    Play::json(
        200,
        &format!(
            r#"[{{"clientId":"c","channel":"/meta/subscribe","id":"2","subscription":"{channel}","error":"400::The replayId {{5}} you provided was invalid.  Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.","successful":false}}]"#
        ),
    )
}

/// The answer to a connect: events as `(channel, replay id, second after 22:13:00)`.
pub(super) fn events(events: &[(&str, u64, u32)]) -> Play {
    let mut said = vec![
        r#"{"clientId":"c","channel":"/meta/connect","id":"3","successful":true,"advice":{"interval":0,"timeout":110000,"reconnect":"retry"}}"#.to_owned(),
    ];
    for (channel, id, second) in events {
        said.push(format!(
            r#"{{"data":{{"schema":"s","payload":{{"CreatedDate":"2023-11-14T22:13:{second:02}.000Z","N__c":{id}}},"event":{{"replayId":{id}}}}},"channel":"{channel}"}}"#
        ));
    }
    Play::json(200, &format!("[{}]", said.join(",")))
}

pub(super) fn connect_refused(error: &str, reconnect: &str) -> Play {
    Play::json(
        200,
        &format!(
            r#"[{{"advice":{{"reconnect":"{reconnect}","interval":0}},"channel":"/meta/connect","id":"3","error":"{error}","successful":false}}]"#
        ),
    )
}

pub(super) fn poll(
    client: &Client,
    config: &SubscribeConfig,
    from: Option<&Batch>,
    wait_ms: u32,
) -> Batch {
    let from = from.map(|batch| batch.checkpoint.as_str());
    subscribe(client, config, from, wait_ms).unwrap()
}

/// The first poll of channels that begin with what comes from now on: it says what "now" is, and does not wait.
pub(super) fn begin(client: &Client, config: &SubscribeConfig) -> Batch {
    let begun = poll(client, config, None, 60_000);
    assert!(begun.messages.is_empty() && begun.more);
    begun
}

pub(super) fn attribute<'a>(batch: &'a Batch, at: usize, name: &str) -> Option<&'a str> {
    batch.messages[at].metadata.extra(name)
}

pub(super) fn ids(batch: &Batch) -> Vec<&str> {
    let of = |at| attribute(batch, at, "replay-id").unwrap_or("none");
    (0..batch.messages.len()).map(of).collect()
}

/// What was sent to CometD: each request by its messages' channels, subscriptions with their replay ids.
pub(super) fn said(script: &Script) -> Vec<String> {
    let requests = script.requests();
    let cometd = requests
        .iter()
        .filter(|request| request.url.contains("/cometd/"));
    cometd
        .map(|request| {
            let messages: Vec<Value> = serde_json::from_slice(&request.body).unwrap();
            let words: Vec<String> = messages.iter().map(word).collect();
            words.join(" ")
        })
        .collect()
}

fn word(message: &Value) -> String {
    let name = message["channel"]
        .as_str()
        .unwrap()
        .trim_start_matches("/meta/");
    match &message["ext"]["replay"] {
        Value::Object(replay) => {
            let (channel, id) = replay.iter().next().unwrap();
            assert_eq!(message["subscription"], channel.as_str());
            format!("{channel}@{id}")
        }
        _ => name.to_owned(),
    }
}

#[test]
fn events_are_handed_out_and_nothing_more_is_asked_for_before_the_next_poll() {
    let (client, script, _) = client([
        handshake("c"),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 41, 21), (CHANNEL, 42, 22)]),
        events(&[(CHANNEL, 43, 23)]),
    ]);
    let config = config(&[CHANNEL]);
    let begun = begin(&client, &config);
    let first = poll(&client, &config, Some(&begun), 1_000);
    assert!(first.more);
    assert_eq!(ids(&first), ["41", "42"]);
    assert_eq!(
        attribute(&first, 0, "event-id"),
        Some("/event/Low_Ink__e#41")
    );
    assert_eq!(attribute(&first, 0, "channel"), Some(CHANNEL));
    assert_eq!(
        first.messages[0].body,
        br#"{"schema":"s","payload":{"CreatedDate":"2023-11-14T22:13:21.000Z","N__c":41},"event":{"replayId":41}}"#
    );
    assert_eq!(
        said(&script),
        ["handshake", "/event/Low_Ink__e@-1", "connect"]
    );
    let second = poll(&client, &config, Some(&first), 1_000);
    assert_eq!(ids(&second), ["43"]);
    assert_eq!(said(&script).len(), 4);
    let connect = &script.requests()[3];
    assert_eq!(connect.url, "https://eu1.salesforce.com/cometd/62.0");
    let header = |name: &str| {
        connect
            .headers
            .iter()
            .find(|(known, _)| known == name)
            .unwrap()
            .1
            .clone()
    };
    assert_eq!(header("cookie"), "BAYEUX_BROWSER=of-c");
    assert_eq!(header("authorization"), "Bearer T1");
    assert!(connect.timeouts.first_byte_ms >= 125_000);
}

#[test]
fn a_poll_returns_in_its_time_and_the_next_one_takes_the_held_answer_up() {
    let (client, script, clock) = client([
        handshake("c"),
        subscribed(&[CHANNEL]),
        Play::Late(100_000, Box::new(events(&[(CHANNEL, 41, 21)]))),
    ]);
    let config = config(&[CHANNEL]);
    let begun = begin(&client, &config);
    let first = poll(&client, &config, Some(&begun), 5_000);
    assert!(first.messages.is_empty() && !first.more);
    assert_eq!(clock.monotonic_ms(), 5_000);
    let second = poll(&client, &config, Some(&first), 20_000);
    assert!(second.messages.is_empty());
    assert_eq!(clock.monotonic_ms(), 25_000);
    let third = poll(&client, &config, Some(&second), 600_000);
    assert_eq!(ids(&third), ["41"]);
    assert_eq!(clock.monotonic_ms(), 100_000);
    assert_eq!(
        said(&script),
        ["handshake", "/event/Low_Ink__e@-1", "connect"]
    );
}

#[test]
fn a_poll_without_time_to_wait_takes_what_is_there() {
    let (client, ..) = client([
        handshake("c"),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 41, 21)]),
    ]);
    let first = poll(&client, &earliest(), None, 0);
    assert!(first.messages.is_empty());
    assert_eq!(ids(&poll(&client, &earliest(), Some(&first), 0)), ["41"]);
}

#[test]
fn another_checkpoint_than_that_of_the_client_is_subscribed_from() {
    let (client, script, _) = client([
        handshake("c"),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 41, 21)]),
        events(&[(CHANNEL, 42, 22)]),
        Play::json(200, r#"[{"channel":"/meta/disconnect","successful":true}]"#),
        handshake("d"),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 42, 22)]),
    ]);
    let first = poll(&client, &earliest(), None, 1_000);
    let second = poll(&client, &earliest(), Some(&first), 1_000);
    assert_eq!(ids(&second), ["42"]);
    let again = poll(&client, &earliest(), Some(&first), 1_000);
    assert_eq!(ids(&again), ["42"]);
    assert_eq!(
        attribute(&again, 0, "event-id"),
        attribute(&second, 0, "event-id")
    );
    assert_eq!(
        said(&script)[4..],
        ["disconnect", "handshake", "/event/Low_Ink__e@41", "connect"]
    );
}

#[test]
fn more_events_than_a_batch_takes_wait_for_the_next_poll() {
    let (client, script, _) = client([
        handshake("c"),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 1, 21), (CHANNEL, 2, 21), (CHANNEL, 3, 21)]),
    ]);
    let config = SubscribeConfig {
        batch_size: Some(2),
        ..earliest()
    };
    let first = poll(&client, &config, None, 1_000);
    assert_eq!((ids(&first), first.more), (vec!["1", "2"], true));
    let second = poll(&client, &config, Some(&first), 1_000);
    assert_eq!(ids(&second), ["3"]);
    assert_eq!(said(&script).len(), 3);
}

#[test]
fn a_custom_channel_is_a_channel_like_others() {
    const CUSTOM: &str = "/data/Accounts__chn";
    let (client, script, _) = client([
        handshake("c"),
        subscribed(&[CUSTOM]),
        events(&[(CUSTOM, 7, 21)]),
    ]);
    let config = config(&[CUSTOM]);
    let begun = begin(&client, &config);
    let found = poll(&client, &config, Some(&begun), 1_000);
    assert_eq!(ids(&found), ["7"]);
    assert_eq!(attribute(&found, 0, "channel"), Some(CUSTOM));
    assert_eq!(said(&script)[1], "/data/Accounts__chn@-1");
}
