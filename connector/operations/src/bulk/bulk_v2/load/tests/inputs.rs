//! Forms of input, and what is refused of them.

use super::*;
use crate::bulk::testing::lines;
use salesforce_contract::bindings::exports::mediation::connector::mediator::OutcomeSet;

fn data(host: &Host, job: usize) -> String {
    host.fake.0.borrow().jobs[job].data.clone().unwrap()
}

fn refused(host: &mut Host) -> String {
    let fault = host.live().err().expect("it was taken");
    assert!(host.fake.0.borrow().jobs.is_empty());
    fault.message
}

#[test]
fn csv_is_copied_as_it_stands_whatever_the_chunks() {
    for delimiter in [",", ";", "\t", "|", "^", "`"] {
        for chunk in [1, 2, 3, 7, 1000] {
            let text = "\u{feff}\"name\",ext__c\r\nAnn,\"1\r\n2\"\r\n\r\n\"B\"\"b\",3"
                .replace(',', delimiter);
            let mut host = host(&text);
            host.chunk = chunk;
            host.run();
            let sent = "Name,Ext__c\r\nAnn,\"1\r\n2\"\r\n\"B\"\"b\",3\r\n".replace(',', delimiter);
            assert_eq!(data(&host, 0), sent, "chunk {chunk}");
            assert_eq!(host.outcomes().len(), 2);
        }
    }
}

#[test]
fn values_are_put_into_salesforces_form() {
    let mut host = host(
        "Name,Active__c,Founded__c,Seen__c\na\"b,YES,2026-01-31,2026-01-31T10:00:00.000+0000\n,0,,\n",
    );
    host.run();
    assert_eq!(
        data(&host, 0),
        "Name,Active__c,Founded__c,Seen__c\n\"a\"\"b\",true,2026-01-31,2026-01-31T10:00:00.000Z\n,false,,\n"
    );
    assert_eq!(host.outcomes().len(), 2);
}

#[test]
fn rows_that_are_not_fit_are_not_sent_and_told_with_their_line() {
    let mut host = host("Name,Seen__c\nA,2026-01-31 10:00:00\n#N/A,\nC,\n");
    host.run();
    let outcomes = host.outcomes();
    assert_eq!(outcomes[0]["code"], "NOT_SENT");
    let first = outcomes[0]["message"].as_str().unwrap();
    assert!(
        first.starts_with("Line 2: `Seen__c` is") && first.contains("offset"),
        "{first}"
    );
    assert!(
        outcomes[1]["message"]
            .as_str()
            .unwrap()
            .starts_with("Line 3: `Name` is the text `#N/A`")
    );
    assert_eq!(outcomes[2]["success"], true);
    assert_eq!(lines(&data(&host, 0)).len(), 2);
}

#[test]
fn no_job_is_made_without_a_fit_row() {
    let mut host = host("Founded__c\n31.1.2026\n");
    host.run();
    assert_eq!(host.outcomes()[0]["code"], "NOT_SENT");
    assert!(host.fake.0.borrow().jobs.is_empty());
}

#[test]
fn empty_cells_and_null_text_mean_what_the_config_says() {
    let mut host = host("Name,Ext__c\n,#N/A\n")
        .with("empty-values", json!("Clear"))
        .with("null-text", json!("Clear"));
    host.run();
    assert_eq!(data(&host, 0), "Name,Ext__c\n#N/A,#N/A\n");
}

#[test]
fn headers_are_checked_before_a_job_is_made() {
    let cases = [
        ("Nmae\nx\n", "did you mean `Name`?"),
        (
            "Name,name\nx,y\n",
            "Column 2 of the input, `name`, is there twice: keep one of the two",
        ),
        ("BillingCity,BillingAddress\nx,y\n", "twice"),
        ("Name,Id\nx,y\n", "an insert cannot set"),
        (
            "Name,Owner.Name\nx,y\n",
            "may refer to several objects (Group, User)",
        ),
        ("Name,Boss.Name\nx,y\n", "no reference of Account"),
        ("Name,Parent.Extt__c\nx,y\n", "did you mean `Ext__c`?"),
        (
            "Name,\nx,y\n",
            "Column 2 of the input has no name: name the field that its cells hold",
        ),
    ];
    for (input, message) in cases {
        let told = refused(&mut host(input));
        assert!(told.contains(message), "{told}");
    }
    let mut deleting = host("Id,Name\nx,y\n").with("operation", json!("HardDelete"));
    assert!(refused(&mut deleting).contains("ids alone"));
    let mut updating = host("Name\nx\n").with("operation", json!("Update"));
    assert!(refused(&mut updating).contains("no column `Id`"));
    let mut upserting = host("Name\nx\n")
        .with("operation", json!("Upsert"))
        .with("external-id-field", json!("Ext__c"));
    assert!(refused(&mut upserting).contains("no column `Ext__c`"));
}

#[test]
fn references_are_columns_in_the_orgs_spelling() {
    let mut host = host("Name,parent.ext__c,user:owner.name\nA,p1,Ann\n");
    host.run();
    assert_eq!(
        lines(&data(&host, 0))[0],
        "Name,Parent.Ext__c,User:Owner.Name"
    );
}

const RECORDS: [&str; 3] = [
    r#"{"Name":"A, B","Active__c":true,"Parent":{"Ext__c":"p1"},"Owner":{"attributes":{"type":"User"},"Name":"Ann"}}"#,
    r#"{"Name":null,"Parent":null,"Ext__c":"x"}"#,
    r#"{"Count__c":12,"BillingAddress":{"city":"Rome"}}"#,
];

/// What the three records come to, job by job, as columns grow.
const JOBS: [&str; 3] = [
    "Name,Active__c,Parent.Ext__c,User:Owner.Name\n\"A, B\",true,p1,Ann\n",
    "Name,Active__c,Parent.Ext__c,User:Owner.Name,ParentId,Ext__c\n#N/A,,,,#N/A,x\n",
    "Name,Active__c,Parent.Ext__c,User:Owner.Name,ParentId,Ext__c,Count__c,BillingCity\n,,,,,,12,Rome\n",
];

#[test]
fn json_in_every_form_is_flattened_and_columns_that_are_new_begin_a_job() {
    let list = RECORDS.join(",\n");
    let forms = [
        ("Ndjson", RECORDS.join("\n")),
        ("Json", format!(" [{list}]\n")),
        (
            "Json",
            format!("{{\"totalSize\":3,\"done\":true,\"records\":[{list}]}}"),
        ),
    ];
    for (format, input) in forms {
        for chunk in [1, 33, 1000] {
            let mut host = host(&input).with("format", json!(format));
            host.chunk = chunk;
            host.run();
            for (job, expected) in JOBS.iter().enumerate() {
                assert_eq!(data(&host, job), *expected, "{format} by {chunk}");
            }
            assert_eq!(host.outcomes().len(), 3);
        }
    }
}

#[test]
fn columns_told_beforehand_keep_all_records_in_one_job() {
    let mut host = host(&RECORDS[1..].join("\n"))
        .with("format", json!("Ndjson"))
        .with(
            "columns",
            json!(["Name", "ParentId", "Ext__c", "Count__c", "BillingCity"]),
        );
    let mut load = host.run();
    assert_eq!(host.fake.0.borrow().jobs.len(), 1);
    let text = read(load.outcomes(OutcomeSet::Succeeded).unwrap()).unwrap();
    let mut records: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    records.sort_by_key(|record| record["sf__Id"].as_str().unwrap().to_owned());
    assert_eq!(records[0]["Name"], Value::Null);
    assert_eq!(records[0]["Ext__c"], "x");
}

#[test]
fn single_json_object_is_one_record() {
    let mut host = host(r#"{"Name":"A"}"#).with("format", json!("Json"));
    host.run();
    assert_eq!(data(&host, 0), "Name\nA\n");
}

#[test]
fn xml_is_read_record_by_record() {
    let input = r#"<?xml version="1.0"?>
<!-- a <comment> -->
<records xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <Account><Name>A &amp; B</Name><Active__c>yes</Active__c></Account>
  <Account><Name xsi:nil="true"/><Active__c>0</Active__c></Account>
</records>"#;
    for chunk in [1, 50, 1000] {
        let mut host = host(input).with("format", json!("Xml"));
        host.chunk = chunk;
        host.run();
        assert_eq!(data(&host, 0), "Name,Active__c\nA & B,true\n#N/A,false\n");
    }
}

#[test]
fn documents_resume_in_the_middle() {
    let record = |number: usize| format!(r#"{{"Name":"n{number}"}}"#);
    let records: Vec<String> = (0..9).map(record).collect();
    let xml: Vec<String> = (0..9)
        .map(|number| format!("<row><Name>n{number}</Name></row>"))
        .collect();
    let forms = [
        ("Ndjson", records.join("\n")),
        ("Json", format!("[{}]", records.join(", "))),
        ("Xml", format!("<rows a='>'>\n{}</rows>", xml.join("\n"))),
    ];
    for (format, input) in forms {
        let mut host = host(&input)
            .with("format", json!(format))
            .with("job-records", json!(2));
        let mut load = host.open().unwrap();
        for chunk in input.as_bytes()[..input.len() / 2].chunks(9) {
            load.write(chunk).unwrap();
            host.keep(&load);
            host.collect(&mut load).unwrap();
        }
        assert!(taken(host.journal.as_deref().unwrap()) > 0);
        host.run();
        let names = host.fake.loaded();
        assert_eq!(
            names,
            (0..9)
                .map(|number| format!("n{number}"))
                .collect::<Vec<_>>(),
            "{format}"
        );
        assert_eq!(host.outcomes().len(), 9);
    }
}

#[test]
fn documents_that_break_off_in_their_first_record_are_refused() {
    for (format, input) in [("Json", r#"[{"Name":"A""#), ("Xml", "<rows><row><Name>A")] {
        let told = refused(&mut host(input).with("format", json!(format)));
        assert!(told.contains("cut short"), "{told}");
    }
}

#[test]
fn empty_input_loads_nothing() {
    for (format, input) in [
        ("Csv", ""),
        ("Csv", "Name\n"),
        ("Json", "[]"),
        ("Ndjson", "\n"),
    ] {
        let mut host = host(input).with("format", json!(format));
        host.run();
        assert!(host.fake.0.borrow().jobs.is_empty());
        assert!(host.outcomes.is_empty());
    }
}
