//! Tests of rows as CSV.

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use serde_json::{Map, Value};

use crate::message::{Page, RowError, RowFormat, RowWriter};
use crate::soql::SelectList;

fn write(soql: &str, records: &str) -> Result<String, RowError> {
    let text = format!(r#"{{"totalSize":1,"done":true,"records":[{records}]}}"#);
    let page = Page::parse(text.as_bytes()).unwrap();
    let mut writer = RowWriter::new(RowFormat::Csv, SelectList::read(soql).as_ref(), true)?;
    let mut out = Vec::new();
    writer.begin(&mut out);
    writer.page(&page, &mut out, &mut |_: &str| Err(RowError::TooDeep))?;
    writer.end(&mut out);
    Ok(String::from_utf8(out).unwrap())
}

fn csv(soql: &str, records: &str) -> String {
    write(soql, records).unwrap()
}

const A: &str = r#""attributes":{"type":"Account","url":"/x"}"#;

#[test]
fn cells_hold_values_as_they_were_sent() {
    let cases = [
        (r#"{"V":"plain é"}"#, "plain é"),
        (r#"{"V":"a,b"}"#, "\"a,b\""),
        (r#"{"V":"say \"hi\""}"#, "\"say \"\"hi\"\"\""),
        (r#"{"V":"one\r\ntwo"}"#, "\"one\r\ntwo\""),
        (r#"{"V":"one\ntwo"}"#, "\"one\ntwo\""),
        (r#"{"V":"back\\slash \/ \u00e9"}"#, "back\\slash / é"),
        (r#"{"V":" spaced "}"#, " spaced "),
        (r#"{"V":null}"#, ""),
        (r#"{"V":""}"#, ""),
        (r#"{"V":true}"#, "true"),
        (r#"{"V":1.10}"#, "1.10"),
        (r#"{"V":123456789012345678}"#, "123456789012345678"),
        (
            r#"{"V":"2026-01-31T10:00:00.000+0000"}"#,
            "2026-01-31T10:00:00.000+0000",
        ),
        (
            r#"{"V":{"city":"Bern","zip":null}}"#,
            "\"{\"\"city\"\":\"\"Bern\"\",\"\"zip\"\":null}\"",
        ),
        (r#"{"V":[1, 2]}"#, "\"[1,2]\""),
    ];
    for (record, cell) in cases {
        let record = record.replacen('{', "{\"Id\":1,", 1);
        assert_eq!(
            csv("SELECT Id, V FROM T", &record),
            format!("Id,V\n1,{cell}\n")
        );
    }
}

#[test]
fn parents_are_flat_and_null_parents_leave_their_cells_empty() {
    let records = format!(
        r#"{{{A},"Id":"1","Owner":{{{A},"Name":"x","Manager":{{{A},"Name":"m"}}}}}},{{{A},"Id":"2","Owner":null}},{{{A},"Id":"3","Owner":{{"Name":"y","Manager":null}}}}"#
    );
    let out = csv(
        "SELECT Id, Owner.Manager.Name, Owner.Name FROM Account",
        &records,
    );
    assert_eq!(out, "Id,Owner.Manager.Name,Owner.Name\n1,m,x\n2,,\n3,,y\n");
}

#[test]
fn the_header_keeps_the_query_s_spelling_and_order() {
    let out = csv(
        "select name, ID from Account",
        r#"{"Id":"1","Name":"a"},{"Id":"2","Name":"b"}"#,
    );
    assert_eq!(out, "name,ID\na,1\nb,2\n");
}

#[test]
fn aggregates_and_aliases_have_the_answer_s_names() {
    let records = r#"{"attributes":{"type":"AggregateResult"},"Name":"a","expr0":3,"top":1.50}"#;
    let out = csv(
        "SELECT Account.Name, COUNT(Id), MAX(Amount) top FROM Opportunity GROUP BY Account.Name",
        records,
    );
    assert_eq!(out, "Name,expr0,top\na,3,1.50\n");
}

#[test]
fn branches_of_typeof_fill_what_they_have() {
    let out = csv(
        "SELECT Id, TYPEOF What WHEN Account THEN Phone ELSE Name END FROM Task",
        &format!(
            r#"{{"Id":1,"What":{{{A},"Phone":"5"}}}},{{"Id":2,"What":{{{A},"Name":"n"}}}},{{"Id":3,"What":null}}"#
        ),
    );
    assert_eq!(out, "Id,What.Phone,What.Name\n1,5,\n2,,n\n3,,\n");
}

#[test]
fn fields_take_their_columns_from_the_first_record() {
    let records = format!(
        r#"{{{A},"Id":"1","Name":"a","Addr":null,"Owner":{{"Name":"o"}}}},{{{A},"Id":"2","Name":"b","Addr":{{"city":"x"}},"Owner":null}}"#
    );
    let out = csv("SELECT Owner.Name, FIELDS(STANDARD) FROM Account", &records);
    assert_eq!(
        out,
        "Owner.Name,Id,Name,Addr\no,1,a,\n,2,b,\"{\"\"city\"\":\"\"x\"\"}\"\n"
    );
    assert_eq!(
        csv("SELECT FIELDS(ALL), Owner.Name FROM Account", ""),
        "Owner.Name\n"
    );
    assert_eq!(csv("SELECT FIELDS(ALL) FROM Account", ""), "");
}

#[test]
fn no_rows_still_have_a_header() {
    assert_eq!(csv("SELECT Id, Name FROM Account", ""), "Id,Name\n");
}

#[test]
fn a_row_of_one_empty_cell_is_still_a_line() {
    assert_eq!(
        csv("SELECT Name FROM Account", r#"{"Name":null},{"Name":"a"}"#),
        "Name\n\"\"\na\n"
    );
}

#[test]
fn children_are_refused_before_anything_is_read() {
    let error = write(
        "SELECT Id, (SELECT Id FROM Contacts), (SELECT Id FROM Cases) FROM Account",
        "",
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "CSV has no place for child records (Contacts, Cases): take the sub-query out of the SELECT list, or read the rows as ndjson or json"
    );
}

#[test]
fn what_has_no_column_is_never_dropped() {
    let error = |soql, records| write(soql, records).unwrap_err();
    let no_column = |path: &str| RowError::NoColumnFor {
        path: path.to_owned(),
    };
    assert_eq!(
        error("SELECT Id FROM A", r#"{"Id":1,"Name":"x"}"#),
        no_column("Name")
    );
    assert_eq!(
        error(
            "SELECT Owner.Name FROM A",
            r#"{"Owner":{"Name":"x","Boss":{"Id":1}}}"#
        ),
        no_column("Owner.Boss")
    );
    assert_eq!(
        error("SELECT Owner.Name FROM A", r#"{"Owner":"x"}"#),
        no_column("Owner")
    );
    assert_eq!(
        error(
            "SELECT FIELDS(ALL) FROM A",
            r#"{"Id":1},{"Id":1,"New__c":2}"#
        ),
        no_column("New__c")
    );
    assert_eq!(error("not SOQL", r#"{"Id":1}"#), RowError::NoColumns);
    let child = r#"{"Id":{"totalSize":0,"done":true,"records":[]}}"#;
    assert_eq!(
        error("SELECT Id FROM A", child),
        RowError::ChildrenInCsv {
            relationships: "Id".to_owned()
        }
    );
}

fn any_text() -> impl Strategy<Value = String> {
    let char = prop_oneof![
        any::<char>(),
        Just('"'),
        Just(','),
        Just('\n'),
        Just('\r'),
        Just('\\'),
        Just(' ')
    ];
    proptest::collection::vec(char, 0..12).prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #[test]
    fn any_text_comes_back_from_a_csv_reader(rows in proptest::collection::vec(proptest::collection::vec(any_text(), 3), 0..8)) {
        let records: Vec<_> = rows
            .iter()
            .map(|row| {
                let members: Map<String, Value> = ["A", "B", "C"].iter().zip(row).map(|(name, text)| ((*name).to_owned(), text.clone().into())).collect();
                Value::Object(members).to_string()
            })
            .collect();
        let out = csv("SELECT A, B, C FROM T", &records.join(","));
        let mut reader = ::csv::Reader::from_reader(out.as_bytes());
        assert_eq!(reader.headers().unwrap(), vec!["A", "B", "C"]);
        let read: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        assert_eq!(read, rows);
    }

    #[test]
    fn a_single_column_keeps_its_rows(texts in proptest::collection::vec(any_text(), 1..8)) {
        let records: Vec<_> = texts.iter().map(|text| serde_json::json!({ "A": text }).to_string()).collect();
        let out = csv("SELECT A FROM T", &records.join(","));
        let read: Vec<String> = ::csv::Reader::from_reader(out.as_bytes()).records().map(|row| row.unwrap()[0].to_owned()).collect();
        assert_eq!(read, texts);
    }
}
