//! Documents that readers may differ on: each is judged the same, word by word, whether it is there as a whole or comes in pieces of any
//! size.

use super::buffer::Buffer;
use super::{Document, Format, Options, RecordReader};
use crate::testing::message;
use proptest::prelude::*;

/// A media type, a document, how many records it gives, and what is said where it is refused then.
pub(crate) type Verdict = (&'static str, &'static str, usize, Option<&'static str>);

const CSV: &str = "text/csv";
const XML: &str = "application/xml";
const JSON: &str = "application/json";
const NDJSON: &str = "application/x-ndjson";

/// What becomes of documents that readers have differed on.
pub(crate) const VERDICTS: &[Verdict] = &[
    (CSV, "Name,Phone\n5\" pipe,1\n", 1, None),
    (
        CSV,
        "Name,Phone\n\"John\", \"Smith\"\n",
        0,
        Some("before an opening quote"),
    ),
    (
        CSV,
        "Name,Phone\n\"a\"b,1\n",
        0,
        Some("after a closing quote"),
    ),
    (CSV, "Name,Phone\nA,1\nB,\"2\n", 1, Some("never closed")),
    (CSV, "Name,Phone\rA,1\rB,2\r", 0, Some("CR alone")),
    (
        CSV,
        "\"Name\",\"Phone\"\r\"A\",\"1\"\r",
        0,
        Some("CR alone"),
    ),
    (CSV, "Name,Phone\nA\rB,1\n", 1, None),
    (CSV, "Name,Phone\r\nA,\"1\r\n\r2\"\r\n", 1, None),
    (CSV, "Name,Phone\nA\n", 0, Some("1 cells")),
    (CSV, "Name,Phone\nA,1,2\n", 0, Some("3 cells")),
    (CSV, "\nName\nA\n", 0, Some("first line is empty")),
    (CSV, "\u{feff}Name\nA\n\nB", 2, None),
    (CSV, "", 0, None),
    (
        XML,
        "<!DOCTYPE x><Account><Name>A</Name></Account>",
        0,
        Some("document type"),
    ),
    (
        XML,
        "<r><!DOCTYPE x><Account><Name>A</Name></Account></r>",
        0,
        Some("document type"),
    ),
    (
        XML,
        "<r><Account><Name>A</Name></Account>x<Account/></r>",
        1,
        Some("text between"),
    ),
    (
        XML,
        "<r><Account><Name>A</Name></Account><![CDATA[x]]></r>",
        1,
        Some("text between"),
    ),
    (
        XML,
        "<r><Account><Name>A</Name></Account></r><Account/>",
        1,
        Some("after its root"),
    ),
    (
        XML,
        "<r><Account><Name>A</Name></Account></r>x",
        1,
        Some("outside of elements"),
    ),
    (
        XML,
        "<r><Account><Name>A</Name></Account></q>",
        1,
        Some("end tag"),
    ),
    (
        XML,
        "<r><Account><Name>A</Nam></Account></r>",
        0,
        Some("end tag"),
    ),
    (
        XML,
        "<r><Account><Name>A</Name></Account>",
        1,
        Some("cut short"),
    ),
    (
        XML,
        "<Account><Name>A</Name></Account>\n<Account/><!-- c -->",
        2,
        None,
    ),
    (
        XML,
        "<Account><Name>A</Name></Account></Account>",
        1,
        Some("end tag"),
    ),
    (XML, "<record><Name>A</Name></record>", 1, None),
    (
        XML,
        "<all><Lead><LastName>A</LastName></Lead></all>",
        1,
        None,
    ),
    (XML, "<records/>", 0, None),
    (
        XML,
        "<?xml version='1.0' encoding='latin1'?><records/>",
        0,
        Some("latin1"),
    ),
    (XML, "<Account><Name>&x;</Name></Account>", 0, Some("`&x;`")),
    (
        XML,
        "<Account><Name>A</Name><Name>B</Name></Account>",
        0,
        Some("twice"),
    ),
    (XML, "<![CDATA[x]]>", 0, Some("outside of elements")),
    (XML, "<!x>", 0, Some("not XML")),
    (JSON, "{\"Name\":\"A\"}{\"Name\":\"B\"}", 0, Some("ndjson")),
    (JSON, "[{\"Name\":\"A\"},]", 1, Some("behind a comma")),
    (JSON, "[{\"Name\":\"A\"}]x", 1, Some("behind its end")),
    (JSON, "[{\"Name\":\"A\"x\"}]", 0, Some("cut short")),
    (JSON, "[{\"Name\":A},{\"Name\":\"B\"}]", 0, Some("not JSON")),
    (JSON, "[[1]]", 0, Some("something else")),
    (
        JSON,
        "{\"done\":true,\"records\":[{\"Name\":\"A\"}],\"totalSize\":1}",
        1,
        None,
    ),
    (
        JSON,
        "{\"records\":[{\"Name\":\"A\"}],\"Name\":\"B\"}",
        1,
        Some("`Name` behind"),
    ),
    (
        JSON,
        "{\"records\":[{\"Name\":\"A\"}],\"records\":[]}",
        1,
        Some("`records` behind"),
    ),
    (
        JSON,
        "{\"allOrNone\":true,\"records\":[]}",
        0,
        Some("`all-or-none`"),
    ),
    (
        JSON,
        "{\"records\":[],\"allOrNone\":true}",
        0,
        Some("`all-or-none`"),
    ),
    (JSON, "{\"Name\":\"A\",\"records\":[]}", 1, None),
    (JSON, "", 0, Some("empty")),
    (
        NDJSON,
        "{\"Name\":\"A\"}\n\n{\"Name\" 1}\n",
        1,
        Some("not JSON"),
    ),
    (NDJSON, "{\"Name\":\"A\"}\r\n[1]", 1, Some("no JSON object")),
    (NDJSON, "", 0, None),
];

fn reader(media_type: &str) -> RecordReader {
    let format = match media_type {
        CSV => Format::Csv,
        XML => Format::Xml,
        JSON => Format::Json,
        _ => Format::Ndjson,
    };
    RecordReader::new(format, Some("Account"), Options::default())
}

/// The records of a document that comes in pieces, as lines, up to what is wrong with it.
fn in_pieces(media_type: &str, body: &[u8], size: usize) -> Vec<String> {
    let mut reader = reader(media_type);
    let mut buffer = Buffer::in_pieces(0, 1, usize::MAX);
    let mut pieces = body.chunks(size.max(1));
    let (mut told, mut index) = (Vec::new(), 0);
    loop {
        match reader.next(&mut buffer) {
            Ok(Some(found)) => match found.node {
                Ok(node) => told.push(format!(
                    "{} {}",
                    found.line,
                    serde_json::to_string(&node).unwrap()
                )),
                Err(what) => {
                    told.push(format!(
                        "Of the input, record {index} (line {}): {what}",
                        found.line
                    ));
                    return told;
                }
            },
            Ok(None) if buffer.ended => return told,
            Ok(None) => match pieces.next() {
                Some(piece) => buffer.push(piece),
                None => buffer.ended = true,
            },
            Err(error) => {
                told.push(error.0);
                return told;
            }
        }
        index = told.len();
    }
}

/// The same of a document that is there as a whole.
fn as_a_whole(media_type: &str, body: &str) -> Vec<String> {
    let message = message(media_type, body);
    let document = Document::open(&message, Some("Account"), Options::default()).unwrap();
    let records = document.records().unwrap();
    records
        .map(|record| match record {
            Ok(record) => format!(
                "{} {}",
                record.position.line,
                serde_json::to_string(&record.node).unwrap()
            ),
            Err(error) => error.0,
        })
        .collect()
}

#[test]
fn every_document_is_judged_the_same_as_a_whole_and_in_pieces() {
    for (media_type, body, records, refusal) in VERDICTS {
        let whole = as_a_whole(media_type, body);
        let last = whole.get(*records).map(String::as_str);
        match (last, refusal) {
            (Some(said), Some(words)) => assert!(said.contains(words), "{body}: {said}"),
            (said, refusal) => assert_eq!(said, *refusal, "{body}"),
        }
        assert_eq!(
            whole.len(),
            records + usize::from(refusal.is_some()),
            "{body}: {whole:?}"
        );
        for size in 1..=body.len() + 1 {
            assert_eq!(
                in_pieces(media_type, body.as_bytes(), size),
                whole,
                "{body} by {size}"
            );
        }
    }
}

proptest! {
    #[test]
    fn any_document_is_judged_the_same_as_a_whole_and_in_pieces(
        media_type in prop::sample::select(vec![CSV, XML, JSON, NDJSON]),
        pieces in prop::collection::vec(prop::sample::select(vec![
            "Name", ",", ";", "\"", "\n", "\r\n", "\r", " ", "{", "}", "[", "]", ":", "\"Name\"", "\"records\"", "1", "null", "<r>", "</r>",
            "<Account>", "</Account>", "<Name>", "</Name>", "<Name/>", "<!-- -->", "<![CDATA[x]]>", "<?p?>", "<?xml version='1.0'?>", "&amp;", "x", "é",
        ]), 0..24),
        size in 1_usize..9,
    ) {
        let body = pieces.concat();
        prop_assert_eq!(in_pieces(media_type, body.as_bytes(), size), as_a_whole(media_type, &body), "{}", body);
    }
}
