mod children;
mod split;

use super::*;
use salesforce_client::testing::flat;
use salesforce_client::testing::{client, expired, token};
use salesforce_client::transport::Failure;
use salesforce_client::transport::scripted::{Play, Script};
use salesforce_contract::source::Source;

fn config(soql: &str, format: FormatChoice) -> RowsConfig {
    RowsConfig {
        soql: soql.into(),
        bind: None,
        include_deleted: false,
        page_size: None,
        format: Some(format),
        keep_attributes: false,
        split: None,
        headers: None,
    }
}

/// Page `number` (from 0) of `pages` with two rows each.
fn page_text(number: usize, pages: usize) -> String {
    let next = format!(
        r#""nextRecordsUrl":"/services/data/v62.0/query/01g-{}","#,
        (number + 1) * 2
    );
    let done = number + 1 == pages;
    let row = |at: usize| {
        format!(
            r#"{{"attributes":{{"type":"Account","url":"/x"}},"Id":"{at}","Name":"A, \"{at}\""}}"#
        )
    };
    let rows = format!("{},{}", row(number * 2), row(number * 2 + 1));
    format!(
        r#"{{"totalSize":{},"done":{done},{}"records":[{rows}]}}"#,
        pages * 2,
        if done { "" } else { &next }
    )
}

fn page(number: usize) -> Play {
    Play::json(200, &page_text(number, 3))
}

fn read_all(plays: Vec<Play>, format: FormatChoice) -> (Result<String, Fault>, Script) {
    let (client, script, _) = client(plays);
    let text = Rows::open(
        Rc::new(client),
        &config("SELECT Id, Name FROM Account", format),
    )
    .and_then(|mut rows| {
        let mut text = Vec::new();
        while let Some(chunk) = rows.read(7)? {
            assert!(!chunk.is_empty() && chunk.len() <= 7);
            text.extend(chunk);
        }
        Ok(String::from_utf8(text).unwrap())
    });
    (text, script)
}

const NDJSON: &str = "{\"Id\":\"0\",\"Name\":\"A, \\\"0\\\"\"}\n{\"Id\":\"1\",\"Name\":\"A, \\\"1\\\"\"}\n{\"Id\":\"2\",\"Name\":\"A, \\\"2\\\"\"}\n{\"Id\":\"3\",\"Name\":\"A, \\\"3\\\"\"}\n{\"Id\":\"4\",\"Name\":\"A, \\\"4\\\"\"}\n{\"Id\":\"5\",\"Name\":\"A, \\\"5\\\"\"}\n";

#[test]
fn all_pages_are_read_in_every_form() {
    let pages = || vec![page(0), page(1), page(2)];
    assert_eq!(read_all(pages(), FormatChoice::Ndjson).0.unwrap(), NDJSON);
    let array: serde_json::Value =
        serde_json::from_str(&read_all(pages(), FormatChoice::Json).0.unwrap()).unwrap();
    assert_eq!(array.as_array().map(Vec::len), Some(6));
    let csv = read_all(pages(), FormatChoice::Csv).0.unwrap();
    assert_eq!(
        csv.lines().take(2).collect::<Vec<_>>(),
        ["Id,Name", "0,\"A, \"\"0\"\"\""]
    );
}

#[test]
fn a_fault_on_the_middle_page_loses_and_doubles_nothing() {
    let cut = page_text(1, 3);
    for disturbance in [
        vec![expired(), token("T2")],
        vec![Play::json(503, "")],
        vec![Play::Answer(
            429,
            vec![("retry-after".into(), "1".into())],
            Vec::new(),
        )],
        vec![Play::Fail(Failure::Lost)],
        vec![Play::Fail(Failure::Timeout)],
        vec![Play::CutShort(200, cut.as_bytes()[..40].to_vec())],
        // Cut short with a clean end: only the JSON tells.
        vec![Play::json(200, &cut[..cut.len() - 5])],
    ] {
        let plays = std::iter::once(page(0))
            .chain(disturbance)
            .chain([page(1), page(2)])
            .collect();
        let (text, script) = read_all(plays, FormatChoice::Ndjson);
        assert_eq!(text.unwrap(), NDJSON);
        assert_eq!(script.left(), 0);
    }
}

#[test]
fn a_used_up_day_ends_the_rows_with_a_typed_fault() {
    let limit = Play::json(
        403,
        r#"[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]"#,
    );
    let (text, _) = read_all(vec![page(0), limit], FormatChoice::Ndjson);
    assert_eq!(text.unwrap_err().kind, FaultKind::LimitExceeded);
}

#[test]
fn rows_that_do_not_add_up_are_a_fault() {
    let last = r#"{"totalSize":6,"done":true,"records":[]}"#;
    let (text, _) = read_all(
        vec![page(0), page(1), Play::json(200, last)],
        FormatChoice::Ndjson,
    );
    let fault = text.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Protocol);
    assert!(
        fault.message.contains("promised 6 rows and sent 4"),
        "{}",
        fault.message
    );
}

#[test]
fn rows_that_nobody_has_counted_are_read_to_their_end() {
    let uncounted = |number: usize| {
        let text = page_text(number, 3).replace("\"totalSize\":6", "\"totalSize\":-1");
        Play::json(200, &text)
    };
    let (client, ..) = client([uncounted(0), uncounted(1), uncounted(2)]);
    let config = config("SELECT Id, Name FROM Sample__x", FormatChoice::Ndjson);
    let mut rows = Rows::open(Rc::new(client), &config).unwrap();
    let mut text = Vec::new();
    while let Some(chunk) = rows.read(1_000).unwrap() {
        text.extend(chunk);
    }
    assert_eq!(text, NDJSON.as_bytes());
    let attributes = flat(&rows.head().metadata);
    assert!(attributes.contains(&("records".into(), "6".into())));
    assert!(!attributes.iter().any(|(name, _)| name == "total"));
}

#[test]
fn the_next_page_is_asked_for_before_this_one_is_read() {
    let (client, script, _) = client([page(0), page(1)]);
    let _rows = Rows::open(
        Rc::new(client),
        &config("SELECT Id, Name FROM Account", FormatChoice::Ndjson),
    )
    .unwrap();
    assert!(script.sent().last().unwrap().ends_with("/query/01g-2"));
}

#[test]
fn a_next_page_elsewhere_is_not_followed() {
    let elsewhere =
        r#"{"totalSize":2,"done":false,"nextRecordsUrl":"@evil.example/x","records":[{"Id":"0"}]}"#;
    let (text, script) = read_all(vec![Play::json(200, elsewhere)], FormatChoice::Ndjson);
    assert!(text.unwrap_err().message.contains("is no nextRecordsUrl"));
    assert_eq!(script.sent().len(), 2);
}

#[test]
fn what_has_no_rows_is_refused_before_anything_is_sent() {
    for (soql, format) in [
        ("SELECT COUNT() FROM Account", FormatChoice::Ndjson),
        (
            "SELECT Id, (SELECT Id FROM Contacts) FROM Account",
            FormatChoice::Csv,
        ),
    ] {
        let (client, script, _) = client([]);
        assert!(Rows::open(Rc::new(client), &config(soql, format)).is_err());
        assert!(script.sent().is_empty());
    }
}

#[test]
fn a_long_query_begins_in_a_body_and_goes_on_by_its_locator() {
    let ids = vec!["001000000000001AAA"; 900];
    let inner = |page: &str| {
        format!(
            r#"{{"compositeResponse":[{{"body":{page},"httpHeaders":{{}},"httpStatusCode":200,"referenceId":"wrapped"}}]}}"#
        )
    };
    let (client, script, _) = client([
        Play::json(200, "{}"),
        Play::json(200, &inner(&page_text(0, 2))),
        Play::json(200, &page_text(1, 2)),
    ]);
    let config = RowsConfig {
        bind: Some(vec![("ids".into(), serde_json::to_string(&ids).unwrap())]),
        ..config(
            "SELECT Id, Name FROM Account WHERE Id IN :ids",
            FormatChoice::Csv,
        )
    };
    let mut rows = Rows::open(Rc::new(client), &config).unwrap();
    while rows.read(1_000).unwrap().is_some() {}
    assert!(rows.head().metadata.records == Some(4));
    // An answer that is no composite answer is asked for again.
    let composite = "Post https://eu1.salesforce.com/services/data/v62.0/composite";
    assert_eq!(
        script.sent()[1..],
        [
            composite,
            composite,
            "Get https://eu1.salesforce.com/services/data/v62.0/query/01g-2"
        ]
    );
}

#[test]
fn members_of_a_page_may_come_in_any_order() {
    let text = r#"{"done":true,"records":[{"Id":"0","Name":"A","attributes":{"type":"Account","url":"/x"}}],"totalSize":1}"#;
    for (format, expected) in [
        (FormatChoice::Ndjson, r#"{"Id":"0","Name":"A"}"#),
        (FormatChoice::Csv, "0,A"),
        (
            FormatChoice::Xml,
            "<Account><Id>0</Id><Name>A</Name></Account>",
        ),
    ] {
        let (read, _) = read_all(vec![Play::json(200, text)], format);
        let read = read.unwrap();
        assert!(read.contains(expected), "{read}");
    }
}
