use super::*;

fn schema() -> Schema {
    Schema::shipped().unwrap()
}

#[test]
fn shipped_definitions_load_and_name_their_files() {
    let schema = schema();
    let stored = schema.all_objects().iter();
    let stored = stored.filter(|object| object.view.is_none());
    assert_eq!(stored.count(), SHIPPED.len());
    for (file, _) in SHIPPED {
        assert_eq!(schema.any_object(file).unwrap().name, *file);
    }
}

#[test]
fn objects_and_fields_are_found_in_any_case() {
    let schema = schema();
    let shipment = schema.object("sHIPMENT__C").unwrap();
    assert_eq!(
        shipment.field("tracking_number__C").unwrap().name,
        "Tracking_Number__c"
    );
    assert_eq!(
        shipment.relationship("account__R").unwrap().name,
        "Account__c"
    );
    assert_eq!(
        schema.object_of_id("a00Sb0000000001AAA").unwrap().name,
        "Shipment__c"
    );
    assert_eq!(
        schema.object_of_id("A00Sb0000000001AAA").map(|o| &o.name),
        None,
        "key prefixes mind the case"
    );
    assert!(
        schema.object("Nope").is_none()
            && shipment.field("Nope").is_none()
            && schema.object_of_id("00").is_none()
    );
}

#[test]
fn children_are_computed_from_the_references_of_all_objects() {
    let schema = schema();
    let account = schema.object("Account").unwrap();
    let way = |name: &str| {
        account
            .child_relationship(name)
            .map(|c| (c.child_object.as_str(), c.field.as_str(), c.on_delete))
    };
    assert_eq!(
        way("contacts"),
        Some(("Contact", "AccountId", OnDelete::Cascade))
    );
    assert_eq!(
        way("Shipments__r"),
        Some(("Shipment__c", "Account__c", OnDelete::SetNull))
    );
    assert_eq!(
        way("Cases"),
        Some(("Case", "AccountId", OnDelete::Restrict))
    );
    assert_eq!(way("Tasks"), Some(("Task", "WhatId", OnDelete::Cascade)));
    assert_eq!(
        way("ChildAccounts"),
        Some(("Account", "ParentId", OnDelete::SetNull))
    );
    assert!(
        account
            .child_relationships()
            .iter()
            .any(|c| c.child_object == "Lead" && c.relationship_name.is_none())
    );
}

#[test]
fn addresses_bring_their_parts() {
    let schema = schema();
    let names = |object: &str, field: &str| -> Vec<String> {
        let object = schema.object(object).unwrap();
        object
            .parts_of(object.field(field).unwrap())
            .map(|part| part.name.clone())
            .collect()
    };
    assert_eq!(names("Lead", "Address")[..3], ["Street", "City", "State"]);
    assert_eq!(
        names("Account", "BillingAddress").last().unwrap(),
        "BillingGeocodeAccuracy"
    );
    assert_eq!(
        names("Contact", "Name"),
        ["LastName", "FirstName", "Salutation"]
    );
    assert_eq!(
        schema
            .object("Contact")
            .unwrap()
            .field("MailingCity")
            .unwrap()
            .label,
        "Mailing City"
    );
}

#[test]
fn required_is_what_has_no_default() {
    let schema = schema();
    let required = |object: &str| -> Vec<String> {
        let fields = schema.object(object).unwrap().fields().iter();
        fields
            .filter(|f| f.is_required())
            .map(|f| f.name.clone())
            .collect()
    };
    assert_eq!(required("Account"), ["Name"]);
    assert_eq!(required("Contact"), ["LastName"]);
    assert_eq!(required("Lead"), ["LastName", "Company"]);
    assert_eq!(required("Opportunity"), ["Name", "StageName", "CloseDate"]);
    assert_eq!(required("Shipment__c"), Vec::<String>::new());
    assert_eq!(required("Task"), Vec::<String>::new());
}

#[test]
fn users_are_never_deleted_so_they_have_no_such_flag() {
    let schema = schema();
    assert!(schema.object("User").unwrap().field("IsDeleted").is_none());
    assert!(
        schema
            .object("Account")
            .unwrap()
            .field("IsDeleted")
            .is_some()
    );
}

#[test]
fn files_add_objects_and_fields() {
    let files = [
        (
            "Depot__c.json",
            r#"{"name":"Depot__c","fields":[{"name":"Shipment__c","type":"reference","referenceTo":["Shipment__c"],"childRelationshipName":"Depots__r"}]}"#,
        ),
        (
            "Account.json",
            r#"{"name":"account","fields":[{"name":"Tier__c","type":"int"}]}"#,
        ),
    ];
    let schema = Schema::load(files).unwrap();
    assert_eq!(schema.object("Depot__c").unwrap().key_prefix, "a01");
    assert_eq!(schema.object("Depot__c").unwrap().label, "Depot");
    assert_eq!(
        schema
            .object("Account")
            .unwrap()
            .field("Tier__c")
            .unwrap()
            .field_type,
        FieldType::Int
    );
    assert!(
        schema
            .object("Shipment__c")
            .unwrap()
            .child_relationship("Depots__r")
            .is_some()
    );
}

#[test]
fn invalid_definitions_have_message_and_location() {
    let cases = [
        (
            "{",
            "object definition X.json: EOF while parsing an object at line 1 column 1",
        ),
        (
            r#"{"name":"A__c","fields":[{"name":"F__c","type":"text"}]}"#,
            "A__c.F__c: there is no field type text",
        ),
        (
            r#"{"name":"A__c","fields":[{"name":"F__c","type":"reference"}]}"#,
            "A__c.F__c: a reference needs referenceTo",
        ),
        (
            r#"{"name":"A__c","fields":[{"name":"F__c","type":"reference","referenceTo":["Nope"]}]}"#,
            "A__c.F__c refers to Nope",
        ),
        (
            r#"{"name":"A__c","fields":[{"name":"F__c","type":"int"},{"name":"f__C","type":"int"}]}"#,
            "F__c stands twice",
        ),
        (
            r#"{"name":"A__c","keyPrefix":"001"}"#,
            "A__c and Account share the key prefix 001",
        ),
        (
            r#"{"name":"A__c","colour":"red"}"#,
            "unknown field `colour`",
        ),
    ];
    for (text, message) in cases {
        let error = Schema::load([("X.json", text)]).unwrap_err().to_string();
        assert!(error.contains(message), "{text}: {error}");
    }
}
