//! Input of loads, taken in pieces: rows come out as soon as they are whole. Memory is that of one record and of what was
//! pushed last.

mod breaking;
mod csv;
mod documents;
pub mod fingerprint;

use super::columns::Columns;
use breaking::Reading;
use fingerprint::Fingerprint;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::LoadFormat;
use salesforce_formats::message::input::buffer;
use serde::{Deserialize, Serialize};

pub use self::csv::CsvRows;
pub use self::documents::DocumentRows;

pub use salesforce_formats::message::input::buffer::BOM;
pub use salesforce_formats::message::input::cells;

/// Text that comes in pieces.
pub type Buffer = buffer::Buffer<'static>;

/// A row, ready to be sent.
#[derive(Debug, Default)]
pub struct Row {
    /// The record as CSV, without its line ending.
    pub bytes: Vec<u8>,
    /// What the record amounts to.
    pub fingerprint: Fingerprint,
    /// Where the record ends in the input.
    pub end: u64,
    /// The line on which it begins.
    pub line: u64,
    /// Why it is not fit to be sent.
    pub field_error: Option<String>,
    /// What is not fit to be sent, as it was given: a line of CSV without its ending, or a JSON object.
    pub original: Vec<u8>,
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
pub struct InputPosition {
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

impl InputPosition {
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

/// A buffer at the beginning of an input, or at a place in it.
fn buffer_at(position: Option<&InputPosition>) -> Buffer {
    let (at, line) = position.map_or((0, 1), |position| (position.at, position.line));
    Buffer::in_pieces(at, line, cells::MAX_RECORD_BYTES)
}

/// The rows of an input.
pub enum Rows {
    /// Of a CSV.
    Csv(Box<CsvRows>),
    /// Of another form.
    Documents(Box<DocumentRows>),
}

impl Rows {
    /// Takes more of the input.
    pub fn push(&mut self, piece: &[u8]) {
        // What stands behind a break is not read.
        let reading = match self {
            Self::Csv(rows) => &mut rows.reading,
            Self::Documents(rows) => &mut rows.reading,
        };
        if !reading.passes_over(piece) {
            self.buffer().push(piece);
        }
    }

    /// Keeps every record as it was given, fit or not.
    pub fn keep_originals(&mut self) {
        match self {
            Self::Csv(rows) => rows.keep_originals(),
            Self::Documents(rows) => rows.keep_originals(),
        }
    }

    /// Refuses the record that asked for columns.
    pub fn refuse(&mut self, what: &str) {
        if let Self::Documents(rows) = self {
            rows.refuse(what);
        }
    }

    fn reading(&self) -> &Reading {
        match self {
            Self::Csv(rows) => &rows.reading,
            Self::Documents(rows) => &rows.reading,
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
        row.original.clear();
        row.field_error = None;
        match self {
            Self::Csv(rows) => rows.next(columns, row),
            Self::Documents(rows) => rows.next(columns, row),
        }
    }

    /// Where the next record begins.
    pub fn position(&self) -> InputPosition {
        let broken = self.reading().is_over();
        let position = |buffer: &Buffer| InputPosition {
            at: buffer.offset() + u64::from(broken),
            line: buffer.line,
            broken,
            ..InputPosition::beginning()
        };
        match self {
            Self::Csv(rows) => position(&rows.buffer),
            Self::Documents(rows) => InputPosition {
                root: rows.root(),
                listed: rows.listed(),
                wrapped: rows.wrapped(),
                ..position(&rows.buffer)
            },
        }
    }
}

/// Whether a form comes as CSV.
pub fn is_csv(format: LoadFormat) -> bool {
    format == LoadFormat::Csv
}
