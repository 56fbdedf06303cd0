//! Schemas made from the org's describe agree with the org: what one takes the other takes, field by field.

mod candidates;
mod judges;

use mediate::contract::Message;
use mediate::session::{Session, SessionError};
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

type Record = Map<String, Value>;

/// Asks the org as any client would: nothing of the connector's stands between. Each record has a request of its own, for a value of
/// the wrong type makes Salesforce refuse the whole request.
struct OrgJudge<'s> {
    session: &'s Session,
    method: &'static str,
    path: String,
    /// The member that stands in the path instead of the body.
    key: Option<&'static str>,
}

impl OrgJudge<'_> {
    /// What the org answers, or why it refuses.
    async fn judge(&self, record: &Record) -> Result<Value, SessionError> {
        let mut body = record.clone();
        let key = self.key.and_then(|key| body.remove(key));
        let key = key.map_or_else(String::new, |key| {
            format!("/{}", key.as_str().unwrap_or_default())
        });
        let config = json!({
            "method": self.method, "path": format!("{}{key}", self.path),
            "headers": {"Sforce-Duplicate-Rule-Header": "allowSave=true"},
        });
        let input = Message::new("application/json", Value::Object(body).to_string());
        let reply = self
            .session
            .call("raw/request", &config, Some(input))
            .await?;
        Ok(serde_json::from_slice(&reply.body).unwrap_or_default())
    }

    async fn verdicts(&self, records: &[Record]) -> Vec<Result<(), String>> {
        let mut verdicts = Vec::new();
        for record in records {
            let verdict = self.judge(record).await;
            verdicts.push(verdict.map(drop).map_err(|why| why.to_string()));
        }
        verdicts
    }
}

/// Lists where org and schemas differ.
async fn differences(
    session: &Session,
    object: &str,
    shape: &Value,
    records: &[Record],
    verdicts: &[Result<(), String>],
) -> Vec<String> {
    let json_schema = parsed(&call(session, "schema/json-schema", shape, "", "").await);
    let xsd = call(session, "schema/xsd", shape, "", "").await;
    let by_json = JsonJudge::of(&json_schema);
    let by_xml = XmlJudge::of(&String::from_utf8_lossy(&xsd.body)).verdicts(object, records);
    assert_eq!(verdicts.len(), records.len());
    let mut found = Vec::new();
    for ((record, verdict), xml) in records.iter().zip(verdicts).zip(by_xml) {
        let fits = verdict.is_ok();
        let json = by_json.accepts(record);
        if (json, xml) != (fits, fits) {
            let shown: String = json!(record).to_string().chars().take(300).collect();
            found.push(format!(
                "{object}: org {verdict:?}, JSON Schema {json}, XSD {xml}: {shown}"
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

/// Creates the record in the org, as a client would.
fn creates<'s>(session: &'s Session, object: &str) -> OrgJudge<'s> {
    OrgJudge {
        session,
        method: "post",
        path: format!("sobjects/{object}"),
        key: None,
    }
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
        let verdicts = creates(&session, object).verdicts(&records).await;
        let shape = json!({"object": object, "shape": "create"});
        found.extend(differences(&session, object, &shape, &records, &verdicts).await);
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
        let made = creates(&session, object).judge(&new).await;
        let id = made.unwrap_or_else(|why| panic!("{object}: {why}"))["id"].clone();
        let key = |_: &mut Candidates<'_>| Record::from_iter([("Id".to_owned(), id.clone())]);
        let mut records = Candidates::of(&describe, "updateable").all(key);
        records.retain(|record| record.len() == 2);
        let changes = OrgJudge {
            method: "patch",
            key: Some("Id"),
            ..creates(&session, object)
        };
        let verdicts = changes.verdicts(&records).await;
        let shape = json!({"object": object, "shape": "update"});
        found.extend(differences(&session, object, &shape, &records, &verdicts).await);
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
        let mut number = 0;
        let mut records = Candidates::of(&describe, "createable").all(Candidates::least);
        // What is tried of the key itself stands in the path, where other rules hold.
        records.retain(|record| !record.contains_key(key));
        for record in &mut records {
            number += 1;
            record.insert(key.to_owned(), json!(format!("key-{number}")));
        }
        let upserts = OrgJudge {
            method: "patch",
            path: format!("sobjects/{object}/{key}"),
            key: Some(key),
            ..creates(&session, object)
        };
        let verdicts = upserts.verdicts(&records).await;
        let shape = json!({"object": object, "shape": "upsert", "external-id-field": key});
        found.extend(differences(&session, object, &shape, &records, &verdicts).await);
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
            let error_texts = judge.error_texts(record);
            assert!(error_texts.is_empty(), "{object}: {error_texts:?}");
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
            judge.error_texts(&record).is_empty(),
            fits,
            "the schema: {record}"
        );
    }
}
