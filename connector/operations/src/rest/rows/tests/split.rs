use super::*;
use salesforce_client::testing::flat;
use salesforce_contract::message::Head;

use salesforce_contract::bindings::exports::salesforce::connector::query::Split;

fn end(field: &str, value: &str) -> Play {
    Play::json(
        200,
        &format!(
            r#"{{"totalSize":1,"done":true,"records":[{{"attributes":{{"type":"Account","url":"/x"}},"{field}":"{value}"}}]}}"#
        ),
    )
}

fn part(first: usize, rows: usize, promised: usize, more: &str) -> Play {
    let row =
        |at: usize| format!(r#"{{"attributes":{{"type":"Account","url":"/x"}},"Id":"{at}"}}"#);
    let rows: Vec<_> = (first..first + rows).map(row).collect();
    let (done, next) = if more.is_empty() {
        (true, String::new())
    } else {
        (
            false,
            format!(r#""nextRecordsUrl":"/services/data/v62.0/query/{more}","#),
        )
    };
    Play::json(
        200,
        &format!(
            r#"{{"totalSize":{promised},"done":{done},{next}"records":[{}]}}"#,
            rows.join(",")
        ),
    )
}

fn read(
    soql: &str,
    split: Split,
    plays: Vec<Play>,
) -> (Result<String, Fault>, Vec<String>, Option<Head>) {
    let (client, script, _) = client(plays);
    let config = RowsConfig {
        split: Some(split),
        ..config(soql, FormatChoice::Csv)
    };
    let mut head = None;
    let text = Rows::open(Rc::new(client), &config).and_then(|mut rows| {
        let mut text = Vec::new();
        while let Some(chunk) = rows.read(1_000)? {
            text.extend(chunk);
        }
        head = Some(rows.head());
        Ok(String::from_utf8(text).unwrap())
    });
    let sent = script.requests();
    let asked = sent.iter().skip(1).map(|request| {
        let url = percent_encoding::percent_decode_str(&request.url)
            .decode_utf8()
            .unwrap();
        url.rsplit_once("/query")
            .map(|(_, rest)| rest.trim_start_matches("?q=").to_owned())
            .unwrap()
    });
    (text, asked.collect(), head)
}

fn by(by: Option<&str>, parts: Option<u16>, parallel: u8) -> Split {
    Split {
        by: by.map(str::to_owned),
        parts,
        parallel: Some(parallel),
    }
}

const LOW: &str = "00100000000000AAAA";
const HIGH: &str = "00100000000000dAAA";

#[test]
fn ranges_are_asked_ahead_and_read_in_order() {
    let (text, asked, head) = read(
        "SELECT Id FROM Account WHERE A = 1 OR B = 2",
        by(None, Some(3), 2),
        vec![
            end("Id", LOW),
            end("Id", HIGH),
            part(0, 2, 3, "01g-2"),
            part(3, 1, 1, ""),
            // The second page of the first range comes after the first page of the second was sent.
            part(2, 1, 3, ""),
            part(4, 0, 0, ""),
        ],
    );
    assert_eq!(text.unwrap(), "Id\n0\n1\n2\n3\n");
    assert_eq!(
        asked,
        [
            "SELECT Id FROM Account WHERE A = 1 OR B = 2 ORDER BY Id ASC LIMIT 1",
            "SELECT Id FROM Account WHERE A = 1 OR B = 2 ORDER BY Id DESC LIMIT 1",
            "SELECT Id FROM Account WHERE (A = 1 OR B = 2) AND Id < '00100000000000K'",
            "SELECT Id FROM Account WHERE (A = 1 OR B = 2) AND Id >= '00100000000000K' AND Id < '00100000000000U'",
            "/01g-2",
            "SELECT Id FROM Account WHERE (A = 1 OR B = 2) AND Id >= '00100000000000U'",
        ]
    );
    let attributes = flat(&head.unwrap().metadata);
    for (name, value) in [("total", "4"), ("records", "4"), ("parts", "3")] {
        assert!(
            attributes.contains(&(name.into(), value.into())),
            "{attributes:?}"
        );
    }
}

#[test]
fn the_number_of_ranges_follows_from_the_number_of_rows() {
    let mut plays = vec![
        end("CreatedDate", "2026-01-01T00:00:00.000+0000"),
        end("CreatedDate", "2026-01-01T00:59:59.000+0000"),
        Play::json(200, r#"{"totalSize":2999,"done":true,"records":[]}"#),
    ];
    plays.extend((0..2).map(|at| part(at, 1, 1, "")));
    let (text, asked, _) = read(
        "SELECT Id FROM Account",
        by(Some("CreatedDate"), None, 8),
        plays,
    );
    assert_eq!(text.unwrap(), "Id\n0\n1\n");
    assert_eq!(
        asked[0],
        "SELECT CreatedDate FROM Account WHERE CreatedDate != null ORDER BY CreatedDate ASC LIMIT 1"
    );
    assert_eq!(
        asked[2..],
        [
            "SELECT COUNT() FROM Account",
            "SELECT Id FROM Account WHERE (CreatedDate < 2026-01-01T00:30:00Z OR CreatedDate = null)",
            "SELECT Id FROM Account WHERE CreatedDate >= 2026-01-01T00:30:00Z",
        ]
    );
}

#[test]
fn a_range_that_comes_short_is_told_though_others_make_up_for_it() {
    let (text, ..) = read(
        "SELECT Id FROM Account",
        by(None, Some(2), 2),
        vec![
            end("Id", LOW),
            end("Id", HIGH),
            part(0, 1, 2, ""),
            part(1, 3, 2, ""),
        ],
    );
    let fault = text.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Protocol);
    assert!(
        fault.message.contains("promised 2 rows and sent 1"),
        "{}",
        fault.message
    );
}

#[test]
fn no_rows_are_one_range() {
    let none = || part(0, 0, 0, "");
    let (text, asked, _) = read(
        "SELECT Id FROM Account",
        by(None, Some(9), 4),
        vec![none(), none()],
    );
    assert_eq!(text.unwrap(), "Id\n");
    assert_eq!(asked[1], "SELECT Id FROM Account");
}

#[test]
fn a_range_whose_answer_is_lost_is_asked_for_again() {
    let (text, asked, _) = read(
        "SELECT Id FROM Account",
        by(None, Some(2), 2),
        vec![
            end("Id", LOW),
            end("Id", HIGH),
            part(0, 1, 1, ""),
            Play::Fail(Failure::Lost),
            part(1, 1, 1, ""),
        ],
    );
    assert_eq!(text.unwrap(), "Id\n0\n1\n");
    assert_eq!(asked[3], asked[4]);
}

#[test]
fn queries_that_mean_something_else_in_parts_are_refused_and_nothing_is_sent() {
    for (soql, word) in [
        ("SELECT Id FROM Account ORDER BY Name", "ORDER"),
        ("SELECT Id FROM Account LIMIT 5", "LIMIT"),
        ("SELECT Name, COUNT(Id) FROM Account GROUP BY Name", "GROUP"),
        ("SELECT MAX(Id) FROM Account", "aggregate"),
    ] {
        let (text, asked, _) = read(soql, by(None, Some(2), 1), Vec::new());
        let fault = text.unwrap_err();
        assert!(fault.message.contains(word), "{}", fault.message);
        assert!(asked.is_empty());
    }
    let (text, ..) = read(
        "SELECT Id FROM Account",
        by(Some("Id FROM User"), Some(2), 1),
        Vec::new(),
    );
    assert!(
        text.unwrap_err()
            .message
            .contains("is no field of the object")
    );
    let (text, ..) = read(
        "SELECT Id FROM Account",
        by(Some("Name"), Some(2), 1),
        vec![end("Name", "A"), end("Name", "Z")],
    );
    assert!(text.unwrap_err().message.contains("cannot cut by `Name`"));
}
