use super::*;
use crate::bulk::testing::{DISTURBANCES, Fake, fake};
use salesforce_client::testing::flat;
use salesforce_client::transport::scripted::TestClock;
use salesforce_contract::bindings::FaultKind;
use salesforce_contract::catalog;
use salesforce_contract::source::Source;
use serde_json::{Value, json};

mod consistent;
mod large;

const SOQL: &str = "SELECT Id, Name, Active__c, Amount__c, Parent.Name FROM Account";

/// Pages of as many rows each, cells with commas, quotes and line breaks among them.
fn pages(sizes: &[usize]) -> Vec<String> {
    let mut number = 0;
    let page = |size: &usize| {
        let mut text =
            String::from("\"Id\",\"Name\",\"Active__c\",\"Amount__c\",\"Parent.Name\"\n");
        for _ in 0..*size {
            number += 1;
            text +=
                &format!("\"001{number:015}\",\"A, \"\"{number}\"\"\nB\",\"true\",\"1.50\",\"\"\n");
        }
        text
    };
    sizes.iter().map(page).collect()
}

struct Trial {
    fake: Fake,
    clock: TestClock,
    config: Value,
}

fn trial(sizes: &[usize]) -> Trial {
    let (fake, clock) = fake();
    fake.0.borrow_mut().pages = pages(sizes);
    Trial {
        fake,
        clock,
        config: json!({
            "soql": SOQL, "bind": [], "include_deleted": false, "format": null, "omit_header": false, "page_records": null, "parallel": null,
            "keep_job": false, "poll_max_ms": null, "wait_seconds": null, "resume": null
        }),
    }
}

impl Trial {
    fn with(mut self, name: &str, value: Value) -> Self {
        self.config[name] = value;
        self
    }

    fn open(&self) -> Result<Extract, Fault> {
        let config = serde_json::from_value(self.config.clone()).unwrap();
        open(self.fake.client(&self.clock), config)
    }

    fn whole(&self) -> Result<String, Fault> {
        read(&mut self.open()?)
    }

    /// All pages as one.
    fn expected(&self) -> String {
        let inside = self.fake.0.borrow();
        let mut text = String::new();
        for page in &inside.pages {
            let (header, rows) = page.split_once('\n').unwrap();
            if text.is_empty() {
                text = format!("{header}\n");
            }
            text += rows;
        }
        text
    }
}

fn read(extract: &mut Extract) -> Result<String, Fault> {
    let mut whole = Vec::new();
    while let Some(piece) = extract.read(100)? {
        whole.extend(piece);
    }
    Ok(String::from_utf8(whole).unwrap())
}

fn attribute(extract: &Extract, name: &str) -> String {
    let head = extract.head();
    let attributes = flat(&head.metadata);
    let found = attributes.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}

#[test]
fn pages_become_one_csv_with_one_header() {
    let trial = trial(&[3, 2, 4]);
    let mut extract = trial.open().unwrap();
    assert_eq!(read(&mut extract).unwrap(), trial.expected());
    assert_eq!(attribute(&extract, "records"), "9");
    assert_eq!(attribute(&extract, "total"), "9");
    let seen = trial.fake.seen();
    assert!(
        seen.iter()
            .any(|request| request.ends_with("results?locator=L2")),
        "{seen:?}"
    );
    assert!(seen.last().unwrap().starts_with("Delete"));
}

#[test]
fn csv_comes_as_salesforce_was_asked_to_write_it() {
    let mut trial = trial(&[1, 1])
        .with("omit_header", json!(true))
        .with("column_delimiter", json!("Semicolon"))
        .with("line_ending", json!("Crlf"));
    let pages = trial.fake.0.borrow().pages.clone();
    let as_asked = |page: &String| page.replace("\",\"", "\";\"").replace("\"\n", "\"\r\n");
    trial.fake.0.borrow_mut().pages = pages.iter().map(as_asked).collect();
    let mut extract = trial.open().unwrap();
    let rows = read(&mut extract).unwrap();
    assert_eq!(
        rows,
        "\"001000000000000001\";\"A, \"\"1\"\"\r\nB\";\"true\";\"1.50\";\"\"\r\n\"001000000000000002\";\"A, \"\"2\"\"\r\nB\";\"true\";\"1.50\";\"\"\r\n"
    );
    assert_eq!(
        extract.head().media_type,
        "text/csv; charset=utf-8; header=absent; delimiter=semicolon"
    );
    trial = trial.with("format", json!("Json"));
    let fault = trial.open().err().unwrap();
    assert_eq!(fault.kind, FaultKind::Config);
    assert!(
        trial
            .fake
            .seen()
            .iter()
            .filter(|sent| sent.starts_with("Post"))
            .count()
            <= 1
    );
}

#[test]
fn rows_as_documents_have_their_types_and_are_continued_where_they_stood() {
    let forms = [
        (
            "Json",
            "[\n{\"Id\":\"001000000000000001\",\"Name\":\"A, \\\"1\\\"\\nB\",\"Active__c\":true,\"Amount__c\":1.50,\"Parent\":null},\n{\"Id\":\"001000000000000002\",\"Name\":\"A, \\\"2\\\"\\nB\",\"Active__c\":true,\"Amount__c\":1.50,\"Parent\":null}\n]\n",
        ),
        (
            "XmlLines",
            "<Account xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><Id>001000000000000001</Id><Name>A, &quot;1&quot;&#10;B</Name><Active__c>true</Active__c><Amount__c>1.50</Amount__c><Parent xsi:nil=\"true\"/></Account>\n<Account xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><Id>001000000000000002</Id><Name>A, &quot;2&quot;&#10;B</Name><Active__c>true</Active__c><Amount__c>1.50</Amount__c><Parent xsi:nil=\"true\"/></Account>\n",
        ),
    ];
    for (format, expected) in forms {
        let trial = trial(&[1, 1])
            .with("format", json!(format))
            .with("keep_job", json!(true));
        let mut extract = trial.open().unwrap();
        assert_eq!(read(&mut extract).unwrap(), expected);
    }
    for format in ["Json", "Xml", "XmlLines", "Ndjson", "Csv"] {
        let trial = trial(&[2, 1, 2])
            .with("format", json!(format))
            .with("keep_job", json!(true));
        let whole = trial.whole().unwrap();
        let mut extract = trial.open().unwrap();
        let mut taken = Vec::new();
        let mut positions = Vec::new();
        loop {
            let bytes = attribute(&extract, "resume-bytes")
                .parse()
                .unwrap_or(0_usize);
            positions.push((bytes, attribute(&extract, "resume")));
            match extract.read(100).unwrap() {
                Some(piece) => taken.extend(piece),
                None => break,
            }
        }
        assert_eq!(String::from_utf8(taken.clone()).unwrap(), whole);
        for (bytes, config) in positions
            .into_iter()
            .filter(|(_, config)| !config.is_empty())
        {
            let shape = &catalog::find("bulk/extract").unwrap().config.shape;
            let config = catalog::accept(shape, &config, "config").unwrap();
            let config = serde_json::from_value(config).unwrap();
            let mut rest = open(trial.fake.client(&trial.clock), config).unwrap();
            let rest = read(&mut rest).unwrap();
            assert_eq!(
                format!("{}{rest}", &whole[..bytes]),
                whole,
                "{format} at {bytes}"
            );
        }
    }
}

#[test]
fn rows_as_ndjson_have_their_types() {
    let text = trial(&[1, 1])
        .with("format", json!("Ndjson"))
        .whole()
        .unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        lines[0],
        r#"{"Id":"001000000000000001","Name":"A, \"1\"\nB","Active__c":true,"Amount__c":1.50,"Parent":null}"#
    );
}

#[test]
fn many_pages_are_on_their_way_at_once_and_stay_in_order() {
    let trial = trial(&[800; 7]);
    assert_eq!(trial.whole().unwrap(), trial.expected());
    let seen = trial.fake.seen();
    assert!(
        seen.iter()
            .filter(|request| request.contains("resultPages"))
            .count()
            == 2,
        "{seen:?}"
    );
}

#[test]
fn every_fault_at_every_request_leaves_the_rows_whole() {
    let count = {
        let trial = trial(&[2600, 2600]);
        trial.whole().unwrap();
        trial.fake.seen().len()
    };
    for number in 0..count {
        for disturbance in DISTURBANCES {
            let trial = trial(&[2600, 2600]);
            trial.fake.0.borrow_mut().troubles = vec![(number, disturbance)];
            assert!(
                trial.whole().unwrap() == trial.expected(),
                "{number} {disturbance:?}"
            );
        }
    }
}

#[test]
fn extract_continues_at_the_last_page_end() {
    for (sizes, format) in [
        (vec![5, 5, 5], "Csv"),
        (vec![1700, 1700, 1700], "Csv"),
        (vec![5, 5, 5], "Ndjson"),
    ] {
        let trial = trial(&sizes).with("format", json!(format));
        let expected = trial.whole().unwrap();
        let mut extract = trial.open().unwrap();
        let mut kept = Vec::new();
        while kept.len() < expected.len() / 2 {
            kept.extend(extract.read(97).unwrap().unwrap());
        }
        let border: usize = attribute(&extract, "resume-bytes").parse().unwrap();
        assert!(border > 0 && border <= kept.len());
        let resume = attribute(&extract, "resume");
        let operation = catalog::find("bulk/extract").unwrap();
        let config = catalog::accept(&operation.config.shape, &resume, "config").unwrap();
        kept.truncate(border);
        let jobs = trial.fake.0.borrow().jobs.len();
        let config = serde_json::from_value(config).unwrap();
        let mut again = open(trial.fake.client(&trial.clock), config).unwrap();
        kept.extend(read(&mut again).unwrap().into_bytes());
        assert!(String::from_utf8(kept).unwrap() == expected);
        assert_eq!(trial.fake.0.borrow().jobs.len(), jobs);
        assert_eq!(
            attribute(&again, "records"),
            sizes.iter().sum::<usize>().to_string()
        );
    }
}

#[test]
fn rows_that_do_not_add_up_are_told() {
    let trial = trial(&[3, 3]);
    let mut extract = trial.open().unwrap();
    extract.read(10).unwrap();
    trial.fake.0.borrow_mut().pages[1] = pages(&[2]).remove(0);
    assert_eq!(read(&mut extract).unwrap_err().kind, FaultKind::Protocol);
}

#[test]
fn compound_fields_are_replaced_by_their_parts() {
    let trial = trial(&[1]).with("soql", json!("SELECT Id, BillingAddress, Parent.BillingAddress FROM Account WHERE Name = 'BillingAddress'"));
    trial.whole().unwrap();
    assert_eq!(
        trial.fake.0.borrow().jobs[0].made["query"],
        "SELECT Id, BillingStreet, BillingCity, Parent.BillingStreet, Parent.BillingCity FROM Account WHERE Name = 'BillingAddress'"
    );
}

#[test]
fn what_bulk_queries_cannot_do_is_told_before_a_job_is_made() {
    for (soql, word) in [
        ("SELECT COUNT() FROM Account", "aggregate"),
        (
            "SELECT Name, COUNT(Id) FROM Account GROUP BY Name",
            "aggregate",
        ),
        ("SELECT Id FROM Account LIMIT 5 OFFSET 5", "OFFSET"),
        (
            "SELECT TYPEOF Owner WHEN User THEN Name END FROM Account",
            "TYPEOF",
        ),
        (
            "SELECT Id, (SELECT Id FROM Contacts) FROM Account",
            "sub-queries",
        ),
        ("SELECT", "cannot be read"),
    ] {
        let trial = trial(&[1]).with("soql", json!(soql));
        let fault = trial.open().err().unwrap();
        assert!(fault.message.contains(word), "{}", fault.message);
        assert!(trial.fake.seen().is_empty());
    }
}

#[test]
fn limit_and_order_are_warned_about() {
    let warned = |soql: &str| {
        attribute(
            &trial(&[1]).with("soql", json!(soql)).open().unwrap(),
            "warning",
        )
    };
    assert!(warned("SELECT Id FROM Account ORDER BY Id").contains("ORDER BY"));
    assert_eq!(warned("SELECT Id FROM Account WHERE Name = 'LIMIT 5'"), "");
}

#[test]
fn failed_query_and_long_wait_are_told() {
    let failing = trial(&[1]);
    failing.fake.0.borrow_mut().fails = true;
    let fault = failing.whole().unwrap_err();
    assert!(
        fault.message.contains("Field name not found"),
        "{}",
        fault.message
    );
    let slow = trial(&[1]).with("wait_seconds", json!(3));
    slow.fake.0.borrow_mut().polls = 20;
    let mut extract = slow.open().unwrap();
    let fault = read(&mut extract).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Timeout);
    assert!(attribute(&extract, "resume").contains("7500"));
}
