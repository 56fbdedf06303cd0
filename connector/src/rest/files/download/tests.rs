use super::*;
use crate::testing::{expired, org, token};
use crate::transport::scripted::{Play, Script};

const DATA: &[u8] = b"%PDF-1.7 some bytes \x00\xff of a file";

fn config(object: &str) -> DownloadConfig {
    DownloadConfig {
        object: object.into(),
        id: "068000000000001AAA".into(),
        field: None,
    }
}

fn bytes(body: &[u8], length: Option<usize>) -> Play {
    let mut headers = vec![("content-type".into(), "application/pdf".into())];
    headers.extend(length.map(|length| ("content-length".into(), length.to_string())));
    Play::Answer(200, headers, body.to_vec())
}

fn read(source: &mut Bytes, max: usize) -> Result<Vec<u8>, Fault> {
    let mut whole = Vec::new();
    while let Some(piece) = source.read(max)? {
        assert!(!piece.is_empty() && piece.len() <= max);
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}

fn run(object: &str, plays: Vec<Play>) -> (Result<Vec<u8>, Fault>, Script) {
    let (org, script, _) = org(plays);
    let mut source = match download(Rc::new(org), &config(object)) {
        Ok(source) => source,
        Err(fault) => return (Err(fault), script),
    };
    (read(&mut source, 7), script)
}

fn path(line: &str) -> &str {
    line.split_once("/services/data/v62.0/sobjects/").unwrap().1
}

#[test]
fn bytes_come_through_as_they_are_with_their_length_beforehand() {
    let (org, script, _) = org([bytes(DATA, Some(DATA.len()))]);
    let mut source = download(Rc::new(org), &config("ContentVersion")).unwrap();
    let head = source.head();
    assert_eq!(head.media_type, "application/pdf");
    assert!(
        head.attributes
            .contains(&("total".into(), DATA.len().to_string()))
    );
    assert_eq!(read(&mut source, 7).unwrap(), DATA);
    assert_eq!(
        path(&script.sent()[1]),
        "ContentVersion/068000000000001AAA/VersionData"
    );
    let asked = &script.requests()[1].headers;
    assert!(asked.contains(&("accept".into(), "*/*".into())));
}

#[test]
fn known_objects_need_no_field_and_others_do() {
    let fields = [
        ("Attachment", "Body"),
        ("document", "Body"),
        ("EventLogFile", "LogFile"),
        ("StaticResource", "Body"),
    ];
    for (object, field) in fields {
        let (read, script) = run(object, vec![bytes(DATA, Some(DATA.len()))]);
        assert_eq!(read.unwrap(), DATA);
        assert_eq!(
            path(&script.sent()[1]),
            format!("{object}/068000000000001AAA/{field}")
        );
    }
    let (read, script) = run("Shipment__c", vec![]);
    let fault = read.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Config);
    assert!(
        fault.message.contains("config.field is missing"),
        "{}",
        fault.message
    );
    assert!(script.sent().len() <= 1);
}

#[test]
fn a_file_stands_for_its_latest_version() {
    let (read, script) = run(
        "ContentDocument",
        vec![
            Play::json(200, r#"{"LatestPublishedVersionId":"068000000000009AAA"}"#),
            bytes(DATA, Some(DATA.len())),
        ],
    );
    assert_eq!(read.unwrap(), DATA);
    let sent = script.sent();
    assert_eq!(
        path(&sent[1]),
        "ContentDocument/068000000000001AAA?fields=LatestPublishedVersionId"
    );
    assert_eq!(
        path(&sent[2]),
        "ContentVersion/068000000000009AAA/VersionData"
    );
}

#[test]
fn an_answer_with_fewer_bytes_than_promised_is_asked_for_again() {
    let (read, script) = run(
        "ContentVersion",
        vec![
            bytes(&DATA[..9], Some(DATA.len())),
            bytes(DATA, Some(DATA.len())),
        ],
    );
    assert_eq!(read.unwrap(), DATA);
    assert_eq!(script.left(), 0);
}

#[test]
fn an_answer_that_stays_short_is_a_fault_and_no_short_file() {
    let plays = (0..9)
        .map(|_| bytes(&DATA[..9], Some(DATA.len())))
        .collect();
    let (read, _) = run("ContentVersion", plays);
    let fault = read.unwrap_err();
    assert!(fault.message.contains("fewer bytes"), "{}", fault.message);
}

#[test]
fn a_broken_answer_goes_on_where_it_broke() {
    let (read, _) = run(
        "Attachment",
        vec![
            Play::CutShort(200, DATA[..12].to_vec()),
            bytes(DATA, Some(DATA.len())),
        ],
    );
    assert_eq!(read.unwrap(), DATA);
}

#[test]
fn without_a_length_the_record_is_asked_for_it() {
    let told = |bytes: usize| Play::json(200, &format!(r#"{{"BodyLength":{bytes}}}"#));
    let (whole, script) = run("Attachment", vec![bytes(DATA, None), told(DATA.len())]);
    assert_eq!(whole.unwrap(), DATA);
    assert_eq!(
        path(&script.sent()[2]),
        "Attachment/068000000000001AAA?fields=BodyLength"
    );
    let (short, _) = run("Attachment", vec![bytes(DATA, None), told(DATA.len() + 1)]);
    assert_eq!(short.unwrap_err().kind, FaultKind::Protocol);
    let refused = Play::json(
        400,
        r#"[{"errorCode":"INVALID_FIELD","message":"No such column"}]"#,
    );
    let (unknown, _) = run("Attachment", vec![bytes(DATA, None), refused]);
    assert_eq!(unknown.unwrap(), DATA);
}

#[test]
fn an_ended_session_is_renewed_before_the_bytes() {
    let (read, script) = run(
        "ContentVersion",
        vec![expired(), token("T2"), bytes(DATA, Some(DATA.len()))],
    );
    assert_eq!(read.unwrap(), DATA);
    assert!(
        script.requests()[3]
            .headers
            .contains(&("authorization".into(), "Bearer T2".into()))
    );
}

#[test]
fn a_record_without_bytes_is_not_found() {
    let missing = Play::json(
        404,
        r#"[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]"#,
    );
    let (read, _) = run("Attachment", vec![missing]);
    assert_eq!(read.unwrap_err().kind, FaultKind::NotFound);
}

#[test]
fn images_of_rich_text_are_read_by_their_reference() {
    let (org, script, _) = org([bytes(DATA, None)]);
    let config = RichTextImageConfig {
        object: "Lead".into(),
        id: "00Q000000000001AAA".into(),
        field: "Photo__c".into(),
        reference_id: "0EM000000000001".into(),
    };
    let mut source = rich_text_image(Rc::new(org), &config).unwrap();
    assert_eq!(read(&mut source, 99).unwrap(), DATA);
    assert_eq!(
        path(&script.sent()[1]),
        "Lead/00Q000000000001AAA/richTextImageFields/Photo__c/0EM000000000001"
    );
}
