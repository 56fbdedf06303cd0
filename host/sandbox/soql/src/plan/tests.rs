use serde_json::Value as Json;

use crate::Plan;
use crate::testing::{DAY, Fixture, NOW, id};

/// `@Account:1` in a query is that id in 18 characters, `@@Account:1` in 15.
fn with_ids(fixture: &Fixture, soql: &str) -> String {
    let mut text = soql.to_owned();
    for object in fixture.schema.objects() {
        for number in 1..=9 {
            let (long, name) = (
                id(&object.key_prefix, number),
                format!("@{}:{number}", object.name),
            );
            text = text
                .replace(&format!("@{name}"), &long[..15])
                .replace(&name, &long);
        }
    }
    text
}

#[test]
fn filters_find_the_rows_they_should() {
    let fixture = Fixture::new();
    let cases: Vec<(String, String, Vec<u64>)> =
        serde_json::from_str(include_str!("../cases/filters.json")).unwrap();
    for (name, soql, expected) in cases {
        let json = fixture
            .json(&with_ids(&fixture, &soql))
            .unwrap_or_else(|error| panic!("{name}: {soql}: {error}"));
        let ids: Vec<_> = json["records"]
            .as_array()
            .unwrap()
            .iter()
            .map(|record| record["Id"].clone())
            .collect();
        let prefix = ids.first().map_or("", |id| &id.as_str().unwrap()[..3]);
        let expected: Vec<Json> = expected
            .into_iter()
            .map(|number| id(prefix, number).into())
            .collect();
        assert_eq!(ids, expected, "{name}: {soql}");
        assert_eq!(json["totalSize"], ids.len(), "{name}");
    }
}

#[test]
fn rows_are_shaped_as_selected() {
    let fixture = Fixture::new();
    let cases: Vec<(String, String, Json)> =
        serde_json::from_str(include_str!("../cases/rows.json")).unwrap();
    for (name, soql, expected) in cases {
        let records = fixture
            .records(&with_ids(&fixture, &soql))
            .unwrap_or_else(|error| panic!("{name}: {soql}: {error}"));
        assert_eq!(records, expected, "{name}: {soql}");
    }
}

#[test]
fn errors_have_salesforces_messages() {
    let fixture = Fixture::new();
    let cases: Vec<(String, String, String)> =
        serde_json::from_str(include_str!("../cases/errors.json")).unwrap();
    for (soql, code, message) in cases {
        let error = Plan::new(&soql, &fixture.schema, &fixture.options)
            .map(|_| ())
            .expect_err(&soql);
        assert_eq!(error.code.as_str(), code, "{soql}: {error}");
        assert!(error.message.contains(&message), "{soql}: {error}");
        if message.starts_with('\n') {
            assert_eq!(error.message, message, "{soql}");
        }
    }
}

#[test]
fn records_begin_with_type_and_link() {
    let fixture = Fixture::new();
    let page = fixture
        .page("SELECT Id, Owner.Name FROM Case LIMIT 0", 200)
        .unwrap();
    assert_eq!(page.body, br#"{"totalSize":0,"done":true,"records":[]}"#);
    let page = fixture
        .page("SELECT Id, What.Name FROM Task LIMIT 1", 200)
        .unwrap();
    let (task, account) = (id("00T", 1), id("001", 1));
    let expected = format!(
        r#"{{"totalSize":1,"done":true,"records":[{{"attributes":{{"type":"Task","url":"/services/data/v67.0/sobjects/Task/{task}"}},"Id":"{task}","What":{{"attributes":{{"type":"Name","url":"/services/data/v67.0/sobjects/Account/{account}"}},"Name":"Acme Corp"}}}}]}}"#
    );
    assert_eq!(String::from_utf8(page.body).unwrap(), expected);
    let page = fixture.page("SELECT COUNT(Id) n FROM Task", 200).unwrap();
    let expected = br#"{"totalSize":1,"done":true,"records":[{"attributes":{"type":"AggregateResult"},"n":3}]}"#;
    assert_eq!(page.body, expected);
}

#[test]
fn files_are_shown_as_links() {
    let fixture = Fixture::new();
    let records = fixture.records("SELECT Body FROM Attachment").unwrap();
    let url = format!(
        "/services/data/v67.0/sobjects/Attachment/{}/Body",
        id("00P", 1)
    );
    assert_eq!(records[0]["Body"], url);
}

#[test]
fn fields_came_with_version_51() {
    let mut fixture = Fixture::new();
    let soql = "SELECT FIELDS(ALL) FROM Account LIMIT 1";
    fixture.options.version = 50;
    let error = fixture.json(soql).unwrap_err();
    assert_eq!(error.code.as_str(), "UNSUPPORTED_API_VERSION");
    fixture.options.version = 51;
    assert!(fixture.json(soql).is_ok());
}

#[test]
fn a_query_with_offset_gives_its_first_batch_alone() {
    let fixture = Fixture::empty();
    for number in 1..=2_003 {
        fixture.insert("Account", number, Vec::new());
    }
    let page = |soql: &str| fixture.json(soql).unwrap();
    let all = page("SELECT Id FROM Account");
    assert_eq!(
        (&all["totalSize"], &all["done"]),
        (&2_003.into(), &false.into())
    );
    for (soql, rows) in [
        ("SELECT Id FROM Account OFFSET 1", 2_000),
        ("SELECT Id FROM Account LIMIT 5000 OFFSET 2", 2_000),
        ("SELECT Id FROM Account LIMIT 7 OFFSET 2", 7),
    ] {
        let first = page(soql);
        assert_eq!(
            (&first["totalSize"], &first["done"]),
            (&rows.into(), &true.into()),
            "{soql}"
        );
    }
}

#[test]
fn count_is_the_total_size() {
    let fixture = Fixture::new();
    for (soql, total) in [
        ("SELECT COUNT() FROM Account", 4),
        (
            "SELECT count() FROM Account WHERE Owner.Name = 'Ada Admin'",
            2,
        ),
        ("SELECT COUNT() FROM Account LIMIT 3", 3),
    ] {
        assert_eq!(
            fixture.json(soql).unwrap(),
            serde_json::json!({"totalSize": total, "done": true, "records": []})
        );
    }
}

#[test]
fn fields_stands_for_all_of_a_kind() {
    let fixture = Fixture::new();
    let all = fixture
        .records("SELECT FIELDS(ALL) FROM Shipment__c LIMIT 200")
        .unwrap();
    let shipment = fixture.schema.object("Shipment__c").unwrap();
    assert_eq!(all[0].as_object().unwrap().len(), shipment.fields().len());
    let custom = fixture
        .records("SELECT Name, FIELDS(CUSTOM) FROM Account LIMIT 1")
        .unwrap();
    assert_eq!(
        custom[0],
        serde_json::json!({"Name": "Acme Corp", "External_Id__c": "A-1"})
    );
    let standard = fixture
        .records("SELECT FIELDS(STANDARD) FROM Account")
        .unwrap();
    assert!(
        standard[0].get("External_Id__c").is_none() && standard[0].get("BillingAddress").is_some()
    );
}

#[test]
fn query_all_includes_the_recycle_bin() {
    let mut fixture = Fixture::new();
    fixture.options.include_deleted = true;
    let records = fixture
        .records("SELECT Id, IsDeleted, (SELECT LastName FROM Contacts) FROM Account ORDER BY Id")
        .unwrap();
    assert_eq!(records.as_array().unwrap().len(), 5);
    assert_eq!(records[4]["IsDeleted"], true);
    assert_eq!(records[0]["Contacts"]["totalSize"], 3);
    let parent = fixture
        .records("SELECT Account.Name FROM Contact WHERE LastName = 'Gone'")
        .unwrap();
    assert_eq!(parent[0]["Account"]["Name"], "Gone Ltd");
}

#[test]
fn days_follow_the_time_zone() {
    let mut fixture = Fixture::new();
    fixture.options.time_zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(-5));
    // 04:18 UTC is still yesterday five hours west.
    assert_eq!(
        fixture
            .json("SELECT Id FROM Account WHERE CreatedDate = TODAY")
            .unwrap()["totalSize"],
        1
    );
    fixture.options.now = NOW + DAY;
    assert_eq!(
        fixture
            .json("SELECT Id FROM Account WHERE CreatedDate = YESTERDAY")
            .unwrap()["totalSize"],
        1
    );
    let soql = "SELECT DAY_ONLY(convertTimezone(CreatedDate)) d, DAY_ONLY(CreatedDate) u FROM Account WHERE Name = 'Acme Corp' \
        GROUP BY DAY_ONLY(convertTimezone(CreatedDate)), DAY_ONLY(CreatedDate)";
    assert_eq!(
        fixture.records(soql).unwrap()[0],
        serde_json::json!({"d": "2026-11-21", "u": "2026-11-22"})
    );
}

#[test]
fn labels_are_shown_and_compared() {
    let mut fixture = Fixture::empty();
    let more = r#"{"name": "Shipment__c", "fields": [{"name": "Mode__c", "type": "picklist",
        "picklistValues": [{"value": "a", "label": "By air"}, "Sea"]}]}"#;
    fixture.schema = sandbox_model::schema::Schema::load([("more.json", more)]).unwrap();
    fixture.store = sandbox_model::store::Store::in_memory(&fixture.schema).unwrap();
    for (number, mode) in [(1, "a"), (2, "Sea")] {
        fixture.insert(
            "Shipment__c",
            number,
            vec![("Mode__c".into(), mode.to_owned().into())],
        );
    }
    let records = fixture
        .records("SELECT toLabel(Mode__c) FROM Shipment__c WHERE toLabel(Mode__c) = 'by AIR'")
        .unwrap();
    assert_eq!(records, serde_json::json!([{"Mode__c": "By air"}]));
}

#[test]
fn too_many_relationships_are_rejected() {
    let fixture = Fixture::new();
    let children = [
        "Contacts",
        "Opportunities",
        "Cases",
        "Tasks",
        "Attachments",
        "Shipments__r",
    ];
    let children: String = children
        .iter()
        .map(|name| format!(", (SELECT Id FROM {name})"))
        .collect();
    let level = |inner: &str| format!("SELECT Id{children}, ({inner} FROM ChildAccounts)");
    let plan = |soql: &str| {
        Plan::new(
            &format!("{soql} FROM Account"),
            &fixture.schema,
            &fixture.options,
        )
        .map(|_| ())
    };
    let two = level(&level("SELECT Id"));
    assert_eq!(plan(&two), Ok(()));
    let message = "A query may use at most 20 parent-to-child relationships in 5 levels";
    assert!(plan(&level(&two)).unwrap_err().message.ends_with(message));
    let deep = |levels| {
        (1..levels).fold("SELECT Id".to_owned(), |inner, _| {
            format!("SELECT Id, ({inner} FROM ChildAccounts)")
        })
    };
    assert_eq!(plan(&deep(5)), Ok(()));
    assert!(plan(&deep(6)).unwrap_err().message.ends_with(message));
    let mut paths = vec![String::from("Id")];
    for first in [
        "Owner",
        "CreatedBy",
        "LastModifiedBy",
        "Account.Owner",
        "Account.CreatedBy",
        "ReportsTo.Owner",
    ] {
        for second in [
            "",
            ".Manager",
            ".CreatedBy",
            ".LastModifiedBy",
            ".Manager.Manager",
            ".CreatedBy.Manager",
            ".LastModifiedBy.Manager",
            ".Manager.CreatedBy",
            ".Manager.LastModifiedBy",
            ".CreatedBy.CreatedBy",
        ] {
            paths.push(format!("{first}{second}.Name"));
        }
    }
    let soql = format!("SELECT {} FROM Contact", paths.join(", "));
    let error = Plan::new(&soql, &fixture.schema, &fixture.options).unwrap_err();
    assert!(
        error
            .message
            .ends_with("A query may use at most 55 child-to-parent relationships"),
        "{error}"
    );
}
