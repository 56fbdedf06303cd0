use super::*;
use salesforce_client::testing::{
    account, client, connection, describe_of, message, org_for, token,
};
use salesforce_client::transport::scripted::Play;
use salesforce_contract::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use salesforce_formats::message::input::{Document, Options};

mod forms;

/// The only record of a document as it would be sent, or the error about it.
fn settle(plays: Vec<Play>, media_type: &str, body: &str) -> Result<String, String> {
    let (client, ..) = client(plays);
    let message = message(media_type, body);
    let document = Document::open(&message, Some("Account"), Options::default()).unwrap();
    let node = document.only().unwrap().node;
    let encoder = RecordEncoder::new(&client, document.is_untyped());
    match encoder.encode(node, "Account") {
        Ok(node) => Ok(serde_json::to_string(&node).unwrap()),
        Err(RecordError::Record(field_error)) => Err(field_error.message),
        Err(RecordError::Fault(fault)) => panic!("{}", fault.message),
    }
}

fn cell(column: &str, cell: &str) -> Result<String, String> {
    settle(
        vec![account()],
        "text/csv",
        &format!("{column}\tX\n\"{cell}\"\t\n"),
    )
}

#[test]
fn cells_are_typed_by_the_describe() {
    let cases = [
        ("Name", "007", r#"{"Name":"007"}"#),
        ("name", " x ", r#"{"Name":" x "}"#),
        (
            "AnnualRevenue",
            "123456789012345678.10",
            r#"{"AnnualRevenue":123456789012345678.10}"#,
        ),
        ("AnnualRevenue", "+.5e+3", r#"{"AnnualRevenue":0.5e3}"#),
        ("AnnualRevenue", " -007. ", r#"{"AnnualRevenue":-7}"#),
        ("NumberOfEmployees", "0042", r#"{"NumberOfEmployees":42}"#),
        ("NumberOfEmployees", "47.0", r#"{"NumberOfEmployees":47}"#),
        ("NumberOfEmployees", "-0.0", r#"{"NumberOfEmployees":0}"#),
        (
            "NumberOfEmployees",
            "1.0E7",
            r#"{"NumberOfEmployees":10000000}"#,
        ),
        (
            "NumberOfEmployees",
            "1250e-1",
            r#"{"NumberOfEmployees":125}"#,
        ),
        ("NumberOfEmployees", "#N/A", r#"{"NumberOfEmployees":null}"#),
        ("Opens__c", "08:30", r#"{"Opens__c":"08:30:00Z"}"#),
        (
            "Opens__c",
            "08:30:00.000Z",
            r#"{"Opens__c":"08:30:00.000Z"}"#,
        ),
        ("Active__c", "Yes", r#"{"Active__c":true}"#),
        ("Active__c", "0", r#"{"Active__c":false}"#),
        ("Founded__c", "2024-02-29", r#"{"Founded__c":"2024-02-29"}"#),
        (
            "Seen__c",
            "2026-01-31T23:30:00.000+0000",
            r#"{"Seen__c":"2026-01-31T23:30:00.000Z"}"#,
        ),
        (
            "Seen__c",
            "2026-01-31T23:30:00-11:00",
            r#"{"Seen__c":"2026-01-31T23:30:00-11:00"}"#,
        ),
    ];
    for (column, text, expected) in cases {
        assert_eq!(cell(column, text).unwrap(), expected, "{column} {text}");
    }
}

#[test]
fn cells_of_the_wrong_type_are_complained_of_by_name() {
    let cases = [
        ("AnnualRevenue", "1,000.00", "not a number"),
        ("AnnualRevenue", "1e", "not a number"),
        ("AnnualRevenue", ".", "not a number"),
        ("AnnualRevenue", "NaN", "not a number"),
        ("NumberOfEmployees", "1.5", "not a whole number"),
        ("NumberOfEmployees", "125e-1", "not a whole number"),
        ("NumberOfEmployees", "1e999999999", "not a whole number"),
        ("Opens__c", "half past eight", "not a time of day"),
        ("Active__c", "maybe", "not true or false"),
        ("Founded__c", "2026-02-29", "not a date that exists"),
        ("Founded__c", "31.01.2026", "not a date"),
        ("Seen__c", "2026-01-31 10:00:00", "without an offset"),
        ("Seen__c", "2026-01-31T10:00:00", "without an offset"),
        ("Seen__c", "yesterday", "not a date-time"),
        ("AnualRevenue", "1", "did you mean `AnnualRevenue`?"),
        ("BillingAddress", "Bern", "compound"),
    ];
    for (column, text, words) in cases {
        let sentence = cell(column, text).unwrap_err();
        assert!(
            sentence.starts_with(&format!("`{column}`")) && sentence.contains(words),
            "{sentence}"
        );
    }
}

fn user() -> Play {
    describe_of(
        "User",
        r#"[{"name":"Email","type":"email","idLookup":true},{"name":"Number__c","type":"double","externalId":true}]"#,
        "[]",
    )
}

fn group() -> Play {
    describe_of("Group", r#"[{"name":"Email","type":"email"}]"#, "[]")
}

#[test]
fn dotted_columns_refer_by_external_id() {
    let (csv, body) = ("text/csv", "Parent.Ext__c,Owner.Email\np1,\n");
    assert_eq!(
        settle(vec![account()], csv, body).unwrap(),
        r#"{"Parent":{"Ext__c":"p1"}}"#
    );
    let body = "Parent.Ext__c,Owner.Email\n#N/A,a@b.ch\n";
    assert_eq!(
        settle(vec![account(), group(), user()], csv, body).unwrap(),
        r#"{"ParentId":null,"Owner":{"attributes":{"type":"User"},"Email":"a@b.ch"}}"#
    );
    assert_eq!(
        settle(vec![account(), user()], csv, "User:Owner.Number__c\n012\n").unwrap(),
        r#"{"Owner":{"attributes":{"type":"User"},"Number__c":12}}"#
    );
}

#[test]
fn references_that_say_too_little_or_too_much_are_complained_of() {
    let cases = [
        (
            vec![account(), group(), group()],
            "Owner.Email\nx\n",
            "`User:Owner.Email`".replace("User", "Group"),
        ),
        (
            vec![account()],
            "Parent.Ext__c,Parent.Name\nx,y\n",
            "second field".into(),
        ),
        (vec![account()], "Boss.Ext__c\nx\n", "no reference".into()),
        (
            vec![account()],
            "Parent.Parent.Ext__c\nx\n",
            "nested too deeply".into(),
        ),
        (
            vec![account(), account()],
            "Parent.Exd__c\nx\n",
            "`Ext__c`".into(),
        ),
    ];
    for (plays, body, words) in cases {
        let sentence = settle(plays, "text/csv", body).unwrap_err();
        assert!(sentence.contains(&words), "{sentence}");
    }
}

#[test]
fn compound_fields_are_written_through_their_parts() {
    let json = r#"{"BillingAddress":{"city":"Bern","latitude":46.9,"stateCode":null,"street":null},"Site__c":{"latitude":1,"longitude":2},"Owner":{"Email":"x"}}"#;
    assert_eq!(
        settle(vec![], "application/json", json).unwrap(),
        r#"{"BillingCity":"Bern","BillingLatitude":46.9,"BillingStreet":null,"Site__Latitude__s":1,"Site__Longitude__s":2,"Owner":{"Email":"x"}}"#
    );
    let xml = "<Account><BillingAddress><city>Bern</city><latitude>46.90</latitude></BillingAddress></Account>";
    let expected =
        r#"{"attributes":{"type":"Account"},"BillingCity":"Bern","BillingLatitude":46.90}"#;
    assert_eq!(settle(vec![account()], "text/xml", xml).unwrap(), expected);
    let csv = "BillingAddress\n\"{\"\"city\"\":\"\"Bern\"\",\"\"country\"\":null}\"\n";
    assert_eq!(
        settle(vec![account()], "text/csv", csv).unwrap(),
        r#"{"BillingCity":"Bern"}"#
    );
    let emptied = r#"{"BillingStreet":null,"BillingCity":null,"BillingLatitude":null}"#;
    assert_eq!(
        settle(vec![account()], "text/csv", "BillingAddress\n#N/A\n").unwrap(),
        emptied
    );
}

/// What empties in each form: a field, references by both kinds of names, an address, children that are not there.
const EMPTIED: [(&str, &str); 4] = [
    (
        "application/json",
        r#"{"Phone":null,"owner":null,"Parent":null,"BillingAddress":null,"Contacts":null,"Name":"A"}"#,
    ),
    (
        "application/x-ndjson",
        r#"{"Phone":null,"Owner":null,"Parent":null,"billingaddress":null,"Contacts":null,"Name":"A"}"#,
    ),
    (
        "text/csv",
        "Phone,Owner.Email,Parent.Ext__c,BillingAddress,Name\n#N/A,#N/A,#N/A,#N/A,A\n",
    ),
    (
        "application/xml",
        r#"<row xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Phone xsi:nil="true"/><Owner xsi:nil="true"/><Parent xsi:nil="true"/><BillingAddress xsi:nil="true"/><Contacts xsi:nil="true"/><Name>A</Name></row>"#,
    ),
];

#[test]
fn null_empties_what_it_stands_for_in_every_form() {
    for (media_type, body) in EMPTIED {
        assert_eq!(
            settle(vec![account()], media_type, body).unwrap(),
            r#"{"Phone":null,"OwnerId":null,"ParentId":null,"BillingStreet":null,"BillingCity":null,"BillingLatitude":null,"Name":"A"}"#,
            "{media_type}"
        );
    }
}

#[test]
fn parent_that_lacks_the_field_it_is_found_by_is_not_taken_from_its_child() {
    let xml = r#"<Account xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Parent><Ext__c xsi:nil="true"/></Parent></Account>"#;
    let sentence = settle(vec![account()], "application/xml", xml).unwrap_err();
    assert!(
        sentence.starts_with("`Parent.Ext__c` is null and finds no record"),
        "{sentence}"
    );
}

/// A JSON record by the describe alone, as SOAP and bulk need it.
fn by_describe(plays: Vec<Play>, body: &str) -> Result<String, String> {
    let (client, ..) = client(plays);
    let message = message("application/json", body);
    let document = Document::open(&message, None, Options::default()).unwrap();
    let encoder = RecordEncoder::new(&client, false).by_describe();
    match encoder.encode(document.only().unwrap().node, "Account") {
        Ok(node) => Ok(serde_json::to_string(&node).unwrap()),
        Err(RecordError::Record(field_error)) => Err(field_error.message),
        Err(RecordError::Fault(fault)) => panic!("{}", fault.message),
    }
}

#[test]
fn typed_records_take_the_spelling_and_types_of_the_describe() {
    let json = r#"{"name":"007","annualrevenue":123456789012345678.10,"numberofemployees":"7","ACTIVE__C":"true","Founded__c":"2026-01-31","billingaddress":{"city":"Bern"},"parent":{"ext__C":7}}"#;
    assert_eq!(
        by_describe(vec![account(), account()], json).unwrap(),
        r#"{"Name":"007","AnnualRevenue":123456789012345678.10,"NumberOfEmployees":7,"Active__c":true,"Founded__c":"2026-01-31","BillingCity":"Bern","Parent":{"Ext__c":7}}"#
    );
}

#[test]
fn typed_records_that_do_not_fit_the_describe_are_complained_of() {
    let cases = [
        (r#"{"type":"Lead"}"#, "`type` is no field of Account"),
        (r#"{"Founded__c":"NA"}"#, "`Founded__c` is `NA`, not a date"),
        (r#"{"Founded__c":true}"#, "`Founded__c` is true or false"),
        (r#"{"NumberOfEmployees":1.5}"#, "not a whole number"),
        (r#"{"Name":{"a":1}}"#, "`Name` is no single value"),
        (r#"{"Boss":{"Ext__c":"x"}}"#, "`Boss` is no reference"),
        (r#"{"Parent":"x"}"#, "`Parent` is no field"),
        (r#"{"Name":"a","name":"b"}"#, "`Name` is there twice"),
        (
            r#"{"BillingAddress":{"city":"a"},"BillingCity":"b"}"#,
            "`BillingCity` is there twice",
        ),
        (
            r#"{"Owner":{"attributes":{"type":"Lead"},"Email":"x"}}"#,
            "`Owner` is told to be of `Lead`",
        ),
    ];
    for (json, words) in cases {
        let sentence = by_describe(vec![account()], json).unwrap_err();
        assert!(
            sentence.starts_with(words) || sentence.contains(words),
            "{sentence}"
        );
    }
}

#[test]
fn nothing_in_a_record_changes_its_object() {
    let own = |own: Option<&str>| Node {
        sobject: own.map(str::to_owned),
        ..Node::default()
    };
    let of = |node: &Node, object| object_of(node, object).ok();
    assert_eq!(of(&own(None), Some("Contact")).as_deref(), Some("Contact"));
    assert_eq!(
        of(&own(Some("contact")), Some("Contact")).as_deref(),
        Some("Contact")
    );
    assert_eq!(of(&own(Some("Lead")), None).as_deref(), Some("Lead"));
    assert_eq!(of(&own(Some("Lead")), Some("Contact")), None);
    assert_eq!(of(&own(None), None), None);
}

#[test]
fn children_are_refused_unless_asked_for_and_told_their_object() {
    let json = r#"{"Contacts":[{"LastName":"X"}]}"#;
    assert!(
        settle(vec![], "application/json", json)
            .unwrap_err()
            .contains("create-tree")
    );
    let (client, ..) = client([account()]);
    let message = message("application/json", json);
    let document = Document::open(&message, None, Options::default()).unwrap();
    let encoder = RecordEncoder::new(&client, false).with_children();
    let node = encoder
        .encode(document.only().unwrap().node, "Account")
        .unwrap();
    assert_eq!(
        serde_json::to_string(&node).unwrap(),
        r#"{"Contacts":[{"attributes":{"type":"Contact"},"LastName":"X"}]}"#
    );
}
