//! Rows of queries, page by page.

use super::*;
use salesforce_client::testing::flat;

#[test]
fn rows_come_from_all_pages_typed_and_in_order() {
    let plays = vec![
        page("query", &["A", "B"], Some("L-2"), 5),
        account(),
        page("queryMore", &["C", "D"], Some("L-4"), 5),
        page("queryMore", &["E"], None, 5),
    ];
    let (read, script) = rows(DocumentFormat::Ndjson, plays);
    let expected: String = ["A", "B", "C", "D", "E"]
        .iter()
        .map(|name| format!("{{\"Name\":\"{name}\",\"NumberOfEmployees\":7}}\n"))
        .collect();
    assert_eq!(read.unwrap(), expected);
    assert_eq!(sent_locators(&script), ["L-2", "L-4"]);
}

#[test]
fn the_next_page_is_asked_for_before_this_one_is_read() {
    let (client, script, _) = client([
        page("query", &["A"], Some("L-1"), 2),
        account(),
        page("queryMore", &["B"], None, 2),
    ]);
    let mut rows = Rows::open(Rc::new(client), &rows_config(DocumentFormat::Ndjson)).unwrap();
    assert_eq!(sent_locators(&script), ["L-1"]);
    read_all(&mut rows).unwrap();
    assert_eq!(script.left(), 0);
    let head = rows.head();
    assert!(flat(&head.metadata).contains(&("records".into(), "2".into())));
    assert!(flat(&head.metadata).contains(&("api-usage".into(), "5/100000".into())));
}

#[test]
fn a_page_that_was_lost_or_cut_short_is_fetched_again() {
    for broken in [
        Play::Fail(Failure::Lost),
        Play::CutShort(200, b"<s:Envelope".to_vec()),
        xml(
            200,
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Bo",
        ),
        xml(503, "busy"),
        fault("SERVER_UNAVAILABLE", "later"),
        xml(
            500,
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault><faultcode>s:Server</faultcode><faultstring>oops</faultstring></s:Fault></s:Body></s:Envelope>",
        ),
    ] {
        let plays = vec![
            page("query", &["A"], Some("L-1"), 2),
            account(),
            broken,
            page("queryMore", &["B"], None, 2),
        ];
        let (read, script) = rows(DocumentFormat::Csv, plays);
        assert_eq!(read.unwrap(), "Name,NumberOfEmployees\nA,7\nB,7\n");
        assert_eq!(sent_locators(&script), ["L-1", "L-1"]);
    }
}

#[test]
fn rows_that_do_not_add_up_are_a_fault() {
    let plays = vec![page("query", &["A"], None, 2), account()];
    let fault = rows(DocumentFormat::Ndjson, plays).0.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Protocol);
    assert!(
        fault.message.contains("promised 2 rows and sent 1"),
        "{}",
        fault.message
    );
}

#[test]
fn rows_that_nobody_has_counted_are_read_to_their_end() {
    let (client, ..) = client([
        page("query", &["A"], Some("L-1"), -1),
        account(),
        page("queryMore", &["B"], None, -1),
    ]);
    let mut rows = Rows::open(Rc::new(client), &rows_config(DocumentFormat::Csv)).unwrap();
    assert_eq!(
        read_all(&mut rows).unwrap(),
        "Name,NumberOfEmployees\nA,7\nB,7\n"
    );
    let attributes = flat(&rows.head().metadata);
    assert!(!attributes.iter().any(|(name, _)| name == "total"));
}

#[test]
fn a_locator_that_is_gone_ends_the_rows_with_its_own_kind() {
    let plays = vec![
        page("query", &["A"], Some("L-1"), 2),
        account(),
        fault("INVALID_QUERY_LOCATOR", "invalid query locator"),
    ];
    let fault = rows(DocumentFormat::Ndjson, plays).0.unwrap_err();
    assert_eq!(fault.kind, FaultKind::CheckpointLost);
    assert_eq!(fault.upstream[0].code, "INVALID_QUERY_LOCATOR");
}

#[test]
fn each_row_can_be_a_document_of_its_own() {
    let plays = vec![page("query", &["A\nB", "C"], None, 2), account()];
    let (read, _) = rows(DocumentFormat::XmlLines, plays);
    let head = r#"<Account xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">"#;
    assert_eq!(
        read.unwrap(),
        format!(
            "{head}<Name>A&#10;B</Name><NumberOfEmployees>7</NumberOfEmployees></Account>\n{head}<Name>C</Name><NumberOfEmployees>7</NumberOfEmployees></Account>\n"
        )
    );
}

#[test]
fn children_that_were_cut_off_are_completed() {
    let child = |name: &str| {
        format!(
            r#"<records xsi:type="sf:sObject"><sf:type>Contact</sf:type><sf:Id xsi:nil="true"/><sf:LastName>{name}</sf:LastName></records>"#
        )
    };
    let first = format!(
        r#"<result><done>true</done><queryLocator xsi:nil="true"/><records xsi:type="sf:sObject"><sf:type>Account</sf:type><sf:Id xsi:nil="true"/><sf:Contacts xsi:type="QueryResult"><done>false</done><queryLocator>C-1</queryLocator>{}<size>2</size></sf:Contacts></records><size>1</size></result>"#,
        child("X")
    );
    let more = format!(
        r#"<result><done>true</done><queryLocator xsi:nil="true"/>{}<size>2</size></result>"#,
        child("Y")
    );
    let (client, script, _) = client([answer("query", &first), answer("queryMore", &more)]);
    let config = QueryRowsConfig {
        soql: "SELECT (SELECT LastName FROM Contacts) FROM Account".into(),
        untyped: true,
        ..rows_config(DocumentFormat::Ndjson)
    };
    let mut rows = Rows::open(Rc::new(client), &config).unwrap();
    assert_eq!(
        read_all(&mut rows).unwrap(),
        "{\"Contacts\":[{\"LastName\":\"X\"},{\"LastName\":\"Y\"}]}\n"
    );
    assert_eq!(sent_locators(&script), ["C-1"]);
}

#[test]
fn the_next_parents_are_asked_for_only_after_all_children_of_the_page() {
    let contact = |name: &str| {
        format!(
            r#"<records xsi:type="sf:sObject"><sf:type>Contact</sf:type><sf:Id xsi:nil="true"/><sf:LastName>{name}</sf:LastName></records>"#
        )
    };
    let result = |next: Option<&str>, records: &str, size: i32| {
        let place = match next {
            Some(next) => format!("<done>false</done><queryLocator>{next}</queryLocator>"),
            None => "<done>true</done><queryLocator xsi:nil=\"true\"/>".into(),
        };
        format!("{place}{records}<size>{size}</size>")
    };
    let parent = |call: &str, children: &str, next: Option<&str>| {
        let record = format!(
            r#"<records xsi:type="sf:sObject"><sf:type>Account</sf:type><sf:Id xsi:nil="true"/><sf:Contacts xsi:type="QueryResult">{children}</sf:Contacts></records>"#
        );
        answer(
            call,
            &format!("<result>{}</result>", result(next, &record, 2)),
        )
    };
    let more = |name: &str, next: Option<&str>| {
        let inner = result(next, &contact(name), 3);
        answer("queryMore", &format!("<result>{inner}</result>"))
    };
    let (client, script, _) = client([
        parent("query", &result(Some("C-1"), &contact("1"), 3), Some("P-1")),
        more("2", Some("C-2")),
        more("3", None),
        parent("queryMore", &result(None, &contact("4"), 1), None),
    ]);
    let config = QueryRowsConfig {
        soql: "SELECT (SELECT LastName FROM Contacts) FROM Account".into(),
        untyped: true,
        ..rows_config(DocumentFormat::Ndjson)
    };
    let mut rows = Rows::open(Rc::new(client), &config).unwrap();
    assert_eq!(
        read_all(&mut rows).unwrap(),
        "{\"Contacts\":[{\"LastName\":\"1\"},{\"LastName\":\"2\"},{\"LastName\":\"3\"}]}\n{\"Contacts\":[{\"LastName\":\"4\"}]}\n"
    );
    assert_eq!(sent_locators(&script), ["C-1", "C-2", "P-1"]);
}

#[test]
fn pages_that_never_end_are_a_fault() {
    for plays in [
        // The same locator again and again.
        vec![
            page("query", &["A"], Some("L-1"), -1),
            account(),
            page("queryMore", &["B"], Some("L-1"), -1),
        ],
        // More rows than were promised.
        vec![
            page("query", &["A"], Some("L-1"), 2),
            account(),
            page("queryMore", &["B", "C"], Some("L-3"), 2),
            page("queryMore", &["D"], Some("L-4"), 2),
        ],
    ] {
        let fault = rows(DocumentFormat::Ndjson, plays).0.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Protocol);
    }
}

#[test]
fn answer_without_its_result_is_none() {
    for (result, good) in [
        ("", false),
        ("<result/>", true),
        ("<result/><result/>", false),
    ] {
        let (client, ..) = client([answer("getUserInfo", result)]);
        let config = PlainConfig {
            headers: None,
            format: None,
        };
        let told = users::get_user_info(&client, &config);
        assert_eq!(told.is_ok(), good, "{result}");
    }
}
