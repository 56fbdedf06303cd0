mod deleted;

use serde_json::{Value as Json, json};

use super::*;
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::json::Body;
use sandbox_model::schema::{Object, Schema};
use sandbox_model::store::Store;
use sandbox_model::value::Value;

const NOW: i64 = 1_790_000_000_000;

struct Fixture {
    schema: Schema,
    store: Store,
    ids: IdCounters,
    user: RecordId,
}

impl Fixture {
    fn new() -> Self {
        let schema = Schema::shipped().unwrap();
        let store = Store::in_memory(&schema).unwrap();
        Self {
            store,
            schema,
            ids: IdCounters::default(),
            user: RecordId::new("005", 1),
        }
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&Writer<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.store.write(|connection| {
            let options = WriteOptions::default();
            work(&Writer {
                schema: &self.schema,
                connection,
                ids: &self.ids,
                now: NOW,
                user: &self.user,
                options,
                feed: None,
            })
        })
    }

    fn object(&self, name: &str) -> &Object {
        self.schema.object(name).unwrap()
    }

    fn draft(&self, object: &str, json: &Json) -> Result<Draft, ApiError> {
        let text = json.to_string();
        let body = Body::new(text.as_bytes())?;
        Draft::from_json(&self.schema, self.object(object), body, &body.members()?)
    }

    fn insert(&self, object: &str, json: Json) -> Result<String, ApiError> {
        let draft = self.draft(object, &json)?;
        self.write(|w| w.insert(self.object(object), draft))
            .map(|saved| saved.id.as_str().to_owned())
    }

    fn update(&self, object: &str, id: &str, json: Json) -> Outcome {
        let draft = self.draft(object, &json)?;
        self.write(|w| w.update(self.object(object), &RecordId::parse(id).unwrap(), draft))
    }

    fn upsert(&self, object: &str, key: &str, value: &str, json: Json) -> Outcome {
        let draft = self.draft(object, &json)?;
        self.write(|w| w.upsert(self.object(object), key, value, draft))
    }

    fn delete(&self, object: &str, id: &str) -> Outcome {
        self.write(|w| w.delete(self.object(object), &RecordId::parse(id).unwrap()))
    }

    fn get(&self, object: &str, id: &str, field: &str) -> Value {
        let row = self
            .store
            .read(|c| Row::load(c, self.object(object), id).unwrap());
        row.unwrap().0.get(field).clone()
    }

    fn is_deleted(&self, object: &str, id: &str) -> bool {
        self.store
            .read(|c| Row::load(c, self.object(object), id))
            .unwrap()
            .unwrap()
            .1
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

#[test]
fn a_new_record_gets_its_system_fields_and_defaults() {
    let fixture = Fixture::new();
    let id = fixture
        .insert(
            "Shipment__c",
            json!({"Weight_kg__c": 1.2345, "Handling__c": "Oversized;Fragile;fragile"}),
        )
        .unwrap();
    let get = |field| fixture.get("Shipment__c", &id, field);
    assert_eq!(
        get("Name"),
        text(&id),
        "a custom object without a name takes its id"
    );
    assert_eq!(
        (get("CreatedDate"), get("SystemModstamp")),
        (Value::Int(NOW), Value::Int(NOW))
    );
    assert_eq!(
        (get("OwnerId"), get("CreatedById")),
        (text(fixture.user.as_str()), text(fixture.user.as_str()))
    );
    assert_eq!(
        (get("Status__c"), get("Insured__c")),
        (text("Planned"), Value::Bool(false))
    );
    assert_eq!(get("Serial__c"), text("SHP-00001"));
    assert_eq!(
        get("Weight_kg__c"),
        Value::Real(1.235),
        "rounded to its scale"
    );
    assert_eq!(
        get("Handling__c"),
        text("Fragile;Oversized"),
        "in the list's order, once each"
    );
}

#[test]
fn errors_have_salesforces_codes_and_messages() {
    let fixture = Fixture::new();
    let long = "x".repeat(256);
    let cases = [
        ("Account", json!({}), "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]".to_owned()),
        ("Lead", json!({"FirstName": "A"}), "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName, Company]".to_owned()),
        ("Account", json!({"Name": ""}), "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]".to_owned()),
        ("Account", json!({"Nope": 1}), "INVALID_FIELD", "No such column 'Nope' on sobject of type Account".to_owned()),
        ("Account", json!({"Name": long}), "STRING_TOO_LONG", format!("Account Name: data value too large: {long} (max length=255)")),
        ("Shipment__c", json!({"Status__c": "Lost"}), "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Status: bad value for restricted picklist field: Lost".to_owned()),
        ("Shipment__c", json!({"Handling__c": "Fragile;Wet"}), "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Handling: bad value for restricted picklist field: Wet".to_owned()),
        ("Shipment__c", json!({"Notify_Email__c": "a@b"}), "INVALID_EMAIL_ADDRESS", "Notify Email: invalid email address: a@b".to_owned()),
        ("Account", json!({"Name": "A", "NumberOfEmployees": 1_431_655_766}), "NUMBER_OUTSIDE_VALID_RANGE", "Employees: value outside of valid range on numeric field: 1431655766".to_owned()),
        ("Shipment__c", json!({"Discount__c": 1000}), "NUMBER_OUTSIDE_VALID_RANGE", "Discount: value outside of valid range on numeric field: 1000".to_owned()),
        ("Contact", json!({"LastName": "A", "AccountId": "123"}), "MALFORMED_ID", "Account ID: id value of incorrect type: 123".to_owned()),
        ("Contact", json!({"LastName": "A", "AccountId": "003Sb0000000001"}), "FIELD_INTEGRITY_EXCEPTION", format!("Account ID: id value of incorrect type: {}", RecordId::new("003", 1))),
        ("Contact", json!({"LastName": "A", "AccountId": "001Sb0000000009"}), "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id".to_owned()),
        ("Contact", json!({"LastName": "A", "Account": {"External_Id__c": "nope"}}), "INVALID_FIELD", "Foreign key external ID: nope not found for field External_Id__c in entity Account".to_owned()),
        ("Contact", json!({"LastName": "A", "Account": {"Site": "x"}}), "INVALID_FIELD", "Field name provided, Site is not an External ID or indexed field for Account".to_owned()),
        ("Contact", json!({"LastName": "A", "CreatedDate": "2026-01-01T00:00:00Z", "Name": "B"}), "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: CreatedDate, Name. Please check the security settings of this field and verify that it is read/write for your profile or permission set.".to_owned()),
        ("Account", json!({"Name": "A", "Id": "001Sb0000000001AAA"}), "INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call".to_owned()),
        ("Organization", json!({"Name": "A"}), "INVALID_TYPE_FOR_OPERATION", "entity type Organization does not support create".to_owned()),
        ("Shipment__c", json!({"Ship_Date__c": "22.11.2026"}), "JSON_PARSER_ERROR", "Cannot deserialize instance of date from VALUE_STRING value 22.11.2026 or request may be missing a required field at [line:1, column:17]".to_owned()),
    ];
    for (object, json, code, message) in cases {
        let rejected = fixture.insert(object, json.clone()).unwrap_err();
        assert_eq!(
            (rejected.code, rejected.message),
            (code, message),
            "{object} {json}"
        );
    }
}

#[test]
fn children_show_fields_of_their_parents() {
    let fixture = Fixture::new();
    let contact = fixture
        .insert(
            "Contact",
            json!({"LastName": "A", "Phone": "1", "Email": "a@x.example"}),
        )
        .unwrap();
    let case = fixture
        .insert("Case", json!({"ContactId": contact, "Subject": "S"}))
        .unwrap();
    let get = |field| fixture.get("Case", &case, field);
    assert_eq!(
        (get("ContactPhone"), get("ContactEmail"), get("ContactFax")),
        (text("1"), text("a@x.example"), Value::Null)
    );
    let stamp = get("SystemModstamp");
    fixture
        .update("Contact", &contact, json!({"Phone": "2"}))
        .unwrap();
    assert_eq!(
        (get("ContactPhone"), get("SystemModstamp")),
        (text("2"), stamp)
    );
    fixture
        .update("Case", &case, json!({"ContactId": null}))
        .unwrap();
    assert_eq!(get("ContactPhone"), Value::Null);
}

#[test]
fn a_duplicate_names_the_record_it_duplicates() {
    let fixture = Fixture::new();
    let first = fixture
        .insert("Account", json!({"Name": "A", "External_Id__c": "k-1"}))
        .unwrap();
    let rejected = fixture
        .insert("Account", json!({"Name": "B", "External_Id__c": "K-1"}))
        .unwrap_err();
    assert_eq!(rejected.code, "DUPLICATE_VALUE");
    assert_eq!(
        rejected.message,
        format!(
            "duplicate value found: External_Id__c duplicates value on record with id: {}",
            &first[..15]
        )
    );
    fixture.delete("Account", &first).unwrap();
    fixture
        .insert("Account", json!({"Name": "B", "External_Id__c": "K-1"}))
        .unwrap();
    let taken = fixture
        .write(|w| w.undelete(fixture.object("Account"), &RecordId::parse(&first).unwrap()))
        .unwrap_err();
    assert_eq!(taken.code, "DUPLICATE_VALUE");
}

#[test]
fn parents_are_found_by_external_id_and_by_short_id() {
    let fixture = Fixture::new();
    let account = fixture
        .insert("Account", json!({"Name": "A", "External_Id__c": "k-1"}))
        .unwrap();
    let by_key = fixture
        .insert(
            "Shipment__c",
            json!({"Account__r": {"External_Id__c": "k-1"}}),
        )
        .unwrap();
    let by_id = fixture
        .insert("Shipment__c", json!({"Account__c": &account[..15]}))
        .unwrap();
    for id in [&by_key, &by_id] {
        assert_eq!(fixture.get("Shipment__c", id, "Account__c"), text(&account));
    }
    let vague = fixture
        .insert("Task", json!({"What": {"External_Id__c": "k-1"}}))
        .unwrap_err();
    assert!(
        vague
            .message
            .contains("Polymorphic foreign key WhatId of Task"),
        "{vague}"
    );
    let task = fixture
        .insert(
            "Task",
            json!({"What": {"attributes": {"type": "Account"}, "External_Id__c": "k-1"}}),
        )
        .unwrap();
    assert_eq!(fixture.get("Task", &task, "WhatId"), text(&account));
    assert_eq!(fixture.get("Task", &task, "AccountId"), text(&account));
}

#[test]
fn an_update_changes_what_it_names_and_the_audit_fields() {
    let fixture = Fixture::new();
    let id = fixture
        .insert(
            "Contact",
            json!({"LastName": "Lovelace", "FirstName": "Ada", "Title": "Countess"}),
        )
        .unwrap();
    fixture
        .update(
            "Contact",
            &id[..15],
            json!({"FirstName": null, "Title": "Programmer"}),
        )
        .unwrap();
    let get = |field| fixture.get("Contact", &id, field);
    assert_eq!(
        (get("Name"), get("Title"), get("FirstName")),
        (text("Lovelace"), text("Programmer"), Value::Null)
    );
    let rejected = |json| fixture.update("Contact", &id, json).unwrap_err();
    assert_eq!(
        rejected(json!({"LastName": null})).message,
        "Required fields are missing: [LastName]"
    );
    assert_eq!(
        rejected(json!({"IsDeleted": true})).code,
        "INVALID_FIELD_FOR_INSERT_UPDATE"
    );
    assert_eq!(
        fixture
            .update("Contact", "003Sb0000000099", json!({}))
            .unwrap_err()
            .code,
        "NOT_FOUND"
    );
    fixture.delete("Contact", &id).unwrap();
    assert_eq!(rejected(json!({"Title": "x"})).code, "ENTITY_IS_DELETED");
}

#[test]
fn an_upsert_creates_then_updates_and_rejects_ambiguous_keys() {
    let fixture = Fixture::new();
    let made = fixture
        .upsert("Account", "External_Id__c", "k 1", json!({"Name": "A"}))
        .unwrap();
    let changed = fixture
        .upsert("Account", "external_id__C", "K 1", json!({"Site": "B"}))
        .unwrap();
    assert_eq!((made.created, changed.created), (true, false));
    assert_eq!(made.id, changed.id);
    assert_eq!(
        fixture.get("Account", made.id.as_str(), "External_Id__c"),
        text("k 1")
    );
    for _ in 0..2 {
        fixture
            .insert("Shipment__c", json!({"Carrier_Ref__c": "same"}))
            .unwrap();
    }
    assert_eq!(
        fixture
            .upsert("Shipment__c", "Carrier_Ref__c", "same", json!({}))
            .unwrap_err()
            .code,
        "DUPLICATE_EXTERNAL_ID"
    );
    assert!(
        fixture
            .upsert("Shipment__c", "Carrier_Ref__c", "Same", json!({}))
            .unwrap()
            .created,
        "this key minds the case"
    );
    assert_eq!(
        fixture
            .upsert("Account", "Site", "B", json!({}))
            .unwrap_err()
            .code,
        "NOT_FOUND"
    );
}
