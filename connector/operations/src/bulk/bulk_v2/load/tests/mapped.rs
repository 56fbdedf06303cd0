//! Columns that are renamed, left out, or split into the parts of compound fields; records come back as they were given.

use super::*;
use salesforce_contract::bindings::exports::mediation::connector::mediator::OutcomeSet;

const GIVEN: &str = "Company;Remarks;boss;Active__c\r\ngood;\"x;y\";p1;1\r\nbad;two;p2;0\r\n\"late\";;p3;1\r\nunfit;z;;maybe\r\n";

fn mapped(input: &str, mapping: Value) -> Host {
    host(input).with("mapping", mapping)
}

fn csv() -> Host {
    let mapping = json!([
        ["Company", "name"],
        ["Remarks", ""],
        ["boss", "parent.ext__c"]
    ]);
    mapped(GIVEN, mapping)
}

fn data(host: &Host, job: usize) -> String {
    host.fake.0.borrow().jobs[job].data.clone().unwrap()
}

#[test]
fn columns_of_a_csv_go_where_the_mapping_says_whatever_the_chunks() {
    for chunk in [1, 7, 1000] {
        let mut host = csv();
        host.chunk = chunk;
        host.run();
        assert_eq!(
            data(&host, 0),
            "Name;Parent.Ext__c;Active__c\r\ngood;p1;true\r\nbad;p2;false\r\nlate;p3;true\r\n"
        );
        assert_eq!(host.outcomes().len(), 4);
    }
}

#[test]
fn renamed_columns_alone_are_copied_as_they_stand() {
    let mut host = mapped("Company,Ext__c\nA,\"1\"\n", json!([["Company", "Name"]]));
    host.run();
    assert_eq!(data(&host, 0), "Name,Ext__c\nA,\"1\"\n");
}

#[test]
fn row_of_one_empty_column_is_a_row() {
    let mut host = mapped("Name,x\n,y\n", json!([["x", ""]]));
    host.run();
    assert_eq!(data(&host, 0), "Name\n\"\"\n");
}

#[test]
fn failed_records_come_back_as_they_were_given_and_load_again() {
    for errors in [false, true] {
        let mut host = csv().with("error-columns", json!(errors));
        host.fake.0.borrow_mut().manages = Some(2);
        let load = host.run();
        let mut failed = all_failed(&mut host, load);
        let header = failed.remove(0);
        failed.sort_by_key(|line| !line.contains("unfit"));
        let expected = [
            ("NOT_SENT:Line 5: ", "unfit;z;;maybe"),
            ("REQUIRED_FIELD_MISSING:", "bad;two;p2;0"),
            ("UNPROCESSED:", "late;;p3;1"),
        ];
        assert_eq!(failed.len(), expected.len(), "{failed:?}");
        for (line, (error, record)) in failed.iter().zip(expected) {
            if errors {
                assert!(
                    line.starts_with(&format!(";{error}")) || line.contains(&format!(";\"{error}")),
                    "{line}"
                );
                assert!(line.ends_with(&format!(";{record}")), "{line}");
            } else {
                assert_eq!(line, record);
            }
        }
        let prefix = if errors { "sf__Id;sf__Error;" } else { "" };
        assert_eq!(header, format!("{prefix}Company;Remarks;boss;Active__c"));
    }
}

#[test]
fn records_in_json_are_mapped_and_come_back_as_they_were_given() {
    let given = [
        r#"{"company":"good","boss":{"key":"p1","mail":"m"},"notes":[1]}"#,
        r#"{"company":"bad","boss":{"key":"p2"},"size":1.50}"#,
        r#"{"company":"unfit","Seen__c":"soon"}"#,
    ];
    let mapping = json!([
        ["company", "Name"],
        ["boss.key", "Parent.Ext__c"],
        ["boss.mail", ""],
        ["notes", ""],
        ["size", "Amount__c"]
    ]);
    for (format, input) in [
        ("Ndjson", given.join("\n")),
        ("Json", format!("[{}]", given.join(",\n"))),
    ] {
        let mut host = mapped(&input, mapping.clone()).with("format", json!(format));
        let load = host.run();
        assert_eq!(data(&host, 0), "Name,Parent.Ext__c\ngood,p1\n");
        assert_eq!(
            data(&host, 1),
            "Name,Parent.Ext__c,Amount__c\nbad,p2,1.50\n"
        );
        let mut failed = all_failed(&mut host, load);
        failed.sort();
        assert_eq!(failed, given[1..], "{format}");
        assert_eq!(host.outcomes().len(), 3);
    }
}

#[test]
fn elements_of_xml_are_mapped() {
    let input = "<l><row><company>A</company><x>y</x></row></l>";
    let mut host =
        mapped(input, json!([["company", "Name"], ["x", ""]])).with("format", json!("Xml"));
    host.run();
    assert_eq!(data(&host, 0), "Name\nA\n");
}

#[test]
fn mappings_that_cannot_be_are_refused_before_anything_is_sent() {
    let csv = "Company,Ext__c,x\nA,1,2\n";
    let json = r#"{"Company":"A"}"#;
    for (format, input, mapping, what) in [
        (
            "Csv",
            csv,
            json!([["Compny", "Name"]]),
            "did you mean `Company`?",
        ),
        (
            "Csv",
            csv,
            json!([["company", "Name"]]),
            "did you mean `Company`?",
        ),
        (
            "Csv",
            csv,
            json!([["Company", "Nmae"]]),
            "did you mean `Name`?",
        ),
        (
            "Ndjson",
            json,
            json!([["Company", "Nmae"]]),
            "did you mean `Name`?",
        ),
        (
            "Ndjson",
            json,
            json!([["other", "Parent.Extt__c"]]),
            "did you mean `Ext__c`?",
        ),
        (
            "Csv",
            csv,
            json!([["Company", "Ext__c"], ["x", ""]]),
            "twice",
        ),
        (
            "Csv",
            csv,
            json!([["Company", "Name"], ["Company", ""]]),
            "twice",
        ),
        (
            "Csv",
            csv,
            json!([["Company", ""], ["Ext__c", ""], ["x", ""]]),
            "every column",
        ),
        (
            "Csv",
            csv,
            json!([["Company", "Parent."]]),
            "names no field",
        ),
    ] {
        let mut host = mapped(input, mapping.clone()).with("format", json!(format));
        let fault = host.live().err().expect("it was taken");
        assert!(fault.message.contains(what), "{}", fault.message);
        assert!(host.fake.0.borrow().jobs.is_empty());
        assert!(host.outcomes.is_empty());
    }
}

#[test]
fn compound_field_in_a_cell_is_split_into_its_parts() {
    let input = "Name,BillingAddress,Ext__c\nA,\"{\"\"city\"\":\"\"Rome, I\"\",\"\"street\"\":null}\",1\nB,,2\nC,Rome,3\nD,\"{\"\"planet\"\":1}\",4\nE,#N/A,5\n";
    let mut host = host(input).with("null-text", json!("Clear"));
    let load = host.run();
    assert_eq!(
        data(&host, 0),
        "Name,BillingStreet,BillingCity,Ext__c\nA,#N/A,\"Rome, I\",1\nB,,,2\nE,#N/A,#N/A,5\n"
    );
    let outcomes = host.outcomes();
    for (row, what) in [
        (2, "`BillingStreet`, `BillingCity`"),
        (3, "`BillingAddress.planet`"),
    ] {
        assert_eq!(outcomes[row]["code"], "NOT_SENT");
        let message = outcomes[row]["message"].as_str().unwrap();
        assert!(message.contains(what), "{message}");
    }
    let failed = all_failed(&mut host, load);
    assert_eq!(
        failed,
        [
            "Name,BillingAddress,Ext__c",
            "C,Rome,3",
            "D,\"{\"\"planet\"\":1}\",4"
        ]
    );
}

#[test]
fn field_that_is_only_read_is_refused_with_its_parts() {
    let fields = json!([
        {"name": "Name", "type": "string", "createable": false, "updateable": false},
        {"name": "FirstName", "type": "string", "compoundFieldName": "Name"},
        {"name": "LastName", "type": "string", "compoundFieldName": "Name"}
    ]);
    for (format, input) in [
        ("Csv", "Name\nAnn Lee\n"),
        ("Ndjson", "{\"Name\":\"Ann Lee\"}"),
    ] {
        let mut host = host(input).with("format", json!(format));
        host.fake.0.borrow_mut().fields = fields.clone();
        let fault = host.live().err().expect("it was taken");
        let message = fault.message;
        assert!(
            message.contains("give `FirstName`, `LastName` instead"),
            "{message}"
        );
        assert!(host.fake.0.borrow().jobs.is_empty());
    }
}

#[test]
fn mapped_load_that_dies_anywhere_gives_every_record_back_once() {
    let mut input = String::from("Company,Remarks,Ext__c\n");
    for number in 0..12 {
        let name = if number % 3 == 1 { "bad" } else { "good" };
        input += &format!("{name},r{number},{}\n", number % 2);
    }
    let expected: Vec<String> = lines(&input)[1..]
        .iter()
        .filter(|row| row.contains("bad"))
        .cloned()
        .collect();
    for written in (0..input.len()).step_by(17) {
        let mut host = mapped(&input, json!([["Company", "Name"], ["Remarks", ""]]))
            .with("job-records", json!(5));
        let mut text = String::new();
        let mut load = host.open().unwrap();
        for chunk in host.input.clone()[..written].chunks(host.chunk) {
            load.write(chunk).unwrap();
            host.keep(&load);
            host.collect(&mut load).unwrap();
            text += &read(load.outcomes(OutcomeSet::Failed).unwrap()).unwrap();
            host.keep(&load);
        }
        let load = host.run();
        text += &all_failed(&mut host, load).join("\n");
        let mut failed = lines(&text);
        assert_eq!(failed.remove(0), "Company,Remarks,Ext__c");
        failed.sort_by_key(|line| expected.iter().position(|known| known == line));
        assert_eq!(failed, expected, "{written}");
        assert_eq!(host.outcomes().len(), 12);
    }
}
