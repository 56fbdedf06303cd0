//! Schemas held against records by validators of other people.

mod json;
mod xml;

use super::plan::{Plan, Use};
use super::wire::WireObject;
use super::{RecordShape, ShapeError, lay_out};
use std::rc::Rc;

/// The describes of an org that ships things.
pub const DESCRIBES: &str = include_str!("describes.json");

/// A plan for records of this use.
fn plan(purpose: Use) -> Plan<'static> {
    Plan {
        purpose,
        key: None,
        without_key: false,
        fields: &[],
        relationships: Vec::new(),
        dependent: false,
    }
}

fn shape(plan: &Plan<'_>) -> Result<RecordShape, ShapeError> {
    let known: Vec<WireObject> = serde_json::from_str(DESCRIBES).unwrap();
    let mut describe = |object: &str| -> Result<Rc<WireObject>, ShapeError> {
        let mut known = known.iter();
        let found = known.find(|known| known.name.eq_ignore_ascii_case(object));
        Ok(Rc::new(
            found
                .unwrap_or_else(|| panic!("{object} was asked for"))
                .clone(),
        ))
    };
    lay_out(&mut describe, "Shipment__c", plan)
}

#[test]
fn what_cannot_be_laid_out_is_refused_with_the_nearest_name() {
    let texts =
        |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).to_owned()).collect() };
    let fields = texts(&["Stattus__c"]);
    let nested = texts(&["Account__r.Taxx__c"]);
    let relations = [
        ("Ownr", "did you mean `Owner`?"),
        (
            "Owner",
            "may lead to several objects: name one of Group, User, as in `Group:Owner`",
        ),
        ("Account:Owner", "OwnerId refers to Group, User"),
        ("Account__r..Parent", "is no path"),
        ("A.B.C.D.E.F", "6 steps"),
    ];
    for (path, words) in relations {
        let paths = texts(&[path]);
        let made = Plan::paths(&paths).and_then(|relationships| {
            shape(&Plan {
                relationships,
                ..plan(Use::Query)
            })
        });
        let error = made.unwrap_err().to_string();
        assert!(error.contains(words), "{path}: {error}");
    }
    let more = [
        (
            Plan {
                fields: &fields,
                ..plan(Use::Create)
            },
            "did you mean `Status__c`?",
        ),
        (
            Plan {
                fields: &nested,
                relationships: vec![vec!["Account__r"]],
                ..plan(Use::Query)
            },
            "did you mean `Tax__c`?",
        ),
        (
            Plan {
                fields: &nested,
                ..plan(Use::Query)
            },
            "list `Account__r` in config.relationships",
        ),
        (plan(Use::Upsert), "it has Id, Name, Code__c"),
        (
            Plan {
                key: Some("Due__c"),
                ..plan(Use::Upsert)
            },
            "no external id",
        ),
        (
            Plan {
                key: Some("Cod__c"),
                ..plan(Use::Upsert)
            },
            "did you mean `Code__c`?",
        ),
        (
            Plan {
                key: Some("Code__c"),
                ..plan(Use::Update)
            },
            "`upsert` only",
        ),
        (
            Plan {
                relationships: vec![vec!["Parcels__r"]],
                ..plan(Use::Update)
            },
            "leads to child records",
        ),
    ];
    for (plan, words) in more {
        let error = shape(&plan).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}
