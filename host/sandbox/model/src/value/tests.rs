use serde_json::json;

use super::*;
use crate::schema::Schema;

fn read(object: &str, field: &str, json: serde_json::Value) -> Result<Value, String> {
    let schema = Schema::shipped().unwrap();
    let field = schema.object(object).unwrap().field(field).unwrap();
    from_json(field, &json).map_err(|wrong| wrong.to_string())
}

#[test]
fn json_values_become_what_the_column_holds() {
    let cases = [
        ("Notes__c", json!("  x "), Value::Text("x".into())),
        ("Notes__c", json!("   "), Value::Null),
        ("Notes__c", json!(42), Value::Text("42".into())),
        ("Insured__c", json!("TRUE"), Value::Bool(true)),
        ("Weight_kg__c", json!(7), Value::Real(7.0)),
        ("Weight_kg__c", json!("7.25"), Value::Real(7.25)),
        (
            "Ship_Date__c",
            json!("2026-02-28"),
            Value::Text("2026-02-28".into()),
        ),
        (
            "Delivered_At__c",
            json!("1970-01-01T01:00:00.001+0100"),
            Value::Int(1),
        ),
        (
            "Delivered_At__c",
            json!("1970-01-01T00:00:00Z"),
            Value::Int(0),
        ),
        (
            "Pickup_Time__c",
            json!("10:15:00.000Z"),
            Value::Int(36_900_000),
        ),
        ("Ship_Date__c", json!(null), Value::Null),
        ("Ship_Date__c", json!(""), Value::Null),
    ];
    for (field, json, value) in cases {
        assert_eq!(
            read("Shipment__c", field, json.clone()),
            Ok(value),
            "{field} {json}"
        );
    }
}

#[test]
fn json_of_the_wrong_type_has_salesforces_message() {
    let cases = [
        (
            "Ship_Date__c",
            json!("2026-02-30"),
            "date from VALUE_STRING value 2026-02-30",
        ),
        (
            "Ship_Date__c",
            json!("2026-02-01T00:00:00Z"),
            "date from VALUE_STRING value 2026-02-01T00:00:00Z",
        ),
        ("Ship_Date__c", json!({}), "date from START_OBJECT value {"),
        (
            "Delivered_At__c",
            json!("2017-10-17 00:00:00"),
            "datetime from VALUE_STRING value 2017-10-17 00:00:00",
        ),
        (
            "Delivered_At__c",
            json!("2017-10-17T00:00:00"),
            "datetime from VALUE_STRING value 2017-10-17T00:00:00",
        ),
        (
            "Delivered_At__c",
            json!(1_500_000_000),
            "datetime from VALUE_NUMBER_INT value 1500000000",
        ),
        (
            "Insured__c",
            json!("maybe"),
            "boolean from VALUE_STRING value maybe",
        ),
        (
            "Insured__c",
            json!(null),
            "boolean from VALUE_NULL value null",
        ),
        (
            "Insured__c",
            json!(1),
            "boolean from VALUE_NUMBER_INT value 1",
        ),
        (
            "Weight_kg__c",
            json!("heavy"),
            "double from VALUE_STRING value heavy",
        ),
        (
            "Weight_kg__c",
            json!(true),
            "double from VALUE_TRUE value true",
        ),
        (
            "Notes__c",
            json!(false),
            "textarea from VALUE_FALSE value false",
        ),
    ];
    for (field, json, message) in cases {
        let message = format!(
            "Cannot deserialize instance of {message} or request may be missing a required field"
        );
        assert_eq!(read("Shipment__c", field, json), Err(message), "{field}");
    }
}

/// Another message than for other types: regican/Salesforce's issue 2, verbb/formie's issue 789.
#[test]
fn lists_have_an_error_message_of_their_own() {
    let schema = Schema::shipped().unwrap();
    let shipment = schema.object("Shipment__c").unwrap();
    let cases = [
        (
            "Handling__c",
            json!(["A", "B"]),
            "multipicklist from START_ARRAY value [line:1, column:291]",
        ),
        (
            "Ship_Date__c",
            json!("x"),
            "date from VALUE_STRING value x or request may be missing a required field at [line:1, column:291]",
        ),
    ];
    for (field, json, message) in cases {
        let field = shipment.field(field).unwrap();
        let wrong = from_json(field, &json).unwrap_err();
        let message = format!("Cannot deserialize instance of {message}");
        assert_eq!(wrong.at("[line:1, column:291]"), message);
    }
}

#[test]
fn text_values_are_read_by_type() {
    let schema = Schema::shipped().unwrap();
    let read = |field: &str, text: &str| {
        from_text(
            schema.object("Shipment__c").unwrap().field(field).unwrap(),
            text,
        )
    };
    assert_eq!(read("Insured__c", ""), Ok(Value::Bool(false)));
    assert_eq!(read("Parcels__c", " 12 "), Ok(Value::Real(12.0)));
    assert_eq!(
        read("Delivered_At__c", "1970-01-02"),
        Ok(Value::Int(86_400_000))
    );
    let rejected = read("Parcels__c", "twelve").unwrap_err();
    assert_eq!(rejected.code, "INVALID_TYPE_ON_FIELD_IN_RECORD");
    assert_eq!(
        rejected.message,
        "Parcels: value not of required type: twelve"
    );
}

#[test]
fn instants_and_times_read_back_as_written() {
    let ms = dates::parse_datetime("2026-11-22T04:18:00.123Z").unwrap();
    assert_eq!(dates::format_datetime(ms), "2026-11-22T04:18:00.123+0000");
    assert_eq!(dates::parse_datetime(&dates::format_datetime(ms)), Some(ms));
    assert_eq!(
        dates::format_time(dates::parse_time("23:59:59.999Z").unwrap()),
        "23:59:59.999Z"
    );
    assert_eq!(dates::format_http(ms), "Sun, 22 Nov 2026 04:18:00 GMT");
    assert_eq!(
        dates::parse_http("Sun, 22 Nov 2026 04:18:00 GMT"),
        Some(ms - 123)
    );
    assert_eq!(dates::day_of(ms), "2026-11-22");
}

#[test]
fn numbers_are_written_as_java_does() {
    let cases = [
        (0.0, "0.0"),
        (12.0, "12.0"),
        (0.5, "0.5"),
        (-3.25, "-3.25"),
        (9_999_999.0, "9999999.0"),
        (1e7, "1.0E7"),
        (912_260_031.0, "9.12260031E8"),
        (0.0001, "1.0E-4"),
    ];
    for (value, text) in cases {
        assert_eq!(number(value), text);
    }
}
