//! Input of loads, taken in pieces: rows come out as soon as they are whole. Memory is that of one record and of what was
//! pushed last.

pub mod cells;
mod csv;
mod documents;
mod json;
pub mod signature;
mod xml;

use super::columns::Columns;
use crate::bindings::Fault;
use crate::bindings::exports::salesforce::connector::bulk::LoadFormat;
use crate::org::bad_input;
use serde::{Deserialize, Serialize};
use signature::Mark;

pub use self::csv::CsvRows;
pub use self::documents::DocumentRows;

/// The byte order mark that Windows programs put before UTF-8.
pub const BOM: &[u8] = b"\xef\xbb\xbf";

/// A row, ready to be sent.
#[derive(Debug, Default)]
pub struct Row {
    /// The record as CSV, without its line ending.
    pub bytes: Vec<u8>,
    /// What the record amounts to.
    pub mark: Mark,
    /// Where the record ends in the input.
    pub end: u64,
    /// The line on which it begins.
    pub line: u64,
    /// Why it is not fit to be sent.
    pub complaint: Option<String>,
    /// What is not fit to be sent, as it was given: a line of CSV without its ending, or a JSON object.
    pub given: Vec<u8>,
}

impl Row {
    /// Makes it stand for all of an input from a byte on, which cannot be read. It ends behind every record before it.
    pub fn breaks_off(&mut self, at: u64, what: impl std::fmt::Display) {
        self.complaint = Some(format!(
            "Line {}: {what}: nothing of the input from here on (byte {at}) was read, and nothing of it was sent",
            self.line
        ));
        self.mark = Mark::default();
        self.end = at + 1;
    }
}

/// What a reader has.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// A row.
    Row,
    /// Columns that are to be settled before there can be rows: the first, or more than before.
    Columns(Vec<String>),
    /// Nothing until more is pushed.
    Nothing,
}

/// Where a reader stands between two records: enough to go on from there with another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Bytes of the input before it.
    pub at: u64,
    /// Its line.
    pub line: u64,
    /// The tag that opens the root, of XML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// Whether it is within a list, of JSON.
    #[serde(default)]
    pub listed: bool,
    /// Whether that list stands in `{"records": […]}`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wrapped: bool,
    /// Whether the input cannot be read any further.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub broken: bool,
}

impl Place {
    /// The beginning of an input.
    pub fn beginning() -> Self {
        Self {
            at: 0,
            line: 1,
            root: None,
            listed: false,
            wrapped: false,
            broken: false,
        }
    }

    /// Bytes of the input that need not be written again to go on from here.
    pub fn taken(&self) -> u64 {
        self.at.saturating_sub(u64::from(self.broken))
    }
}

/// Bytes pushed and not yet read.
#[derive(Debug, Default)]
pub struct Buffer {
    bytes: Vec<u8>,
    at: usize,
    /// Bytes of the input before the first one held.
    base: u64,
    /// The line of the byte at `at`.
    pub line: u64,
    /// Whether nothing follows.
    pub ended: bool,
}

impl Buffer {
    /// A buffer at the beginning of the input, or at a place in it.
    pub fn at(place: Option<&Place>) -> Self {
        Self {
            base: place.map_or(0, |place| place.at),
            line: place.map_or(1, |place| place.line),
            ..Self::default()
        }
    }

    /// Takes more of the input.
    pub fn push(&mut self, piece: &[u8]) {
        if self.at > 0 {
            self.bytes.drain(..self.at);
            self.base += self.at as u64;
            self.at = 0;
        }
        self.bytes.extend_from_slice(piece);
    }

    /// What has not been read.
    pub fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Steps over bytes.
    pub fn skip(&mut self, bytes: usize) {
        let passed = self.bytes.get(self.at..self.at + bytes).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.at += passed.len();
    }

    /// What was stepped over last.
    pub fn behind(&self, bytes: usize) -> &[u8] {
        let from = self.at.saturating_sub(bytes);
        self.bytes.get(from..self.at).unwrap_or_default()
    }

    /// Bytes of the input that have been read.
    pub fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Steps over a byte order mark at the beginning of the input. False while it cannot be told.
    pub fn past_bom(&mut self) -> Result<bool, Fault> {
        if self.offset() > 0 {
            return Ok(true);
        }
        let rest = self.rest();
        if rest.starts_with(b"\xff\xfe") || rest.starts_with(b"\xfe\xff") {
            return Err(bad_input(
                "The input is encoded in UTF-16: save it as UTF-8",
            ));
        }
        if rest.starts_with(BOM) {
            self.skip(BOM.len());
        }
        Ok(self.offset() > 0 || self.rest().len() >= BOM.len() || self.ended)
    }
}

/// The rows of an input.
pub enum Rows {
    /// Of a CSV.
    Csv(CsvRows),
    /// Of another form.
    Documents(Box<DocumentRows>),
}

impl Rows {
    /// Takes more of the input.
    pub fn push(&mut self, piece: &[u8]) {
        // What stands behind a break is not read.
        if !self.is_broken() {
            self.buffer().push(piece);
        }
    }

    /// Keeps every record as it was given, fit or not.
    pub fn keep_given(&mut self) {
        match self {
            Self::Csv(rows) => rows.keep_given(),
            Self::Documents(rows) => rows.keep_given(),
        }
    }

    /// Refuses the record that asked for columns.
    pub fn refuse(&mut self, what: &str) {
        if let Self::Documents(rows) = self {
            rows.refuse(what);
        }
    }

    fn is_broken(&self) -> bool {
        match self {
            Self::Csv(rows) => rows.is_broken(),
            Self::Documents(rows) => rows.is_broken(),
        }
    }

    /// No more input follows.
    pub fn end(&mut self) {
        self.buffer().ended = true;
    }

    fn buffer(&mut self) -> &mut Buffer {
        match self {
            Self::Csv(rows) => &mut rows.buffer,
            Self::Documents(rows) => &mut rows.buffer,
        }
    }

    /// The next row, if it is whole.
    pub fn next(&mut self, columns: Option<&Columns>, row: &mut Row) -> Result<Next, Fault> {
        row.bytes.clear();
        row.given.clear();
        row.complaint = None;
        match self {
            Self::Csv(rows) => rows.next(columns, row),
            Self::Documents(rows) => rows.next(columns, row),
        }
    }

    /// Where the next record begins.
    pub fn place(&self) -> Place {
        let broken = self.is_broken();
        let place = |buffer: &Buffer| Place {
            at: buffer.offset() + u64::from(broken),
            line: buffer.line,
            broken,
            ..Place::beginning()
        };
        match self {
            Self::Csv(rows) => place(&rows.buffer),
            Self::Documents(rows) => Place {
                root: rows.root(),
                listed: rows.listed(),
                wrapped: rows.wrapped(),
                ..place(&rows.buffer)
            },
        }
    }
}

/// Whether a form comes as CSV.
pub fn is_csv(format: LoadFormat) -> bool {
    format == LoadFormat::Csv
}
