use super::*;
use crate::soql::build::{Select, build_typed};

struct Known(Option<Zone>);

impl Types for Known {
    fn child(&self, _: &str, relationship: &str, place: &str) -> Result<String, Wrong> {
        match relationship {
            "Contacts" => Ok("Contact".into()),
            other => Err(Wrong(format!("{place} `{other}`"))),
        }
    }

    fn field(&self, object: &str, path: &str, place: &str) -> Result<ValueType, Wrong> {
        Ok(match (object, path) {
            ("Account", "Name") => ValueType::Text,
            ("Account", "Active__c") => ValueType::Boolean,
            ("Account", "AnnualRevenue") => ValueType::Number,
            ("Account", "CreatedDate") => ValueType::DateTime,
            ("Contact", "Birthdate") => ValueType::Date,
            ("Account", "Opens__c") => ValueType::Time,
            _ => return Err(Wrong(format!("{place} {object}.{path}"))),
        })
    }

    fn zone(&self) -> Option<&Zone> {
        self.0.as_ref()
    }
}

fn filtered(filter: &serde_json::Value) -> Result<String, String> {
    let select = Select {
        from: "Account".into(),
        fields: vec!["Id".into()],
        filter: Some(filter.to_string()),
        ..Select::default()
    };
    let soql = build_typed(&select, &Known(None)).map_err(|wrong| wrong.0)?;
    Ok(soql.split_once(" WHERE ").unwrap().1.to_owned())
}

fn compared(field: &str, operator: &str, value: serde_json::Value) -> Result<String, String> {
    filtered(&json!({"field": field, "operator": operator, "value": value}))
}

#[test]
fn each_type_has_its_literals() {
    for (field, operator, value, expected) in [
        (
            "Name",
            "=",
            json!("LAST_N_DAYS:30"),
            "Name = 'LAST_N_DAYS:30'",
        ),
        ("Name", "=", json!(42), "Name = '42'"),
        ("Name", "=", json!(true), "Name = 'true'"),
        ("Name", "like", json!("5%"), "Name LIKE '5%'"),
        ("Active__c", "=", json!("TRUE"), "Active__c = true"),
        ("Active__c", "=", json!(false), "Active__c = false"),
        (
            "AnnualRevenue",
            ">",
            json!("1000.50"),
            "AnnualRevenue > 1000.50",
        ),
        ("AnnualRevenue", ">", json!(" -007 "), "AnnualRevenue > -7"),
        ("AnnualRevenue", ">", json!("+0.5"), "AnnualRevenue > 0.5"),
        (
            "AnnualRevenue",
            ">",
            json!("usd5000"),
            "AnnualRevenue > USD5000",
        ),
        (
            "AnnualRevenue",
            "in",
            json!(["1", 2]),
            "AnnualRevenue IN (1,2)",
        ),
        ("AnnualRevenue", "=", json!(null), "AnnualRevenue = null"),
        (
            "CreatedDate",
            ">",
            json!("last_n_days:30"),
            "CreatedDate > LAST_N_DAYS:30",
        ),
        (
            "CreatedDate",
            ">",
            json!("2026-01-31T10:00:00.000+0000"),
            "CreatedDate > 2026-01-31T10:00:00.000Z",
        ),
        (
            "CreatedDate",
            ">",
            json!({"literal": "TODAY"}),
            "CreatedDate > TODAY",
        ),
        (
            "DAY_ONLY(CreatedDate)",
            "=",
            json!("2026-01-31"),
            "DAY_ONLY(CreatedDate) = 2026-01-31",
        ),
        (
            "CALENDAR_YEAR(CreatedDate)",
            "=",
            json!("2026"),
            "CALENDAR_YEAR(CreatedDate) = 2026",
        ),
        ("Opens__c", "<", json!("10:00"), "Opens__c < 10:00:00Z"),
    ] {
        assert_eq!(compared(field, operator, value).as_deref(), Ok(expected));
    }
}

#[test]
fn queries_in_filters_and_children_have_fields_of_their_own_objects() {
    let inner = json!({"field": "Birthdate", "operator": ">", "value": "1990-02-28"});
    let join = json!({"field": "Name", "operator": "in", "query": {"object": "Contact", "field": "AccountId", "filter": inner}});
    assert_eq!(
        filtered(&join).unwrap(),
        "Name IN (SELECT AccountId FROM Contact WHERE Birthdate > 1990-02-28)"
    );
    let child = Select {
        from: "Contacts".into(),
        fields: vec!["Id".into()],
        filter: Some(inner.to_string()),
        ..Select::default()
    };
    let select = Select {
        from: "Account".into(),
        children: vec![child],
        having: Some(
            json!({"field": "MAX(AnnualRevenue)", "operator": ">", "value": "5"}).to_string(),
        ),
        ..Select::default()
    };
    assert_eq!(
        build_typed(&select, &Known(None)).unwrap(),
        "SELECT (SELECT Id FROM Contacts WHERE Birthdate > 1990-02-28) FROM Account HAVING MAX(AnnualRevenue) > 5"
    );
}

#[test]
fn values_that_do_not_fit_are_told_with_their_place_and_never_shown() {
    for (field, value) in [
        ("Active__c", json!("yes")),
        ("AnnualRevenue", json!("1,000")),
        ("AnnualRevenue", json!("1e3")),
        ("AnnualRevenue", json!("")),
        ("AnnualRevenue", json!("LAST_N_DAYS:30")),
        ("AnnualRevenue", json!(true)),
        ("CreatedDate", json!("2026-01-31")),
        ("CreatedDate", json!("2026-01-31T10:00:00")),
        ("CreatedDate", json!(2026)),
        ("Opens__c", json!("noon")),
    ] {
        let message = compared(field, "=", value).unwrap_err();
        let start = format!("config.filter.value does not fit `{field}`, whose values are ");
        assert!(message.starts_with(&start), "{message}");
    }
    let message = compared("AnnualRevenue", "in", json!([1, "x"])).unwrap_err();
    assert!(
        message.starts_with("config.filter.value[1] does not fit"),
        "{message}"
    );
    assert_eq!(
        compared("Nmae", "=", json!("x")).unwrap_err(),
        "config.filter.field Account.Nmae"
    );
}

#[test]
fn times_without_offset_are_those_of_the_zone() {
    let zone = Zone::from_name("Europe/Berlin").unwrap();
    let select = Select {
        from: "Account".into(),
        fields: vec!["Id".into()],
        filter: Some(
            json!({"field": "CreatedDate", "operator": ">", "value": "2026-01-31T10:00:00"})
                .to_string(),
        ),
        ..Select::default()
    };
    let soql = build_typed(&select, &Known(Some(zone))).unwrap();
    assert!(
        soql.ends_with("CreatedDate > 2026-01-31T10:00:00+01:00"),
        "{soql}"
    );
}
