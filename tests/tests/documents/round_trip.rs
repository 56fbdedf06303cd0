//! NDJSON -> org -> CSV -> org -> XML -> org -> JSON: the records stay what they were. And the same over SOAP.

use mediate::session::Session;
use mediate_tests::org::{Way, open, read_all};
use serde_json::{Value, json};

use super::{call, json as parsed, org};

const FIELDS: &str = "Tracking_Number__c, Status__c, Value__c, Weight_kg__c, Parcels__c, Ship_Date__c, Delivered_At__c, \
                      Insured__c, Notes__c, Instructions__c, Notify_Email__c";

/// What is hard to carry: quotes, commas, new lines, emoji, nulls, long numbers, dates at the border of zones.
fn records() -> Vec<Value> {
    let plain = |key: &str, notes: Value| {
        json!({
            "Tracking_Number__c": key, "Status__c": "Planned", "Value__c": 12.5, "Weight_kg__c": null,
            "Parcels__c": 3.0, "Ship_Date__c": "2026-03-29", "Delivered_At__c": null, "Insured__c": true,
            "Notes__c": notes, "Instructions__c": null, "Notify_Email__c": "a.b+c@example.com",
        })
    };
    let mut records = vec![
        plain("T1", json!("say \"hi\", \\ and 'bye'")),
        plain("T2", json!("first line\nsecond, line\n\nfourth")),
        plain("T3", json!("🚢 Zoë Ünal — 東京 <b>&amp;</b>")),
        plain("T4", Value::Null),
        plain("T5", json!("=1+1; #N/A; null; NULL; 0; false")),
    ];
    records[0]["Delivered_At__c"] = json!("2026-03-29T00:59:59.000+0000");
    records[1]["Delivered_At__c"] = json!("2026-12-31T23:59:59.000+0000");
    records[2]["Ship_Date__c"] = json!("2026-12-31");
    records[3]["Parcels__c"] = json!(123_456_789_012_345_678_i64);
    records[4]["Insured__c"] = json!(false);
    records
}

/// Reads all shipments in a form, in the order of their keys.
async fn read(session: &Session, format: &str) -> String {
    let soql = format!("SELECT {FIELDS} FROM Shipment__c ORDER BY Tracking_Number__c");
    let config = json!({"soql": soql, "format": format});
    let (bytes, _) = read_all(session, "query/rows", &config)
        .await
        .expect("rows");
    String::from_utf8(bytes).expect("text")
}

async fn write(session: &Session, media_type: &str, body: &str) {
    let config = json!({"object": "Shipment__c"});
    let reply = call(session, "collections/create", &config, media_type, body).await;
    assert_eq!(
        reply.metadata.attribute("failed").as_deref(),
        Some("0"),
        "{:?}",
        String::from_utf8_lossy(&reply.body)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn records_survive_every_form() {
    let mut first = String::new();
    for record in records() {
        first.push_str(&format!("{record}\n"));
    }
    let one = open(&org(), Way::InProcess, &json!({})).await;
    write(&one, "application/x-ndjson", &first).await;
    let expected: Value = serde_json::from_str(&read(&one, "json").await).expect("JSON");
    for (record, found) in records().iter().zip(expected.as_array().expect("a list")) {
        for (name, value) in record.as_object().expect("an object") {
            let same = value == &found[name]
                || value
                    .as_f64()
                    .is_some_and(|number| found[name].as_f64() == Some(number));
            assert!(same, "{name}: {value} became {}", found[name]);
        }
    }
    let csv = read(&one, "csv").await;
    let two = open(&org(), Way::InProcess, &json!({})).await;
    write(&two, "text/csv", &csv).await;
    let xml = read(&two, "xml").await;
    let three = open(&org(), Way::InProcess, &json!({})).await;
    write(&three, "application/xml", &xml).await;
    let last: Value = serde_json::from_str(&read(&three, "json").await).expect("JSON");
    assert_eq!(last, expected);
}

/// Numbers by what they are, not by their digits: SOAP writes 1.0E7 where REST writes 10000000.
fn by_value(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, |number| json!(number)),
        Value::Array(items) => items.into_iter().map(by_value).collect(),
        Value::Object(members) => {
            let members = members.into_iter();
            members
                .map(|(name, value)| (name, by_value(value)))
                .collect()
        }
        other => other,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_survive_soap() {
    let session = open(&org(), Way::InProcess, &json!({})).await;
    let list = Value::from(records()).to_string();
    let config = json!({"object": "Shipment__c"});
    let reply = call(&session, "soap/create", &config, "application/json", &list).await;
    assert_eq!(
        reply.metadata.attribute("failed").as_deref(),
        Some("0"),
        "{:?}",
        String::from_utf8_lossy(&reply.body)
    );
    let by_rest: Value = serde_json::from_str(&read(&session, "json").await).expect("JSON");
    let soql = format!("SELECT {FIELDS} FROM Shipment__c ORDER BY Tracking_Number__c");
    let config = json!({"soql": soql, "format": "json"});
    let (bytes, _) = read_all(&session, "soap/query-rows", &config)
        .await
        .expect("rows");
    // SOAP writes the offset of UTC as `Z`, REST as `+0000`.
    let text = String::from_utf8(bytes).expect("text");
    let text = text.replace(".000Z", ".000+0000");
    let by_soap: Value = serde_json::from_str(&text).expect("JSON");
    let by_rest = by_value(by_rest);
    assert_eq!(by_value(by_soap), by_rest);
    let config = json!({"soql": soql, "format": "xml"});
    let (bytes, _) = read_all(&session, "soap/query-rows", &config)
        .await
        .expect("rows");
    let other = open(&org(), Way::InProcess, &json!({})).await;
    write(
        &other,
        "application/xml",
        &String::from_utf8(bytes).expect("text"),
    )
    .await;
    let again: Value = serde_json::from_str(&read(&other, "json").await).expect("JSON");
    assert_eq!(by_value(again), by_rest);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_records_by_soap_have_outcomes_in_order_and_roll_back_whole_if_asked() {
    let session = open(&org(), Way::OnAPort, &json!({})).await;
    let records = |bad: &dyn Fn(usize) -> bool| -> String {
        let one = |row: usize| {
            if bad(row) {
                json!({"FirstName": "No last name"})
            } else {
                json!({"LastName": format!("Row {row}")})
            }
        };
        Value::from((0..20_000).map(one).collect::<Vec<_>>()).to_string()
    };
    let config = json!({"object": "Contact"});
    let reply = call(
        &session,
        "soap/create",
        &config,
        "application/json",
        &records(&|row| row % 100 == 50),
    )
    .await;
    assert_eq!(reply.metadata.attribute("failed").as_deref(), Some("200"));
    let outcomes = parsed(&reply);
    for (index, outcome) in outcomes.as_array().expect("a list").iter().enumerate() {
        assert_eq!(outcome["index"], index);
        assert_eq!(outcome["success"], index % 100 != 50, "{outcome}");
    }
    // One bad record in the first batch: only that batch is undone.
    let config = json!({"object": "Contact", "all-or-none": true});
    let reply = call(
        &session,
        "soap/create",
        &config,
        "application/json",
        &records(&|row| row == 3),
    )
    .await;
    assert_eq!(reply.metadata.attribute("failed").as_deref(), Some("200"));
    let outcomes = parsed(&reply);
    assert_eq!(
        outcomes[0]["errors"][0]["code"],
        "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    );
    assert_eq!(outcomes[3]["errors"][0]["code"], "REQUIRED_FIELD_MISSING");
    assert_eq!(outcomes[200]["success"], true);
    let count = json!({"soql": "SELECT COUNT() FROM Contact"});
    let there = parsed(&call(&session, "query/query", &count, "", "").await);
    assert_eq!(there["totalSize"], 19_800 + 19_800);
}
