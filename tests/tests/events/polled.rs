//! Polled triggers where time plays tricks: equal stamps, late commits, records that go and come back.

use std::collections::BTreeMap;
use std::sync::Arc;

use mediate::contract::Message;
use mediate::session::Session;
use mediate_tests::org::{Way, open};
use sandbox::{Clock, Org};
use serde_json::{Value, json};

/// 2026-01-31T10:00:00Z.
const START_MS: i64 = 1_769_853_600_000;
const SECOND_MS: i64 = 1_000;

/// An org whose time stands still, and what a trigger has handed out of it.
struct Stage {
    org: Arc<Org>,
    session: Session,
    operation: &'static str,
    config: Value,
    checkpoint: Option<String>,
    found: Vec<Value>,
    /// What was known of each change.
    changes: Vec<String>,
}

impl Stage {
    /// Polls once, so that what is in the org by now is old.
    async fn new(operation: &'static str, config: Value) -> Self {
        let clock = Clock::fixed(START_MS);
        let org = Org::builder().without_data().clock(clock).build();
        let org = Arc::new(org.expect("an org"));
        let session = open(&org, Way::InProcess, &json!({})).await;
        let mut stage = Self {
            org,
            session,
            operation,
            config,
            checkpoint: None,
            found: Vec::new(),
            changes: Vec::new(),
        };
        assert_eq!(stage.poll().await, 0, "the org is empty");
        stage
    }

    fn pass(&self, seconds: i64) {
        self.org.clock().advance(seconds * SECOND_MS);
    }

    /// Polls until nothing more is waiting; returns how many batches had findings. Every one comes to a session that knows
    /// nothing but the checkpoint.
    async fn poll(&mut self) -> usize {
        let mut batches = 0;
        loop {
            self.session = open(&self.org, Way::InProcess, &json!({})).await;
            let checkpoint = self.checkpoint.as_deref();
            let polled = self
                .session
                .poll(self.operation, &self.config, checkpoint, 0);
            let batch = polled.await.expect("a batch");
            batches += usize::from(!batch.messages.is_empty());
            let read = |message: &Message| serde_json::from_slice(&message.body).expect("JSON");
            self.found.extend(batch.messages.iter().map(read));
            let change = |message: &Message| message.metadata.attribute("change");
            self.changes
                .extend(batch.messages.iter().filter_map(change));
            self.checkpoint = Some(batch.checkpoint);
            if !batch.more {
                return batches;
            }
        }
    }

    /// What was handed out since the last time, by a field.
    fn taken(&mut self, field: &str) -> BTreeMap<String, usize> {
        let mut times = BTreeMap::new();
        for record in self.found.drain(..) {
            let value = record[field].as_str().expect("a text").to_owned();
            *times.entry(value).or_default() += 1;
        }
        times
    }

    async fn call(&self, operation: &str, config: Value, input: Option<Value>) -> Value {
        let input = input.map(|input| Message::new("application/json", input.to_string()));
        let reply = self.session.call(operation, &config, input).await;
        let body = reply
            .unwrap_or_else(|error| panic!("{operation}: {error}"))
            .body;
        serde_json::from_slice(&body).unwrap_or_default()
    }

    /// Creates contacts, and returns their ids.
    async fn create(&self, names: impl Iterator<Item = String>) -> Vec<String> {
        let records: Vec<Value> = names.map(|name| json!({"LastName": name})).collect();
        let config = json!({"object": "Contact"});
        let outcomes = self.call("collections/create", config, Some(json!(records)));
        let outcomes = outcomes.await;
        let ids = outcomes.as_array().expect("outcomes").iter();
        ids.map(|one| one["id"].as_str().expect("an id").to_owned())
            .collect()
    }

    async fn rename(&self, id: &str, name: &str) {
        let config = json!({"object": "Contact", "id": id});
        self.call("records/update", config, Some(json!({"LastName": name})))
            .await;
    }

    async fn undelete(&self, id: &str) {
        let outcomes = self
            .call("soap/undelete", json!({}), Some(json!([id])))
            .await;
        assert_eq!(outcomes[0]["success"], true, "{outcomes}");
    }

    async fn create_one(&self, name: &str) -> String {
        let ids = self.create(std::iter::once(name.to_owned())).await;
        ids.into_iter().next().expect("an id")
    }
}

fn once(values: &[&str]) -> BTreeMap<String, usize> {
    values
        .iter()
        .map(|value| ((*value).to_owned(), 1))
        .collect()
}

fn contacts() -> Value {
    json!({"object": "Contact", "fields": ["LastName"], "batch-size": 100})
}

#[tokio::test]
async fn rows_of_one_instant_come_once_over_the_borders_of_batches() {
    let mut stage = Stage::new("triggers/created", contacts()).await;
    stage.pass(1);
    stage
        .create((0..1_050).map(|number| format!("Row {number:04}")))
        .await;
    stage.pass(5);
    let batches = stage.poll().await;
    assert!(batches >= 11, "{batches} batches");
    let names = stage.taken("LastName");
    assert_eq!(names.len(), 1_050);
    assert!(names.values().all(|times| *times == 1));
    assert_eq!(stage.poll().await, 0, "everything was handled");
}

#[tokio::test]
async fn what_is_committed_late_with_an_older_stamp_is_found_and_nothing_with_it() {
    let mut stage = Stage::new("triggers/created-or-updated", contacts()).await;
    stage.pass(60);
    stage.create_one("On time").await;
    stage.pass(60);
    stage.poll().await;
    assert_eq!(stage.taken("LastName"), once(&["On time"]));
    // Two transactions that began before what has been handled, and end only now.
    stage.pass(-90);
    stage.create_one("Late").await;
    stage.pass(-10);
    stage.create_one("Later").await;
    stage.pass(110);
    stage.poll().await;
    assert_eq!(stage.taken("LastName"), once(&["Late", "Later"]));
    for _ in 0..3 {
        stage.pass(60);
        assert_eq!(stage.poll().await, 0, "everything was handled");
    }
}

#[tokio::test]
async fn each_change_of_a_record_is_handed_out_with_its_stamp() {
    let mut config = contacts();
    config["same-second"] = json!("skip");
    let mut stage = Stage::new("triggers/updated", config).await;
    let id = stage.create_one("Born").await;
    stage.pass(5);
    assert_eq!(stage.poll().await, 0, "making a record is no update of it");
    for name in ["One", "Two", "Three"] {
        stage.pass(5);
        stage.rename(&id, name).await;
        stage.pass(5);
        stage.poll().await;
    }
    assert_eq!(stage.taken("LastName"), once(&["One", "Two", "Three"]));
}

#[tokio::test]
async fn a_change_within_the_second_of_creation_is_handed_out_once() {
    let mut stage = Stage::new("triggers/updated", contacts()).await;
    let id = stage.create_one("Born").await;
    stage.rename(&id, "Changed at once").await;
    stage.pass(5);
    stage.poll().await;
    assert_eq!(stage.changes, ["created-or-updated"]);
    assert_eq!(stage.taken("LastName"), once(&["Changed at once"]));
    assert_eq!(stage.poll().await, 0, "everything was handled");
    stage.rename(&id, "Changed later").await;
    stage.pass(5);
    stage.poll().await;
    assert_eq!(stage.changes, ["created-or-updated", "updated"]);
    assert_eq!(stage.taken("LastName"), once(&["Changed later"]));
}

#[tokio::test]
async fn a_load_of_many_records_comes_at_once_and_late_ones_with_it() {
    const ALL: usize = 6_000;
    let mut config = contacts();
    config["batch-size"] = json!(2_000);
    let mut stage = Stage::new("triggers/created", config).await;
    stage.pass(60);
    for part in 0..ALL / 1_000 {
        let numbers = part * 1_000..(part + 1) * 1_000;
        stage
            .create(numbers.map(|number| format!("Row {number:05}")))
            .await;
    }
    stage.pass(5);
    stage.poll().await;
    assert_eq!(stage.taken("LastName").len(), ALL);
    let size = stage.checkpoint.as_ref().map_or(0, String::len);
    assert!(size < 2_000, "a checkpoint of {size} bytes");
    // A transaction that began before them ends only now.
    stage.pass(-10);
    stage.create_one("Late").await;
    stage.pass(10);
    for _ in 0..10 {
        stage.pass(60);
        stage.poll().await;
    }
    assert_eq!(stage.taken("LastName"), once(&["Late"]));
}

#[tokio::test]
async fn deleted_and_undeleted_records_are_seen_each_time() {
    for by in ["get-deleted", "query-all"] {
        let config = json!({"object": "Contact", "by": by});
        let mut stage = Stage::new("triggers/deleted", config).await;
        let id = stage.create_one("Fleeting").await;
        let field = if by == "get-deleted" { "id" } else { "Id" };
        for time in 1..=2 {
            stage.pass(120);
            let config = json!({"object": "Contact", "id": id});
            stage.call("records/delete-record", config, None).await;
            stage.pass(120);
            stage.poll().await;
            assert_eq!(stage.taken(field), once(&[&id]), "{by}, time {time}");
            assert_eq!(stage.poll().await, 0, "{by}: everything was handled");
            stage.pass(120);
            stage.undelete(&id).await;
            stage.pass(120);
            assert_eq!(stage.poll().await, 0, "{by}: what came back is not deleted");
        }
    }
}

#[tokio::test]
async fn a_record_that_comes_back_is_an_update() {
    let mut stage = Stage::new("triggers/updated", contacts()).await;
    let id = stage.create_one("Back").await;
    stage.pass(60);
    let config = json!({"object": "Contact", "id": id});
    stage.call("records/delete-record", config, None).await;
    stage.pass(60);
    assert_eq!(stage.poll().await, 0, "a deletion is no update");
    stage.undelete(&id).await;
    stage.pass(60);
    stage.poll().await;
    assert_eq!(stage.taken("LastName"), once(&["Back"]));
}
