//! One record in every form, and date-times in zones.

use super::*;

/// One record in each form that an org's rows are written in.
fn forms(record: &str) -> Vec<(&'static str, String)> {
    use salesforce_formats::message::{Page, RowError, RowFormat, RowWriter};
    let soql = "SELECT Name, AnnualRevenue, NumberOfEmployees, Active__c, Founded__c, Seen__c, BillingAddress FROM Account";
    let select = salesforce_formats::soql::SelectList::read(soql);
    let text = format!(r#"{{"totalSize":1,"done":true,"records":[{record}]}}"#);
    let page = Page::parse(text.as_bytes()).unwrap();
    let formats = [
        RowFormat::Json,
        RowFormat::Ndjson,
        RowFormat::Csv,
        RowFormat::Xml,
    ];
    let written = formats.map(|format| {
        let mut writer = RowWriter::new(format, select.as_ref(), false).unwrap();
        let mut out = Vec::new();
        writer.begin(&mut out);
        let mut no_more = |_: &str| Err(RowError::TooDeep);
        writer.page(&page, &mut out, &mut no_more).unwrap();
        writer.end(&mut out);
        (format.media_type(), String::from_utf8(out).unwrap())
    });
    written.into()
}

#[test]
fn rows_of_every_form_come_back_as_the_record_they_were() {
    let record = r#"{"attributes":{"type":"Account","url":"/x"},"Name":"Zoë, \"😀\"\r\n;<&>]]>","AnnualRevenue":123456789012345678.10,"NumberOfEmployees":0,"Active__c":false,"Founded__c":"1999-12-31","Seen__c":"2026-01-31T23:59:59.000Z","BillingAddress":{"city":"Bern","latitude":46.90,"street":"a\nb"}}"#;
    let expected = r#"{"Name":"Zoë, \"😀\"\r\n;<&>]]>","AnnualRevenue":123456789012345678.10,"NumberOfEmployees":0,"Active__c":false,"Founded__c":"1999-12-31","Seen__c":"2026-01-31T23:59:59.000Z","BillingCity":"Bern","BillingLatitude":46.90,"BillingStreet":"a\nb"}"#;
    for (media_type, document) in forms(record) {
        let sent = settle(vec![account()], media_type, &document).unwrap();
        let bare = sent.replace(r#""attributes":{"type":"Account"},"#, "");
        assert_eq!(bare, expected, "{media_type}");
    }
}

#[test]
fn rows_with_an_empty_parent_and_address_come_back() {
    let record = r#"{"attributes":{"type":"Account","url":"/x"},"Name":"A","AnnualRevenue":null,"NumberOfEmployees":null,"Active__c":false,"Founded__c":null,"Seen__c":null,"BillingAddress":null}"#;
    let emptied = r#"{"Name":"A","AnnualRevenue":null,"NumberOfEmployees":null,"Active__c":false,"Founded__c":null,"Seen__c":null,"BillingStreet":null,"BillingCity":null,"BillingLatitude":null}"#;
    for (media_type, document) in forms(record) {
        let sent = settle(vec![account()], media_type, &document).unwrap();
        let bare = sent.replace(r#""attributes":{"type":"Account"},"#, "");
        // An empty cell of CSV leaves its field alone.
        let expected = match media_type.starts_with("text/csv") {
            true => r#"{"Name":"A","Active__c":false}"#,
            false => emptied,
        };
        assert_eq!(bare, expected, "{media_type}");
    }
}

/// The only record of a document for a connection with this zone.
fn in_zone(zone: &str, media_type: &str, body: &str) -> Result<String, String> {
    let connection = ConnectionConfig {
        time_zone: Some(zone.into()),
        ..connection()
    };
    let (client, ..) = org_for(&connection, [token("T1"), account()]);
    let message = message(media_type, body);
    let document = Document::open(&message, Some("Account"), Options::default()).unwrap();
    let encoder = RecordEncoder::new(&client, document.is_untyped());
    match encoder.encode(document.only().unwrap().node, "Account") {
        Ok(node) => Ok(serde_json::to_string(&node).unwrap()),
        Err(RecordError::Record(field_error)) => Err(field_error.message),
        Err(RecordError::Fault(fault)) => panic!("{}", fault.message),
    }
}

#[test]
fn date_times_without_offset_are_those_of_the_connection() {
    let csv = "Seen__c,Founded__c\n2026-07-31 10:00:00,2026-07-31\n";
    assert_eq!(
        in_zone("Europe/Berlin", "text/csv", csv).unwrap(),
        r#"{"Seen__c":"2026-07-31T10:00:00+02:00","Founded__c":"2026-07-31"}"#
    );
    // What is a text stays one, though it looks like a time; what has an offset keeps it.
    let json = r#"{"Seen__c":"2026-01-31T10:00:00","Name":"2026-01-31T10:00:00"}"#;
    assert_eq!(
        in_zone("+05:30", "application/json", json).unwrap(),
        r#"{"Seen__c":"2026-01-31T10:00:00+05:30","Name":"2026-01-31T10:00:00"}"#
    );
    let json = r#"{"Seen__c":"2026-01-31T10:00:00Z"}"#;
    assert_eq!(in_zone("+05:30", "application/json", json).unwrap(), json);
}

#[test]
fn times_that_clocks_repeat_are_told_and_not_guessed() {
    for (media_type, body) in [
        ("text/csv", "Seen__c,Name\n2026-10-25T02:30:00,x\n"),
        ("application/json", r#"{"Seen__c":"2026-10-25T02:30:00"}"#),
    ] {
        let sentence = in_zone("Europe/Berlin", media_type, body).unwrap_err();
        assert!(sentence.contains("left out or repeated"), "{sentence}");
    }
}
