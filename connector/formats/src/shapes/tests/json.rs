//! JSON Schemas, by the `jsonschema` crate.

use super::super::json_schema;
use super::{Plan, Use, plan, shape};
use jsonschema::Validator;
use serde_json::{Value, json};

fn schema(plan: &Plan<'_>) -> Value {
    json_schema::render(&shape(plan).unwrap())
}

fn validator(plan: &Plan<'_>) -> Validator {
    let schema = schema(plan);
    assert!(jsonschema::meta::is_valid(&schema), "{schema}");
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
}

fn check(plan: &Plan<'_>, good: &[Value], bad: &[Value]) {
    let validator = validator(plan);
    for record in good {
        let error_texts: Vec<String> = validator
            .iter_errors(record)
            .map(|error| error.to_string())
            .collect();
        assert!(error_texts.is_empty(), "{record}: {error_texts:?}");
    }
    for record in bad {
        assert!(!validator.is_valid(record), "{record} is accepted");
    }
}

/// A record to create that has what it needs, with these members.
fn new(members: Value) -> Value {
    let mut record = json!({"Name": "S-1", "Account__c": "001000000000001AAA"});
    let map = record.as_object_mut().unwrap();
    for (name, value) in members.as_object().unwrap() {
        map.insert(name.clone(), value.clone());
    }
    record
}

#[test]
fn records_to_create_have_the_types_lengths_and_bounds_of_their_fields() {
    let good = [
        json!({"Code__c": "C-1", "Due__c": "2026-01-31", "Pieces__c": 99_999_999, "Insured__c": true}),
        json!({"Weight__c": 9_999_999.999, "Value__c": -12.5, "Left__c": "2026-01-31T10:00:00Z"}),
        json!({"Left__c": "2026-01-31T10:00:00.000+0000", "Opens__c": "08:30:00.000Z"}),
        json!({"Left__c": "2026-01-31T10:00:00+01:00", "Label__c": "aGVsbG8="}),
        json!({"Contact_Email__c": "a@example.com", "Due__c": null, "Weight__c": null}),
        json!({"OwnerId": "005000000000001"}),
        json!({"attributes": {"type": "Shipment__c", "referenceId": "r1"}}),
        json!({"Site__c": {"latitude": 48.2, "longitude": 16.4}}),
        json!({"FromAddress": {"city": "Wien", "postalCode": null}, "FromStreet": "Gasse 1"}),
    ];
    let bad = [
        json!({"Code__c": "123456789012345678901"}),
        json!({"Code__c": 17}),
        json!({"Due__c": "31.1.2026"}),
        json!({"Due__c": "2026-02-30"}),
        json!({"Pieces__c": 100_000_000}),
        json!({"Pieces__c": 1.5}),
        json!({"Weight__c": 10_000_000}),
        json!({"Weight__c": "12"}),
        json!({"Left__c": "2026-01-31T10:00:00"}),
        json!({"Left__c": "2026-13-31T10:00:00Z"}),
        json!({"Left__c": "2026-04-31T10:00:00Z"}),
        json!({"Left__c": "2026-01-31T24:00:00Z"}),
        json!({"Opens__c": "25:00:00.000Z"}),
        json!({"Contact_Email__c": "no body@example.com"}),
        json!({"Insured__c": null}),
        json!({"Name": null}),
        json!({"Name": "x".repeat(81)}),
        json!({"OwnerId": "005"}),
        json!({"Contact_Email__c": "nobody"}),
        json!({"Volume__c": 1}),
        json!({"CreatedDate": "2026-01-31T10:00:00Z"}),
        json!({"Id": "a00000000000001AAA"}),
        json!({"Colour__c": "red"}),
        json!({"attributes": {"type": "Account"}}),
        json!({"Site__c": {"height": 3}}),
        json!({"FromAddress": {"city": "x".repeat(41)}}),
    ];
    check(&plan(Use::Create), &good.map(new), &bad.map(new));
}

#[test]
fn what_must_be_given_is_required_and_a_reference_may_stand_for_its_field() {
    let good = [
        new(json!({})),
        json!({"Name": "S-1", "Account__r": {"Tax__c": "T-1"}}),
        json!({"Name": "S-1", "Account__c": "001000000000001", "Owner": {"attributes": {"type": "User"}, "Email": "a@example.com"}}),
    ];
    let bad = [
        json!({"Account__c": "001000000000001AAA"}),
        json!({"Name": "S-1"}),
        json!({"Name": "S-1", "Account__r": {}}),
        json!({"Name": "S-1", "Account__r": "T-1"}),
        json!({"Name": "S-1", "Account__c": "001000000000001", "Owner": {"attributes": {"type": "Account"}, "Email": "a@example.com"}}),
    ];
    check(&plan(Use::Create), &good, &bad);
}

#[test]
fn restricted_pick_lists_take_their_active_values_alone_and_open_ones_any() {
    let good = [
        json!({"Status__c": "Under way"}),
        json!({"Status__c": null}),
        json!({"Carrier__c": "By mule"}),
        json!({"Handling__c": "Keep cold (2-8 °C)"}),
        json!({"Handling__c": "Fragile;A/B"}),
        json!({"Carrier__c": "Rail", "Wagon__c": "Van"}),
    ];
    let bad = [
        json!({"Status__c": "Lost"}),
        json!({"Status__c": "On its way"}),
        json!({"Carrier__c": "x".repeat(256)}),
        json!({"Handling__c": "Fragile;Wet"}),
        json!({"Handling__c": "Keep cold (2-8 xC)"}),
        json!({"Handling__c": "A/B;"}),
    ];
    check(&plan(Use::Create), &good.map(new), &bad.map(new));
}

#[test]
fn dependent_pick_lists_follow_their_controlling_field_if_asked_to() {
    let tied = Plan {
        dependent: true,
        ..plan(Use::Create)
    };
    let good = [
        json!({"Carrier__c": "Rail", "Wagon__c": "Flat"}),
        json!({"Carrier__c": "Road", "Wagon__c": "Box"}),
        json!({"Carrier__c": "Road", "Wagon__c": null}),
        json!({"Wagon__c": "Van"}),
        json!({"Insured__c": true, "Cover__c": "Full"}),
        json!({"Insured__c": false}),
    ];
    let bad = [
        json!({"Carrier__c": "Rail", "Wagon__c": "Van"}),
        json!({"Carrier__c": null, "Wagon__c": "Van"}),
        json!({"Insured__c": false, "Cover__c": "Full"}),
    ];
    check(&tied, &good.map(new), &bad.map(new));
}

#[test]
fn what_json_schema_has_no_word_for_is_told_beside_it() {
    let schema = schema(&plan(Use::Create));
    let told = |field: &str| schema["properties"][field]["x-salesforce"].clone();
    assert_eq!(told("OwnerId")["referenceTo"], json!(["Group", "User"]));
    assert_eq!(
        told("Code__c"),
        json!({"type": "string", "custom": true, "externalId": true, "unique": true, "caseSensitive": true})
    );
    assert_eq!(told("Weight__c")["scale"], json!(3));
    assert_eq!(
        told("Wagon__c")["dependentPicklist"],
        json!({"controller": "Carrier__c", "choices": [
            {"when": "Rail", "values": ["Flat", "Box"]},
            {"when": "Road", "values": ["Van", "Box"]},
        ]})
    );
    assert_eq!(
        told("Cover__c")["dependentPicklist"]["choices"][0],
        json!({"when": false, "values": []})
    );
    assert_eq!(
        told("Status__c")["picklistValues"][0],
        json!({"value": "New", "label": "New", "active": true, "default": true})
    );
    assert_eq!(schema["properties"]["Name"]["title"], "Shipment number");
    assert_eq!(
        schema["properties"]["Name"]["description"],
        "As printed on the <label> & the bill"
    );
    assert_eq!(schema["properties"]["Insured__c"]["default"], json!(false));
}

#[test]
fn records_to_change_need_their_id_and_nothing_else() {
    let id = "a00000000000001AAA";
    let good = [json!({"Id": id}), json!({"Id": id, "Status__c": "Arrived"})];
    let bad = [
        json!({"Status__c": "Arrived"}),
        json!({"Id": null}),
        json!({"Id": id, "Account__c": "001000000000001AAA"}),
        json!({"Id": id, "Account__r": {"Tax__c": "T-1"}}),
        json!({"Id": id, "Name": null}),
    ];
    check(&plan(Use::Update), &good, &bad);
    let bare = Plan {
        without_key: true,
        ..plan(Use::Update)
    };
    check(
        &bare,
        &[json!({"Status__c": "Arrived"})],
        &[json!({"Id": id})],
    );
}

#[test]
fn records_to_upsert_need_their_external_id() {
    let by_code = Plan {
        key: Some("code__c"),
        ..plan(Use::Upsert)
    };
    let good = [
        json!({"Code__c": "C-1", "Status__c": "New"}),
        json!({"Code__c": "C-1", "Account__c": "001000000000001AAA"}),
    ];
    let bad = [
        json!({"Name": "S-1"}),
        json!({"Code__c": null}),
        json!({"Code__c": "C-1", "Id": "a00000000000001AAA"}),
    ];
    check(&by_code, &good, &bad);
    let schema = schema(&by_code);
    let told = &schema["properties"]["Account__c"]["x-salesforce"];
    assert_eq!(
        (&told["createOnly"], &told["requiredOnCreate"]),
        (&json!(true), &json!(true))
    );
    let by_id = Plan {
        key: Some("Id"),
        ..plan(Use::Upsert)
    };
    check(
        &by_id,
        &[json!({"Name": "new"}), json!({"Id": "a00000000000001AAA"})],
        &[json!({"Id": null})],
    );
}

#[test]
fn rows_hold_whatever_the_org_has() {
    let good = [
        json!({}),
        json!({"Id": "a00000000000001AAA", "Status__c": "Lost", "Volume__c": 1.5e20, "Pieces__c": 7}),
        json!({"CreatedDate": "2026-01-31T10:00:00.000+0000", "Label__c": "/services/data/v62.0/sobjects/Shipment__c/a00000000000001AAA/Label__c"}),
        json!({"Site__c": {"latitude": 1.5, "longitude": null}, "Due__c": null}),
        json!({"attributes": {"type": "Shipment__c", "url": "/services/data/v62.0/sobjects/Shipment__c/a00000000000001AAA"}}),
    ];
    let bad = [
        json!({"Owner": {"Email": "a@example.com"}}),
        json!({"Pieces__c": "7"}),
        json!({"CreatedDate": "2026-01-31"}),
    ];
    check(&plan(Use::Query), &good, &bad);
}

#[test]
fn relationships_of_rows_are_laid_out_as_far_as_asked() {
    let wide = Plan {
        relationships: vec![
            vec!["Account__r", "Parent"],
            vec!["User:Owner"],
            vec!["Parcels__r"],
        ],
        ..plan(Use::Query)
    };
    let good = [
        json!({"Account__r": {"Name": "A", "Parent": {"Tax__c": null}}, "Owner": {"Email": "a@example.com"}}),
        json!({"Account__r": {"Parent": null}, "Parcels__r": [{"Grams__c": 12}, {"Shipment__c": "a00000000000001AAA"}]}),
        json!({"Parcels__r": null}),
    ];
    let bad = [
        json!({"Account__r": {"Parent": {"Parent": {}}}}),
        json!({"Account__r": {"Colour__c": 1}}),
        json!({"Parcels__r": [{"Grams__c": "12"}]}),
        json!({"Tasks": []}),
    ];
    check(&wide, &good, &bad);
}

#[test]
fn trees_and_references_are_laid_out_in_records_to_create() {
    let wide = Plan {
        relationships: vec![vec!["Account__r"], vec!["Parcels__r"]],
        ..plan(Use::Create)
    };
    let good = [
        json!({"Name": "S-1", "Account__r": {"Number__c": 17}}),
        new(
            json!({"Parcels__r": {"records": [{"Name": "P-1"}, {"Name": "P-2", "Grams__c": 999_999}]}}),
        ),
        new(json!({"Parcels__r": [{"Name": "P-1"}]})),
    ];
    let bad = [
        json!({"Name": "S-1", "Account__r": {"Number__c": "17"}}),
        json!({"Name": "S-1", "Account__r": {"Number__c": 17, "Tax__c": "T-1"}}),
        json!({"Name": "S-1", "Account__r": {"Name": "A"}}),
        new(json!({"Parcels__r": [{"Grams__c": 1}]})),
        new(json!({"Parcels__r": [{"Name": "P-1", "Shipment__c": "a00000000000001AAA"}]})),
    ];
    check(&wide, &good, &bad);
}

#[test]
fn only_the_fields_asked_for_stay_beside_what_is_required() {
    let fields = ["status__c".to_owned()];
    let dotted = ["account__r.Tax__c".to_owned()];
    let few = Plan {
        fields: &fields,
        ..plan(Use::Create)
    };
    let schema = schema(&few);
    let names: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "Account__c",
            "Account__r",
            "Name",
            "Status__c",
            "attributes"
        ]
    );
    let nested = Plan {
        relationships: vec![vec!["Account__r"]],
        fields: &dotted,
        ..plan(Use::Query)
    };
    let schema = json_schema::render(&shape(&nested).unwrap());
    let parent = &schema["properties"]["Account__r"]["properties"];
    let names: Vec<&String> = parent.as_object().unwrap().keys().collect();
    assert_eq!(names, ["Tax__c", "attributes"]);
}
