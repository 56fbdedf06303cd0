use super::rows::Rows;
use super::{query, save, users};
use crate::bindings::exports::salesforce::connector::connection::RetryPolicy;
use crate::bindings::exports::salesforce::connector::soap::{
    CreateConfig, DocumentFormat, PlainConfig, QueryConfig, QueryRowsConfig,
};
use crate::bindings::{Fault, FaultKind};
use crate::org::Org;
use crate::source::Source;
use crate::testing::{account, connection, describe_of, json, org, org_for, token};
use crate::transport::Failure;
use crate::transport::scripted::{Play, Script};
use std::rc::Rc;

/// An answer in Salesforce's form.
pub(super) fn answer(call: &str, inner: &str) -> Play {
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:sobject.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Header><LimitInfoHeader><limitInfo><current>5</current><limit>100000</limit><type>API REQUESTS</type></limitInfo></LimitInfoHeader></soapenv:Header><soapenv:Body><{call}Response>{inner}</{call}Response></soapenv:Body></soapenv:Envelope>"#
    );
    xml(200, &body)
}

/// An answer of XML.
pub(super) fn xml(status: u16, body: &str) -> Play {
    let headers = vec![("content-type".into(), "text/xml; charset=utf-8".into())];
    Play::Answer(status, headers, body.as_bytes().to_vec())
}

fn fault(code: &str, message: &str) -> Play {
    let body = format!(
        r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring><detail><f:UnexpectedErrorFault xmlns:f="urn:fault.partner.soap.sforce.com"><f:exceptionCode>{code}</f:exceptionCode><f:exceptionMessage>{message}</f:exceptionMessage></f:UnexpectedErrorFault></detail></s:Fault></s:Body></s:Envelope>"#
    );
    xml(500, &body)
}

fn record(name: &str) -> String {
    format!(
        r#"<records xsi:type="sf:sObject"><sf:type>Account</sf:type><sf:Id xsi:nil="true"/><sf:Name>{name}</sf:Name><sf:NumberOfEmployees>7</sf:NumberOfEmployees></records>"#
    )
}

fn page(call: &str, records: &[&str], next: Option<&str>, size: i64) -> Play {
    let locator = match next {
        Some(next) => format!("<done>false</done><queryLocator>{next}</queryLocator>"),
        None => "<done>true</done><queryLocator xsi:nil=\"true\"/>".into(),
    };
    let records: String = records.iter().map(|name| record(name)).collect();
    answer(
        call,
        &format!("<result>{locator}{records}<size>{size}</size></result>"),
    )
}

fn rows_config(format: DocumentFormat) -> QueryRowsConfig {
    QueryRowsConfig {
        soql: "SELECT Name, NumberOfEmployees FROM Account".into(),
        bind: Vec::new(),
        include_deleted: false,
        batch_size: Some(200),
        untyped: false,
        keep_attributes: false,
        headers: None,
        format: Some(format),
    }
}

fn read_all(rows: &mut Rows) -> Result<String, Fault> {
    let mut all = Vec::new();
    while let Some(chunk) = rows.read(10)? {
        all.extend(chunk);
    }
    Ok(String::from_utf8(all).unwrap())
}

fn rows(format: DocumentFormat, plays: Vec<Play>) -> (Result<String, Fault>, Script) {
    let (org, script, _) = org(plays);
    let read =
        Rows::open(Rc::new(org), &rows_config(format)).and_then(|mut rows| read_all(&mut rows));
    (read, script)
}

fn sent_locators(script: &Script) -> Vec<String> {
    let bodies = script
        .requests()
        .into_iter()
        .map(|request| String::from_utf8_lossy(&request.body).into_owned());
    bodies
        .filter_map(|body| {
            let (_, after) = body.split_once("<queryLocator>")?;
            Some(after.split_once('<')?.0.to_owned())
        })
        .collect()
}

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
    let (org, script, _) = org([
        page("query", &["A"], Some("L-1"), 2),
        account(),
        page("queryMore", &["B"], None, 2),
    ]);
    let mut rows = Rows::open(Rc::new(org), &rows_config(DocumentFormat::Ndjson)).unwrap();
    assert_eq!(sent_locators(&script), ["L-1"]);
    read_all(&mut rows).unwrap();
    assert_eq!(script.left(), 0);
    let head = rows.head();
    assert!(head.attributes.contains(&("rows".into(), "2".into())));
    assert!(
        head.attributes
            .contains(&("api-usage".into(), "5/100000".into()))
    );
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
    let (org, ..) = org([
        page("query", &["A"], Some("L-1"), -1),
        account(),
        page("queryMore", &["B"], None, -1),
    ]);
    let mut rows = Rows::open(Rc::new(org), &rows_config(DocumentFormat::Csv)).unwrap();
    assert_eq!(
        read_all(&mut rows).unwrap(),
        "Name,NumberOfEmployees\nA,7\nB,7\n"
    );
    let attributes = rows.head().attributes;
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
    let (org, script, _) = org([answer("query", &first), answer("queryMore", &more)]);
    let config = QueryRowsConfig {
        soql: "SELECT (SELECT LastName FROM Contacts) FROM Account".into(),
        untyped: true,
        ..rows_config(DocumentFormat::Ndjson)
    };
    let mut rows = Rows::open(Rc::new(org), &config).unwrap();
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
    let (org, script, _) = org([
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
    let mut rows = Rows::open(Rc::new(org), &config).unwrap();
    assert_eq!(
        read_all(&mut rows).unwrap(),
        "{\"Contacts\":[{\"LastName\":\"1\"},{\"LastName\":\"2\"},{\"LastName\":\"3\"}]}\n{\"Contacts\":[{\"LastName\":\"4\"}]}\n"
    );
    assert_eq!(sent_locators(&script), ["C-1", "C-2", "P-1"]);
}

#[test]
fn the_session_travels_in_the_body_alone() {
    let (org, script, _) = org([page("query", &[], None, 0)]);
    ask(&org, "SELECT Id FROM Account").unwrap();
    let request = &script.requests()[1];
    let body = String::from_utf8_lossy(&request.body);
    assert!(
        body.contains("<SessionHeader><sessionId>T1</sessionId></SessionHeader>"),
        "{body}"
    );
    assert!(
        !request
            .headers
            .iter()
            .any(|(name, _)| name == "authorization")
    );
}

fn ask(org: &Org, soql: &str) -> Result<(), Fault> {
    let config = QueryConfig {
        soql: soql.into(),
        bind: Vec::new(),
        batch_size: None,
        untyped: true,
        headers: None,
        format: None,
    };
    query::query(org, &config).map(|_| ())
}

/// The kind of fault that an answer ends a query with, sent once.
pub(super) fn kind_of(play: Play) -> Option<(FaultKind, String)> {
    let mut connection = connection();
    connection.retry = Some(RetryPolicy {
        max_attempts: Some(1),
        first_delay_ms: None,
        max_delay_ms: None,
        total_ms: None,
    });
    let (org, ..) = org_for(&connection, [token("T1"), play]);
    let fault = ask(&org, "SELECT Id FROM Account").err()?;
    Some((fault.kind, fault.message))
}

#[test]
fn codes_of_soap_faults_decide_their_kind_though_all_have_status_500() {
    let cases = [
        ("MALFORMED_QUERY", "x", FaultKind::Invalid),
        ("INVALID_FIELD", "x", FaultKind::Invalid),
        ("API_DISABLED_FOR_ORG", "x", FaultKind::Forbidden),
        ("INSUFFICIENT_ACCESS", "x", FaultKind::Forbidden),
        ("UNABLE_TO_LOCK_ROW", "x", FaultKind::Conflict),
        (
            "REQUEST_LIMIT_EXCEEDED",
            "TotalRequests",
            FaultKind::LimitExceeded,
        ),
        ("QUERY_TIMEOUT", "x", FaultKind::Timeout),
        ("SERVER_UNAVAILABLE", "x", FaultKind::Unavailable),
        ("UNKNOWN_EXCEPTION", "x", FaultKind::Unavailable),
        ("UNSUPPORTED_API_VERSION", "x", FaultKind::Unsupported),
        ("A_CODE_OF_TOMORROW", "x", FaultKind::Invalid),
    ];
    for (code, message, kind) in cases {
        let (found, sentence) = kind_of(fault(code, message)).unwrap();
        assert_eq!(found, kind, "{code}");
        assert!(sentence.contains(code), "{sentence}");
    }
}

#[test]
fn faults_of_the_soap_layer_tell_who_is_to_blame() {
    let fault = |code: &str| {
        xml(
            500,
            &format!(
                "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault><faultcode>s:{code}</faultcode><faultstring>The element is invalid</faultstring></s:Fault></s:Body></s:Envelope>"
            ),
        )
    };
    assert_eq!(kind_of(fault("Client")).unwrap().0, FaultKind::Invalid);
    assert_eq!(kind_of(fault("Server")).unwrap().0, FaultKind::Unavailable);
}

#[test]
fn a_fault_with_a_good_status_is_a_fault_all_the_same() {
    let Play::Answer(_, headers, body) = fault("INVALID_FIELD", "no such column") else {
        panic!("a fault is an answer")
    };
    let (kind, message) = kind_of(Play::Answer(200, headers, body)).unwrap();
    assert_eq!(kind, FaultKind::Invalid);
    assert!(message.contains("no such column"), "{message}");
}

#[test]
fn thousands_of_records_go_in_calls_of_200_and_keep_their_order() {
    const RECORDS: usize = 4_100;
    let records: Vec<String> = (0..RECORDS)
        .map(|at| format!(r#"{{"Name":"N{at}"}}"#))
        .collect();
    let is_bad = |at: usize| at % 20 == 7;
    let numbers: Vec<usize> = (0..RECORDS).collect();
    let plays = numbers.chunks(200).map(|chunk| {
        let results: String = chunk
            .iter()
            .map(|at| match is_bad(*at) {
                true => "<result><errors><fields>Name</fields><message>bad</message><statusCode>REQUIRED_FIELD_MISSING</statusCode></errors><id xsi:nil=\"true\"/><success>false</success></result>".to_owned(),
                false => format!("<result><id>{at:018}</id><success>true</success></result>"),
            })
            .collect();
        answer("create", &results)
    });
    let (org, script, _) = org(std::iter::once(account()).chain(plays));
    let config = CreateConfig {
        object: Some("Account".into()),
        batch_size: None,
        parallel: None,
        all_or_none: false,
        headers: None,
        format: None,
    };
    let input = json(&format!("[{}]", records.join(",")));
    let reply = save::create(&org, &config, &input).unwrap();
    let outcomes: Vec<serde_json::Value> = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(outcomes.len(), RECORDS);
    for (at, outcome) in outcomes.iter().enumerate() {
        assert_eq!(outcome["index"], at);
        assert_eq!(outcome["success"], !is_bad(at), "{outcome}");
        if !is_bad(at) {
            assert_eq!(outcome["id"], format!("{at:018}"));
        }
    }
    assert_eq!(script.requests().len(), 2 + RECORDS.div_ceil(200));
    assert!(reply.attributes.contains(&("failed".into(), "205".into())));
}

#[test]
fn names_that_are_no_names_never_become_elements() {
    for name in ["a><b", "x y", "1a", "", "é", "a:b"] {
        let (org, script, _) = org([account()]);
        let config = CreateConfig {
            object: Some("Account".into()),
            batch_size: None,
            parallel: None,
            all_or_none: false,
            headers: None,
            format: None,
        };
        let input = json(&serde_json::json!([{ name: "x" }]).to_string());
        let fault = save::create(&org, &config, &input).unwrap_err();
        assert!(
            fault.message.contains("is no field of Account"),
            "{}",
            fault.message
        );
        assert_eq!(script.requests().len(), 2);
    }
}

fn contact() -> Play {
    describe_of(
        "Contact",
        r#"[{"name":"Id","type":"id"},{"name":"LastName","type":"string"},{"name":"Birthdate","type":"date"},{"name":"AccountId","type":"reference","referenceTo":["Account"],"relationshipName":"Account"}]"#,
        "[]",
    )
}

/// Results of records that were saved.
fn created(count: usize) -> Play {
    let results = "<result><id>003000000000001AAA</id><success>true</success></result>";
    answer("create", &results.repeat(count))
}

/// Creates contacts; the code of each, and what was sent.
fn create_contacts(plays: Vec<Play>, input: &str) -> (Vec<String>, Script) {
    let (org, script, _) = org(plays);
    let config = CreateConfig {
        object: Some("contact".into()),
        batch_size: None,
        parallel: None,
        all_or_none: false,
        headers: None,
        format: None,
    };
    let reply = save::create(&org, &config, &json(input)).unwrap();
    let outcomes: Vec<serde_json::Value> = serde_json::from_slice(&reply.body).unwrap();
    let code = |outcome: &serde_json::Value| {
        let code = outcome["errors"][0]["code"].as_str();
        code.unwrap_or("ok").to_owned()
    };
    (outcomes.iter().map(code).collect(), script)
}

fn last_body(script: &Script) -> String {
    let requests = script.requests();
    String::from_utf8(requests.last().unwrap().body.to_vec()).unwrap()
}

#[test]
fn nothing_in_a_record_changes_its_object() {
    let input = r#"[{"type":"Lead","LastName":"A"},{"attributes":{"type":"Lead"},"LastName":"B"},{"fieldsToNull":"LastName","LastName":"C"},{"sObject":"Lead","LastName":"D"},{"lastname":"E","attributes":{"type":"CONTACT"}}]"#;
    let (codes, script) = create_contacts(vec![contact(), created(1)], input);
    assert_eq!(
        codes,
        ["NOT_SENT", "NOT_SENT", "NOT_SENT", "NOT_SENT", "ok"]
    );
    let body = last_body(&script);
    assert!(
        body.contains("<create><sObjects xsi:type=\"sf:sObject\"><sf:type>Contact</sf:type><sf:Id xsi:nil=\"true\"/><sf:LastName>E</sf:LastName></sObjects></create>"),
        "{body}"
    );
}

#[test]
fn field_named_type_takes_the_spelling_of_the_org() {
    let fields = r#"[{"name":"Name","type":"string"},{"name":"Type","type":"picklist"}]"#;
    let plays = vec![describe_of("Contact", fields, "[]"), created(1)];
    let (codes, script) = create_contacts(plays, r#"[{"name":"A","type":"Prospect"}]"#);
    assert_eq!(codes, ["ok"]);
    let body = last_body(&script);
    assert!(
        body.contains("<sf:Name>A</sf:Name><sf:Type>Prospect</sf:Type>"),
        "{body}"
    );
    assert_eq!(body.matches("<sf:type>").count(), 1);
}

#[test]
fn value_that_salesforce_could_not_read_fails_its_record_alone() {
    let input = r#"[{"LastName":"A","Birthdate":"2026-01-02"},{"LastName":"B","Birthdate":"NA"},{"LastName":"C","Account":{"Foo__c":"x"}},{"LastName":"D","Account":null}]"#;
    let (codes, script) = create_contacts(vec![contact(), account(), created(2)], input);
    assert_eq!(codes, ["ok", "NOT_SENT", "NOT_SENT", "ok"]);
    let body = last_body(&script);
    assert!(
        body.contains("<sf:fieldsToNull>AccountId</sf:fieldsToNull>"),
        "{body}"
    );
}

#[test]
fn record_for_which_the_org_refuses_a_call_fails_alone() {
    let refusal = || fault("INVALID_FIELD", "no such value");
    let plays = vec![
        contact(),
        refusal(),
        created(1),
        refusal(),
        refusal(),
        created(1),
    ];
    let input = r#"[{"LastName":"A"},{"LastName":"B"},{"LastName":"C"}]"#;
    let (codes, script) = create_contacts(plays, input);
    assert_eq!(codes, ["ok", "INVALID_FIELD", "ok"]);
    assert_eq!(script.left(), 0);
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
        let (org, ..) = org([answer("getUserInfo", result)]);
        let config = PlainConfig {
            headers: None,
            format: None,
        };
        let told = users::get_user_info(&org, &config);
        assert_eq!(told.is_ok(), good, "{result}");
    }
}
