//! Tests of rows as XML, and of their way back.

use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use serde_json::{Map, Value, json};

use crate::message::input::{Document, Options};
use crate::message::{Page, RowError, RowFormat, RowWriter};
use crate::soql::SelectList;
use crate::testing::message;

fn write(records: &str, keep: bool) -> String {
    let text = format!(r#"{{"totalSize":1,"done":true,"records":[{records}]}}"#);
    let page = Page::parse(text.as_bytes()).unwrap();
    let select = SelectList::read("SELECT Id FROM Account");
    let mut writer = RowWriter::new(RowFormat::Xml, select.as_ref(), keep).unwrap();
    let mut out = Vec::new();
    writer.begin(&mut out);
    writer
        .page(&page, &mut out, &mut |_: &str| Err(RowError::TooDeep))
        .unwrap();
    writer.end(&mut out);
    String::from_utf8(out).unwrap()
}

fn rows(records: &str) -> String {
    let whole = write(records, false);
    let inside = whole
        .strip_prefix(std::str::from_utf8(super::HEAD).unwrap())
        .unwrap();
    inside.strip_suffix("</records>\n").unwrap().to_owned()
}

const A: &str = r#""attributes":{"type":"Account","url":"/x?a&b"}"#;

#[test]
fn values_keep_what_was_sent() {
    let cases = [
        (format!(r#"{{{A},"N":1.10,"B":true,"T":"a<b>&\"c\"\u00e9\r\n\t"}}"#), "<Account><N>1.10</N><B>true</B><T>a&lt;b&gt;&amp;&quot;c&quot;é&#13;\n\t</T></Account>\n"),
        (r#"{"N":null,"E":""}"#.to_owned(), "<Account><N xsi:nil=\"true\"/><E></E></Account>\n"),
        (r#"{"T":"\u0001"}"#.to_owned(), "<Account><T>\u{fffd}</T></Account>\n"),
        (format!(r#"{{"Owner":{{"attributes":{{"type":"User","url":"/u"}},"Name":"x"}},{A}}}"#), "<Account><Owner type=\"User\"><Name>x</Name></Owner></Account>\n"),
        (r#"{"BillingAddress":{"city":"Bern","state":null}}"#.to_owned(), "<Account><BillingAddress><city>Bern</city><state xsi:nil=\"true\"/></BillingAddress></Account>\n"),
        (
            r#"{"Contacts":{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Contact","url":"/c"},"Id":"1"}]}}"#.to_owned(),
            "<Account><Contacts><records type=\"Contact\"><Id>1</Id></records></Contacts></Account>\n",
        ),
        (
            r#"{"Contacts":{"totalSize":0,"done":true,"records":[]}}"#.to_owned(),
            "<Account><Contacts><totalSize>0</totalSize></Contacts></Account>\n",
        ),
        (r#"{"attributes":{"type":"AggregateResult"},"expr0":3}"#.to_owned(), "<AggregateResult><expr0>3</expr0></AggregateResult>\n"),
    ];
    for (record, expected) in cases {
        assert_eq!(rows(&record), expected);
    }
}

#[test]
fn urls_are_kept_where_asked() {
    assert!(write(&format!("{{{A}}}"), true).contains("<Account url=\"/x?a&amp;b\">"));
}

#[test]
fn no_rows_are_an_empty_list() {
    assert_eq!(rows(""), "");
    assert!(back(&write("", false)).is_empty());
}

/// Reads rows as XML again, values as text.
fn back(xml: &str) -> Vec<Value> {
    let message = message("application/xml", xml);
    let document = Document::open(&message, Some("Account"), Options::default()).unwrap();
    let nodes = document
        .records()
        .unwrap()
        .map(|record| record.unwrap().node);
    nodes
        .map(|node| serde_json::to_value(node).unwrap())
        .collect()
}

#[test]
fn nested_rows_come_back_as_they_were() {
    let record = format!(
        r#"{{{A},"Owner":{{"attributes":{{"type":"User"}},"Name":"x"}},"Empty":[],"Contacts":[{{"attributes":{{"type":"Contact"}},"Id":"1"}},{{"attributes":{{"type":"Contact"}},"Id":null}}]}}"#
    );
    let expected = json!([{
        "attributes": {"type": "Account"},
        "Owner": {"attributes": {"type": "User"}, "Name": "x"},
        "Empty": [],
        "Contacts": [{"attributes": {"type": "Contact"}, "Id": "1"}, {"attributes": {"type": "Contact"}, "Id": null}],
    }]);
    assert_eq!(Value::from(back(&write(&record, false))), expected);
}

/// Any text that XML can hold, of which some is markup.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        r#"[<>&"'\r\n\t \]]{1,3}"#,
        r"&[a-z]{2};|\]\]>|<!--|[0-9]{18}",
    ];
    let texts = proptest::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat());
    texts.prop_map(|text| {
        text.chars()
            .filter(|char| !char.is_control() || "\r\n\t".contains(*char))
            .filter(|char| !['\u{fffe}', '\u{ffff}'].contains(char))
            .collect::<String>()
            + "."
    })
}

proptest! {
    #[test]
    fn any_text_comes_back_as_it_was(texts in proptest::collection::vec(text(), 1..4)) {
        let members: Map<String, Value> = texts.iter().enumerate().map(|(at, text)| (format!("F{at}__c"), Value::from(text.as_str()))).collect();
        let record = Value::from(members.clone()).to_string();
        let mut expected = members;
        expected.insert("attributes".into(), json!({"type": "Account"}));
        proptest::prop_assert_eq!(back(&write(&record, false)), vec![Value::from(expected)]);
    }
}
