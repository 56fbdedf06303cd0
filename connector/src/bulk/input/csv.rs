//! Rows of a CSV: what is fit to be sent is copied as it stands.

use super::cells::{self, Cell};
use super::signature::{Mark, Signature};
use super::{Buffer, Next, Place, Row, buffer_at};
use crate::bindings::Fault;
use crate::bulk::columns::{Columns, Settled};
use crate::bulk::dialect::Dialect;
use crate::message::input::{NULL_CELL, header};
use xxhash_rust::xxh3::xxh3_64;

/// The only cell of a record, where it is empty: without quotes the line would be blank.
const EMPTY_CELL: &[u8] = b"\"\"";

/// Reads a CSV in pieces.
pub struct CsvRows {
    pub(super) buffer: Buffer,
    dialect: Option<Dialect>,
    /// The delimiter that the config tells.
    delimiter: Option<u8>,
    /// The delimiter that rows are to have, if it is not their own.
    written: Option<u8>,
    cells: Vec<Cell>,
    signature: Signature,
    scratch: Vec<u8>,
    width: usize,
    /// Whether every record is kept as it was given.
    keeps: bool,
    /// Whether the input cannot be read any further.
    broken: bool,
}

impl CsvRows {
    /// Begins at the header.
    pub fn new(delimiter: Option<u8>) -> Self {
        Self {
            buffer: buffer_at(None),
            dialect: None,
            delimiter,
            written: None,
            cells: Vec::new(),
            signature: Signature::default(),
            scratch: Vec::new(),
            width: 0,
            keeps: false,
            broken: false,
        }
    }

    /// Goes on between two records of a document whose header has as many columns.
    pub fn resume(place: &Place, dialect: Dialect, width: usize) -> Self {
        Self {
            buffer: buffer_at(Some(place)),
            dialect: Some(dialect),
            width,
            broken: place.broken,
            ..Self::new(None)
        }
    }

    /// Rows come out with this delimiter.
    pub fn write_with(&mut self, delimiter: u8) {
        self.written = Some(delimiter);
    }

    /// Every record is kept as it was given.
    pub fn keep_given(&mut self) {
        self.keeps = true;
    }

    /// Whether the input cannot be read any further.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// The form of the document, once its header is known.
    pub fn dialect(&self) -> Option<Dialect> {
        self.dialect
    }

    /// The next row, if it is whole.
    pub fn next(&mut self, columns: Option<&Columns>, row: &mut Row) -> Result<Next, Fault> {
        if self.width == 0 {
            return self.header();
        }
        let Some(columns) = columns.filter(|_| !self.broken) else {
            return Ok(Next::Nothing);
        };
        let dialect = self.dialect.unwrap_or_default();
        loop {
            row.line = self.buffer.line;
            let found = match header::scan(&self.buffer, dialect.delimiter, &mut self.cells) {
                Ok(Some(found)) => found,
                Ok(None) => return Ok(Next::Nothing),
                Err(error) => {
                    self.broken = true;
                    row.breaks_off(self.buffer.offset(), error);
                    return Ok(Next::Row);
                }
            };
            if found.content > 0 {
                match header::complaint(&self.buffer, &found, self.cells.len(), self.width) {
                    Some(what) => self.refuse(found.content, &what, row),
                    None => self.row(columns, dialect.delimiter, found.content, row),
                }
            }
            self.buffer.skip(found.whole);
            row.end = self.buffer.offset();
            if found.content > 0 {
                return Ok(Next::Row);
            }
        }
    }

    /// Makes a row of a record that cannot be read.
    fn refuse(&self, content: usize, what: &str, row: &mut Row) {
        let record = self.buffer.rest().get(..content).unwrap_or_default();
        row.complaint = Some(format!("Line {}: {what}", row.line));
        row.given.extend_from_slice(record);
        row.mark = Mark {
            exact: xxh3_64(record),
            likely: 0,
        };
    }

    fn header(&mut self) -> Result<Next, Fault> {
        let Some(header) = header::read(&mut self.buffer, self.delimiter, &mut self.cells)? else {
            return Ok(Next::Nothing);
        };
        self.dialect = Some(Dialect {
            delimiter: header.delimiter,
            crlf: header.crlf,
        });
        self.width = header.names.len();
        Ok(Next::Columns(header.names))
    }

    /// Checks the values of the record before `content` and makes the row that is sent.
    fn row(&mut self, columns: &Columns, delimiter: u8, content: usize, row: &mut Row) {
        let text = self.buffer.rest();
        let line = self.buffer.line;
        let record = text.get(..content).unwrap_or_default();
        self.signature.begin(columns.key());
        // Cells before this one stand in `row.bytes` already, because one of them had to be changed.
        let mut copied = self.written.is_some_and(|written| written != delimiter);
        let own = delimiter;
        let delimiter = self.written.unwrap_or(delimiter);
        for (index, cell) in self.cells.iter().enumerate() {
            let value = cell.value(text, &mut self.scratch);
            let settled = match columns.settle(index, value) {
                Ok(settled) => settled,
                Err(what) => {
                    row.complaint
                        .get_or_insert_with(|| format!("Line {line}: {what}"));
                    Settled::Same
                }
            };
            if !copied && (cell.bare || settled != Settled::Same) {
                copied = true;
                let before = self.cells.get(..index).unwrap_or_default();
                copy(text, before, delimiter, &mut row.bytes);
            }
            if copied && index > 0 {
                row.bytes.push(delimiter);
            }
            match &settled {
                Settled::Same => {
                    self.signature.add(value);
                    if copied {
                        cells::write(value, delimiter, &mut row.bytes);
                    }
                }
                Settled::Null => {
                    self.signature.add(b"");
                    row.bytes.extend_from_slice(NULL_CELL.as_bytes());
                }
                Settled::As(other) => {
                    self.signature.add(other.as_bytes());
                    cells::write(other.as_bytes(), delimiter, &mut row.bytes);
                }
            }
        }
        if !copied {
            row.bytes.extend_from_slice(record);
        }
        if row.complaint.is_some() || self.keeps {
            copy(text, &self.cells, own, &mut row.given);
            if row.given.is_empty() {
                row.given.extend_from_slice(EMPTY_CELL);
            }
        }
        row.mark = self.signature.mark();
    }
}

/// Writes cells as they stand.
fn copy(text: &[u8], cells: &[Cell], delimiter: u8, out: &mut Vec<u8>) {
    let mut scratch = Vec::new();
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            out.push(delimiter);
        }
        cells::write(cell.value(text, &mut scratch), delimiter, out);
    }
}
