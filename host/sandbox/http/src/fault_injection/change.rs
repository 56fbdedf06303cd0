//! Changes to the responses that the org gave.

use std::collections::BTreeMap;
use std::io::Write as _;

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value as Json};

/// What is changed in a response.
#[derive(Debug, Default)]
pub(super) struct Change {
    pub set: Map<String, Json>,
    pub remove: Vec<String>,
    pub replace: BTreeMap<String, String>,
    pub headers: BTreeMap<String, String>,
    pub status: Option<u16>,
    pub keep: Option<Portion>,
    pub packed: bool,
    pub twice: bool,
}

/// How much of a body is left.
#[derive(Debug, Clone, Copy)]
pub(super) enum Portion {
    Half,
    Bytes(usize),
    Records(usize),
}

impl Change {
    pub(super) fn shorter(bytes: Option<usize>, records: Option<usize>, packed: bool) -> Self {
        let keep = match (bytes, records) {
            (_, Some(records)) => Portion::Records(records),
            (Some(bytes), None) => Portion::Bytes(bytes),
            (None, None) => Portion::Half,
        };
        Self {
            keep: Some(keep),
            packed,
            ..Self::default()
        }
    }

    pub(super) fn set(set: Map<String, Json>, status: Option<u16>) -> Self {
        Self {
            set,
            status,
            ..Self::default()
        }
    }

    /// Returns the changed body.
    pub(super) fn body(&self, headers: &HeaderMap, whole: Bytes) -> Bytes {
        let whole = self.members(whole);
        let whole = self.texts(whole);
        let whole = match self.twice {
            true => [&whole[..], &whole[..]].concat().into(),
            false => whole,
        };
        let whole = match self.packed {
            true => packed(&whole),
            false => whole,
        };
        match self.keep {
            None => whole,
            Some(Portion::Half) => whole.slice(..whole.len() / 2),
            Some(Portion::Bytes(bytes)) => whole.slice(..bytes.min(whole.len())),
            Some(Portion::Records(records)) => fewer(headers, whole, records),
        }
    }

    fn members(&self, whole: Bytes) -> Bytes {
        if self.set.is_empty() && self.remove.is_empty() {
            return whole;
        }
        let Ok(Json::Object(mut members)) = serde_json::from_slice(&whole) else {
            return whole;
        };
        for name in &self.remove {
            members.remove(name);
        }
        members.extend(self.set.clone());
        Json::Object(members).to_string().into()
    }

    fn texts(&self, whole: Bytes) -> Bytes {
        if self.replace.is_empty() {
            return whole;
        }
        let mut text = String::from_utf8_lossy(&whole).into_owned();
        for (old, new) in &self.replace {
            text = text.replace(old, new);
        }
        text.into()
    }
}

/// Returns a body as gzip; none stays none.
fn packed(whole: &Bytes) -> Bytes {
    if whole.is_empty() {
        return Bytes::new();
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory does not fail.
    let _ = encoder.write_all(whole);
    encoder.finish().unwrap_or_default().into()
}

/// Returns the first records of a CSV or of JSON; what is neither stays whole.
fn fewer(headers: &HeaderMap, whole: Bytes, records: usize) -> Bytes {
    let media_type = headers.get(CONTENT_TYPE);
    if media_type.is_some_and(|it| it.as_bytes().starts_with(b"text/csv")) {
        let end = end_of_record(&whole, records + 1);
        return whole.slice(..end);
    }
    match serde_json::from_slice(&whole) {
        Ok(Json::Array(mut all)) => {
            all.truncate(records);
            Json::Array(all).to_string().into()
        }
        Ok(Json::Object(mut members)) => {
            if let Some(Json::Array(all)) = members.get_mut("records") {
                all.truncate(records);
            }
            Json::Object(members).to_string().into()
        }
        _ => whole,
    }
}

/// Where the `count`-th record of a CSV ends; line ends within quotes end none.
fn end_of_record(csv: &[u8], count: usize) -> usize {
    let (mut quoted, mut seen) = (false, 0);
    for (at, byte) in csv.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => seen += 1,
            _ => {}
        }
        if seen == count {
            return at + 1;
        }
    }
    csv.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_csv_end_where_quotes_let_them() {
        let csv = b"\"A\"\n\"1\n2\"\n\"3\"\n";
        assert_eq!(&csv[..end_of_record(csv, 2)], b"\"A\"\n\"1\n2\"\n");
        assert_eq!(end_of_record(csv, 9), csv.len());
    }

    #[test]
    fn a_body_comes_twice_or_as_half_of_a_stream() {
        let twice = Change {
            twice: true,
            ..Change::default()
        };
        let body = || Bytes::from_static(b"{\"a\":1}");
        assert_eq!(
            &twice.body(&HeaderMap::new(), body())[..],
            b"{\"a\":1}{\"a\":1}"
        );
        let half = Change::shorter(None, None, true);
        let reported = half.body(&HeaderMap::new(), body());
        assert_eq!(reported[..2], [0x1f, 0x8b]);
        assert_eq!(reported.len(), packed(&body()).len() / 2);
        assert!(half.body(&HeaderMap::new(), Bytes::new()).is_empty());
    }

    #[test]
    fn members_and_texts_can_be_replaced() {
        let change = Change {
            remove: vec!["a".to_owned()],
            replace: [("old".to_owned(), "new".to_owned())].into(),
            ..Change::set(serde_json::from_str(r#"{"b":2}"#).unwrap(), None)
        };
        let body = change.body(&HeaderMap::new(), r#"{"a":1,"b":1,"c":"old"}"#.into());
        let reported: Json = serde_json::from_slice(&body).unwrap();
        assert_eq!(reported, serde_json::json!({"b": 2, "c": "new"}));
    }
}
