//! Deletions by the list for replicas.

use super::world::event_ids;
use crate::triggers::deleted::deleted;
use salesforce_client::testing::client;
use salesforce_client::transport::scripted::Play;
use salesforce_contract::bindings::FaultKind;
use salesforce_contract::bindings::exports::salesforce::connector::triggers::DeletedConfig;
use salesforce_contract::message::Message;

/// 22:13:20 of the clock of tests, told as 22:14:00 and counted from there.
fn dated(clock: &str, body: &str) -> Play {
    let headers = vec![
        ("content-type".into(), "application/json".into()),
        ("date".into(), format!("Tue, 14 Nov 2023 {clock} GMT")),
    ];
    Play::Answer(200, headers, body.as_bytes().to_vec())
}

fn time(clock: &str) -> Play {
    dated(clock, "[]")
}

/// Entries as `id time`, and what is covered.
fn list(entries: &[(&str, &str)], covered: &str) -> Play {
    let entries: Vec<String> = entries
        .iter()
        .map(|(id, clock)| {
            format!(r#"{{"id":"{id}","deletedDate":"2023-11-14T{clock}.000+0000"}}"#)
        })
        .collect();
    let body = format!(
        r#"{{"deletedRecords":[{}],"earliestDateAvailable":"2023-10-30T00:00:00.000+0000","latestDateCovered":"2023-11-14T{covered}.000+0000"}}"#,
        entries.join(",")
    );
    Play::json(200, &body)
}

fn config(start: &str, batch_size: u16) -> DeletedConfig {
    DeletedConfig {
        object: "Account".into(),
        by: None,
        fields: None,
        condition: None,
        bind: None,
        start: Some(start.into()),
        batch_size: Some(batch_size),
        look_back_seconds: None,
        settle_seconds: None,
        keep_attributes: false,
    }
}

const START: &str = "2023-11-14T20:00:00Z";

#[test]
fn deletions_come_in_the_order_of_their_times_and_once() {
    let all = [
        ("b", "21:00:00"),
        ("c", "20:59:00"),
        ("a", "21:00:00"),
        ("d", "22:13:30"),
    ];
    let (client, script, _) = client([
        time("22:14:00"),
        time("22:14:00"),
        list(&all, "22:14:00"),
        time("22:14:10"),
        list(&all, "22:14:00"),
        time("22:15:10"),
        list(&all[3..], "22:15:00"),
    ]);
    let config = config(START, 3);
    let first = deleted(&client, &config, None, 0).unwrap();
    let day = "2023-11-14T";
    assert_eq!(
        event_ids(&first),
        [
            format!("c@{day}20:59:00.000Z"),
            format!("a@{day}21:00:00.000Z"),
            format!("b@{day}21:00:00.000Z")
        ]
    );
    assert!(first.more);
    assert_eq!(
        first.messages[0].body,
        br#"{"id":"c","deletedDate":"2023-11-14T20:59:00.000+0000"}"#
    );
    let second = deleted(&client, &config, Some(&first.checkpoint), 0).unwrap();
    assert_eq!(event_ids(&second), [format!("d@{day}22:13:30.000Z")]);
    assert!(!second.more);
    let third = deleted(&client, &config, Some(&second.checkpoint), 0).unwrap();
    assert!(third.messages.is_empty() && !third.more);
    let sent = script.sent();
    assert!(
        sent[3].ends_with(
            "/sobjects/Account/deleted?start=2023-11-14T20%3A00%3A00Z&end=2023-11-14T22%3A14%3A00Z"
        ),
        "{sent:?}"
    );
    assert!(
        sent[7].contains("start=2023-11-14T22%3A04%3A00Z"),
        "looks back: {sent:?}"
    );
}

#[test]
fn a_start_that_long_ago_reaches_as_far_as_salesforce_remembers() {
    for (start, from) in [
        ("-2h", "2023-11-14T20%3A14%3A00Z"),
        ("-15d", "2023-10-30T22%3A15%3A00Z"),
    ] {
        let (client, script, _) =
            client([time("22:14:00"), time("22:14:00"), list(&[], "22:14:00")]);
        deleted(&client, &config(start, 3), None, 0).unwrap();
        let sent = script.sent();
        assert!(sent[3].contains(&format!("start={from}&")), "{sent:?}");
    }
    let (client, ..) = client([time("22:14:00")]);
    let fault = deleted(&client, &config("-16d", 3), None, 0).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Config);
}

#[test]
fn a_record_that_is_undeleted_and_deleted_again_comes_twice() {
    let (client, ..) = client([
        time("22:14:00"),
        time("22:14:00"),
        list(&[("a", "22:13:00")], "22:14:00"),
        time("22:16:00"),
        list(&[], "22:16:00"),
        time("22:18:00"),
        list(&[("a", "22:17:00")], "22:18:00"),
    ]);
    let config = config(START, 100);
    let first = deleted(&client, &config, None, 0).unwrap();
    let second = deleted(&client, &config, Some(&first.checkpoint), 0).unwrap();
    let third = deleted(&client, &config, Some(&second.checkpoint), 0).unwrap();
    assert_eq!(
        (
            first.messages.len(),
            second.messages.len(),
            third.messages.len()
        ),
        (1, 0, 1)
    );
    assert_ne!(event_ids(&first), event_ids(&third));
}

#[test]
fn a_deletion_that_shows_up_late_is_found() {
    let (client, ..) = client([
        time("22:14:00"),
        time("22:14:00"),
        list(&[("b", "22:13:00")], "22:14:00"),
        time("22:16:00"),
        list(&[("a", "22:12:30"), ("b", "22:13:00")], "22:16:00"),
    ]);
    let config = config(START, 100);
    let first = deleted(&client, &config, None, 0).unwrap();
    let second = deleted(&client, &config, Some(&first.checkpoint), 0).unwrap();
    assert_eq!(event_ids(&second), ["a@2023-11-14T22:12:30.000Z"]);
}

#[test]
fn less_than_a_minute_is_not_asked_for() {
    let (client, script, _) = client([time("22:14:00"), time("22:14:00")]);
    let batch = deleted(&client, &config("now", 100), None, 0).unwrap();
    assert!(batch.messages.is_empty() && !batch.more);
    assert_eq!(script.left(), 0);
}

#[test]
fn a_span_with_too_many_deletions_is_halved() {
    let too_many = Play::json(
        400,
        r#"[{"message":"exceeded max number of ids: 600000","errorCode":"EXCEEDED_ID_LIMIT"}]"#,
    );
    let (client, script, _) = client([
        time("22:14:00"),
        time("22:14:00"),
        too_many,
        list(&[("a", "20:10:00")], "21:07:00"),
        time("22:14:00"),
        list(&[], "22:14:00"),
    ]);
    let first = deleted(&client, &config(START, 100), None, 0).unwrap();
    assert_eq!((first.messages.len(), first.more), (1, true));
    let sent = script.sent();
    assert!(
        sent[4].ends_with("end=2023-11-14T21%3A07%3A00Z"),
        "{sent:?}"
    );
    let second = deleted(&client, &config(START, 100), Some(&first.checkpoint), 0).unwrap();
    assert!(second.messages.is_empty() && !second.more);
    assert!(script.sent()[6].contains("start=2023-11-14T21%3A07%3A00Z"));
}

#[test]
fn after_a_span_with_too_many_deletions_the_next_begins_with_what_went_well() {
    let too_many = || {
        Play::json(
            400,
            r#"[{"message":"exceeded max number of ids: 600000","errorCode":"EXCEEDED_ID_LIMIT"}]"#,
        )
    };
    let mut plays = vec![time("22:14:00"), time("22:14:00")];
    plays.extend((0..3).map(|_| too_many()));
    plays.push(list(&[("a", "20:10:00")], "20:16:45"));
    // Twice as much is tried, then as much as before.
    plays.extend([
        time("22:14:00"),
        too_many(),
        list(&[("b", "20:20:00")], "20:32:45"),
    ]);
    plays.extend([time("22:14:00"), list(&[("c", "20:40:00")], "21:04:45")]);
    let (client, script, _) = client(plays);
    let config = config(START, 100);
    let mut batch = deleted(&client, &config, None, 0).unwrap();
    let mut found = event_ids(&batch);
    for _ in 0..2 {
        assert!(batch.more);
        batch = deleted(&client, &config, Some(&batch.checkpoint), 0).unwrap();
        found.extend(event_ids(&batch));
    }
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(script.left(), 0);
}

fn too_many() -> Play {
    Play::json(
        400,
        r#"[{"message":"exceeded max number of ids: 600000","errorCode":"EXCEEDED_ID_LIMIT"}]"#,
    )
}

fn attribute<'m>(message: &'m Message, name: &str) -> Option<&'m str> {
    message.metadata.extra(name)
}

#[test]
fn a_minute_with_too_many_deletions_is_a_gap_and_the_watch_goes_on_behind_it() {
    let (client, script, _) = client([
        time("20:04:00"),
        time("20:04:00"),
        too_many(),
        too_many(),
        too_many(),
        time("20:04:00"),
        list(&[("a", "20:02:00")], "20:03:00"),
    ]);
    let config = DeletedConfig {
        look_back_seconds: Some(0),
        ..config(START, 100)
    };
    let first = deleted(&client, &config, None, 0).unwrap();
    let [gap] = first.messages.as_slice() else {
        panic!("{} messages", first.messages.len());
    };
    assert_eq!(attribute(gap, "gap"), Some("too-many-deletions"));
    assert_eq!(attribute(gap, "gap-from"), Some("2023-11-14T20:00:00Z"));
    assert_eq!(attribute(gap, "gap-to"), Some("2023-11-14T20:01:00Z"));
    assert_eq!(
        attribute(gap, "event-id"),
        Some("Account#gap-2023-11-14T20:00:00Z-2023-11-14T20:01:00Z")
    );
    assert_eq!(attribute(gap, "id"), None);
    assert!(first.more);
    let body: serde_json::Value = serde_json::from_slice(&gap.body).unwrap();
    let reason = body["gap"]["reason"].as_str().unwrap();
    assert!(
        reason.contains("more Account records than that"),
        "{reason}"
    );
    let second = deleted(&client, &config, Some(&first.checkpoint), 0).unwrap();
    assert_eq!(event_ids(&second), ["a@2023-11-14T20:02:00.000Z"]);
    let sent = script.sent();
    assert!(sent[5].contains("start=2023-11-14T20%3A00%3A00Z&end=2023-11-14T20%3A01%3A00Z"));
    assert!(sent[7].contains("start=2023-11-14T20%3A01%3A00Z&end=2023-11-14T20%3A03%3A00Z"));
    assert_eq!(script.left(), 0);
}

#[test]
fn too_many_deletions_within_the_look_back_do_not_wait_and_are_told_once() {
    let start = "2023-11-14T22:06:00Z";
    let (a, b, c) = (("a", "22:07:00"), ("b", "22:12:00"), ("c", "22:13:00"));
    let (client, ..) = client([
        time("22:14:00"),
        // From 22:06 on: eight minutes are too many, four are not.
        time("22:14:00"),
        too_many(),
        list(&[a], "22:10:00"),
    ]);
    let config = config(start, 100);
    let first = deleted(&client, &config, None, 0).unwrap();
    assert_eq!((first.messages.len(), first.more), (1, true));
    let (client, script, _) = salesforce_client::testing::client([
        time("22:14:00"),
        too_many(),
        list(&[a], "22:10:00"),
        too_many(),
        too_many(),
        too_many(),
        time("22:14:00"),
        list(&[b], "22:13:00"),
        time("22:14:00"),
        list(&[b, c], "22:14:00"),
    ]);
    let second = deleted(&client, &config, Some(&first.checkpoint), 60_000).unwrap();
    assert_eq!(
        event_ids(&second),
        [
            "Account#gap-2023-11-14T22:10:00Z-2023-11-14T22:11:00Z",
            "b@2023-11-14T22:12:00.000Z",
            "c@2023-11-14T22:13:00.000Z"
        ]
    );
    assert!(!second.more);
    assert_eq!(script.left(), 0, "{:?}", script.sent());
    // The look-back is read again, and nothing of it is told again.
    let (client, script, _) = salesforce_client::testing::client([
        time("22:15:00"),
        list(&[a], "22:10:00"),
        time("22:15:00"),
        // From 22:07 on.
        too_many(),
        too_many(),
        list(&[a], "22:09:00"),
        too_many(),
        too_many(),
        list(&[], "22:10:00"),
        too_many(),
        too_many(),
        time("22:15:00"),
        list(&[b], "22:13:00"),
        time("22:15:00"),
        list(&[b, c], "22:15:00"),
    ]);
    let third = deleted(&client, &config, Some(&second.checkpoint), 60_000).unwrap();
    assert!(third.messages.is_empty(), "{:?}", event_ids(&third));
    assert_eq!(script.left(), 0, "{:?}", script.sent());
}

#[test]
fn a_date_that_salesforce_does_not_remember_is_a_lost_checkpoint_or_a_wrong_start() {
    let too_early = || {
        Play::json(
            400,
            r#"[{"message":"startDate before org replication enabled date","errorCode":"INVALID_REPLICATION_DATE"}]"#,
        )
    };
    let (client, ..) = client([
        time("22:14:00"),
        time("22:14:00"),
        too_early(),
        time("22:14:00"),
        time("22:14:00"),
        list(&[], "22:14:00"),
        time("22:16:00"),
        too_early(),
    ]);
    let fault = deleted(&client, &config(START, 100), None, 0).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Config);
    assert!(fault.message.contains("config.start"), "{}", fault.message);
    let begun = deleted(&client, &config(START, 100), None, 0).unwrap();
    let fault = deleted(&client, &config(START, 100), Some(&begun.checkpoint), 0).unwrap_err();
    assert_eq!(fault.kind, FaultKind::CheckpointLost);
    assert_eq!(fault.upstream[0].code, "INVALID_REPLICATION_DATE");
}

#[test]
fn a_start_or_checkpoint_before_what_salesforce_remembers_is_refused() {
    let (client, ..) = client([
        time("22:14:00"),
        time("22:14:00"),
        time("22:14:00"),
        list(&[], "22:14:00"),
    ]);
    let fault = deleted(&client, &config("2023-10-01T00:00:00Z", 100), None, 0).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Config);
    let batch = deleted(&client, &config("earliest", 100), None, 0).unwrap();
    let late = vec![
        ("content-type".into(), "application/json".into()),
        ("date".into(), "Sun, 31 Dec 2023 00:00:00 GMT".into()),
    ];
    let (client, ..) =
        salesforce_client::testing::client([Play::Answer(200, late, b"[]".to_vec())]);
    let fault = deleted(&client, &config(START, 100), Some(&batch.checkpoint), 0).unwrap_err();
    assert_eq!(fault.kind, FaultKind::CheckpointLost);
}
