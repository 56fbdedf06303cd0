use super::*;
use salesforce_client::testing::{expired, json, token};
use salesforce_client::transport::scripted::{Play, Script, TestClock};

const CONNECTION: &str = r#"{"url":"https://acme.my.salesforce.com","api-version":"62.0","auth":{"client-credentials":{"client-id":"key","client-secret":"hush"}}}"#;

fn context(plays: impl IntoIterator<Item = Play>) -> (Rc<Context>, Script) {
    let script = Script::new(plays);
    (
        Rc::new(Context::new(script.clone(), TestClock::default())),
        script,
    )
}

/// Connects, and runs an operation.
fn call(
    context: Rc<Context>,
    connection: &str,
    operation: &str,
    config: &str,
    input: Option<&Message>,
) -> Result<Message, Fault> {
    let connection = connect(context, connection)?;
    super::call(Some(&connection), operation, config, input)
}

fn authenticate(context: Rc<Context>, connection: &str) -> Result<String, Fault> {
    session(&connect(context, connection)?)
}

fn created() -> Play {
    Play::json(
        201,
        r#"{"id":"001000000000001AAA","success":true,"errors":[]}"#,
    )
}

#[test]
fn a_typed_reply_is_json_with_facts() {
    let (context, _) = context([token("T1"), created()]);
    let reply = call(
        context,
        CONNECTION,
        "records/create",
        r#"{"object":"Account"}"#,
        Some(&json(r#"{"Name":"Acme"}"#)),
    )
    .unwrap();
    let value: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(
        value,
        serde_json::json!({"index": 0, "id": "001000000000001AAA", "success": true, "created": true, "errors": []})
    );
    assert_eq!(reply.metadata.status, Some(201));
}

#[test]
fn a_session_crosses_the_boundary_and_back() {
    let (first, _) = context([token("T1")]);
    let session: Value = serde_json::from_str(&authenticate(first, CONNECTION).unwrap()).unwrap();
    assert_eq!(session["instance-url"], "https://eu1.salesforce.com");
    let mut connection: Value = serde_json::from_str(CONNECTION).unwrap();
    connection["session"] = session;
    let (second, script) = context([created()]);
    call(
        second,
        &connection.to_string(),
        "records/create",
        r#"{"object":"Account"}"#,
        Some(&json("{}")),
    )
    .unwrap();
    assert_eq!(script.sent().len(), 1);
}

#[test]
fn sessions_are_shared_by_the_calls_of_an_instance() {
    let (context, script) = context([token("T1"), Play::json(200, "{}"), Play::json(200, "{}")]);
    for _ in 0..2 {
        call(context.clone(), CONNECTION, "connection/limits", "{}", None).unwrap();
    }
    assert_eq!((script.sent().len(), script.left()), (3, 0));
}

#[test]
fn bad_input_is_one_sentence_and_nothing_is_sent() {
    let account = r#"{"object":"Account"}"#;
    let cases: [(&str, &str, &str, Option<Message>, &str); 9] = [
        (
            CONNECTION,
            "records/craete",
            account,
            Some(json("{}")),
            "`records/create`",
        ),
        (
            CONNECTION,
            "records/create",
            "{\"object\": }",
            Some(json("{}")),
            "line 1",
        ),
        (
            CONNECTION,
            "records/create",
            "{}",
            Some(json("{}")),
            "object",
        ),
        (
            CONNECTION,
            "records/create",
            r#"{"object":"Account","optoins":{}}"#,
            Some(json("{}")),
            "options",
        ),
        (
            CONNECTION,
            "records/create",
            r#"{"object":7}"#,
            Some(json("{}")),
            "object",
        ),
        (
            CONNECTION,
            "records/create",
            account,
            None,
            "needs an input",
        ),
        (
            CONNECTION,
            "connection/limits",
            "{}",
            Some(json("{}")),
            "takes no input",
        ),
        (
            CONNECTION,
            "query/rows",
            r#"{"soql":"SELECT Id FROM Account"}"#,
            None,
            "run by `open-source`",
        ),
        (
            r#"{"url":"https://acme.my.salesforce.com"}"#,
            "connection/limits",
            "{}",
            None,
            "auth",
        ),
    ];
    for (connection, operation, config, input, words) in cases {
        let (context, script) = context([]);
        let fault = call(context, connection, operation, config, input.as_ref()).unwrap_err();
        assert!(
            fault.message.contains(words),
            "{operation}: {}",
            fault.message
        );
        assert!(script.sent().is_empty(), "{operation}");
    }
}

#[test]
fn no_secret_appears_in_a_fault() {
    let wrong = CONNECTION.replace("\"hush\"", "[\"hush\"]");
    let (bad, _) = context([]);
    assert!(
        !authenticate(bad, &wrong)
            .unwrap_err()
            .message
            .contains("hush")
    );
    let (refused, _) = context([token("SECRET1"), expired(), token("SECRET2"), expired()]);
    let fault = call(refused, CONNECTION, "connection/limits", "{}", None).unwrap_err();
    assert!(!format!("{fault:?}").contains("SECRET") && !format!("{fault:?}").contains("hush"));
}

#[test]
fn faults_from_outside_a_request_tell_that_something_was_sent() {
    let page = r#"{"totalSize":2,"done":true,"records":[{"attributes":{"type":"Account"},"Id":"001000000000001AAA"}]}"#;
    let (context, script) = context([token("T1"), Play::json(200, page)]);
    let connection = connect(context, CONNECTION).unwrap();
    let mut rows = open_source(
        Some(&connection),
        "query/rows",
        r#"{"soql":"SELECT Id FROM Account"}"#,
        None,
    )
    .unwrap();
    let fault = loop {
        match rows.read(1 << 20) {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a row is missing"),
            Err(fault) => break fault,
        }
    };
    assert!(fault.attempts > 0, "{}", fault.message);
    assert_eq!(script.left(), 0);
}

#[test]
fn what_failed_after_a_write_may_have_been_applied() {
    let (context, _) = context([
        token("T1"),
        created(),
        Play::json(404, r#"[{"errorCode":"NOT_FOUND","message":"x"}]"#),
    ]);
    let client = connect(context, CONNECTION).unwrap().client();
    let post = salesforce_client::client::Request::write(
        salesforce_client::transport::Method::Post,
        "/x",
        salesforce_client::exchange::Idempotency::NonIdempotent,
        "application/json",
        b"{}",
    )
    .expecting(salesforce_client::expected::Expected::CREATED);
    client.send(&post).unwrap();
    assert!(
        client
            .send(&salesforce_client::client::Request::get("/x"))
            .is_err()
    );
    assert!(client.has_written());
}

/// More digits than an f64 keeps.
const DIGITS: &str = "1234567890123456.78";

#[test]
fn numbers_keep_their_digits_on_every_way() {
    let object = format!(r#"{{"A__c":{DIGITS},"B__c":[{DIGITS}]}}"#);
    let list = format!("[{object}]");
    let bind = format!(r#"{{"soql":"SELECT Id FROM A WHERE B > :n","bind":{{"n":{DIGITS}}}}}"#);
    let filter = format!(
        r#"{{"object":"A","fields":["Id"],"filter":{{"field":"B","operator":"equal","value":{DIGITS}}}}}"#
    );
    let graphql = format!(r#"{{"query":"query q {{ a }}","variables":{{"v":{object}}}}}"#);
    let results = format!(r#"[{{"isSuccess":true,"success":true,"outputValues":{object}}}]"#);
    let done = Play::json;
    let page = r#"{"totalSize":0,"done":true,"records":[]}"#;
    let cases: [(&str, &str, Option<&str>, Option<Play>); 9] = [
        ("query/query", &bind, None, Some(done(200, page))),
        ("query/build", &filter, None, None),
        (
            "raw/graphql",
            &graphql,
            None,
            Some(done(200, &format!(r#"{{"data":{object}}}"#))),
        ),
        (
            "process/invoke-action",
            r#"{"name":"a"}"#,
            Some(&list),
            Some(done(200, &results)),
        ),
        (
            "process/run-quick-action",
            r#"{"name":"a"}"#,
            Some(&object),
            Some(done(200, &results)),
        ),
        (
            "records/create",
            r#"{"object":"A__c"}"#,
            Some(r#"{"A__c":1234567890123456.78}"#),
            Some(created()),
        ),
        (
            "collections/create",
            r#"{"object":"A__c"}"#,
            Some(r#"[{"A__c":1234567890123456.78}]"#),
            Some(done(
                200,
                r#"[{"id":"001000000000001AAA","success":true,"errors":[]}]"#,
            )),
        ),
        (
            "composite/batch",
            r#"{}"#,
            Some(
                r#"{"batchRequests":[{"method":"PATCH","url":"v62.0/sobjects/A__c/001","richInput":{"A__c":1234567890123456.78}}]}"#,
            ),
            Some(done(
                200,
                r#"{"hasErrors":false,"results":[{"statusCode":204,"result":null}]}"#,
            )),
        ),
        (
            "raw/apex-rest",
            r#"{"method":"post","path":"/x"}"#,
            Some(&object),
            Some(done(200, &object)),
        ),
    ];
    for (operation, config, input, answer) in cases {
        let answered = answer.as_ref().is_some_and(|play| match play {
            Play::Answer(_, _, body) => String::from_utf8_lossy(body).contains(DIGITS),
            _ => false,
        });
        let sends = answer.is_some();
        let (context, script) = context(std::iter::once(token("T1")).chain(answer));
        let reply = call(
            context,
            CONNECTION,
            operation,
            config,
            input.map(json).as_ref(),
        )
        .unwrap();
        let sent: Vec<String> = script
            .requests()
            .iter()
            .map(|request| format!("{} {}", request.url, String::from_utf8_lossy(&request.body)))
            .collect();
        assert!(
            !sends || sent.iter().any(|sent| sent.contains(DIGITS)),
            "{operation} sent {sent:?}"
        );
        let body = String::from_utf8_lossy(&reply.body);
        assert!(
            sends && !answered || body.contains(DIGITS),
            "{operation} replied {body}"
        );
    }
}
