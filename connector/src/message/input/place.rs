//! Where in a document something stands, and what is wrong there.

use crate::bindings::Fault;
use crate::org::bad_input;
use std::fmt;

/// Where a record stands in its document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The records before it.
    pub index: u64,
    /// The line on which it begins, from 1.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {} (line {})", self.index, self.line)
    }
}

/// Why a document cannot be read, in one sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError(pub String);

impl InputError {
    /// A complaint about this byte of the document.
    pub(super) fn at(body: &[u8], offset: usize, what: &str) -> Self {
        let (line, column) = line_and_column(body, offset);
        Self(format!("The input {what} at line {line} column {column}"))
    }

    /// A complaint about one record.
    pub(super) fn of(place: Place, what: impl fmt::Display) -> Self {
        Self(format!("Of the input, {place} {what}"))
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InputError {}

impl From<InputError> for Fault {
    fn from(error: InputError) -> Self {
        bad_input(error.0)
    }
}

/// Counts lines on the way through a document.
pub(super) struct Lines<'b> {
    body: &'b [u8],
    at: usize,
    line: u64,
}

impl<'b> Lines<'b> {
    pub fn of(body: &'b [u8]) -> Self {
        Self {
            body,
            at: 0,
            line: 1,
        }
    }

    /// The line of a byte that is not before the one asked for last.
    pub fn line_at(&mut self, offset: usize) -> u64 {
        let passed = self.body.get(self.at..offset).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.at = self.at.max(offset);
        self.line
    }
}

/// Line and column of a byte, both from 1; columns count characters.
fn line_and_column(body: &[u8], offset: usize) -> (usize, usize) {
    let before = body.get(..offset).unwrap_or(body);
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let column = String::from_utf8_lossy(before.get(start..).unwrap_or_default())
        .chars()
        .count();
    (line, column + 1)
}

/// Turns serde's line and column, counted from the byte `start`, into an offset in the document.
pub(super) fn json_offset(body: &[u8], start: usize, error: &serde_json::Error) -> usize {
    let text = body.get(start..).unwrap_or_default();
    let lines_before = error.line().saturating_sub(1);
    let before: usize = text
        .split_inclusive(|byte| *byte == b'\n')
        .take(lines_before)
        .map(<[u8]>::len)
        .sum();
    start + before + error.column().saturating_sub(1)
}

/// What serde says, without its own line and column.
pub(super) fn json_reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned()
}
