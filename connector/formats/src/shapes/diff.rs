//! What became of an object since its describe was stored.
//!
//! Describes are compared as the org sends them, property by property, so that what a later API version adds is compared,
//! too. A property that only one of both has is passed over: it is the API version that differs, not the object.

mod json;
mod rules;

use json::Json;
use rules::{Verdict, is_required};
use salesforce_contract::bindings::exports::salesforce::connector::schema::{
    ChangeKind, ChangeSubject, SchemaChange,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// Properties that say nothing of records: paths, pages of the org, and what others say already (`soapType` follows from
/// `type`, `byteLength` from `length`).
const PASSED_OVER: [&str; 8] = [
    "urls",
    "actionOverrides",
    "namedLayoutInfos",
    "supportedScopes",
    "sobjectDescribeOption",
    "soapType",
    "byteLength",
    "name",
];

/// Names an item of a list.
type Key = fn(&Json) -> Option<String>;

/// The lists of a describe whose items are compared one by one.
const LISTS: [(&str, ChangeSubject, Key); 3] = [
    ("fields", ChangeSubject::Field, |item| text(item, "name")),
    (
        "childRelationships",
        ChangeSubject::ChildRelationship,
        |item| {
            Some(format!(
                "{}.{}",
                text(item, "childSObject")?,
                text(item, "field")?
            ))
        },
    ),
    ("recordTypeInfos", ChangeSubject::RecordType, |item| {
        text(item, "developerName").or_else(|| text(item, "name"))
    }),
];

/// The list within a field whose items are compared one by one.
const PICKS: &str = "picklistValues";

/// What changed from one describe of an object to a later one.
pub fn changes(before: &Json, after: &Json) -> Vec<SchemaChange> {
    let object = text(before, "name").unwrap_or_default();
    let mut found = Vec::new();
    properties(ChangeSubject::Object, &object, before, after, &mut found);
    for (list, subject, key) in LISTS {
        // A describe without the list is of another kind, and one with an empty one is not.
        let (Some(before), Some(after)) = (items(before, list, key), items(after, list, key))
        else {
            continue;
        };
        compare(subject, &before, &after, &mut found);
    }
    found
}

/// The change of an object that the org no longer has.
pub fn gone(before: &Json) -> SchemaChange {
    let name = text(before, "name").unwrap_or_default();
    SchemaChange {
        kind: ChangeKind::Removed,
        subject: ChangeSubject::Object,
        property: None,
        before: Some(Value::from(name.as_str()).to_string()),
        after: None,
        breaking: true,
        effect: format!("The org has no {name} that the user may see: every operation on it fails"),
        name,
    }
}

/// Items of a list by their lower-case keys.
type Items<'d> = BTreeMap<String, (String, &'d Json)>;

fn items<'d>(
    describe: &'d Json,
    list: &str,
    key: impl Fn(&Json) -> Option<String>,
) -> Option<Items<'d>> {
    let items = describe.get(list)?.as_array()?;
    let keyed = items.iter().filter_map(|item| {
        let item = item.as_object()?;
        let key = key(item)?;
        Some((key.to_ascii_lowercase(), (key, item)))
    });
    Some(keyed.collect())
}

fn compare(
    subject: ChangeSubject,
    before: &Items<'_>,
    after: &Items<'_>,
    found: &mut Vec<SchemaChange>,
) {
    for (key, (name, old)) in before {
        match after.get(key) {
            Some((_, new)) => {
                properties(subject, name, old, new, found);
                picks(name, old, new, found);
            }
            None => found.push(removed(subject, name, old)),
        }
    }
    let new = after.iter().filter(|(key, _)| !before.contains_key(*key));
    found.extend(new.map(|(_, (name, item))| added(subject, name, item)));
}

fn added(subject: ChangeSubject, name: &str, item: &Json) -> SchemaChange {
    let required = subject == ChangeSubject::Field && is_required(item);
    let effect = match subject {
        ChangeSubject::Field if required => "Records cannot be created without it",
        ChangeSubject::Field => "It may be read, and written where the org allows",
        ChangeSubject::ChildRelationship => "Other records refer to this object",
        _ => "Records of it may be met",
    };
    SchemaChange {
        kind: ChangeKind::Added,
        subject,
        name: name.to_owned(),
        property: None,
        before: None,
        after: Some(Value::Object(item.clone()).to_string()),
        breaking: required,
        effect: effect.to_owned(),
    }
}

fn removed(subject: ChangeSubject, name: &str, item: &Json) -> SchemaChange {
    let (breaking, effect) = match subject {
        ChangeSubject::Field => (
            true,
            "Queries and writes that name it fail: it was deleted, or the user may no longer see it",
        ),
        ChangeSubject::ChildRelationship if text(item, "relationshipName").is_none() => {
            (false, "It had no name that queries could use")
        }
        ChangeSubject::ChildRelationship => (true, "Queries with a sub-query on it fail"),
        _ => (true, "Writes that give records this record type fail"),
    };
    SchemaChange {
        kind: ChangeKind::Removed,
        subject,
        name: name.to_owned(),
        property: None,
        before: Some(Value::Object(item.clone()).to_string()),
        after: None,
        breaking,
        effect: effect.to_owned(),
    }
}

/// Compares what both describes say of a thing.
fn properties(
    subject: ChangeSubject,
    name: &str,
    before: &Json,
    after: &Json,
    found: &mut Vec<SchemaChange>,
) {
    let lists = LISTS.map(|(list, ..)| list);
    let own = |property: &str| {
        !PASSED_OVER.contains(&property) && !lists.contains(&property) && property != PICKS
    };
    for (property, old) in before.iter().filter(|(property, _)| own(property)) {
        let Some(new) = after.get(property).filter(|new| *new != old) else {
            continue;
        };
        let Verdict { breaking, effect } = rules::judge(subject, property, before, after);
        found.push(SchemaChange {
            kind: ChangeKind::Changed,
            subject,
            name: name.to_owned(),
            property: Some(property.clone()),
            before: Some(old.to_string()),
            after: Some(new.to_string()),
            breaking,
            effect,
        });
    }
}

/// Compares the values of a pick-list; one that is not active is as good as none.
fn picks(field: &str, before: &Json, after: &Json, found: &mut Vec<SchemaChange>) {
    let key = |pick: &Json| text(pick, "value");
    let (Some(before), Some(now)) = (items(before, PICKS, key), items(after, PICKS, key)) else {
        return;
    };
    let restricted = rules::flag(after, "restrictedPicklist");
    let is_active = |pick: &Json| pick.get("active") != Some(&Value::Bool(false));
    let active =
        |items: &Items<'_>, key: &str| items.get(key).is_some_and(|(_, pick)| is_active(pick));
    for (key, (value, old)) in &before {
        match (is_active(old), now.get(key)) {
            (true, Some((_, new))) if is_active(new) => {
                let name = format!("{field}.{value}");
                properties(ChangeSubject::PicklistValue, &name, old, new, found);
            }
            (true, _) => found.push(pick(field, value, ChangeKind::Removed, restricted)),
            (false, _) => {}
        }
    }
    let new = now
        .iter()
        .filter(|(key, (_, pick))| is_active(pick) && !active(&before, key));
    found.extend(new.map(|(_, (value, _))| pick(field, value, ChangeKind::Added, restricted)));
}

fn pick(field: &str, value: &str, kind: ChangeKind, restricted: bool) -> SchemaChange {
    let removed = kind == ChangeKind::Removed;
    let effect = match (removed, restricted) {
        (true, true) => "Writes of it are refused; records that have it keep it",
        (true, false) => "Pages of the org no longer offer it; writes of it are still taken",
        (false, _) => "Records may have it, and writes of it are taken",
    };
    let text = Value::from(value).to_string();
    SchemaChange {
        kind,
        subject: ChangeSubject::PicklistValue,
        name: format!("{field}.{value}"),
        property: None,
        before: removed.then(|| text.clone()),
        after: (!removed).then_some(text),
        breaking: removed && restricted,
        effect: effect.to_owned(),
    }
}

fn text(item: &Json, name: &str) -> Option<String> {
    item.get(name)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests;
