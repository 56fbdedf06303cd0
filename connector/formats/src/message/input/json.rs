//! Records of a JSON document: one object, a list of objects, or Salesforce's own `{"records": […]}`.

use super::buffer::Buffer;
use super::json_record::record;
use super::split::{CUT_SHORT, Flaw, Found, Next, Split, waiting};
use super::{InputError, Options};

/// Members that stand beside `records` in Salesforce's answers to queries.
const BESIDE_RECORDS: [&str; 5] = [
    "totalSize",
    "size",
    "done",
    "nextRecordsUrl",
    "queryLocator",
];

/// The member of a request of the collections that the config says in its own way.
const ALL_OR_NONE: &str = "allOrNone";

/// Where a reader of JSON stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// Reads a JSON document record by record.
#[derive(Debug)]
pub struct JsonRecords {
    state: State,
    /// Whether the list stands in a wrapper.
    wrapped: bool,
    options: Options,
}

impl JsonRecords {
    /// Begins at the beginning.
    pub fn new(options: Options) -> Self {
        Self {
            state: State::Start,
            wrapped: false,
            options,
        }
    }

    /// Continues behind a record: in a list, where it stood in one, which stands in a wrapper or not.
    pub fn behind_record(listed: bool, wrapped: bool) -> Self {
        Self {
            state: if listed { State::Element } else { State::Done },
            wrapped,
            ..Self::new(Options::default())
        }
    }

    /// Returns whether the record before was one of a list.
    pub fn listed(&self) -> bool {
        self.state == State::Element
    }

    /// Returns whether that list stands in a wrapper.
    pub fn wrapped(&self) -> bool {
        self.wrapped
    }

    /// Finds out what the document is.
    fn start(&mut self, buffer: &mut Buffer<'_>) -> Next {
        match wrapper(buffer.rest()) {
            Wrapper::Unknown if !buffer.ended => waiting(buffer),
            Wrapper::Unknown | Wrapper::None => self.only(buffer),
            Wrapper::AllOrNone => Err(all_or_none()),
            Wrapper::List(len) => {
                buffer.skip(len);
                self.wrapped = true;
                self.state = State::Opened;
                Ok(None)
            }
        }
    }

    /// Returns the only record of the document. It is not emitted before it is certain to be the only one.
    fn only(&mut self, buffer: &mut Buffer<'_>) -> Next {
        let Some(len) = object_len(buffer.rest(), 0) else {
            return waiting(buffer);
        };
        let after = buffer.rest().get(len..).unwrap_or_default();
        let behind = after.trim_ascii_start();
        if behind.is_empty() && !buffer.ended {
            return waiting(buffer);
        }
        if !behind.is_empty() {
            buffer.skip(len + after.len() - behind.len());
            return Err(unexpected(State::Done, buffer));
        }
        self.taken(buffer, len, State::Done)
    }

    fn taken(&mut self, buffer: &mut Buffer<'_>, len: usize, state: State) -> Next {
        buffer.check_length(len)?;
        let line = buffer.line;
        let text = buffer.rest().get(..len).unwrap_or_default();
        let node = match record(text, self.options) {
            Ok(node) => Ok(node),
            Err(Flaw::Record(what)) => Err(what),
            Err(Flaw::Text(what)) => {
                return Err(InputError(format!("Of the input's line {line}, {what}")));
            }
        };
        buffer.skip(len);
        self.state = state;
        Ok(Some(Found { node, line, len }))
    }

    /// Reads an element of the list: an object, or a plain id.
    fn element(&mut self, buffer: &mut Buffer<'_>) -> Next {
        let rest = buffer.rest();
        let len = match rest.first() {
            Some(b'"') => string_at(rest, 0).flatten().map(<[u8]>::len),
            _ => object_len(rest, 0),
        };
        match len {
            Some(len) => self.taken(buffer, len, State::Element),
            None => waiting(buffer),
        }
    }
}

impl Split for JsonRecords {
    fn next(&mut self, buffer: &mut Buffer<'_>) -> Next {
        loop {
            buffer.skip_space();
            let Some(first) = buffer.rest().first().copied() else {
                return Ok(None);
            };
            match (self.state, first) {
                (State::Start, b'{') => {
                    let found = self.start(buffer)?;
                    if self.state != State::Opened {
                        return Ok(found);
                    }
                }
                (State::Start, b'[') => self.pass(buffer, State::Opened),
                (State::Opened | State::Comma, b'{') => return self.element(buffer),
                (State::Opened | State::Comma, b'"') if self.options.plain_ids => {
                    return self.element(buffer);
                }
                (State::Element, b',') => self.pass(buffer, State::Comma),
                (State::Opened | State::Element, b']') if self.wrapped => {
                    self.pass(buffer, State::Tail);
                }
                (State::Opened | State::Element, b']') => self.pass(buffer, State::Done),
                (State::Tail, _) => {
                    let Some(len) = tail_len(buffer)? else {
                        return waiting(buffer);
                    };
                    buffer.skip(len);
                    self.state = State::Done;
                }
                (state, _) => return Err(unexpected(state, buffer)),
            }
        }
    }

    fn missing(&self) -> Option<&'static str> {
        match self.state {
            State::Start => Some("is empty: give a JSON object, or a list of them"),
            State::Done => None,
            _ => Some(CUT_SHORT),
        }
    }
}

impl JsonRecords {
    /// Steps over a character.
    fn pass(&mut self, buffer: &mut Buffer<'_>, state: State) {
        buffer.skip(1);
        self.state = state;
    }
}

/// Returns the error about something that has no place in the document.
fn unexpected(state: State, buffer: &Buffer<'_>) -> InputError {
    let another = buffer.rest().starts_with(b"{");
    buffer.error(match state {
        State::Start => {
            "must be a JSON object of field values, such as {\"Name\": \"Acme\"}, or a list of them: it is neither"
        }
        State::Opened => "has something else than a record in its list",
        State::Comma => "has something else than a record behind a comma of its list",
        State::Element if another => "lacks a comma between two records of its list",
        State::Element => "has something else than a comma behind a record of its list",
        State::Tail | State::Done if another => {
            "has another record behind its end: where every line is a record, give it as application/x-ndjson (config.format `ndjson`); otherwise put all records into one list"
        }
        State::Tail | State::Done => {
            "goes on behind its end: put all records into one list, and nothing behind it"
        }
    })
}

fn all_or_none() -> InputError {
    InputError(
        "The input has `allOrNone`: give the list of records alone, and set `all-or-none` in the config".into(),
    )
}

/// What an object at the beginning of a document is.
enum Wrapper {
    /// It cannot be told yet.
    Unknown,
    /// A record.
    None,
    /// A request of the collections.
    AllOrNone,
    /// A wrapper with so many bytes before the first element of its list.
    List(usize),
}

/// Looks for `{…"records": [`, with nothing before it but what stands there in Salesforce's answers.
fn wrapper(text: &[u8]) -> Wrapper {
    known_wrapper(text).unwrap_or(Wrapper::Unknown)
}

fn known_wrapper(text: &[u8]) -> Option<Wrapper> {
    let mut at = 1;
    loop {
        at = past_space(text, at)?;
        let Some(name) = string_at(text, at)? else {
            return Some(Wrapper::None);
        };
        at = past_space(text, at + name.len())?;
        if text.get(at) != Some(&b':') {
            return Some(Wrapper::None);
        }
        at = past_space(text, at + 1)?;
        let name = name.get(1..name.len() - 1).unwrap_or_default();
        if name == b"records" {
            let is_list = text.get(at) == Some(&b'[');
            return Some(match is_list {
                true => Wrapper::List(at + 1),
                false => Wrapper::None,
            });
        }
        if name == ALL_OR_NONE.as_bytes() {
            return Some(Wrapper::AllOrNone);
        }
        if !BESIDE_RECORDS.iter().any(|known| known.as_bytes() == name) {
            return Some(Wrapper::None);
        }
        at = past_space(text, past_scalar(text, at)?)?;
        if text.get(at) != Some(&b',') {
            return Some(Wrapper::None);
        }
        at += 1;
    }
}

/// Returns the place of the next character that is no space; `None` where there is none yet.
fn past_space(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let blank = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
    Some(at + blank)
}

/// Returns the string at a place, with its quotes; `None` while it has no end, nothing within where there is no string.
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

/// Returns the place behind a string, a number or a word; `None` while it has no end.
fn past_scalar(text: &[u8], at: usize) -> Option<usize> {
    if let Some(string) = string_at(text, at)? {
        return Some(at + string.len());
    }
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'}');
    Some(at + text.get(at..)?.iter().position(ends)?)
}

/// Returns the bytes of what stands behind the list of a wrapper, its closing brace included; `None` while it has no end.
fn tail_len(buffer: &Buffer<'_>) -> Result<Option<usize>, InputError> {
    let Some(len) = object_len(buffer.rest(), 1) else {
        return Ok(None);
    };
    let tail = buffer.rest().get(..len).unwrap_or_default();
    let whole = [b"{\"\":0", tail].concat();
    let told: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&whole).map_err(|_| unexpected(State::Tail, buffer))?;
    let mut strange = told
        .keys()
        .filter(|name| !name.is_empty() && !BESIDE_RECORDS.contains(&name.as_str()));
    match strange.next().map(String::as_str) {
        None => Ok(Some(len)),
        Some(ALL_OR_NONE) => Err(all_or_none()),
        // A second list, or the fields of a record: they would be passed over.
        Some(name) => Err(buffer.error(format_args!("has `{name}` behind its list of records"))),
    }
}

/// Returns the bytes of the object that `text` begins with, or is within at this depth; `None` while it has no end.
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
