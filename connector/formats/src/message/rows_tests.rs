//! Tests of rows as NDJSON and as a JSON array, child sub-queries included.

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use serde_json::{Value, json};

use super::{Page, RowError, RowFormat, RowWriter};
use crate::soql::SelectList;

fn no_fetch(url: &str) -> Result<Vec<u8>, RowError> {
    panic!("nothing to fetch, yet {url} was asked for")
}

fn page_of(records: &str) -> String {
    format!(r#"{{"totalSize":1,"done":true,"records":[{records}]}}"#)
}

fn write_with(
    format: RowFormat,
    keep: bool,
    records: &str,
    fetch: &mut dyn FnMut(&str) -> Result<Vec<u8>, RowError>,
) -> Result<String, RowError> {
    let text = page_of(records);
    let page = Page::parse(text.as_bytes()).unwrap();
    let mut writer = RowWriter::new(
        format,
        SelectList::read("SELECT Id FROM Account").as_ref(),
        keep,
    )?;
    let mut out = Vec::new();
    writer.begin(&mut out);
    let rows = writer.page(&page, &mut out, fetch)?;
    assert_eq!(rows, page.records.len() as u64);
    writer.end(&mut out);
    Ok(String::from_utf8(out).unwrap())
}

fn ndjson(record: &str) -> String {
    write_with(RowFormat::Ndjson, false, record, &mut no_fetch).unwrap()
}

const ATTRIBUTES: &str =
    r#""attributes":{"type":"Account","url":"/services/data/v62.0/sobjects/Account/001"}"#;

#[test]
fn attributes_go_and_all_else_stays_byte_by_byte() {
    let a = ATTRIBUTES;
    let cases = [
        (format!("{{{a}}}"), "{}"),
        (format!(r#"{{{a},"Id":"1"}}"#), r#"{"Id":"1"}"#),
        (format!(r#"{{"Id":"1",{a}}}"#), r#"{"Id":"1"}"#),
        (format!(r#"{{"Id":"1",{a},"N":2}}"#), r#"{"Id":"1","N":2}"#),
        (format!(r#"{{{a},{a},"Id":"1",{a},{a}}}"#), r#"{"Id":"1"}"#),
        (
            format!(r#"{{{a},"Owner":{{{a},"Name":"x"}},"Parent":null}}"#),
            r#"{"Owner":{"Name":"x"},"Parent":null}"#,
        ),
        (
            format!("{{ \"Id\" :\n\"a b\" , {a} ,\t\"N\" : [ 1 , 2 ] , \"M\" : {{ }} }}"),
            r#"{"Id":"a b","N":[1,2],"M":{}}"#,
        ),
        (format!("{{ {a} , {a} }}"), "{}"),
        (
            r#"{"N":123456789012345678,"D":1.10,"E":-0.0,"F":1E+5,"L":1.0000000000000000001}"#
                .to_owned(),
            r#"{"N":123456789012345678,"D":1.10,"E":-0.0,"F":1E+5,"L":1.0000000000000000001}"#,
        ),
        (
            r#"{"S":"\u00e9\/é\"{\\","T":"a\n"}"#.to_owned(),
            r#"{"S":"\u00e9\/é\"{\\","T":"a\n"}"#,
        ),
        (
            r#"{"attributes":null,"A":{"attributes":{"kind":1}}}"#.to_owned(),
            r#"{"attributes":null,"A":{"attributes":{"kind":1}}}"#,
        ),
        (
            r#"{"attributes":"type"}"#.to_owned(),
            r#"{"attributes":"type"}"#,
        ),
        (
            r#"{"Billing":{"city":"Bern","latitude":46.94809,"street":null}}"#.to_owned(),
            r#"{"Billing":{"city":"Bern","latitude":46.94809,"street":null}}"#,
        ),
    ];
    for (record, expected) in cases {
        assert_eq!(ndjson(&record), format!("{expected}\n"));
    }
}

#[test]
fn attributes_are_kept_where_asked() {
    let record = format!(
        r#"{{{ATTRIBUTES},"C":{{"totalSize":1,"done":true,"records":[{{{ATTRIBUTES}}}]}}}}"#
    );
    let out = write_with(RowFormat::Ndjson, true, &record, &mut no_fetch).unwrap();
    assert_eq!(out, format!("{{{ATTRIBUTES},\"C\":[{{{ATTRIBUTES}}}]}}\n"));
}

#[test]
fn a_json_array_has_its_commas_between_rows() {
    let array = |records: &str| write_with(RowFormat::Json, false, records, &mut no_fetch).unwrap();
    assert_eq!(array(""), "[]\n");
    assert_eq!(array(r#"{"A":1}"#), "[\n{\"A\":1}\n]\n");
    assert_eq!(array(r#"{"A":1},{"A":2}"#), "[\n{\"A\":1},\n{\"A\":2}\n]\n");
}

#[test]
fn child_queries_become_plain_arrays() {
    let a = ATTRIBUTES;
    let cases = [
        (
            r#"{"Id":"1","Contacts":null}"#.to_owned(),
            r#"{"Id":"1","Contacts":null}"#,
        ),
        (
            r#"{"C":{"totalSize":0,"done":true,"records":[]},"X":1}"#.to_owned(),
            r#"{"C":[],"X":1}"#,
        ),
        (
            format!(
                r#"{{{a},"C":{{"totalSize":2,"done":true,"records":[{{{a},"I":1}}, {{{a},"I":2}}]}},"X":1}}"#
            ),
            r#"{"C":[{"I":1},{"I":2}],"X":1}"#,
        ),
        (
            format!(
                r#"{{"C":{{"records":[{{{a},"D":{{"done":true,"totalSize":1,"records":[{{"I":1}}]}}}}] , "totalSize":1,"done":true}}}}"#
            ),
            r#"{"C":[{"D":[{"I":1}]}]}"#,
        ),
        (
            r#"{"P":{"totalSize":1,"done":true}}"#.to_owned(),
            r#"{"P":{"totalSize":1,"done":true}}"#,
        ),
        (
            r#"{"P":{"totalSize":1,"done":true,"records":[],"Name":"x"}}"#.to_owned(),
            r#"{"P":{"totalSize":1,"done":true,"records":[],"Name":"x"}}"#,
        ),
    ];
    for (record, expected) in cases {
        assert_eq!(ndjson(&record), format!("{expected}\n"));
    }
}

#[test]
fn children_that_are_cut_off_are_fetched_to_the_end_in_order() {
    let record = r#"{"Id":"1","C":{"totalSize":5,"done":false,"nextRecordsUrl":"/q/c-2","records":[{"I":1.0},{"I":2}]},"X":1}"#;
    let mut asked = Vec::new();
    let mut fetch = |url: &str| {
        asked.push(url.to_owned());
        Ok(match url {
            "/q/c-2" => format!(r#"{{"done":false,"totalSize":5,"records":[{{{ATTRIBUTES},"I":3.10}}],"nextRecordsUrl":"/q/c-3"}}"#).into(),
            "/q/c-3" => br#"{"done":true,"totalSize":5,"records":[{"I":4,"D":{"totalSize":1,"done":false,"nextRecordsUrl":"/q/d","records":[]}},{"I":5}]}"#.to_vec(),
            _ => br#"{"done":true,"totalSize":1,"records":[{"J":1}]}"#.to_vec(),
        })
    };
    let out = write_with(RowFormat::Ndjson, false, record, &mut fetch).unwrap();
    assert_eq!(
        out,
        "{\"Id\":\"1\",\"C\":[{\"I\":1.0},{\"I\":2},{\"I\":3.10},{\"I\":4,\"D\":[{\"J\":1}]},{\"I\":5}],\"X\":1}\n"
    );
    assert_eq!(asked, ["/q/c-2", "/q/c-3", "/q/d"]);
}

#[test]
fn children_that_cannot_be_completed_are_never_cut_silently() {
    let cut = r#"{"Id":"1","C":{"totalSize":3,"done":false,"nextRecordsUrl":"/q/c-2","records":[{"I":1}]}}"#;
    let refusal = |record: &str, page: &str| {
        write_with(RowFormat::Ndjson, false, record, &mut |_| {
            Ok(page.as_bytes().to_vec())
        })
        .unwrap_err()
        .to_string()
    };
    assert_eq!(
        refusal(cut, r#"{"totalSize":3,"done":true,"records":[{"I":2}]}"#),
        "the child records `C` should be 3, but their pages held 2: they changed while being read, so read them again"
    );
    assert_eq!(
        refusal(cut, r#"{"totalSize":3,"done":true,"rec"#),
        "of the child records `C`, the page is cut short at byte 31"
    );
    assert_eq!(
        refusal(
            cut,
            r#"{"totalSize":3,"done":false,"nextRecordsUrl":"/q/c-2","records":[]}"#
        ),
        "of the child records `C`, the answer is not a page of a query: it has no records, yet it is not the last one"
    );
    assert_eq!(
        refusal(r#"{"C":{"totalSize":3,"done":false,"records":[]}}"#, ""),
        "of the child records `C`, the answer is not a page of a query: it is not the last one, yet it names no next one"
    );
    let error = write_with(RowFormat::Ndjson, false, cut, &mut |_| {
        Err(RowError::NoColumns)
    })
    .unwrap_err();
    assert_eq!(
        error,
        RowError::NoColumns,
        "the caller's own error comes back as it is"
    );
}

#[test]
fn a_row_that_fails_leaves_no_half_of_itself() {
    let text = page_of(
        r#"{"I":1},{"I":2,"C":{"totalSize":3,"done":false,"nextRecordsUrl":"/q","records":[]}}"#,
    );
    let page = Page::parse(text.as_bytes()).unwrap();
    let mut writer = RowWriter::new(RowFormat::Json, None, false).unwrap();
    let mut out = Vec::new();
    writer.begin(&mut out);
    writer
        .page(&page, &mut out, &mut |_: &str| Err(RowError::NoColumns))
        .unwrap_err();
    assert_eq!(
        (out.as_slice(), writer.rows()),
        (b"[\n{\"I\":1}".as_slice(), 1)
    );
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = format!(r#"{{"a":{}1{}}}"#, "[".repeat(200), "]".repeat(200));
    assert_eq!(
        write_with(RowFormat::Ndjson, false, &deep, &mut no_fetch).unwrap_err(),
        RowError::TooDeep
    );
    let fine = format!(r#"{{"a":{}1{}}}"#, "[".repeat(60), "]".repeat(60));
    assert_eq!(ndjson(&fine), format!("{fine}\n"));
}

/// What a record should become, by way of a tree.
fn expected(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let stays = |(name, value): &(&String, &Value)| {
                *name != "attributes" || !value["type"].is_string()
            };
            Value::Object(
                members
                    .iter()
                    .filter(stays)
                    .map(|(name, value)| (name.clone(), expected(value)))
                    .collect(),
            )
        }
        Value::Array(elements) => Value::Array(elements.iter().map(expected).collect()),
        plain => plain.clone(),
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        Just("attributes".to_owned()),
        Just("records".to_owned()),
        Just("done".to_owned()),
        "[A-Za-z\"\\\\é]{1,8}"
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!({"type": "Account", "url": "/x"})),
    ];
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(name.clone(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_record_is_the_same_json_but_for_attributes(value in any_value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
        let line = ndjson(&text);
        assert_eq!(line.matches('\n').count(), 1, "one line for one record");
        // The text is read again, for serde_json does not always read a float as the one it wrote.
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), expected(&read));
    }

    #[test]
    fn compact_json_without_attributes_is_copied_to_the_byte(value in any_value()) {
        let text = expected(&value).to_string();
        assert_eq!(ndjson(&text), format!("{text}\n"));
    }
}

#[test]
fn row_that_is_too_large_is_named() {
    let large = "x".repeat(salesforce_contract::limits::MAX_ROW_BYTES);
    let records = format!(r#"{{"Id":"a"}},{{"Body":"{large}"}}"#);
    let written = write_with(RowFormat::Ndjson, false, &records, &mut no_fetch);
    assert_eq!(written, Err(RowError::TooLarge { row: 2 }));
}

#[test]
fn row_of_the_largest_attachment_is_read() {
    let body = "x".repeat(33_400_000);
    let record = format!(r#"{{"Body":"{body}"}}"#);
    let written = write_with(RowFormat::Json, false, &record, &mut no_fetch);
    assert!(written.unwrap().len() > body.len());
}
