use serde_json::json;

use super::*;
use crate::org::Org;
use crate::setup;
use crate::write::{Assignment, Draft, DuplicateOptions, Outcome, Row, WriteOptions};
use sandbox_model::id::RecordId;
use sandbox_model::value::Value;

fn org() -> Org {
    Org::builder().build().unwrap()
}

fn insert(org: &Org, object: &str, fields: &[(&str, &str)], options: WriteOptions) -> Outcome {
    let object = org.schema().object(object).unwrap();
    org.write(org.admin(), options, |writer| {
        writer.insert(object, Draft::from_texts(object, fields))
    })
}

fn owner(org: &Org, object: &str, id: &RecordId) -> Value {
    let object = org.schema().object(object).unwrap();
    let loaded = org.store().read(|c| Row::load(c, object, id.as_str()));
    loaded.unwrap().unwrap().0.get("OwnerId").clone()
}

const LEAD: [(&str, &str); 3] = [("LastName", "Web"), ("Company", "W"), ("LeadSource", "Web")];

#[test]
fn assignment_rules_give_new_records_to_queues() {
    let org = org();
    let with = |assignment| WriteOptions {
        assignment,
        ..WriteOptions::default()
    };
    let owned = |assignment, more: &[(&str, &str)]| {
        let saved = insert(
            &org,
            "Lead",
            &[LEAD.as_slice(), more].concat(),
            with(assignment),
        )
        .unwrap();
        owner(&org, "Lead", &saved.id)
    };
    let admin = Value::text(org.admin().as_str());
    let queue = |at| Value::text(setup::id("00G", at).as_str());
    assert_eq!(owned(Assignment::Off, &[]), admin);
    assert_eq!(owned(Assignment::Unowned, &[]), queue(0));
    assert_eq!(
        owned(Assignment::Unowned, &[("OwnerId", org.admin().as_str())]),
        admin
    );
    assert_eq!(
        owned(Assignment::Active, &[("OwnerId", org.admin().as_str())]),
        queue(0)
    );
    let rule = setup::id("01Q", 1);
    assert_eq!(
        owned(Assignment::from_header(rule.as_str()).unwrap(), &[]),
        queue(1)
    );
    assert_eq!(
        Assignment::from_header(" true").unwrap(),
        Assignment::Active
    );
    assert!(Assignment::from_header("01Q000000000000").is_err());
    let plain = [("LastName", "Plain"), ("Company", "P")];
    let saved = insert(&org, "Lead", &plain, with(Assignment::Active)).unwrap();
    assert_eq!(owner(&org, "Lead", &saved.id), admin, "no entry is met");
}

#[test]
fn duplicates_are_rejected_unless_the_client_insists() {
    let org = org();
    let twin = [("LastName", "Gonzalez"), ("Email", "ROSE@edge.example")];
    let rejected = insert(&org, "Contact", &twin, WriteOptions::default()).unwrap_err();
    assert_eq!(rejected.code, "DUPLICATES_DETECTED");
    let found = rejected.duplicates.unwrap();
    assert_eq!(
        (found.rule.as_str(), found.matches.len()),
        ("Standard_Contact_Duplicate_Rule", 1)
    );
    assert_eq!(
        found.matches[0].records,
        [json!({"Id": RecordId::new("003", 2).as_str()})
            .as_object()
            .unwrap()
            .clone()]
    );
    let count = |org: &Org| -> i64 {
        org.store().read(|c| {
            c.query_row(
                "SELECT count(*) FROM Contact WHERE LastName = 'Gonzalez'",
                [],
                |row| row.get(0),
            )
            .unwrap()
        })
    };
    assert_eq!(count(&org), 1, "nothing is left behind");
    let duplicates = DuplicateOptions::from_header("includeRecordDetails=true; allowSave=false");
    let rejected = insert(
        &org,
        "Contact",
        &twin,
        WriteOptions {
            duplicates,
            ..WriteOptions::default()
        },
    )
    .unwrap_err();
    assert_eq!(
        rejected.duplicates.unwrap().matches[0].records[0]["FirstName"],
        "Rose"
    );
    let duplicates = DuplicateOptions::from_header("allowSave=TRUE");
    insert(
        &org,
        "Contact",
        &twin,
        WriteOptions {
            duplicates,
            ..WriteOptions::default()
        },
    )
    .unwrap();
    assert_eq!(count(&org), 2);
    insert(
        &org,
        "Contact",
        &[("LastName", "Gonzalez")],
        WriteOptions::default(),
    )
    .unwrap();
}

#[test]
fn a_change_that_makes_a_duplicate_is_rejected_and_others_are_not() {
    let org = org();
    let object = org.schema().object("Contact").unwrap();
    let change = |fields: &[(&str, &str)]| {
        org.write(org.admin(), WriteOptions::default(), |writer| {
            writer.update(
                object,
                &RecordId::new("003", 3),
                Draft::from_texts(object, fields),
            )
        })
    };
    change(&[("Email", "rose@edge.example")]).unwrap();
    assert_eq!(
        change(&[("LastName", "Gonzalez")]).unwrap_err().code,
        "DUPLICATES_DETECTED"
    );
    change(&[("Title", "CEO")]).unwrap();
}

#[test]
fn conditions_are_soqls() {
    let org = org();
    let object = org.schema().object("Account").unwrap();
    let id = RecordId::new("001", 1);
    org.write(org.admin(), WriteOptions::default(), |writer| {
        assert!(meets(writer, object, id.as_str(), None)?);
        assert!(meets(
            writer,
            object,
            id.as_str(),
            Some("Name LIKE 'Gene%'")
        )?);
        assert!(!meets(
            writer,
            object,
            id.as_str(),
            Some("Name = 'x' OR Name = 'y'")
        )?);
        Ok(())
    })
    .unwrap();
}
