//! Records of a JSON document: one object, a list of objects, or Salesforce's own `{"records": […]}`.

use super::place::{InputError, Lines, Place, json_offset, json_reason};
use super::tree::{Node, Value};
use super::{Next, Options, Record};
use crate::message::scan::Scan;
use crate::message::{MAX_DEPTH, RowError};
use serde_json::value::RawValue;

/// Members that stand beside `records` in Salesforce's answers to queries.
const BESIDE_RECORDS: [&[u8]; 3] = [b"totalSize", b"done", b"nextRecordsUrl"];

/// Reads a JSON document record by record.
pub(super) struct JsonRecords<'b> {
    body: &'b [u8],
    at: usize,
    lines: Lines<'b>,
    index: u64,
    state: State,
    /// Where the object around the list ends, if there is one.
    wrapper_end: Option<usize>,
    options: Options,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing has been read.
    Start,
    /// After the bracket that opens the list.
    First,
    /// After an element of the list.
    Next,
    /// After the only object.
    Only,
    /// At the end.
    Done,
}

impl<'b> JsonRecords<'b> {
    pub fn new(body: &'b [u8], options: Options) -> Self {
        Self {
            body,
            at: 0,
            lines: Lines::of(body),
            index: 0,
            state: State::Start,
            wrapper_end: None,
            options,
        }
    }

    fn peek(&mut self) -> Option<u8> {
        while matches!(self.body.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
        self.body.get(self.at).copied()
    }

    fn error(&self, what: &str) -> InputError {
        InputError::at(self.body, self.at, what)
    }

    /// Finds out what the document is.
    fn start(&mut self) -> Next {
        match self.peek() {
            Some(b'[') => {
                self.at += 1;
                self.state = State::First;
            }
            Some(b'{') => match self.wrapped()? {
                Some((list, end)) => {
                    self.at = list;
                    self.wrapper_end = Some(end);
                    self.state = State::First;
                }
                None => {
                    self.state = State::Only;
                    return self.element().map(Some);
                }
            },
            None => {
                return Err(InputError(
                    "The input is empty: give a JSON object, or a list of them".into(),
                ));
            }
            Some(_) => {
                return Err(self.error(
                    "must be a JSON object of field values, such as {\"Name\": \"Acme\"}, or a list of them; it is neither",
                ));
            }
        }
        self.next()
    }

    /// Where the list begins and the object ends, if the object here is `{"records": […]}` as Salesforce writes it.
    fn wrapped(&self) -> Result<Option<(usize, usize)>, InputError> {
        let (raw, end) = self.raw()?;
        let mut scan = Scan::new(raw.get().as_bytes());
        let (mut list, mut others, mut all_or_none) = (None, false, false);
        let read = scan.members(|scan, name| {
            match name {
                b"records" if scan.peek() == Some(b'[') => list = Some(self.at + scan.at + 1),
                b"allOrNone" => all_or_none = true,
                name => others |= !BESIDE_RECORDS.contains(&name),
            }
            scan.skip_value()?;
            Ok(true)
        });
        match (read, list) {
            (Ok(()), Some(_)) if all_or_none && !others => Err(InputError(
                "The input has `allOrNone`: give the list of records alone, and set `all-or-none` in the config".into(),
            )),
            (Ok(()), Some(list)) if !others => Ok(Some((list, end))),
            _ => Ok(None),
        }
    }

    /// The value here, checked to its last byte, and where it ends.
    fn raw(&self) -> Result<(&'b RawValue, usize), InputError> {
        let rest = self.body.get(self.at..).unwrap_or_default();
        let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<&RawValue>();
        match values.next() {
            Some(Ok(raw)) => Ok((raw, self.at + values.byte_offset())),
            Some(Err(error)) => Err(InputError::at(
                self.body,
                json_offset(self.body, self.at, &error),
                &format!("is not JSON ({})", json_reason(&error)),
            )),
            None => Err(self.error("is cut short")),
        }
    }

    fn element(&mut self) -> Result<Record, InputError> {
        self.peek();
        let (raw, end) = self.raw()?;
        let place = Place {
            index: self.index,
            line: self.lines.line_at(self.at),
        };
        self.at = end;
        self.index += 1;
        record(raw, place, self.options)
    }

    fn list(&mut self, first: bool) -> Next {
        match self.peek() {
            Some(b']') => {
                // What stands around the list in a wrapper has been checked before.
                self.at = self.wrapper_end.unwrap_or(self.at + 1);
                self.state = State::Done;
                match self.peek() {
                    None => Ok(None),
                    Some(_) => Err(self.error("goes on after its list of records")),
                }
            }
            Some(b',') if !first => {
                self.at += 1;
                self.element().map(Some)
            }
            Some(_) if first => {
                self.state = State::Next;
                self.element().map(Some)
            }
            Some(_) => Err(self.error("is not JSON (expected `,` or `]`)")),
            None => Err(self.error("is cut short: its list of records has no end")),
        }
    }

    fn only(&mut self) -> Next {
        self.state = State::Done;
        match self.peek() {
            None => Ok(None),
            Some(_) => Err(self.error(
                "goes on after its first object, which application/json has none of: send one object per line as application/x-ndjson, or a list; more text stands",
            )),
        }
    }

    pub fn next(&mut self) -> Next {
        match self.state {
            State::Start => self.start(),
            State::First => self.list(true),
            State::Next => self.list(false),
            State::Only => self.only(),
            State::Done => Ok(None),
        }
    }
}

/// Reads NDJSON: one object per line.
pub(super) struct NdjsonRecords<'b> {
    body: &'b [u8],
    at: usize,
    line: u64,
    index: u64,
    options: Options,
}

impl<'b> NdjsonRecords<'b> {
    pub fn new(body: &'b [u8], options: Options) -> Self {
        Self {
            body,
            at: 0,
            line: 0,
            index: 0,
            options,
        }
    }

    pub fn next(&mut self) -> Next {
        while let Some(rest) = self.body.get(self.at..).filter(|rest| !rest.is_empty()) {
            let start = self.at;
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            self.at += end + 1;
            self.line += 1;
            let line = rest.get(..end).unwrap_or_default();
            if !line.trim_ascii().is_empty() {
                return self.record(line, start).map(Some);
            }
        }
        Ok(None)
    }

    fn record(&mut self, line: &'b [u8], start: usize) -> Result<Record, InputError> {
        let raw: &RawValue = serde_json::from_slice(line).map_err(|error| {
            let offset = json_offset(self.body, start, &error);
            let what = format!("is not one JSON value per line ({})", json_reason(&error));
            InputError::at(self.body, offset, &what)
        })?;
        let place = Place {
            index: self.index,
            line: self.line,
        };
        self.index += 1;
        record(raw, place, self.options)
    }
}

fn record(raw: &RawValue, place: Place, options: Options) -> Result<Record, InputError> {
    let mut scan = Scan::new(raw.get().as_bytes());
    scan.skip_space();
    let read = value(&mut scan, 0).map_err(|error| match error {
        RowError::TooDeep => InputError::of(
            place,
            format_args!("is nested more than {MAX_DEPTH} levels deep"),
        ),
        _ => InputError::of(
            place,
            "holds text with half a surrogate pair (\\ud800 to \\udfff), which is no character",
        ),
    })?;
    let node = match read {
        Value::Object(node) => node,
        Value::Text(id) if options.plain_ids => Node {
            members: vec![("Id".into(), Value::Text(id))],
            ..Node::default()
        },
        _ if options.plain_ids => {
            return Err(InputError::of(
                place,
                "is neither an id nor an object with an `Id`",
            ));
        }
        _ => {
            return Err(InputError::of(
                place,
                "is no JSON object of field values, such as {\"Name\": \"Acme\"}",
            ));
        }
    };
    Ok(Record { place, node })
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
