//! One record as JSON.

use super::Options;
use super::split::Flaw;
use super::tree::{Node, Value};
use crate::message::scan::Scan;
use crate::message::{MAX_DEPTH, RowError};
use serde_json::value::RawValue;

/// Reads a record.
pub fn record(text: &[u8], options: Options) -> Result<Node, Flaw> {
    let text = std::str::from_utf8(text)
        .map_err(|_| Flaw::Text("the record is not UTF-8: save the document as UTF-8".into()))?;
    let raw: &RawValue = serde_json::from_str(text)
        .map_err(|error| Flaw::Text(format!("the record is not JSON: {error}")))?;
    let mut scan = Scan::new(raw.get().as_bytes());
    scan.skip_space();
    let read = value(&mut scan, 0).map_err(|error| {
        Flaw::Record(match error {
            RowError::TooDeep => {
                format!("the record is nested more than {MAX_DEPTH} levels deep")
            }
            _ => "the record holds text with half a surrogate pair (\\ud800 to \\udfff), which is no character".into(),
        })
    })?;
    match read {
        Value::Object(node) => Ok(node),
        Value::Text(id) if options.plain_ids => Ok(Node {
            members: vec![("Id".into(), Value::Text(id))],
            ..Node::default()
        }),
        _ if options.plain_ids => Err(Flaw::Record(
            "the record is neither an id nor an object with an `Id`".into(),
        )),
        _ => Err(Flaw::Record(
            "the record is no JSON object of field values, such as {\"Name\": \"Acme\"}".into(),
        )),
    }
}
/// Reads one JSON object, as it may stand in a cell for a compound field.
pub fn object(text: &str) -> Option<Node> {
    let raw: &RawValue = serde_json::from_str(text).ok()?;
    match value(&mut Scan::new(raw.get().as_bytes()), 0).ok()? {
        Value::Object(node) => Some(node),
        _ => None,
    }
}

/// Makes a tree of the value at `scan`, which serde_json has checked.
fn value(scan: &mut Scan<'_>, depth: usize) -> Result<Value, RowError> {
    if depth >= MAX_DEPTH {
        return Err(RowError::TooDeep);
    }
    let start = scan.at;
    match scan.peek() {
        // The document's own wrapper is not nested: that has been looked for before.
        Some(b'{') if depth == 0 => return node(scan, depth).map(Value::Object),
        Some(b'{') => return node(scan, depth).map(Node::into_children),
        Some(b'[') => return list(scan, depth).map(Value::List),
        Some(b'"') => return string(scan).map(Value::Text),
        _ => scan.skip_value()?,
    }
    let text = scan.slice(start, scan.at);
    Ok(match text {
        b"null" => Value::Null,
        b"true" => Value::Bool(true),
        b"false" => Value::Bool(false),
        digits => Value::Number(String::from_utf8_lossy(digits).into_owned()),
    })
}

fn string(scan: &mut Scan<'_>) -> Result<String, RowError> {
    let start = scan.at;
    scan.string()?;
    let text = scan.slice(start, scan.at);
    serde_json::from_slice(text).map_err(|_| RowError::Malformed { at: start })
}

fn list(scan: &mut Scan<'_>, depth: usize) -> Result<Vec<Value>, RowError> {
    let mut values = Vec::new();
    scan.expect(b'[')?;
    scan.skip_space();
    if scan.take(b']') {
        return Ok(values);
    }
    loop {
        scan.skip_space();
        values.push(value(scan, depth + 1)?);
        scan.skip_space();
        if !scan.take(b',') {
            scan.expect(b']')?;
            return Ok(values);
        }
    }
}

fn node(scan: &mut Scan<'_>, depth: usize) -> Result<Node, RowError> {
    let mut node = Node::default();
    scan.members(|scan, name| {
        let name = plain_name(name)?;
        match (name.as_str(), value(scan, depth + 1)?) {
            // No field of a record can hold an object of this name: it is Salesforce's own.
            ("attributes", Value::Object(attributes)) => {
                node.sobject = attributes.text("type").map(str::to_owned);
                node.reference_id = attributes.text("referenceId").map(str::to_owned);
            }
            (_, value) => node.members.push((name, value)),
        }
        Ok(true)
    })?;
    Ok(node)
}

fn plain_name(raw: &[u8]) -> Result<String, RowError> {
    let mut quoted = Vec::with_capacity(raw.len() + 2);
    quoted.push(b'"');
    quoted.extend_from_slice(raw);
    quoted.push(b'"');
    serde_json::from_slice(&quoted).map_err(|_| RowError::Malformed { at: 0 })
}
