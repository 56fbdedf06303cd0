//! XML Schemas, by the `uppsala` crate and, where it is installed, by xmllint.

use super::super::xsd;
use super::{Plan, Use, plan, shape};
use std::io::Write as _;
use std::process::Command;
use uppsala::XsdValidator;

const XSI: &str = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
const NEEDED: &str = "<Name>S-1</Name><Account__c>001000000000001AAA</Account__c>";

fn check(plan: &Plan<'_>, good: &[&str], bad: &[&str]) {
    let schema = String::from_utf8(xsd::write(&shape(plan).unwrap()).unwrap()).unwrap();
    let parsed = uppsala::parse(&schema).unwrap();
    let validator = XsdValidator::from_schema(&parsed).unwrap();
    let judge = |record: &str| {
        let error_texts = validator.validate(&uppsala::parse(record).unwrap());
        let mine = error_texts.is_empty();
        if let Some((fits, said)) = xmllint(&schema, record) {
            assert_eq!(fits, mine, "{record}: {said} {error_texts:?}");
        }
        (mine, format!("{error_texts:?}"))
    };
    for record in good.iter().map(|record| document(record)) {
        let (fits, error_texts) = judge(&record);
        assert!(fits, "{record}: {error_texts}");
    }
    for record in bad.iter().map(|record| document(record)) {
        assert!(!judge(&record).0, "{record} is accepted");
    }
}

fn document(members: &str) -> String {
    if members.starts_with("<records") {
        return members.replacen("<records", &format!("<records {XSI}"), 1);
    }
    format!("<Shipment__c {XSI}>{members}</Shipment__c>")
}

/// What xmllint says; `None` where it is not installed.
fn xmllint(schema: &str, document: &str) -> Option<(bool, String)> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        path
    };
    let (schema, document) = (write("schema.xsd", schema), write("document.xml", document));
    let mut command = Command::new("xmllint");
    let output = command
        .args(["--noout", "--nonet", "--schema"])
        .args([schema, document])
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        matches!(output.status.code(), Some(0 | 3)),
        "xmllint cannot use the schema: {said}"
    );
    Some((output.status.success(), said))
}

fn with_needed(records: &[&str]) -> Vec<String> {
    let all = records.iter();
    all.map(|members| format!("{NEEDED}{members}")).collect()
}

fn texts(records: &[String]) -> Vec<&str> {
    records.iter().map(String::as_str).collect()
}

#[test]
fn records_to_create_have_the_types_lengths_and_bounds_of_their_fields() {
    let good = with_needed(&[
        "",
        "<Code__c>C-1</Code__c><Due__c>2026-01-31</Due__c><Pieces__c>99999999</Pieces__c>",
        "<Due__c xsi:nil=\"true\"/><Insured__c>true</Insured__c>",
        "<Contact_Email__c>a.b+c@mail.example.com</Contact_Email__c>",
        "<Weight__c>9999999.999</Weight__c><Value__c>-12.5</Value__c>",
        "<Left__c>2026-01-31T10:00:00Z</Left__c>",
        "<Left__c>2026-01-31T10:00:00.5+01:00</Left__c>",
        "<Opens__c>08:30:00.000Z</Opens__c><Label__c>aGVsbG8=</Label__c>",
        "<Handling__c>Fragile;Keep cold (2-8 °C)</Handling__c>",
        "<Status__c>Under way</Status__c><Carrier__c>By mule</Carrier__c>",
        "<Owner type=\"User\"><Email>a@example.com</Email></Owner>",
        "<Site__c><longitude>16.4</longitude><latitude>48.2</latitude></Site__c>",
        "<FromAddress><city>Wien</city><postalCode xsi:nil=\"true\"/></FromAddress>",
    ]);
    let bad = with_needed(&[
        "<Code__c>123456789012345678901</Code__c>",
        "<Due__c>31.1.2026</Due__c>",
        "<Pieces__c>100000000</Pieces__c>",
        "<Pieces__c>1.5</Pieces__c>",
        "<Weight__c>10000000</Weight__c>",
        "<Weight__c>a lot</Weight__c>",
        "<Left__c>2026-01-31T10:00:00</Left__c>",
        "<Contact_Email__c>nobody</Contact_Email__c>",
        "<Insured__c xsi:nil=\"true\"/>",
        "<Name>again</Name>",
        "<Status__c>Lost</Status__c>",
        "<Handling__c>Fragile;Wet</Handling__c>",
        "<Volume__c>1</Volume__c>",
        "<Colour__c>red</Colour__c>",
        "<OwnerId>005</OwnerId>",
        "<Site__c><height>3</height></Site__c>",
    ]);
    check(&plan(Use::Create), &texts(&good), &texts(&bad));
}

#[test]
fn fields_may_stand_in_any_order_and_required_ones_must_stand() {
    let good = [
        "<Account__c>001000000000001AAA</Account__c><Code__c>C-1</Code__c><Name>S-1</Name>",
        "<Account__r><Tax__c>T-1</Tax__c></Account__r><Name>S-1</Name>",
        "<records><Shipment__c><Name>S-1</Name></Shipment__c><Shipment__c type=\"Shipment__c\"><Name>S-2</Name></Shipment__c></records>",
        "<records/>",
    ];
    let bad = [
        "<Account__c>001000000000001AAA</Account__c>",
        "<Name xsi:nil=\"true\"/>",
        "<Name>S-1</Name><Account__r>T-1</Account__r>",
        "<records><Shipment__c/></records>",
    ];
    check(&plan(Use::Create), &good, &bad);
}

#[test]
fn records_to_change_or_upsert_need_what_names_them() {
    let id = "<Id>a00000000000001AAA</Id>";
    let changed = format!("<Status__c>Arrived</Status__c>{id}");
    let fixed = format!("{id}<Account__c>001000000000001AAA</Account__c>");
    check(
        &plan(Use::Update),
        &[id, &changed],
        &["<Status__c>Arrived</Status__c>", &fixed],
    );
    let by_code = Plan {
        key: Some("Code__c"),
        ..plan(Use::Upsert)
    };
    check(
        &by_code,
        &["<Code__c>C-1</Code__c>"],
        &["<Name>S-1</Name>", "<Code__c xsi:nil=\"true\"/>"],
    );
}

#[test]
fn rows_fit_as_the_org_writes_them() {
    let wide = Plan {
        relationships: vec![vec!["Account__r"], vec!["User:Owner"], vec!["Parcels__r"]],
        ..plan(Use::Query)
    };
    let good = [
        "<Id>a00000000000001AAA</Id><Status__c>Lost</Status__c><Value__c>1.5E20</Value__c>",
        "<CreatedDate>2026-01-31T10:00:00.000+0000</CreatedDate><Due__c xsi:nil=\"true\"/>",
        "<Account__r type=\"Account\"><Name>A</Name><Number__c>17.0</Number__c></Account__r>",
        "<Owner xsi:nil=\"true\"/><Parcels__r><totalSize>0</totalSize></Parcels__r>",
        "<Parcels__r><records type=\"Parcel__c\"><Grams__c>12.0</Grams__c></records><records/></Parcels__r>",
        "<Label__c>/services/data/v62.0/sobjects/Shipment__c/a00000000000001AAA/Label__c</Label__c>",
    ];
    let bad = [
        "<CreatedDate>yesterday</CreatedDate>",
        "<Account__r><Parent/></Account__r>",
        "<Parcels__r><records><Grams__c>many</Grams__c></records></Parcels__r>",
        "<Tasks/>",
    ];
    check(&wide, &good, &bad);
}

#[test]
fn references_and_children_are_laid_out_in_records_to_create() {
    let wide = Plan {
        relationships: vec![vec!["Account__r"], vec!["Parcels__r"]],
        ..plan(Use::Create)
    };
    let good = [
        "<Name>S-1</Name><Account__r><Number__c>17</Number__c></Account__r>",
        "<Name>S-1</Name><Parcels__r><records><Name>P-1</Name></records><records><Name>P-2</Name></records></Parcels__r>",
    ];
    let bad = [
        "<Name>S-1</Name><Account__r><Number__c>17</Number__c><Tax__c>T</Tax__c></Account__r>",
        "<Name>S-1</Name><Account__r><Name>A</Name></Account__r>",
        "<Name>S-1</Name><Parcels__r><records><Grams__c>1</Grams__c></records></Parcels__r>",
    ];
    check(&wide, &good, &bad);
}

#[test]
fn labels_and_help_are_written_as_text() {
    let schema =
        String::from_utf8(xsd::write(&shape(&plan(Use::Create)).unwrap()).unwrap()).unwrap();
    assert!(schema.contains("Shipment number: As printed on the &lt;label&gt; &amp; the bill"));
    assert!(schema.contains("<xs:documentation>On its way</xs:documentation>"));
}
