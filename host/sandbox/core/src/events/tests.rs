//! The bus below its HTTP interface.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::Settings;
use super::log::{self, LogQuery};
use super::uuid::uuid_of;
use crate::org::{Clock, Org};
use crate::write::{Draft, WriteOptions};
use sandbox_model::value::Value;

const NOW: i64 = 1_790_000_000_000;

fn org(settings: Settings) -> Arc<Org> {
    let builder = Org::builder().clock(Clock::fixed(NOW));
    Arc::new(builder.without_data().events(settings).build().unwrap())
}

fn insert(org: &Org, names: impl Iterator<Item = String>) {
    let object = org.schema().object("Account").unwrap();
    org.write(org.admin(), WriteOptions::default(), |writer| {
        for name in names {
            writer.insert(object, Draft::from_texts(object, &[("Name", &name)]))?;
        }
        Ok(())
    })
    .unwrap();
}

fn events(org: &Org, most: usize) -> Vec<Json> {
    let wanted = LogQuery {
        channels: Vec::new(),
        all_changes: true,
        after: 0,
        most,
    };
    let (events, _) = org
        .store()
        .read(|connection| log::read(connection, &wanted, org.clock().now()))
        .unwrap();
    events
        .iter()
        .map(|event| serde_json::from_str(&event.body).unwrap())
        .collect()
}

#[test]
fn what_an_org_is_made_with_yields_no_events() {
    let org = Org::builder().clock(Clock::fixed(NOW)).build().unwrap();
    assert!(events(&org, 10).is_empty());
}

#[test]
fn the_log_keeps_the_newest_events_when_it_is_full() {
    let settings = Settings {
        capacity: 500,
        ..Settings::default()
    };
    let org = org(settings);
    insert(&org, (0..3_000).map(|number| number.to_string()));
    let kept = events(&org, 10_000);
    assert!((500..1_500).contains(&kept.len()), "{}", kept.len());
    assert_eq!(kept.last().unwrap()["payload"]["Name"], "2999");
}

#[test]
fn events_past_their_retention_leave_the_log() {
    let org = org(Settings::default());
    insert(&org, ["old".to_owned()].into_iter());
    org.clock().advance(72 * 60 * 60 * 1_000);
    insert(&org, ["new".to_owned()].into_iter());
    let (count, _, _) = org.store().read(log::extent).unwrap();
    assert_eq!(count, 1);
    assert_eq!(events(&org, 10)[0]["payload"]["Name"], "new");
}

#[test]
fn a_change_too_large_becomes_a_gap() {
    let note = |number: u32| {
        format!(r#"{{"name": "Note_{number}__c", "type": "longtextarea", "length": 131072}}"#)
    };
    let notes: Vec<String> = (0..2).map(note).collect();
    let text = format!(
        r#"{{"name": "Shipment__c", "fields": [{}]}}"#,
        notes.join(",")
    );
    let builder = Org::builder().clock(Clock::fixed(NOW)).without_data();
    let more = serde_json::from_str(&text).unwrap();
    let org = builder.object(more).build().unwrap();
    let object = org.schema().object("Shipment__c").unwrap();
    let mut draft = Draft::default();
    // Characters that JSON has to write as six.
    let text = "\u{1}".repeat(100_000);
    for field in ["Note_0__c", "Note_1__c"] {
        draft.set(object, field, Value::text(text.clone()));
    }
    org.write(org.admin(), WriteOptions::default(), |writer| {
        writer.insert(object, draft).map(|_| ())
    })
    .unwrap();
    let reported = events(&org, 10);
    assert_eq!(reported.len(), 1);
    let payload = reported[0]["payload"].as_object().unwrap();
    assert_eq!(payload["ChangeEventHeader"]["changeType"], "GAP_CREATE");
    assert_eq!(payload.len(), 1);
}

#[test]
fn a_delete_yields_events_for_deleted_children() {
    let org = org(Settings::default());
    let (account, contact) = (
        org.schema().object("Account").unwrap(),
        org.schema().object("Contact").unwrap(),
    );
    let options = WriteOptions::default();
    let id = org
        .write(org.admin(), options, |writer| {
            let saved = writer.insert(account, Draft::from_texts(account, &[("Name", "Acme")]))?;
            let id = saved.id.as_str().to_owned();
            let child = Draft::from_texts(contact, &[("LastName", "Doe"), ("AccountId", &id)]);
            writer.insert(contact, child)?;
            Ok(saved.id)
        })
        .unwrap();
    org.write(org.admin(), options, |writer| {
        writer.delete(account, &id).map(|_| ())
    })
    .unwrap();
    let reported = events(&org, 10);
    let deleted: Vec<Json> = reported
        .iter()
        .map(|it| &it["payload"]["ChangeEventHeader"])
        .filter(|header| header["changeType"] == "DELETE")
        .map(|header| header["entityName"].clone())
        .collect();
    assert_eq!(deleted, ["Account", "Contact"]);
}

#[test]
fn uuids_have_their_form() {
    let uuid = uuid_of("x");
    let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12]);
    assert_eq!(json!(uuid), json!(uuid_of("x")));
}
