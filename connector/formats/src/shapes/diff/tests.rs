use super::*;
use serde_json::json;

fn describe(fields: Value) -> Json {
    let describe = json!({"name": "Shipment__c", "createable": true, "label": "Shipment", "urls": {"a": "1"}, "fields": fields});
    describe.as_object().unwrap().clone()
}

fn text_field() -> Value {
    json!({
        "name": "Code__c", "type": "string", "label": "Code", "length": 20, "byteLength": 60, "nillable": true,
        "createable": true, "updateable": true, "defaultedOnCreate": false, "filterable": true, "unique": false,
        "precision": 10, "scale": 2, "referenceTo": ["Account", "Contact"], "relationshipName": "Code__r",
    })
}

/// The changes of one field, some of whose properties are otherwise.
fn changed(with: Value) -> Vec<SchemaChange> {
    let mut after = text_field();
    for (name, value) in with.as_object().unwrap() {
        after[name] = value.clone();
    }
    changes(&describe(json!([text_field()])), &describe(json!([after])))
}

#[test]
fn the_same_describe_has_no_changes() {
    let describes: Vec<Json> = serde_json::from_str(super::super::tests::DESCRIBES).unwrap();
    for describe in &describes {
        assert!(changes(describe, describe).is_empty());
    }
}

#[test]
fn changes_of_fields_break_what_their_rule_says() {
    let cases = [
        (json!({"length": 10}), true, "refused"),
        (json!({"length": 30}), false, "Longer texts"),
        (json!({"type": "picklist"}), true, "another form"),
        (
            json!({"nillable": false, "defaultedOnCreate": true}),
            true,
            "Null is refused",
        ),
        (json!({"createable": false}), true, "cannot be set"),
        (json!({"updateable": false}), true, "no longer be changed"),
        (json!({"unique": true}), true, "another record has"),
        (json!({"filterable": false}), true, "filter"),
        (json!({"label": "The code"}), false, "Nothing"),
        (
            json!({"referenceTo": ["Account"]}),
            true,
            "gone from its list",
        ),
        (
            json!({"referenceTo": ["Account", "Contact", "Lead"]}),
            false,
            "more objects",
        ),
        (json!({"relationshipName": "Coder__r"}), true, "old name"),
        (json!({"precision": 9}), true, "too large"),
        (json!({"precision": 12}), false, "taken before"),
        (json!({"scale": 1}), true, "rounded off"),
    ];
    for (with, breaking, words) in cases {
        let found = changed(with.clone());
        let change = found
            .first()
            .unwrap_or_else(|| panic!("{with} is no change"));
        assert_eq!(
            (change.subject, change.kind),
            (ChangeSubject::Field, ChangeKind::Changed)
        );
        assert!(
            found.iter().any(|change| change.breaking == breaking),
            "{with}"
        );
        assert!(
            found.iter().any(|change| change.effect.contains(words)),
            "{with}: {}",
            change.effect
        );
    }
}

#[test]
fn more_digits_on_both_sides_break_nothing() {
    let found = changed(json!({"precision": 12, "scale": 4}));
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|change| !change.breaking));
    let narrower = changed(json!({"scale": 4}));
    assert!(narrower[0].breaking);
}

#[test]
fn a_change_tells_the_property_before_and_after() {
    let found = changed(json!({"length": 10, "byteLength": 30}));
    let [change] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(change.name, "Code__c");
    assert_eq!(change.property.as_deref(), Some("length"));
    assert_eq!(
        (change.before.as_deref(), change.after.as_deref()),
        (Some("20"), Some("10"))
    );
}

#[test]
fn fields_that_come_break_only_if_records_cannot_be_created_without_them() {
    let before = describe(json!([text_field()]));
    let new = |nillable: bool| {
        let field = json!({"name": "New__c", "type": "string", "createable": true, "nillable": nillable, "defaultedOnCreate": false});
        changes(&before, &describe(json!([text_field(), field])))
    };
    let (optional, required) = (new(true), new(false));
    assert_eq!(
        (optional[0].kind, optional[0].breaking),
        (ChangeKind::Added, false)
    );
    assert!(required[0].breaking);
    let lost = changes(&before, &describe(json!([])));
    assert_eq!(
        (lost[0].kind, lost[0].breaking),
        (ChangeKind::Removed, true)
    );
    assert!(lost[0].before.as_ref().unwrap().contains("\"length\":20"));
}

#[test]
fn values_of_restricted_pick_lists_break_when_they_go() {
    let with = |restricted: bool, values: Value| {
        describe(
            json!([{"name": "Status__c", "type": "picklist", "restrictedPicklist": restricted, "picklistValues": values}]),
        )
    };
    let before = json!([{"value": "New", "active": true, "label": "New"}, {"value": "Old", "active": true}, {"value": "Dead", "active": false}]);
    let after = json!([{"value": "New", "active": true, "label": "Fresh"}, {"value": "Old", "active": false}, {"value": "Next", "active": true}]);
    for restricted in [true, false] {
        let found = changes(
            &with(restricted, before.clone()),
            &with(restricted, after.clone()),
        );
        let told: Vec<_> = found
            .iter()
            .map(|change| (change.name.as_str(), change.kind, change.breaking))
            .collect();
        assert_eq!(
            told,
            [
                ("Status__c.New", ChangeKind::Changed, false),
                ("Status__c.Old", ChangeKind::Removed, restricted),
                ("Status__c.Next", ChangeKind::Added, false),
            ]
        );
    }
}

#[test]
fn the_object_its_children_and_record_types_are_compared_too() {
    let before = json!({"name": "A", "deletable": true, "labelPlural": "As", "onlyBefore": 1, "fields": [],
        "childRelationships": [{"childSObject": "B", "field": "A__c", "relationshipName": "Bs__r"}, {"childSObject": "C", "field": "A__c", "relationshipName": null}],
        "recordTypeInfos": [{"developerName": "Sea", "active": true}, {"developerName": "Air", "active": true}]});
    let after = json!({"name": "A", "deletable": false, "labelPlural": "All As", "onlyAfter": 1, "fields": [],
        "childRelationships": [{"childSObject": "B", "field": "A__c", "relationshipName": "Bees__r"}],
        "recordTypeInfos": [{"developerName": "Sea", "active": false}, {"developerName": "Rail", "active": true}]});
    let found = changes(before.as_object().unwrap(), after.as_object().unwrap());
    let told: Vec<_> = found
        .iter()
        .map(|change| {
            (
                change.subject,
                change.name.as_str(),
                change.kind,
                change.breaking,
            )
        })
        .collect();
    use ChangeKind::{Added, Changed, Removed};
    use ChangeSubject::{ChildRelationship, Object, RecordType};
    assert_eq!(
        told,
        [
            (Object, "A", Changed, true),
            (Object, "A", Changed, false),
            (ChildRelationship, "B.A__c", Changed, true),
            (ChildRelationship, "C.A__c", Removed, false),
            (RecordType, "Air", Removed, true),
            (RecordType, "Sea", Changed, true),
            (RecordType, "Rail", Added, false),
        ]
    );
}

#[test]
fn every_effect_is_a_sentence_for_both_directions() {
    for with in [json!({"cascadeDelete": true}), json!({"encrypted": true})] {
        let mut before = text_field();
        let mut after = text_field();
        for (name, value) in with.as_object().unwrap() {
            before[name] = json!(false);
            after[name] = value.clone();
        }
        let found = changes(&describe(json!([before])), &describe(json!([after])));
        assert!(!found[0].effect.is_empty());
    }
}
