//! What is delivered, in which order, and what is not delivered again.

use super::world::{World, config, event_ids, id, numbers};
use crate::triggers::dedup_set::MAX_RUNS;
use crate::triggers::records;
use salesforce_client::testing::flat;
use salesforce_contract::message::{Batch, Message};

use salesforce_contract::bindings::FaultKind;
use salesforce_contract::bindings::exports::salesforce::connector::triggers::{
    SameSecond, WatchConfig,
};

const MINUTE_MS: u64 = 60_000;

fn poll(world: &World, from: Option<&str>) -> Batch {
    records::created_or_updated(&world.client(), &config("now", 3), from, 1_000).unwrap()
}

fn next(world: &World, before: &Batch) -> Batch {
    poll(world, Some(&before.checkpoint))
}

#[test]
fn a_first_poll_from_now_leaves_out_what_was_there() {
    let world = World::new();
    world.insert(1, 0);
    world.clock.pass(10_000);
    let first = poll(&world, None);
    assert!(first.messages.is_empty() && !first.more);
    world.insert(2, 0);
    world.clock.pass(10_000);
    assert_eq!(numbers(&next(&world, &first)), [2]);
}

#[test]
fn from_the_earliest_everything_comes_in_batches_and_then_nothing() {
    let world = World::new();
    for number in 0..7 {
        world.insert(number, 0);
        world.clock.pass(1_000);
    }
    world.clock.pass(60 * MINUTE_MS);
    let earliest = |from: Option<&str>| {
        records::created_or_updated(&world.client(), &config("earliest", 3), from, 0).unwrap()
    };
    let first = earliest(None);
    assert_eq!((numbers(&first), first.more), (vec![0, 1, 2], true));
    let second = earliest(Some(&first.checkpoint));
    assert_eq!((numbers(&second), second.more), (vec![3, 4, 5], true));
    let third = earliest(Some(&second.checkpoint));
    assert_eq!((numbers(&third), third.more), (vec![6], false));
    let fourth = earliest(Some(&third.checkpoint));
    assert!(fourth.messages.is_empty() && !fourth.more);
}

#[test]
fn rows_with_equal_stamps_over_borders_of_batches_all_come_once() {
    let world = World::new();
    let start = poll(&world, None);
    world.clock.pass(5_000);
    for number in 0..10 {
        world.insert(number, 0);
    }
    world.clock.pass(5_000);
    let mut batch = next(&world, &start);
    let mut found = numbers(&batch);
    while batch.more {
        assert!(batch.messages.len() <= 3);
        batch = next(&world, &batch);
        found.extend(numbers(&batch));
    }
    assert_eq!(found, (0..10).collect::<Vec<_>>());
    assert!(next(&world, &batch).messages.is_empty());
}

#[test]
fn a_row_committed_late_with_an_older_stamp_is_found_and_only_once() {
    let world = World::new();
    let start = poll(&world, None);
    world.clock.pass(3_000);
    world.insert(1, 9 * MINUTE_MS);
    world.clock.pass(60_000);
    world.insert(2, 0);
    world.clock.pass(3_000);
    let early = next(&world, &start);
    assert_eq!(numbers(&early), [2]);
    world.clock.pass(9 * MINUTE_MS);
    let late = next(&world, &early);
    assert_eq!(numbers(&late), [1]);
    let after = next(&world, &late);
    assert!(after.messages.is_empty());
}

#[test]
fn the_same_checkpoint_gives_the_same_changes_with_the_same_event_ids() {
    let world = World::new();
    let start = poll(&world, None);
    world.clock.pass(3_000);
    for number in 0..5 {
        world.insert(number, 0);
    }
    world.clock.pass(5_000);
    let (one, other) = (next(&world, &start), next(&world, &start));
    assert_eq!(event_ids(&one), event_ids(&other));
    assert_eq!(one.checkpoint, other.checkpoint);
    assert_eq!(
        event_ids(&one)[0],
        format!("{}@2023-11-14T22:13:23.000Z", id(0))
    );
}

#[test]
fn a_record_that_changes_again_comes_again() {
    let world = World::new();
    let start = poll(&world, None);
    world.clock.pass(3_000);
    world.insert(1, 0);
    world.clock.pass(5_000);
    let created = next(&world, &start);
    world.update(1, 0);
    world.clock.pass(5_000);
    let updated = next(&world, &created);
    assert_eq!((numbers(&created), numbers(&updated)), (vec![1], vec![1]));
    assert_ne!(event_ids(&created), event_ids(&updated));
}

#[test]
fn changes_of_the_running_second_wait_until_it_is_over() {
    let world = World::new();
    let start = poll(&world, None);
    world.clock.pass(3_000);
    world.insert(1, 0);
    let early = next(&world, &start);
    assert!(early.messages.is_empty() && !early.more);
    world.update(1, 0);
    world.clock.pass(3_000);
    assert_eq!(numbers(&next(&world, &early)), [1]);
}

#[test]
fn a_row_that_may_have_been_changed_within_its_first_second_is_returned_once_and_says_so() {
    let world = World::new();
    let client = world.client();
    let config = config("now", 100);
    let from = records::updated(&client, &config, None, 0).unwrap();
    world.clock.pass(3_000);
    world.insert(1, 0);
    world.insert(2, 0);
    world.update(2, 0);
    world.clock.pass(3_000);
    let first = records::updated(&client, &config, Some(&from.checkpoint), 0).unwrap();
    assert_eq!(
        changes(&first),
        [(1, "created-or-updated"), (2, "created-or-updated")]
    );
    world.update(2, 0);
    world.clock.pass(3_000);
    let second = records::updated(&client, &config, Some(&first.checkpoint), 0).unwrap();
    assert_eq!(changes(&second), [(2, "updated")]);
    let third = records::updated(&client, &config, Some(&second.checkpoint), 0).unwrap();
    assert!(third.messages.is_empty());
}

/// The numbers of the records, and what is known of their changes.
fn changes(batch: &Batch) -> Vec<(usize, &str)> {
    let known = |message: &'_ Message| -> String {
        let attributes = flat(&message.metadata);
        let mut attributes = attributes.iter();
        let change = attributes.find(|(name, _)| name == "change");
        change.map(|(_, value)| value.clone()).unwrap()
    };
    let word = |change: &str| match change {
        "updated" => "updated",
        "created-or-updated" => "created-or-updated",
        other => panic!("{other}"),
    };
    let words = batch.messages.iter().map(|message| word(&known(message)));
    numbers(batch).into_iter().zip(words).collect()
}

#[test]
fn created_rows_are_no_updated_ones_where_the_config_says_so_and_updated_ones_not_created() {
    let world = World::new();
    let client = world.client();
    let updates = WatchConfig {
        same_second: Some(SameSecond::Skip),
        ..config("now", 100)
    };
    let config = config("now", 100);
    let from = records::updated(&client, &updates, None, 0).unwrap();
    let from_created = records::created(&client, &config, None, 0).unwrap();
    world.clock.pass(3_000);
    world.insert(1, 0);
    world.insert(2, 0);
    world.clock.pass(3_000);
    world.update(2, 0);
    world.clock.pass(3_000);
    let updated = records::updated(&client, &updates, Some(&from.checkpoint), 0).unwrap();
    assert_eq!(numbers(&updated), [2]);
    let created = records::created(&client, &config, Some(&from_created.checkpoint), 0).unwrap();
    assert_eq!(numbers(&created), [1, 2]);
    world.update(1, 0);
    world.clock.pass(3_000);
    let again = records::created(&client, &config, Some(&created.checkpoint), 0).unwrap();
    assert!(again.messages.is_empty());
}

#[test]
fn the_org_decides_what_time_it_is() {
    for ahead in [-7_200, 7_200] {
        let world = World::new();
        world.ahead.set(ahead);
        let start = poll(&world, None);
        world.clock.pass(3_000);
        world.insert(1, 5 * MINUTE_MS);
        world.clock.pass(5 * MINUTE_MS);
        world.insert(2, 0);
        world.clock.pass(3_000);
        assert_eq!(numbers(&next(&world, &start)), [1, 2], "{ahead} s ahead");
    }
}

#[test]
fn an_org_that_does_not_tell_the_time_loses_nothing() {
    let world = World::new();
    world.tells_time.set(false);
    world.insert(1, 0);
    let start = poll(&world, None);
    assert!(start.messages.is_empty());
    world.clock.pass(3_000);
    world.insert(2, 5 * MINUTE_MS);
    world.clock.pass(60_000);
    world.insert(3, 0);
    let early = next(&world, &start);
    assert_eq!(numbers(&early), [3]);
    world.clock.pass(5 * MINUTE_MS);
    let late = next(&world, &early);
    assert_eq!(numbers(&late), [2]);
    assert!(next(&world, &late).messages.is_empty());
}

#[test]
fn a_burst_of_new_rows_comes_at_once_and_costs_little_afterwards() {
    const ALL: usize = 30_000;
    const LOOKS: usize = 11 * 6;
    let world = World::new();
    let client = world.client();
    let config = config("now", 2_000);
    let mut batch = records::created(&client, &config, None, 60_000).unwrap();
    world.clock.pass(3_000);
    for number in 0..ALL {
        world.insert(number, 0);
    }
    // One that is committed minutes later.
    world.insert(ALL, 4 * MINUTE_MS);
    world.clock.pass(10_000);
    let mut found = Vec::new();
    for _ in 0..ALL / 2_000 + 1 {
        batch = records::created(&client, &config, Some(&batch.checkpoint), 60_000).unwrap();
        found.extend(numbers(&batch));
    }
    assert_eq!(found, (0..ALL).collect::<Vec<_>>());
    assert!(batch.checkpoint.len() < 1_000, "{}", batch.checkpoint.len());
    let before = world.queries.borrow().len();
    for _ in 0..LOOKS {
        world.clock.pass(10_000);
        loop {
            batch = records::created(&client, &config, Some(&batch.checkpoint), 60_000).unwrap();
            found.extend(numbers(&batch));
            if !batch.more {
                break;
            }
        }
    }
    assert_eq!(found.len(), ALL + 1, "the late one came, and none twice");
    assert_eq!(found.last(), Some(&ALL));
    let queries = world.queries.borrow().len() - before;
    assert!(queries < LOOKS + 60, "{queries} queries in {LOOKS} looks");
}

#[test]
fn more_changes_than_can_be_remembered_wait_and_none_is_lost_or_doubled() {
    let world = World::new();
    let client = world.client();
    let config = config("now", 2_000);
    let mut batch = records::created_or_updated(&client, &config, None, 60_000).unwrap();
    world.clock.pass(3_000);
    let all = MAX_RUNS + 500;
    for number in 0..all {
        world.insert(number * 100, 0);
    }
    world.clock.pass(10_000);
    let mut found = Vec::new();
    let mut waited = 0;
    while found.len() < all {
        match records::created_or_updated(&client, &config, Some(&batch.checkpoint), 60_000) {
            Ok(next) => {
                found.extend(numbers(&next));
                batch = next;
            }
            Err(fault) => {
                assert_eq!(fault.kind, FaultKind::LimitExceeded);
                assert!(
                    fault.message.contains("2023-11-14T22:13:23Z"),
                    "{}",
                    fault.message
                );
                assert_eq!(found.len(), MAX_RUNS);
                let pause = fault.retry_after_ms.unwrap();
                assert!((1_000..=MINUTE_MS).contains(&pause.into()), "{pause}");
                world.clock.pass(pause.into());
                waited += 1;
            }
        }
        if !batch.more {
            world.clock.pass(30_000);
        }
        assert!(
            batch.checkpoint.len() < 8 * MAX_RUNS,
            "{}",
            batch.checkpoint.len()
        );
    }
    assert!((2..30).contains(&waited), "told {waited} times");
    let expected: Vec<usize> = (0..all).map(|number| number * 100).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_poll_over_pages_without_news_ends_with_its_time() {
    let world = World::new();
    let start = poll(&world, None);
    let from = Some(start.checkpoint.as_str());
    let none = records::created_or_updated(&world.client(), &config("now", 3), from, 0).unwrap();
    assert!(!none.more && none.messages.is_empty());
    assert_eq!(world.clock.slept(), [0_u64; 0], "triggers do not wait");
}

#[test]
fn answer_that_is_short_of_rows_is_not_taken_for_all_there_is() {
    let world = World::new();
    for number in 0..2 {
        world.insert(number, 0);
        world.clock.pass(1_000);
    }
    world.clock.pass(60 * MINUTE_MS);
    let earliest = || records::created_or_updated(&world.client(), &config("earliest", 3), None, 0);
    world.shorts.set(1);
    assert_eq!(numbers(&earliest().unwrap()), [0, 1]);
    world.shorts.set(99);
    let fault = earliest().unwrap_err();
    assert_eq!(fault.kind, FaultKind::Protocol);
    assert!(fault.message.contains("promised"), "{}", fault.message);
}
