//! Records of NDJSON and of JSON lists, found as their ends arrive.

use super::cells::MAX_RECORD_BYTES;
use super::{Buffer, Place};
use crate::bindings::Fault;
use crate::message::input::{Node, json_object};
use crate::org::bad_input;

/// A record or what is wrong with it, the line on which it begins, and how many of the bytes behind are its own.
pub type Found = Result<Option<(Result<Node, String>, u64, usize)>, Fault>;

/// Members that stand before `records` in Salesforce's answers to queries.
const BESIDE_RECORDS: [&[u8]; 3] = [b"\"totalSize\"", b"\"done\"", b"\"nextRecordsUrl\""];

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
            Some(record(text))
        };
        buffer.skip(whole);
        if let Some(node) = node {
            return Ok(Some((node, line, whole)));
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

/// Reads a record; the error is what is wrong with it alone.
pub fn record(text: &[u8]) -> Result<Node, String> {
    let text = std::str::from_utf8(text)
        .map_err(|_| "the record is not UTF-8: save the document as UTF-8")?;
    json_object(text).ok_or_else(|| {
        "the record is no JSON object of field values, such as {\"Name\": \"Acme\"}".to_owned()
    })
}

/// Where a reader of JSON stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the document.
    Start,
    /// Behind the bracket that opens the list.
    Opened,
    /// Behind an element of the list.
    Element,
    /// Behind the comma after an element.
    Comma,
    /// Behind the list of a wrapper.
    Tail,
    /// Behind all of it.
    Done,
}

/// The elements of a JSON list, of the list in `{"records": […]}`, or the only object.
pub struct Elements {
    state: State,
    /// Whether the list stands in a wrapper.
    wrapped: bool,
}

impl Elements {
    /// Begins at the beginning, or behind a record.
    pub fn new(place: Option<&Place>) -> Self {
        let state = match place {
            None => State::Start,
            Some(place) if place.listed => State::Element,
            Some(_) => State::Done,
        };
        Self {
            state,
            wrapped: place.is_some_and(|place| place.wrapped),
        }
    }

    /// Whether the record before was one of a list.
    pub fn listed(&self) -> bool {
        self.state == State::Element
    }

    /// Whether that list stands in a wrapper.
    pub fn wrapped(&self) -> bool {
        self.wrapped
    }

    /// Whether the document has come to its end.
    pub fn finished(&self) -> bool {
        self.state == State::Done
    }

    /// The next record, if it is whole.
    pub fn next(&mut self, buffer: &mut Buffer) -> Found {
        loop {
            skip_space(buffer);
            let Some(first) = buffer.rest().first().copied() else {
                return Ok(None);
            };
            self.state = match (self.state, first) {
                (State::Start, b'{') => match list_in(buffer.rest()) {
                    None => return waiting(buffer),
                    Some(0) => return self.only(buffer),
                    Some(list) => {
                        buffer.skip(list);
                        self.wrapped = true;
                        State::Opened
                    }
                },
                (State::Start, b'[') => passed(buffer, State::Opened),
                (State::Opened | State::Comma, b'{') => return self.element(buffer),
                (State::Element, b',') => passed(buffer, State::Comma),
                (State::Opened | State::Element, b']') if self.wrapped => {
                    passed(buffer, State::Tail)
                }
                (State::Opened | State::Element, b']') => passed(buffer, State::Done),
                (State::Tail, _) => {
                    let Some(len) = tail_len(buffer)? else {
                        return waiting(buffer);
                    };
                    buffer.skip(len);
                    State::Done
                }
                (state, _) => return Err(unexpected(state, buffer)),
            };
        }
    }

    /// The only record of the document. It is not given out before it is certain to be the only one.
    fn only(&mut self, buffer: &mut Buffer) -> Found {
        let Some(len) = object_len(buffer.rest(), 0) else {
            return waiting(buffer);
        };
        let after = buffer.rest().get(len..).unwrap_or_default();
        match after.trim_ascii_start().first() {
            None if !buffer.ended => waiting(buffer),
            None => self.taken(buffer, len, State::Done),
            Some(_) => {
                let blank = after.len() - after.trim_ascii_start().len();
                buffer.skip(len + blank);
                Err(unexpected(State::Done, buffer))
            }
        }
    }

    fn element(&mut self, buffer: &mut Buffer) -> Found {
        match object_len(buffer.rest(), 0) {
            Some(len) => self.taken(buffer, len, State::Element),
            None => waiting(buffer),
        }
    }

    fn taken(&mut self, buffer: &mut Buffer, len: usize, state: State) -> Found {
        let line = buffer.line;
        let node = record(buffer.rest().get(..len).unwrap_or_default());
        buffer.skip(len);
        self.state = state;
        Ok(Some((node, line, len)))
    }
}

/// Steps over a character.
fn passed(buffer: &mut Buffer, state: State) -> State {
    buffer.skip(1);
    state
}

fn skip_space(buffer: &mut Buffer) {
    let rest = buffer.rest();
    let blank = rest.len() - rest.trim_ascii_start().len();
    buffer.skip(blank);
}

/// The fault for something that has no place in the document.
fn unexpected(state: State, buffer: &Buffer) -> Fault {
    let another = buffer.rest().starts_with(b"{");
    let what = match state {
        State::Start => "must be a JSON list of records, or one record: it is neither",
        State::Opened => "has something else than a record in its list",
        State::Comma => "has something else than a record behind a comma of its list",
        State::Element if another => "lacks a comma between two records of its list",
        State::Element => "has something else than a comma behind a record of its list",
        State::Tail | State::Done if another => {
            "has another record behind its end: where every line is a record, set config.format to `ndjson`; otherwise put all records into one list"
        }
        State::Tail | State::Done => {
            "goes on behind its end: put all records into one list, and nothing behind it"
        }
    };
    let (line, byte) = (buffer.line, buffer.offset());
    bad_input(format!("The input {what} (line {line}, byte {byte})"))
}

/// The bytes before the first element of `{…"records": [`; 0 where the object is no such wrapper, `None` while it cannot be
/// told.
fn list_in(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at = past_space(text, at)?;
        let Some(name) = string_at(text, at)? else {
            return Some(0);
        };
        at = past_space(text, at + name.len())?;
        if text.get(at) != Some(&b':') {
            return Some(0);
        }
        at = past_space(text, at + 1)?;
        if name == b"\"records\"" {
            let is_list = text.get(at) == Some(&b'[');
            return Some(if is_list { at + 1 } else { 0 });
        }
        if !BESIDE_RECORDS.contains(&name) {
            return Some(0);
        }
        at = past_space(text, past_scalar(text, at)?)?;
        if text.get(at) != Some(&b',') {
            return Some(0);
        }
        at += 1;
    }
}

/// The place of the next character that is no space; `None` where there is none yet.
fn past_space(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let blank = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
    Some(at + blank)
}

/// The string at a place, with its quotes; `None` while it has no end, nothing within where there is no string.
fn string_at(text: &[u8], at: usize) -> Option<Option<&[u8]>> {
    if text.get(at) != Some(&b'"') {
        return Some(None);
    }
    let mut escaped = false;
    for (length, byte) in text.get(at + 1..)?.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(text.get(at..at + length + 2)),
            _ => {}
        }
    }
    None
}

/// The place behind a string, a number or a word; `None` while it has no end.
fn past_scalar(text: &[u8], at: usize) -> Option<usize> {
    if let Some(string) = string_at(text, at)? {
        return Some(at + string.len());
    }
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'}');
    Some(at + text.get(at..)?.iter().position(ends)?)
}

/// The bytes of what stands behind the list of a wrapper, its closing brace included; `None` while it has no end.
fn tail_len(buffer: &Buffer) -> Result<Option<usize>, Fault> {
    let Some(len) = object_len(buffer.rest(), 1) else {
        return Ok(None);
    };
    let tail = buffer.rest().get(..len).unwrap_or_default();
    let whole = [b"{\"records\":null", tail].concat();
    let told: Option<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_slice(&whole).ok();
    // Of two members of one name the last one is read: records in a second list would be passed over.
    match told.as_ref().and_then(|told| told.get("records")) {
        Some(serde_json::Value::Null) => Ok(Some(len)),
        _ => Err(unexpected(State::Tail, buffer)),
    }
}

/// The bytes of the object that `text` begins with, or is within at this depth; `None` while it has no end.
fn object_len(text: &[u8], mut depth: usize) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
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
