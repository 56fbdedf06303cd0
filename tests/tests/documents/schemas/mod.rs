//! Schemas made from the org's describe agree with the org: what one takes the other takes, field by field.

mod candidates;
mod judges;

use mediate::contract::Message;
use mediate::session::Session;
use mediate_tests::org::{Way, open};
use serde_json::{Map, Value, json};

use super::{call, json as parsed, org};
use candidates::Candidates;
use judges::{JsonJudge, XmlJudge};

/// Objects that need no other record to be there.
const OBJECTS: [&str; 7] = [
    "Account",
    "Case",
    "Contact",
    "Lead",
    "Opportunity",
    "Shipment__c",
    "Task",
];
/// Most records of one request (REST API Developer Guide, "Using sObject Collections").
const BATCH: usize = 200;

type Record = Map<String, Value>;

/// What the org makes of records, asked as any client would ask it: nothing of the connector's stands between.
async fn judged_by_org(
    session: &Session,
    method: &str,
    path: &str,
    object: &str,
    records: &[Record],
) -> Vec<Value> {
    let mut outcomes = Vec::new();
    for batch in records.chunks(BATCH) {
        let typed = batch.iter().map(|record| {
            let mut typed = Map::from_iter([("attributes".to_owned(), json!({"type": object}))]);
            typed.extend(record.clone());
            typed
        });
        let body = json!({"allOrNone": false, "records": typed.collect::<Vec<_>>()});
        let config = json!({
            "method": method, "path": path,
            "headers": {"Sforce-Duplicate-Rule-Header": "allowSave=true"},
        });
        let reply = call(
            session,
            "raw/request",
            &config,
            "application/json",
            &body.to_string(),
        )
        .await;
        outcomes.extend(parsed(&reply).as_array().expect("outcomes").iter().cloned());
    }
    outcomes
}

/// Lists where org and schemas differ.
async fn differences(
    session: &Session,
    object: &str,
    shape: &Value,
    records: &[Record],
    outcomes: &[Value],
) -> Vec<String> {
    let json_schema = parsed(&call(session, "schema/json-schema", shape, "", "").await);
    let xsd = call(session, "schema/xsd", shape, "", "").await;
    let by_json = JsonJudge::of(&json_schema);
    let by_xml = XmlJudge::of(&String::from_utf8_lossy(&xsd.body)).verdicts(object, records);
    assert_eq!(outcomes.len(), records.len());
    let mut found = Vec::new();
    for ((record, outcome), xml) in records.iter().zip(outcomes).zip(by_xml) {
        let fits = outcome["success"] == true;
        let json = by_json.accepts(record);
        if (json, xml) != (fits, fits) {
            let shown: String = json!(record).to_string().chars().take(300).collect();
            found.push(format!(
                "{object}: org {fits}, JSON Schema {json}, XSD {xml}: {shown} {}",
                outcome["errors"]
            ));
        }
    }
    found
}

async fn describe(session: &Session, object: &str) -> Value {
    parsed(
        &call(
            session,
            "schema/describe",
            &json!({"object": object}),
            "",
            "",
        )
        .await,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_of_new_records_take_what_the_org_takes() {
    let session = open(&org(), Way::InProcess, &json!({})).await;
    let (mut found, mut tried) = (Vec::new(), 0);
    for object in OBJECTS {
        let describe = describe(&session, object).await;
        let mut records = Candidates::of(&describe, "createable").all(Candidates::least);
        records.push(Record::new());
        tried += records.len();
        let outcomes =
            judged_by_org(&session, "post", "composite/sobjects", object, &records).await;
        let shape = json!({"object": object, "shape": "create"});
        found.extend(differences(&session, object, &shape, &records, &outcomes).await);
    }
    assert!(
        found.is_empty(),
        "{} of {tried}:\n{}",
        found.len(),
        found.join("\n")
    );
    assert!(tried > 500, "{tried} records are few");
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_of_changes_take_what_the_org_takes() {
    let session = open(&org(), Way::InProcess, &json!({})).await;
    let mut found = Vec::new();
    for object in OBJECTS {
        let describe = describe(&session, object).await;
        let new = Candidates::of(&describe, "createable").least();
        let made = judged_by_org(&session, "post", "composite/sobjects", object, &[new]).await;
        let id = made[0]["id"].clone();
        let key = |_: &mut Candidates<'_>| Record::from_iter([("Id".to_owned(), id.clone())]);
        let mut records = Candidates::of(&describe, "updateable").all(key);
        records.retain(|record| record.len() == 2);
        let outcomes =
            judged_by_org(&session, "patch", "composite/sobjects", object, &records).await;
        let shape = json!({"object": object, "shape": "update"});
        found.extend(differences(&session, object, &shape, &records, &outcomes).await);
    }
    assert!(found.is_empty(), "{}:\n{}", found.len(), found.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_of_upserts_take_what_the_org_takes() {
    let session = open(&org(), Way::InProcess, &json!({})).await;
    let mut found = Vec::new();
    for (object, key) in [
        ("Account", "External_Id__c"),
        ("Shipment__c", "Tracking_Number__c"),
    ] {
        let describe = describe(&session, object).await;
        let number = std::cell::Cell::new(0);
        let keyed = |candidates: &mut Candidates<'_>| {
            let mut record = candidates.least();
            number.set(number.get() + 1);
            record.insert(key.to_owned(), json!(format!("key {}", number.get())));
            record
        };
        let mut records = Candidates::of(&describe, "createable").all(keyed);
        // Without its key a record cannot be told from others: Salesforce refuses the call, not the record.
        records.retain(|record| record[key].as_str().is_some());
        let path = format!("composite/sobjects/{object}/{key}");
        let outcomes = judged_by_org(&session, "patch", &path, object, &records).await;
        let shape = json!({"object": object, "shape": "upsert", "external-id-field": key});
        found.extend(differences(&session, object, &shape, &records, &outcomes).await);
    }
    assert!(found.is_empty(), "{}:\n{}", found.len(), found.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_of_rows_take_what_queries_return() {
    let org = std::sync::Arc::new(sandbox::Org::builder().build().expect("an org"));
    let session = open(&org, Way::InProcess, &json!({})).await;
    for object in ["Account", "Contact", "Opportunity", "Shipment__c", "User"] {
        let describe = describe(&session, object).await;
        let fields = describe["fields"].as_array().expect("fields").iter();
        let names: Vec<&str> = fields.filter_map(|field| field["name"].as_str()).collect();
        let soql = format!("SELECT {}, CreatedBy.Name FROM {object}", names.join(", "));
        let rows = call(&session, "query/query", &json!({"soql": soql}), "", "").await;
        let shape = json!({"object": object, "shape": "query", "relationships": ["CreatedBy"]});
        let schema = parsed(&call(&session, "schema/json-schema", &shape, "", "").await);
        let judge = JsonJudge::of(&schema);
        let rows = parsed(&rows);
        let records = rows["records"].as_array().expect("rows");
        assert!(!records.is_empty(), "{object} has rows");
        for record in records {
            let complaints = judge.complaints(record);
            assert!(complaints.is_empty(), "{object}: {complaints:?}");
        }
    }
}

/// Records by way of the connector, each with what shall become of it.
fn records() -> Vec<(Value, bool)> {
    vec![
        (json!({"Tracking_Number__c": "A1"}), true),
        (
            json!({"Tracking_Number__c": "A2", "Status__c": "Delivered", "Value__c": 12.34}),
            true,
        ),
        (
            json!({"Tracking_Number__c": "A3", "Ship_Date__c": "2026-02-28", "Insured__c": true}),
            true,
        ),
        (json!({"Tracking_Number__c": "A4", "Notes__c": null}), true),
        (json!({"Status__c": "Nowhere"}), false),
        (json!({"Tracking_Number__c": "x".repeat(41)}), false),
        (json!({"Ship_Date__c": "yesterday"}), false),
        (json!({"Insured__c": "perhaps"}), false),
        (json!({"Nonsense__c": 1}), false),
        (json!({"Value__c": "much"}), false),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_json_schema_takes_what_the_connector_brings_in() {
    let session = open(&org(), Way::InProcess, &json!({})).await;
    let config = json!({"object": "Shipment__c", "shape": "create"});
    let schema = parsed(&call(&session, "schema/json-schema", &config, "", "").await);
    let judge = JsonJudge::of(&schema);
    for (record, fits) in records() {
        let input = Message::new("application/json", record.to_string());
        let config = json!({"object": "Shipment__c"});
        let created = session.call("records/create", &config, Some(input)).await;
        assert_eq!(created.is_ok(), fits, "the org: {record}: {created:?}");
        assert_eq!(
            judge.complaints(&record).is_empty(),
            fits,
            "the schema: {record}"
        );
    }
}
