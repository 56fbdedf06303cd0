//! A schema made from the org's describe agrees with the org: what one takes the other takes.

use mediate_tests::org::{Way, open};
use serde_json::{Value, json};

use super::{call, json as parsed, org};

/// Records, each with what the org shall make of it.
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
async fn the_json_schema_takes_what_the_org_takes() {
    let session = open(&org(), Way::InProcess, &json!({})).await;
    let config = json!({"object": "Shipment__c", "shape": "create"});
    let schema = parsed(&call(&session, "schema/json-schema", &config, "", "").await);
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for (record, fits) in records() {
        let input = mediate::contract::Message::new("application/json", record.to_string());
        let created = session
            .call(
                "records/create",
                &json!({"object": "Shipment__c"}),
                Some(input),
            )
            .await;
        assert_eq!(created.is_ok(), fits, "the org: {record}: {created:?}");
        assert_eq!(validator.is_valid(&record), fits, "the schema: {record}");
    }
}
