//! Records read from JSON as serde would.

use crate::catalog::record::read;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, PartialEq, Deserialize)]
struct Trip {
    name: String,
    wheels: Option<u8>,
    delta: i64,
    size: f64,
    is_open: bool,
    way: Way,
    bind: Vec<(String, String)>,
}

#[derive(Debug, PartialEq, Deserialize)]
enum Way {
    OnFoot,
    By(Vec<Way>),
}

fn trip() -> Value {
    json!({
        "name": "Sète", "wheels": 4, "delta": -3, "size": 2, "is_open": true,
        "way": {"By": ["OnFoot", {"By": []}]}, "bind": [["n", "1.10"]], "passed over": {"a": [1]}
    })
}

#[test]
fn what_fits_is_what_serde_reads() {
    let mut trip = trip();
    for (name, value) in [
        ("wheels", json!(4)),
        ("wheels", Value::Null),
        ("size", json!(2.5)),
    ] {
        trip[name] = value;
        let by_serde: Trip = serde_json::from_value(trip.clone()).unwrap();
        assert_eq!(read::<Trip>(&trip).unwrap(), by_serde);
    }
    trip.as_object_mut().unwrap().remove("wheels");
    assert_eq!(read::<Trip>(&trip).unwrap().wheels, None);
    assert_eq!(read::<Value>(&trip).unwrap(), trip);
}

#[test]
fn what_does_not_fit_is_said() {
    for (name, value, said) in [
        ("name", json!(1), "invalid type: number, expected a text"),
        (
            "wheels",
            json!(256),
            "invalid value: integer `256`, expected u8",
        ),
        (
            "wheels",
            json!(1.5),
            "invalid type: floating point `1.5`, expected u8",
        ),
        (
            "delta",
            json!("3"),
            "invalid type: string \"3\", expected a number",
        ),
        (
            "is_open",
            Value::Null,
            "invalid type: unit value, expected true or false",
        ),
        (
            "way",
            json!("By"),
            "invalid type: unit value, expected an array",
        ),
        (
            "way",
            json!({"OnFoot": 1}),
            "invalid type: number, expected a case without settings",
        ),
        ("way", json!({}), "invalid type: map, expected a case"),
        (
            "way",
            json!("Swims"),
            "unknown variant `Swims`, expected `OnFoot` or `By`",
        ),
        ("bind", json!({}), "invalid type: map, expected an array"),
    ] {
        let mut trip = trip();
        trip[name] = value;
        let unfit = read::<Trip>(&trip).unwrap_err();
        assert_eq!(unfit.to_string(), said, "{name}");
    }
    assert_eq!(
        read::<Trip>(&json!({})).unwrap_err().to_string(),
        "missing field `name`"
    );
    assert!(read::<Trip>(&json!([])).is_err());
}
