use super::*;

use salesforce_client::testing::{client, expired, token};
use salesforce_client::transport::scripted::{Play, Script};
use salesforce_contract::bindings::FaultKind;
use salesforce_contract::source::Source;

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

fn md5(bytes: &[u8]) -> String {
    let digest = Md5::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the record of a file says.
fn version(length: usize, checksum: &str, extension: &str) -> Play {
    Play::json(
        200,
        &format!(
            r#"{{"attributes":{{}},"ContentSize":{length},"Checksum":"{checksum}","FileExtension":"{extension}"}}"#
        ),
    )
}

fn pdf() -> Play {
    version(DATA.len(), &md5(DATA), "pdf")
}

fn attachment(length: usize) -> Play {
    Play::json(
        200,
        &format!(r#"{{"attributes":{{}},"BodyLength":{length},"ContentType":"application/pdf"}}"#),
    )
}

fn refused() -> Play {
    Play::json(
        400,
        r#"[{"errorCode":"INVALID_FIELD","message":"No such column"}]"#,
    )
}

fn read(source: &mut impl Source, max: usize) -> Result<Vec<u8>, Fault> {
    let mut whole = Vec::new();
    while let Some(piece) = source.read(max)? {
        assert!(!piece.is_empty() && piece.len() <= max);
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}

fn run(object: &str, plays: Vec<Play>) -> (Result<Vec<u8>, Fault>, Script) {
    let (client, script, _) = client(plays);
    let mut source = match download(Rc::new(client), &config(object)) {
        Ok(source) => source,
        Err(fault) => return (Err(fault), script),
    };
    (read(&mut source, 7), script)
}

fn path(line: &str) -> &str {
    line.split_once("/services/data/v62.0/sobjects/").unwrap().1
}

#[test]
fn the_checksum_is_md5() {
    assert_eq!(md5(b"abc"), "900150983cd24fb0d6963f7d28e17f72");
}

#[test]
fn bytes_come_through_as_they_are_with_their_length_beforehand() {
    let (client, script, _) = client([pdf(), bytes(DATA, None)]);
    let mut source = download(Rc::new(client), &config("ContentVersion")).unwrap();
    let head = source.head();
    assert_eq!(head.media_type, "application/pdf");
    assert_eq!(head.metadata.total_bytes, Some(DATA.len() as u64));
    assert_eq!(read(&mut source, 7).unwrap(), DATA);
    let sent = script.sent();
    assert_eq!(
        path(&sent[1]),
        "ContentVersion/068000000000001AAA?fields=ContentSize%2CChecksum%2CFileExtension"
    );
    assert_eq!(
        path(&sent[2]),
        "ContentVersion/068000000000001AAA/VersionData"
    );
    let asked = &script.requests()[2].headers;
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
        let (read, script) = run(object, vec![refused(), bytes(DATA, Some(DATA.len()))]);
        assert_eq!(read.unwrap(), DATA);
        assert_eq!(
            path(&script.sent()[2]),
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
            Play::json(
                200,
                r#"{"attributes":{},"LatestPublishedVersionId":"068000000000009AAA"}"#,
            ),
            pdf(),
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
        path(&sent[3]),
        "ContentVersion/068000000000009AAA/VersionData"
    );
}

#[test]
fn an_answer_with_fewer_bytes_than_promised_is_asked_for_again() {
    let (read, script) = run(
        "ContentVersion",
        vec![
            pdf(),
            bytes(&DATA[..9], Some(DATA.len())),
            bytes(DATA, Some(DATA.len())),
        ],
    );
    assert_eq!(read.unwrap(), DATA);
    assert_eq!(script.left(), 0);
}

#[test]
fn an_answer_that_stays_short_is_a_fault_and_no_short_file() {
    let short = || bytes(&DATA[..9], Some(DATA.len()));
    let plays = std::iter::once(pdf()).chain((0..9).map(|_| short()));
    let (read, _) = run("ContentVersion", plays.collect());
    let fault = read.unwrap_err();
    assert!(fault.message.contains("fewer bytes"), "{}", fault.message);
}

#[test]
fn a_broken_answer_goes_on_where_it_broke() {
    let (read, _) = run(
        "Attachment",
        vec![
            attachment(DATA.len()),
            Play::CutShort(200, DATA[..12].to_vec()),
            bytes(DATA, Some(DATA.len())),
        ],
    );
    assert_eq!(read.unwrap(), DATA);
}

/// What is not the file, though its status is 200.
fn wrong() -> Vec<Play> {
    let mut other = DATA.to_vec();
    other[3] ^= 1;
    let page = b"<html>We are down</html>".to_vec();
    let html = vec![("content-type".into(), "text/html; charset=UTF-8".into())];
    vec![
        bytes(b"", None),
        bytes(b"", Some(0)),
        bytes(&DATA[..9], None),
        bytes(&DATA[..9], Some(9)),
        bytes(&[DATA, b"more"].concat(), None),
        bytes(&other, None),
        Play::Answer(200, html, page),
    ]
}

#[test]
fn bytes_that_are_not_those_of_the_record_are_fetched_again() {
    for (at, play) in wrong().into_iter().enumerate() {
        let again = match at {
            // A page is no answer: the request alone is repeated.
            6 => vec![pdf(), play, bytes(DATA, None)],
            _ => vec![pdf(), play, pdf(), bytes(DATA, None)],
        };
        let (read, script) = run("ContentVersion", again);
        assert_eq!(read.unwrap(), DATA, "answer {at}");
        assert_eq!(script.left(), 0, "answer {at}");
    }
}

#[test]
fn bytes_that_stay_wrong_are_a_fault() {
    for at in 0..wrong().len() {
        let plays = match at {
            6 => std::iter::once(pdf())
                .chain((0..9).map(|_| wrong().remove(at)))
                .collect(),
            _ => (0..9).flat_map(|_| [pdf(), wrong().remove(at)]).collect(),
        };
        let (read, _) = run("ContentVersion", plays);
        let fault = read.unwrap_err();
        assert_eq!(
            fault.kind,
            FaultKind::Protocol,
            "answer {at}: {}",
            fault.message
        );
    }
}

#[test]
fn a_large_file_is_checked_at_its_end() {
    let large = vec![b'x'; (HELD_BYTES + 1) as usize];
    let read = |body: &[u8]| {
        let (client, ..) = client([version(large.len(), &md5(&large), "txt"), bytes(body, None)]);
        let mut source = download(Rc::new(client), &config("ContentVersion")).unwrap();
        read(&mut source, 1 << 16)
    };
    assert_eq!(read(&large).unwrap(), large);
    let mut other = large.clone();
    other[77] = b'y';
    for wrong in [&other[..], &large[..5], b""] {
        assert_eq!(read(wrong).unwrap_err().kind, FaultKind::Protocol);
    }
}

#[test]
fn a_page_is_a_file_where_the_record_says_so() {
    let page = b"<html>A page that was kept</html>";
    let html = || {
        let headers = vec![("content-type".into(), "text/html".into())];
        Play::Answer(200, headers, page.to_vec())
    };
    let (kept, _) = run(
        "ContentVersion",
        vec![version(page.len(), &md5(page), "html"), html()],
    );
    assert_eq!(kept.unwrap(), page);
}

#[test]
fn without_rights_to_what_the_record_says_the_transport_vouches() {
    let (whole, _) = run("Attachment", vec![refused(), bytes(DATA, None)]);
    assert_eq!(whole.unwrap(), DATA);
}

#[test]
fn an_ended_session_is_renewed_before_the_bytes() {
    let (read, script) = run(
        "ContentVersion",
        vec![expired(), token("T2"), pdf(), bytes(DATA, Some(DATA.len()))],
    );
    assert_eq!(read.unwrap(), DATA);
    assert!(
        script.requests()[4]
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
    let (read, script) = run("Attachment", vec![missing]);
    assert_eq!(read.unwrap_err().kind, FaultKind::NotFound);
    assert_eq!(script.sent().len(), 2);
}

#[test]
fn images_of_rich_text_are_read_by_their_reference() {
    let image = || {
        let headers = vec![("content-type".into(), "image/png".into())];
        Play::Answer(200, headers, DATA.to_vec())
    };
    let config = RichTextImageConfig {
        object: "Lead".into(),
        id: "00Q000000000001AAA".into(),
        field: "Photo__c".into(),
        reference_id: "0EM000000000001".into(),
    };
    let (client, script, _) = client([image()]);
    let mut source = rich_text_image(Rc::new(client), &config).unwrap();
    assert_eq!(read(&mut source, 99).unwrap(), DATA);
    assert_eq!(
        path(&script.sent()[1]),
        "Lead/00Q000000000001AAA/richTextImageFields/Photo__c/0EM000000000001"
    );
}
