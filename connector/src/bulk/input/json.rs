//! Records of NDJSON and of JSON lists, found as their ends arrive.

use super::Buffer;
use super::cells::MAX_RECORD_BYTES;
use crate::bindings::Fault;
use crate::message::input::{Node, json_object};
use crate::org::bad_input;

/// A record and the line on which it begins.
type Found = Result<Option<(Node, u64)>, Fault>;

/// Members that stand before `records` in Salesforce's answers to queries.
const BESIDE_RECORDS: [&str; 3] = ["\"totalSize\"", "\"done\"", "\"nextRecordsUrl\""];

/// The next line that is not blank.
pub fn line(buffer: &mut Buffer) -> Found {
    loop {
        let rest = buffer.rest();
        let (end, whole) = match memchr::memchr(b'\n', rest) {
            Some(at) => (at, at + 1),
            None if buffer.ended && !rest.is_empty() => (rest.len(), rest.len()),
            None => return waiting(buffer),
        };
        let text = rest.get(..end).unwrap_or_default().trim_ascii();
        let line = buffer.line;
        let node = if text.is_empty() {
            None
        } else {
            Some(record(text, line)?)
        };
        buffer.skip(whole);
        if let Some(node) = node {
            return Ok(Some((node, line)));
        }
    }
}

fn waiting(buffer: &Buffer) -> Found {
    if buffer.rest().len() <= MAX_RECORD_BYTES {
        return Ok(None);
    }
    Err(bad_input(format!(
        "The record at line {} of the input has more than {MAX_RECORD_BYTES} bytes",
        buffer.line
    )))
}

fn record(text: &[u8], line: u64) -> Result<Node, Fault> {
    let text = std::str::from_utf8(text).map_err(|_| {
        bad_input(format!(
            "The input's line {line} is not UTF-8: save the document as UTF-8"
        ))
    })?;
    json_object(text).ok_or_else(|| {
        bad_input(format!(
            "The record at line {line} of the input is no JSON object of field values, such as {{\"Name\": \"Acme\"}}"
        ))
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    /// In the list, before an element; whether one came before.
    List,
    Done,
}

/// The elements of a JSON list, of the list in `{"records": […]}`, or the only object.
pub struct Elements {
    state: State,
}

impl Elements {
    /// Begins at the beginning, or within a list.
    pub fn new(listed: bool) -> Self {
        Self {
            state: if listed { State::List } else { State::Start },
        }
    }

    /// Whether the next record is one of a list.
    pub fn listed(&self) -> bool {
        self.state == State::List
    }

    /// Whether the document has come to its end.
    pub fn finished(&self) -> bool {
        self.state == State::Done
    }

    /// The next record, if it is whole.
    pub fn next(&mut self, buffer: &mut Buffer) -> Found {
        if self.state == State::Start && !self.start(buffer)? {
            return Ok(None);
        }
        skip_space(buffer, self.state == State::List);
        match (self.state, buffer.rest().first()) {
            (State::List, Some(b'{')) => self.element(buffer),
            (State::List, Some(b']')) => {
                let rest = buffer.rest().len();
                buffer.skip(rest);
                self.state = State::Done;
                Ok(None)
            }
            (State::List, Some(_)) => Err(bad_input(format!(
                "The input's list has something else than records at line {}",
                buffer.line
            ))),
            (State::Done, Some(_)) => {
                // What stands beside the list in Salesforce's own answers.
                let rest = buffer.rest().len();
                buffer.skip(rest);
                Ok(None)
            }
            (State::Start, Some(_)) => {
                let found = self.element(buffer)?;
                if found.is_some() {
                    self.state = State::Done;
                }
                Ok(found)
            }
            (_, None) => Ok(None),
        }
    }

    /// Finds the list; false while it cannot be told what the document is.
    fn start(&mut self, buffer: &mut Buffer) -> Result<bool, Fault> {
        skip_space(buffer, false);
        let rest = buffer.rest();
        match rest.first() {
            None => Ok(false),
            Some(b'[') => {
                buffer.skip(1);
                self.state = State::List;
                Ok(true)
            }
            Some(b'{') => {
                let Some(list) = list_in(rest, buffer.ended) else {
                    return waiting(buffer).map(|_| false);
                };
                if list > 0 {
                    buffer.skip(list);
                    self.state = State::List;
                }
                Ok(true)
            }
            Some(_) => Err(bad_input(
                "The input must be a JSON list of records, or one: it is neither",
            )),
        }
    }

    fn element(&self, buffer: &mut Buffer) -> Found {
        let Some(len) = object_len(buffer.rest()) else {
            return waiting(buffer);
        };
        let line = buffer.line;
        let node = record(buffer.rest().get(..len).unwrap_or_default(), line)?;
        buffer.skip(len);
        Ok(Some((node, line)))
    }
}

fn skip_space(buffer: &mut Buffer, commas: bool) {
    let blank = buffer
        .rest()
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace() || commas && **byte == b',')
        .count();
    buffer.skip(blank);
}

/// The bytes before the first element of `{…"records": [`; 0 where the object is no such wrapper, `None` while it cannot be
/// told.
fn list_in(text: &[u8], ended: bool) -> Option<usize> {
    let text_of = String::from_utf8_lossy(text);
    let inner = text_of.get(1..)?.trim_start();
    let told = inner.starts_with("\"records\"")
        || BESIDE_RECORDS.iter().any(|name| inner.starts_with(name));
    if !told {
        let longest = "\"nextRecordsUrl\"".len();
        return (inner.len() >= longest || ended).then_some(0);
    }
    let at = memchr::memmem::find(text, b"\"records\"")?;
    let after = text.get(at + b"\"records\"".len()..)?;
    let blank = after
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace() || **byte == b':')
        .count();
    match after.get(blank)? {
        b'[' => Some(at + b"\"records\"".len() + blank + 1),
        _ => Some(0),
    }
}

/// The bytes of the object that `text` begins with; `None` while it has no end.
fn object_len(text: &[u8]) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}
