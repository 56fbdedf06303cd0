//! Deleting and restoring with children.

use super::*;

#[test]
fn a_delete_takes_children_along_and_an_undelete_brings_them_back() {
    let fixture = Fixture::new();
    let account = fixture.insert("Account", json!({"Name": "A"})).unwrap();
    let contact = fixture
        .insert("Contact", json!({"LastName": "B", "AccountId": account}))
        .unwrap();
    let task = fixture
        .insert("Task", json!({"Subject": "Call", "WhoId": contact}))
        .unwrap();
    let shipment = fixture
        .insert("Shipment__c", json!({"Account__c": account}))
        .unwrap();
    fixture.delete("Account", &account).unwrap();
    let state = || {
        [
            fixture.is_deleted("Account", &account),
            fixture.is_deleted("Contact", &contact),
            fixture.is_deleted("Task", &task),
            fixture.is_deleted("Shipment__c", &shipment),
        ]
    };
    assert_eq!(state(), [true, true, true, false]);
    assert_eq!(
        fixture.get("Shipment__c", &shipment, "Account__c"),
        Value::Null,
        "a lookup lets go"
    );
    assert_eq!(
        fixture.delete("Account", &account).unwrap_err().code,
        "ENTITY_IS_DELETED"
    );
    let undelete = |object: &str, id: &str| {
        fixture.write(|w| w.undelete(fixture.object(object), &RecordId::parse(id).unwrap()))
    };
    assert_eq!(
        undelete("Contact", &contact).unwrap_err().message,
        "Entity is not in the recycle bin"
    );
    undelete("Account", &account).unwrap();
    assert_eq!(state(), [false; 4]);
}

#[test]
fn what_others_need_cannot_be_deleted() {
    let fixture = Fixture::new();
    let account = fixture.insert("Account", json!({"Name": "Acme"})).unwrap();
    fixture
        .insert("Case", json!({"AccountId": account}))
        .unwrap();
    let rejected = fixture.delete("Account", &account).unwrap_err();
    assert_eq!(rejected.code, "DELETE_FAILED");
    assert_eq!(
        rejected.message,
        "Your attempt to delete Acme could not be completed because it is associated with the following cases.: 00000001\n"
    );
    assert!(!fixture.is_deleted("Account", &account));
}

#[test]
fn opportunities_follow_their_stage() {
    let fixture = Fixture::new();
    let id = fixture.insert("Opportunity", json!({"Name": "O", "StageName": "Needs Analysis", "CloseDate": "2026-11-30", "Amount": 500})).unwrap();
    let get = |field| fixture.get("Opportunity", &id, field);
    assert_eq!(
        (get("Probability"), get("ExpectedRevenue"), get("Fiscal")),
        (Value::Real(20.0), Value::Real(100.0), text("2026 4"))
    );
    fixture
        .update("Opportunity", &id, json!({"StageName": "Closed Won"}))
        .unwrap();
    assert_eq!(
        (
            get("IsWon"),
            get("Probability"),
            get("ForecastCategoryName")
        ),
        (Value::Bool(true), Value::Real(100.0), text("Closed"))
    );
}

#[test]
fn all_or_none_undoes_the_good_with_the_bad_and_each_does_not() {
    let fixture = Fixture::new();
    let run = |batch, names: [&str; 3]| {
        let drafts =
            names.map(|name| Draft::from_texts(fixture.object("Account"), &[("Name", name)]));
        fixture
            .write(|w| {
                w.run(batch, drafts, |w, draft| {
                    w.insert(fixture.object("Account"), draft)
                })
            })
            .unwrap()
    };
    let count = || {
        fixture
            .store
            .read(|c| {
                c.query_row("SELECT count(*) FROM \"Account\"", [], |r| {
                    r.get::<_, i64>(0)
                })
            })
            .unwrap()
    };
    let codes = |outcomes: Vec<Outcome>| {
        outcomes
            .into_iter()
            .map(|o| o.map_or_else(|p| p.code, |_| "ok"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        codes(run(Batch::Each, ["A", "", "B"])),
        ["ok", "REQUIRED_FIELD_MISSING", "ok"]
    );
    assert_eq!(count(), 2);
    let all = codes(run(Batch::AllOrNone, ["C", "", "D"]));
    assert_eq!(
        all,
        [
            "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "REQUIRED_FIELD_MISSING",
            "ALL_OR_NONE_OPERATION_ROLLED_BACK"
        ]
    );
    assert_eq!(count(), 2);
}
