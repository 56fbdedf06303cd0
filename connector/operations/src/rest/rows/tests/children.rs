//! Children of which the parent's page holds a part only.

use super::*;

/// The children of a parent; `next` names where they go on.
fn children(size: usize, names: &[&str], next: Option<&str>) -> String {
    let names: Vec<String> = names
        .iter()
        .map(|name| format!(r#"{{"LastName":"{name}"}}"#))
        .collect();
    let next = next.map_or(r#""done":true"#.to_owned(), |next| {
        format!(r#""done":false,"nextRecordsUrl":"/services/data/v62.0/query/{next}""#)
    });
    format!(
        r#"{{"totalSize":{size},{next},"records":[{}]}}"#,
        names.join(",")
    )
}

/// A page of one parent; `next` names the page after it.
fn parent(name: &str, contacts: &str, next: Option<&str>) -> Play {
    let next = next.map_or(r#""done":true"#.to_owned(), |next| {
        format!(r#""done":false,"nextRecordsUrl":"/services/data/v62.0/query/{next}""#)
    });
    let page = format!(
        r#"{{"totalSize":2,{next},"records":[{{"Name":"{name}","Contacts":{contacts}}}]}}"#
    );
    Play::json(200, &page)
}

/// The rows, and the last segments of the addresses asked after the query itself.
fn read(plays: Vec<Play>, format: FormatChoice) -> (String, Vec<String>) {
    let (client, script, _) = client(plays);
    let soql = "SELECT Name, (SELECT LastName FROM Contacts) FROM Account";
    let mut rows = Rows::open(Rc::new(client), &config(soql, format)).unwrap();
    let mut text = Vec::new();
    while let Some(chunk) = rows.read(1_000).unwrap() {
        text.extend(chunk);
    }
    let sent = script.sent();
    let asked = sent.iter().skip(2).map(|sent| {
        let (_, last) = sent.rsplit_once('/').unwrap();
        last.to_owned()
    });
    (String::from_utf8(text).unwrap(), asked.collect())
}

#[test]
fn the_next_parents_are_asked_for_only_after_all_children_of_the_page() {
    let more = |name: &str, next: Option<&str>| Play::json(200, &children(3, &[name], next));
    for format in [FormatChoice::Ndjson, FormatChoice::Xml] {
        let (text, asked) = read(
            vec![
                parent("A", &children(3, &["1"], Some("01gC-1")), Some("01gP-1")),
                more("2", Some("01gC-2")),
                more("3", None),
                parent("B", &children(2, &["4"], Some("01gD-1")), None),
                Play::json(200, &children(2, &["5"], None)),
            ],
            format,
        );
        assert_eq!(asked, ["01gC-1", "01gC-2", "01gP-1", "01gD-1"]);
        let names: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
        let ends = names.len().saturating_sub(5);
        assert_eq!(names[ends..], ['1', '2', '3', '4', '5'], "{text}");
    }
}

#[test]
fn children_that_are_all_here_do_not_hold_the_next_page_up() {
    let whole = children(1, &["1"], None);
    let (client, script, _) = client([
        parent("A", &whole, Some("01gP-1")),
        parent("B", &whole, None),
    ]);
    let soql = "SELECT Name, (SELECT LastName FROM Contacts) FROM Account";
    let _rows = Rows::open(Rc::new(client), &config(soql, FormatChoice::Ndjson)).unwrap();
    assert!(script.sent().last().unwrap().ends_with("/query/01gP-1"));
}

#[test]
fn children_in_further_pages_of_children_come_before_the_next_parents() {
    let deep = |next: &str| {
        format!(
            r#"{{"totalSize":2,"done":true,"records":[{{"LastName":"x","Cases":{}}},{{"LastName":"y","Cases":null}}]}}"#,
            children(2, &["1"], Some(next))
        )
    };
    let (text, asked) = read(
        vec![
            parent("A", &deep("01gG-1"), Some("01gP-1")),
            Play::json(200, &children(2, &["2"], None)),
            parent("B", "null", None),
        ],
        FormatChoice::Ndjson,
    );
    assert_eq!(asked, ["01gG-1", "01gP-1"]);
    assert_eq!(
        text,
        "{\"Name\":\"A\",\"Contacts\":[{\"LastName\":\"x\",\"Cases\":[{\"LastName\":\"1\"},{\"LastName\":\"2\"}]},{\"LastName\":\"y\",\"Cases\":null}]}\n{\"Name\":\"B\",\"Contacts\":null}\n"
    );
}
