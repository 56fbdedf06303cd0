//! Replication over a store of its own.

use super::*;
use crate::org::{Clock, Org};
use crate::write::{Draft, WriteOptions};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// On a full minute.
const NOW: i64 = 1_790_000_040_000;

struct Fixture(Org);

impl Fixture {
    fn new() -> Self {
        let org = Org::builder()
            .without_data()
            .clock(Clock::fixed(NOW))
            .build();
        Self(org.unwrap())
    }

    fn object(&self) -> &Object {
        self.0.schema().object("Account").unwrap()
    }

    fn create(&self, at: i64) -> String {
        self.0.clock().set(at);
        let draft = Draft::from_texts(self.object(), &[("Name", "A")]);
        let write = |writer: &crate::write::Writer<'_>| writer.insert(self.object(), draft);
        let saved = self
            .0
            .write(self.0.admin(), WriteOptions::default(), write)
            .unwrap();
        saved.id.as_str().to_owned()
    }

    fn delete(&self, id: &str, at: i64) {
        self.0.clock().set(at);
        let id = sandbox_model::id::RecordId::parse(id).unwrap();
        self.0
            .write(self.0.admin(), WriteOptions::default(), |writer| {
                writer.delete(self.object(), &id)
            })
            .unwrap();
    }

    fn updated(&self, start: i64, end: i64, now: i64) -> Updated {
        let window = Window::new(start, end, now).unwrap();
        self.0
            .store()
            .read(|connection| updated(connection, self.object(), window))
            .unwrap()
    }

    fn deleted(&self, start: i64, end: i64, now: i64) -> Deleted {
        let window = Window::new(start, end, now).unwrap();
        self.0
            .store()
            .read(|connection| deleted(connection, self.object(), window))
            .unwrap()
    }
}

#[test]
fn changes_are_listed_once_by_windows_that_follow_each_other() {
    let fixture = Fixture::new();
    let ids = [0, MINUTE, 2 * MINUTE].map(|after| fixture.create(NOW + after));
    let now = NOW + 10 * MINUTE;
    let first = fixture.updated(NOW - MINUTE, NOW + MINUTE + 59_000, now);
    assert_eq!(
        first.ids,
        ids[..1],
        "seconds do not count, nor does the end"
    );
    assert_eq!(first.latest_date_covered, NOW + MINUTE);
    let second = fixture.updated(first.latest_date_covered, now, now);
    assert_eq!(second.ids, ids[1..]);
}

#[test]
fn a_window_into_the_future_covers_what_is_past() {
    let fixture = Fixture::new();
    let id = fixture.create(NOW + 30_000);
    let updated = fixture.updated(NOW - MINUTE, NOW + DAY, NOW + 31_000);
    assert_eq!(
        (updated.ids, updated.latest_date_covered),
        (vec![id], NOW),
        "the minute that is not over will be listed again"
    );
}

#[test]
fn deleted_records_move_from_one_list_to_the_other() {
    let fixture = Fixture::new();
    let (kept, gone) = (fixture.create(NOW), fixture.create(NOW));
    fixture.delete(&gone, NOW + MINUTE);
    let now = NOW + 5 * MINUTE;
    assert_eq!(fixture.updated(NOW, now, now).ids, [kept]);
    let deleted = fixture.deleted(NOW, now, now);
    let deleted_date = NOW + MINUTE;
    assert_eq!(
        deleted.records,
        [DeletedRecord {
            id: gone,
            deleted_date
        }]
    );
    assert_eq!(
        (deleted.earliest_date_available, deleted.latest_date_covered),
        (now - 15 * DAY, now)
    );
}

#[test]
fn deletions_are_forgotten_after_fifteen_days() {
    let fixture = Fixture::new();
    let gone = fixture.create(NOW);
    fixture.delete(&gone, NOW);
    let at = |days: i64| fixture.deleted(NOW - DAY, NOW + days * DAY, NOW + days * DAY);
    assert_eq!(at(15).records.len(), 1);
    assert!(at(16).records.is_empty());
}

#[test]
fn impossible_windows_are_rejected() {
    let rejected = |start, end| Window::new(start, end, NOW).unwrap_err();
    for (start, end) in [(NOW, NOW), (NOW, NOW - DAY), (NOW + 1_000, NOW + 59_000)] {
        let error = rejected(start, end);
        assert_eq!(error.code, "INVALID_REPLICATION_DATE");
        assert!(error.message.contains("one minute"), "{error}");
    }
    assert!(
        rejected(NOW - 31 * DAY, NOW)
            .message
            .contains("30 days ago")
    );
    assert!(Window::new(NOW - 30 * DAY, NOW, NOW).is_ok());
}
