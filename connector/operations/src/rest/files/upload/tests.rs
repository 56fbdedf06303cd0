use super::*;
use salesforce_client::testing::{client, expired, token};
use salesforce_client::transport::Failure;
use salesforce_client::transport::scripted::{Play, Script};
use salesforce_contract::bindings::exports::mediation::connector::mediator::OutcomeSet;

fn config(object: &str) -> UploadConfig {
    UploadConfig {
        object: object.into(),
        id: None,
        field: None,
        file_name: "a \"b\".pdf".into(),
        media_type: Some("application/pdf".into()),
        fields: Some(r#"{"Title":"Offer"}"#.into()),
        length: None,
        options: None,
    }
}

fn created() -> Play {
    Play::json(
        201,
        r#"{"id":"068000000000001AAA","success":true,"errors":[]}"#,
    )
}

fn begin(config: &UploadConfig, plays: Vec<Play>) -> (FileUpload, Script) {
    let (client, script, _) = client(plays);
    (
        FileUpload::open(Rc::new(client), config, None).unwrap(),
        script,
    )
}

fn take_up(config: &UploadConfig, journal: &str, plays: Vec<Play>) -> Result<FileUpload, Fault> {
    let (client, ..) = client(plays);
    FileUpload::open(Rc::new(client), config, Some(journal))
}

fn outcomes(sink: &mut FileUpload) -> String {
    let mut source = sink.outcomes(OutcomeSet::All).unwrap();
    let mut whole = Vec::new();
    while let Some(piece) = source.read(11).unwrap() {
        whole.extend_from_slice(&piece);
    }
    String::from_utf8(whole).unwrap()
}

fn header<'s>(script: &'s Script, name: &str) -> Option<String> {
    let sent: &'s Script = script;
    let requests = sent.requests();
    let headers = &requests.last()?.headers;
    headers
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.clone())
}

const OUTCOME: &str =
    "{\"index\":0,\"id\":\"068000000000001AAA\",\"success\":true,\"created\":true,\"errors\":[]}\n";

#[test]
fn a_file_is_sent_in_two_parts_and_its_record_told() {
    let (mut sink, script) = begin(&config("ContentVersion"), vec![created()]);
    assert_eq!(sink.journal(), r#"{"taken":0}"#);
    assert!(script.sent().is_empty());
    sink.write(b"one ").unwrap();
    sink.write(b"two").unwrap();
    sink.close().unwrap();
    sink.close().unwrap();
    let progress = sink.watch(0).unwrap();
    assert!(progress.done);
    assert_eq!(
        (progress.processed, progress.failed, progress.total),
        (1, 0, Some(1))
    );
    assert_eq!(outcomes(&mut sink), OUTCOME);
    assert_eq!(outcomes(&mut sink), "");

    assert_eq!(
        script.sent().last().unwrap(),
        "Post https://eu1.salesforce.com/services/data/v62.0/sobjects/ContentVersion"
    );
    let content_type = header(&script, "content-type").unwrap();
    let boundary = content_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let body = String::from_utf8(script.requests()[1].body.to_vec()).unwrap();
    let wanted = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"entity_content\"\r\nContent-Type: application/json\r\n\r\n\
         {{\"PathOnClient\":\"a \\\"b\\\".pdf\",\"Title\":\"Offer\"}}\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"VersionData\"; filename=\"a %22b%22.pdf\"\r\nContent-Type: application/pdf\r\n\r\n\
         one two\r\n--{boundary}--\r\n"
    );
    assert_eq!(body, wanted);
    assert_eq!(header(&script, "content-length"), None);
}

#[test]
fn a_known_length_is_told_and_held_to() {
    let known = UploadConfig {
        length: Some(3),
        ..config("Attachment")
    };
    let (mut sink, script) = begin(&known, vec![created()]);
    sink.write(b"abc").unwrap();
    sink.close().unwrap();
    assert!(sink.watch(0).unwrap().done);
    let whole = script.requests()[1].body.len().to_string();
    assert_eq!(header(&script, "content-length"), Some(whole));

    let (mut sink, _) = begin(&known, vec![]);
    let fault = sink.write(b"abcd").unwrap_err();
    assert!(
        fault.message.contains("more than the 3 bytes"),
        "{}",
        fault.message
    );
    assert!(!fault.maybe_applied);

    let (mut sink, _) = begin(&known, vec![]);
    sink.write(b"ab").unwrap();
    let fault = sink.close().unwrap_err();
    assert!(
        fault.message.contains("2 bytes, not the 3"),
        "{}",
        fault.message
    );
}

#[test]
fn an_empty_file_is_a_file() {
    let (mut sink, script) = begin(&config("Document"), vec![created()]);
    sink.close().unwrap();
    assert!(sink.watch(0).unwrap().done);
    let body = String::from_utf8(script.requests()[1].body.to_vec()).unwrap();
    assert!(body.contains("name=\"entity_document\""));
    assert!(body.contains("\"Name\":\"a \\\"b\\\".pdf\""));
}

#[test]
fn bytes_of_a_record_are_replaced_and_sent_again_freely() {
    let replace = UploadConfig {
        id: Some("015000000000001AAA".into()),
        ..config("Document")
    };
    let (mut sink, script) = begin(&replace, vec![Play::Answer(204, vec![], vec![])]);
    sink.write(b"new").unwrap();
    sink.close().unwrap();
    assert!(sink.watch(0).unwrap().done);
    assert!(
        outcomes(&mut sink)
            .contains("\"id\":\"015000000000001AAA\",\"success\":true,\"created\":false")
    );
    assert!(script.sent()[1].starts_with("Patch"));
    let body = String::from_utf8(script.requests()[1].body.to_vec()).unwrap();
    assert!(!body.contains("\"Name\""));

    let (mut sink, _) = begin(&replace, vec![Play::Fail(Failure::Lost)]);
    sink.write(b"new").unwrap();
    sink.close().unwrap();
    let kept = sink.journal();
    assert!(!sink.watch(0).unwrap().done);
    assert_eq!(sink.watch(0).unwrap_err().kind, FaultKind::Unavailable);
    assert!(take_up(&replace, &kept, vec![]).is_ok());
}

#[test]
fn what_is_too_large_for_salesforce_is_not_sent() {
    let huge = |object: &str, length: u64| UploadConfig {
        length: Some(length),
        ..config(object)
    };
    let (client, script, _) = client([]);
    let client = Rc::new(client);
    for (object, length) in [
        ("ContentVersion", (2 << 30) + 1),
        ("Attachment", (500 << 20) + 1),
    ] {
        let fault = FileUpload::open(Rc::clone(&client), &huge(object, length), None)
            .err()
            .unwrap();
        assert!(fault.message.contains("too large"), "{}", fault.message);
    }
    assert!(FileUpload::open(Rc::clone(&client), &huge("ContentVersion", 2 << 30), None).is_ok());
    assert!(script.sent().is_empty());
}

#[test]
fn configs_that_cannot_be_sent_are_refused() {
    let refused = [
        (config("Shipment__c"), "config.field is missing"),
        (
            UploadConfig {
                fields: Some("[1]".into()),
                ..config("Document")
            },
            "config.fields is not a JSON object",
        ),
        (
            UploadConfig {
                fields: Some(r#"{"body":"x"}"#.into()),
                ..config("Document")
            },
            "takes the bytes of the input",
        ),
        (
            UploadConfig {
                media_type: Some("text/plain\r\nX: y".into()),
                ..config("Document")
            },
            "config.media-type",
        ),
    ];
    for (config, words) in refused {
        let (client, script, _) = client([]);
        let fault = FileUpload::open(Rc::new(client), &config, None)
            .err()
            .unwrap();
        assert!(fault.message.contains(words), "{}", fault.message);
        assert!(script.sent().is_empty());
    }
}

#[test]
fn a_refused_record_is_a_fault_and_nothing_is_saved() {
    let refusal = Play::json(
        400,
        r#"[{"errorCode":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: [FolderId]","fields":["FolderId"]}]"#,
    );
    let (mut sink, _) = begin(&config("Document"), vec![refusal]);
    sink.write(b"x").unwrap();
    sink.close().unwrap();
    let fault = sink.watch(0).unwrap_err();
    assert_eq!(
        (fault.kind, fault.maybe_applied),
        (FaultKind::Invalid, false)
    );
    assert_eq!(fault.upstream[0].fields, ["FolderId"]);
}

#[test]
fn a_connection_that_breaks_on_the_way_has_saved_nothing() {
    let (mut sink, _) = begin(&config("ContentVersion"), vec![Play::BreakAfter(400)]);
    sink.write(b"some").unwrap();
    let fault = sink.write(&[b'x'; 400]).unwrap_err();
    assert_eq!(
        (fault.kind, fault.maybe_applied),
        (FaultKind::Unavailable, false)
    );
    assert_eq!(sink.journal(), r#"{"taken":0}"#);
}

#[test]
fn an_ended_session_is_renewed_and_the_file_begun_anew() {
    let (mut sink, _) = begin(&config("ContentVersion"), vec![expired(), token("T2")]);
    sink.write(b"x").unwrap();
    sink.close().unwrap();
    assert_eq!(sink.journal(), r#"{"taken":0,"closing":true}"#);
    assert!(!sink.watch(0).unwrap().done);
    assert_eq!(sink.journal(), r#"{"taken":0}"#);
    let fault = sink.watch(0).unwrap_err();
    assert_eq!(
        (fault.kind, fault.retry_after_ms),
        (FaultKind::Unavailable, Some(0))
    );
}

#[test]
fn a_file_that_was_certainly_refused_is_sent_again() {
    let busy = r#"[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"ConcurrentRequests (Concurrent API Requests) Limit exceeded."}]"#;
    let refusals = [
        Play::Answer(429, vec![("retry-after".into(), "2".into())], vec![]),
        Play::json(403, busy),
    ];
    for refusal in refusals {
        let (mut sink, _) = begin(&config("ContentVersion"), vec![refusal]);
        sink.write(b"x").unwrap();
        sink.close().unwrap();
        assert!(!sink.watch(0).unwrap().done);
        let journal = sink.journal();
        assert_eq!(journal, r#"{"taken":0}"#);
        let fault = sink.watch(0).unwrap_err();
        assert_eq!(
            (fault.kind, fault.maybe_applied),
            (FaultKind::LimitExceeded, false)
        );
        assert!(fault.retry_after_ms.is_some());
        let mut again = take_up(&config("ContentVersion"), &journal, vec![created()]).unwrap();
        again.write(b"x").unwrap();
        again.close().unwrap();
        assert!(again.watch(0).unwrap().done);
    }
}

#[test]
fn an_answer_without_an_id_is_not_done() {
    let answers = [
        Play::Answer(200, vec![], vec![]),
        Play::Answer(201, vec![], vec![]),
        Play::json(200, "{}"),
        Play::json(
            201,
            r#"{"id":"068000000000001AAA","success":false,"errors":[]}"#,
        ),
        Play::Answer(
            200,
            vec![("content-type".into(), "text/html".into())],
            b"<html>We are down</html>".to_vec(),
        ),
    ];
    for answer in answers {
        let (mut sink, _) = begin(&config("ContentVersion"), vec![answer]);
        sink.write(b"x").unwrap();
        sink.close().unwrap();
        let fault = sink.watch(0).unwrap_err();
        assert!(fault.maybe_applied, "{}", fault.message);
        assert_eq!(sink.journal(), r#"{"taken":0,"closing":true}"#);
    }
}

#[test]
fn a_lost_answer_to_a_new_record_is_never_sent_again() {
    let (mut sink, _) = begin(&config("ContentVersion"), vec![Play::Fail(Failure::Lost)]);
    sink.write(b"x").unwrap();
    sink.close().unwrap();
    let kept = sink.journal();
    let fault = sink.watch(0).unwrap_err();
    assert_eq!((fault.kind, fault.maybe_applied), (FaultKind::Other, true));
    assert_eq!(sink.journal(), kept);
    assert!(sink.abort().is_err());
    let again = take_up(&config("ContentVersion"), &kept, vec![])
        .err()
        .unwrap();
    assert!(again.maybe_applied);
    assert!(again.message.contains("only if it is not there"));
}

#[test]
fn a_saved_file_is_taken_up_as_saved() {
    let (mut sink, _) = begin(&config("ContentVersion"), vec![created()]);
    sink.write(b"abc").unwrap();
    sink.close().unwrap();
    sink.watch(0).unwrap();
    let mut again = take_up(&config("ContentVersion"), &sink.journal(), vec![]).unwrap();
    again.close().unwrap();
    assert!(again.watch(0).unwrap().done);
    assert_eq!(outcomes(&mut again), OUTCOME);
    let journal: serde_json::Value = serde_json::from_str(&again.journal()).unwrap();
    assert_eq!(
        (&journal["taken"], &journal["told"]),
        (&3.into(), &true.into())
    );
    let mut third = take_up(&config("ContentVersion"), &again.journal(), vec![]).unwrap();
    assert_eq!(outcomes(&mut third), "");
    assert!(third.write(b"more").is_err());
    assert!(take_up(&config("ContentVersion"), "{\"job\":1}", vec![]).is_err());
}

#[test]
fn an_upload_that_is_given_up_takes_no_more() {
    let (mut sink, script) = begin(&config("ContentVersion"), vec![]);
    sink.write(b"abc").unwrap();
    sink.abort().unwrap();
    assert!(sink.write(b"d").unwrap_err().message.contains("given up"));
    let body = script.requests()[1].body.to_vec();
    assert!(body.ends_with(b"abc"));
}

#[test]
fn numbers_of_the_fields_keep_their_digits() {
    let config = UploadConfig {
        fields: Some(r#"{"Size__c":1234567890123456.78}"#.into()),
        ..config("ContentVersion")
    };
    let (mut sink, script) = begin(&config, vec![created()]);
    sink.write(b"x").unwrap();
    sink.close().unwrap();
    sink.watch(0).unwrap();
    let requests = script.requests();
    let body = String::from_utf8_lossy(&requests.last().unwrap().body);
    assert!(body.contains(r#""Size__c":1234567890123456.78"#), "{body}");
}
