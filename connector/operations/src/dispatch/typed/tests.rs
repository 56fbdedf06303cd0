use super::*;
use salesforce_client::testing::{connection, json, message};
use salesforce_client::transport::scripted::{Play, Script, TestClock};
use salesforce_contract::bindings::FaultKind;
use salesforce_contract::bindings::exports::salesforce::connector::{
    bulk, collections, query, records,
};

mod bounds;
mod documents;

fn context(plays: impl IntoIterator<Item = Play>) -> (Rc<Context>, Script) {
    let script = Script::new(plays);
    (
        Rc::new(Context::new(script.clone(), TestClock::default())),
        script,
    )
}

fn called<'a>(name: &'a str, config: &impl Serialize) -> (Called<'a>, Script) {
    let (context, script) = context([salesforce_client::testing::token("T1")]);
    // It lives as long as the program of tests.
    let connection = Box::leak(Box::new(connect(context, &connection()).unwrap()));
    let called = Called::new(Some(connection), name, config).unwrap();
    (called, script)
}

/// The message of a refusal, before which nothing may have been sent.
fn refused(called: (Called<'_>, Script), input: Option<Message>) -> String {
    let fault = called.0.message(input).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Config, "{}", fault.message);
    assert!(called.1.sent().is_empty());
    fault.message
}

fn create(batch_size: Option<u8>) -> collections::CreateConfig {
    collections::CreateConfig {
        object: Some("Account".into()),
        all_or_none: false,
        batch_size,
        parallel: None,
        options: None,
        format: None,
    }
}

#[test]
fn bounds_hold_for_records_too() {
    for size in [0, 201, 255] {
        let message = refused(
            called("collections/create", &create(Some(size))),
            Some(json("[]")),
        );
        assert!(message.contains("config.batch-size"), "{message}");
    }
    let rows = |page_size| query::RowsConfig {
        soql: "SELECT Id FROM Account".into(),
        bind: None,
        include_deleted: false,
        page_size,
        format: None,
        keep_attributes: false,
        split: None,
        headers: None,
    };
    let (called, script) = called("query/rows", &rows(Some(60_000)));
    let Err(fault) = called.source(None) else {
        panic!("a page has 200 to 2,000 rows");
    };
    assert!(fault.message.contains("config.page-size"));
    assert!(script.sent().is_empty());
}

#[test]
fn input_is_checked_for_records_too() {
    let (called, script) = called("collections/create", &create(None));
    let fault = called
        .message(Some(message("text/plain", "[]")))
        .unwrap_err();
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(script.sent().is_empty());
}

#[test]
fn the_connection_is_checked_for_records_too() {
    let (context, _) = context([]);
    let mut wrong = connection();
    wrong.url = "acme".into();
    let Err(fault) = connect(context, &wrong) else {
        panic!("`acme` is no URL");
    };
    assert!(
        fault.message.starts_with("connection.url"),
        "{}",
        fault.message
    );
}

#[test]
fn values_keep_their_digits() {
    let config = query::QueryConfig {
        soql: "SELECT Id FROM Account WHERE AnnualRevenue > :n".into(),
        bind: Some(vec![("n".into(), "1234567890123456.78".into())]),
        include_deleted: false,
        page_size: None,
        headers: None,
    };
    let (called, _) = called("query/query", &config);
    assert!(
        called.config.contains("1234567890123456.78"),
        "{}",
        called.config
    );
}

#[test]
fn a_record_comes_back_as_a_record() {
    let (context, _) = context([
        salesforce_client::testing::token("T1"),
        salesforce_client::testing::account(),
        Play::json(
            201,
            r#"{"id":"001000000000001AAA","success":true,"errors":[]}"#,
        ),
    ]);
    let config = records::CreateConfig {
        object: "Account".into(),
        options: None,
    };
    let connection = connect(context, &connection()).unwrap();
    let called = Called::new(Some(&connection), "records/create", &config).unwrap();
    let outcome: salesforce_contract::bindings::exports::salesforce::connector::common::Outcome =
        called
            .reply(Some(message("text/csv", "Name\nAcme\n")))
            .unwrap();
    assert_eq!(outcome.id.as_deref(), Some("001000000000001AAA"));
    assert_eq!(outcome.created, Some(true));
}

#[test]
fn a_job_of_no_records_is_refused() {
    let config: bulk::LoadConfig = serde_json::from_value(
        catalog::accept(
            &catalog::find("bulk/load").unwrap().config.shape,
            r#"{"object": "Account", "operation": "insert"}"#,
            "config",
        )
        .unwrap(),
    )
    .unwrap();
    let config = bulk::LoadConfig {
        job_records: Some(0),
        ..config
    };
    let (called, _) = called("bulk/load", &config);
    let Err(fault) = called.sink(None) else {
        panic!("a job has at least one record");
    };
    assert!(
        fault.message.contains("config.job-records"),
        "{}",
        fault.message
    );
}
