//! Answers that mean harm, or are broken: each ends in a typed fault, in bounded time and memory.

use super::tests::{kind_of, xml};
use proptest::prelude::*;
use salesforce_client::transport::scripted::Play;
use salesforce_contract::bindings::FaultKind;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:sobject.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><e:Body>"#;
const TAIL: &str = "</e:Body></e:Envelope>";

fn good() -> String {
    format!(
        r#"{HEAD}<queryResponse><result xsi:type="QueryResult"><done>true</done><queryLocator xsi:nil="true"/><records xsi:type="sf:sObject"><sf:type>Account</sf:type><sf:Id xsi:nil="true"/><sf:Name>Zoë &amp; 😀 <![CDATA[<b>]]>&#x41;</sf:Name></records><size>1</size></result></queryResponse>{TAIL}"#
    )
}

fn bytes(body: Vec<u8>) -> Play {
    Play::Answer(200, vec![("content-type".into(), "text/xml".into())], body)
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let mut out = if big {
        vec![0xfe, 0xff]
    } else {
        vec![0xff, 0xfe]
    };
    for unit in text.encode_utf16() {
        out.extend(if big {
            unit.to_be_bytes()
        } else {
            unit.to_le_bytes()
        });
    }
    out
}

fn page_around(inner: &str) -> String {
    format!("{HEAD}<queryResponse><result>{inner}</result></queryResponse>{TAIL}")
}

#[test]
fn the_answer_that_is_mutated_below_is_good() {
    assert_eq!(kind_of(xml(200, &good())), None);
}

#[test]
fn hostile_documents_are_protocol_faults() {
    let deep = "<a>".repeat(100_000);
    let laughs = r#"<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>"#;
    let outside = r#"<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>"#;
    let no_decl = good().replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "");
    let cases: Vec<(&str, Vec<u8>)> = vec![
        (
            "nested more than 64 levels deep",
            page_around(&deep).into_bytes(),
        ),
        (
            "more than 1000000 elements",
            page_around(&format!("<records>{}</records>", "<a/>".repeat(1_000_001))).into_bytes(),
        ),
        ("document type", format!("{laughs}{no_decl}").into_bytes()),
        ("document type", format!("{outside}{no_decl}").into_bytes()),
        (
            "an entity that XML does not define",
            page_around("<done>&lol;</done>").into_bytes(),
        ),
        ("UTF-16", utf16(&good(), true)),
        ("UTF-16", utf16(&good(), false)),
        ("UTF-16", good().replace("UTF-8", "UTF-16").into_bytes()),
        (
            "ISO-8859-1",
            good().replace("UTF-8", "ISO-8859-1").into_bytes(),
        ),
        (
            "cut short within a character",
            good()
                .split_inclusive('ë')
                .next()
                .map(|part| part.as_bytes()[..part.len() - 1].to_vec())
                .unwrap(),
        ),
        ("not UTF-8", [good().as_bytes(), b"\xff\xff<a/>"].concat()),
        ("not XML", b"\0\0\0\0".to_vec()),
        ("no element", Vec::new()),
        ("no element", b"<?xml version=\"1.0\"?>".to_vec()),
        (
            "a page of HTML",
            b"<html><body>Maintenance</body></html>".to_vec(),
        ),
        (
            "not an envelope",
            good()
                .replace(
                    "http://schemas.xmlsoap.org/soap/envelope/",
                    "http://www.w3.org/2003/05/soap-envelope",
                )
                .into_bytes(),
        ),
        (
            "of the partner API",
            good().replace("urn:partner", "urn:enterprise").into_bytes(),
        ),
        (
            "in a namespace that is not the API's",
            page_around("<x:done xmlns:x=\"urn:x\">true</x:done>").into_bytes(),
        ),
        (
            "of the partner API",
            good()
                .replace("queryResponse", "queryMoreResponse")
                .into_bytes(),
        ),
        ("goes on after", format!("{}<a/>", good()).into_bytes()),
        (
            "goes on after",
            good().replace("</e:Body>", "<a/></e:Body>").into_bytes(),
        ),
        (
            "text between elements",
            page_around("x<done>true</done>").into_bytes(),
        ),
        ("no `size`", page_around("<done>true</done>").into_bytes()),
        ("no `done`", page_around("<size>0</size>").into_bytes()),
        (
            "names no next one",
            page_around("<done>false</done><size>2</size>").into_bytes(),
        ),
        (
            "without records",
            page_around("<done>false</done><queryLocator>L</queryLocator><size>2</size>")
                .into_bytes(),
        ),
        (
            "broken attribute",
            page_around("<done xsi:nil=\"true\" xsi:nil=\"true\">true</done>").into_bytes(),
        ),
        ("not XML", page_around("<done>true</size>").into_bytes()),
    ];
    for (words, body) in cases {
        let (kind, message) = kind_of(bytes(body)).unwrap_or_else(|| panic!("accepted: {words}"));
        assert_eq!(kind, FaultKind::Protocol, "{message}");
        assert!(message.contains(words), "`{words}` is not in: {message}");
        assert!(message.len() < 600, "{} bytes of message", message.len());
    }
}

#[test]
fn huge_texts_and_attributes_are_read_once_and_no_more() {
    let text = "x".repeat(4 << 20);
    let long_text = good().replace("Zoë", &text);
    assert_eq!(kind_of(xml(200, &long_text)), None);
    let long_attribute = good().replace("<records ", &format!("<records a=\"{text}\" "));
    assert_eq!(kind_of(xml(200, &long_attribute)), None);
}

#[test]
fn faults_that_are_broken_fall_back_to_the_status() {
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "b">]><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>&a;</faultcode></e:Fault></e:Body></e:Envelope>"#;
    let bodies = [
        bomb.to_owned(),
        "<a>".repeat(100_000),
        "<e:Envelope".into(),
        "<html>".into(),
    ];
    for body in bodies {
        let (kind, message) = kind_of(xml(500, &body)).unwrap();
        assert_eq!(kind, FaultKind::Unavailable, "{message}");
        assert!(message.len() < 600);
    }
}

proptest! {
    #[test]
    fn mutated_answers_never_crash(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..12),
        status in prop::sample::select(vec![200_u16, 500]),
    ) {
        let mut body = good().into_bytes();
        for (at, byte, how) in changes {
            let at = at.index(body.len());
            match how {
                0 => body[at] = byte,
                1 => { body.remove(at); }
                2 => body.insert(at, byte),
                _ => { let piece = body[at..(at + usize::from(byte)).min(body.len())].to_vec(); body.extend(piece); }
            }
            if body.is_empty() { body.push(b'<'); }
        }
        let found = kind_of(Play::Answer(status, Vec::new(), body));
        if let Some((kind, message)) = found {
            prop_assert!(!message.is_empty());
            prop_assert!(status == 500 || kind == FaultKind::Protocol || kind == FaultKind::Invalid, "{kind:?} {message}");
        } else {
            prop_assert_eq!(status, 200);
        }
    }

    #[test]
    fn an_answer_that_is_cut_short_is_never_taken_for_whole(at in 0_usize..800) {
        let body = good().into_bytes();
        prop_assume!(at < body.len());
        let (kind, _) = kind_of(bytes(body[..at].to_vec())).expect("a cut answer is a fault");
        prop_assert_eq!(kind, FaultKind::Protocol);
    }

    #[test]
    fn elements_in_any_order_never_crash(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "<records xsi:type=\"sf:sObject\">", "</records>", "<records xsi:nil=\"true\"/>", "<sf:type>Account</sf:type>", "<sf:Id/>",
            "<done>true</done>", "<size>1</size>", "<size>-1</size>", "<sf:Name>x</sf:Name>", "<queryLocator>L</queryLocator>",
            "<sf:C xsi:type=\"QueryResult\">", "</sf:C>", "<result>", "</result>", "&amp;", "<!-- c -->", "<?p i?>", "<![CDATA[x]]>",
        ]), 0..30),
    ) {
        let body = page_around(&pieces.concat());
        let _ = kind_of(xml(200, &body));
    }
}
