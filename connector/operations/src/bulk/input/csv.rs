//! Rows of a CSV: what is fit to be sent is copied as it stands.

use super::cells::{self, Cell};
use super::fingerprint::{Fingerprint, Fingerprinter};
use super::{Buffer, Next, Pushed, Row};
use crate::bulk::columns::{Columns, Settled, Use, listed};
use crate::bulk::dialect::Dialect;
use crate::typing::compound_parts;
use salesforce_contract::bindings::Fault;
use salesforce_formats::message::input::csv_reader::CsvReader;
use salesforce_formats::message::input::{NULL_CELL, Value, json_object};
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_64;

/// The only cell of a record, where it is empty: without quotes the line would be blank.
const EMPTY_CELL: &[u8] = b"\"\"";

/// The cell that empties a field.
const NULL: &[u8] = NULL_CELL.as_bytes();

/// Reads a CSV in pieces.
pub struct CsvRows {
    reader: CsvReader,
    dialect: Option<Dialect>,
    /// The delimiter that rows are to have, if it is not their own.
    written: Option<u8>,
    fingerprinter: Fingerprinter,
    scratch: Vec<u8>,
}

impl CsvRows {
    /// Begins at the header.
    pub fn new(delimiter: Option<u8>) -> Self {
        Self {
            reader: CsvReader::new(delimiter),
            dialect: None,
            written: None,
            fingerprinter: Fingerprinter::default(),
            scratch: Vec::new(),
        }
    }

    /// Begins at the first record; the columns have these names.
    pub fn headerless(delimiter: Option<u8>, names: Vec<String>) -> Self {
        Self {
            reader: CsvReader::headerless(delimiter, names),
            ..Self::new(None)
        }
    }

    /// Continues between two records of a document whose header has as many columns.
    pub fn between_records(dialect: Dialect, width: usize) -> Self {
        Self {
            reader: CsvReader::between_records(dialect.delimiter, width),
            dialect: Some(dialect),
            ..Self::new(None)
        }
    }

    /// Rows come out with this delimiter.
    pub fn write_with(&mut self, delimiter: u8) {
        self.written = Some(delimiter);
    }

    /// Returns the form of the document, once its header is known.
    pub fn dialect(&self) -> Option<Dialect> {
        self.dialect
    }

    /// Finds the next row, if it is whole.
    pub fn next(
        &mut self,
        pushed: &mut Pushed,
        columns: Option<&Columns>,
        row: &mut Row,
    ) -> Result<Next, Fault> {
        if !self.reader.has_header() {
            return self.header(&mut pushed.buffer);
        }
        let Some(columns) = columns.filter(|_| pushed.reading.goes_on()) else {
            return Ok(Next::Nothing);
        };
        let found = match self.reader.record(&mut pushed.buffer) {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(Next::Nothing),
            Err(error) => {
                pushed.reading.stop(&pushed.buffer, error);
                return Ok(Next::Nothing);
            }
        };
        row.line = found.line;
        let text = pushed.buffer.rest();
        let record = text.get(..found.content).unwrap_or_default();
        match found.error {
            Some(what) => refuse(record, &what, row),
            None => self.row(columns, record, pushed.keeps_originals, row),
        }
        pushed.buffer.skip(found.whole);
        row.end = pushed.buffer.offset();
        Ok(Next::Row)
    }

    fn header(&mut self, buffer: &mut Buffer) -> Result<Next, Fault> {
        let Some(header) = self.reader.header(buffer)? else {
            return Ok(Next::Nothing);
        };
        self.dialect = Some(Dialect {
            delimiter: header.delimiter,
            crlf: header.crlf,
        });
        Ok(Next::Columns(header.names))
    }

    /// Checks the values of the record and makes the row that is sent.
    fn row(&mut self, columns: &Columns, text: &[u8], keeps_original: bool, row: &mut Row) {
        let delimiter = self.dialect.unwrap_or_default().delimiter;
        self.fingerprinter.begin(columns.key());
        let written = self.written.unwrap_or(delimiter);
        let mut cells = RowCells {
            columns,
            delimiter: written,
            before: &[],
            text,
            // Where every cell stays what it is the record is copied as a whole.
            copied: written != delimiter || !columns.keeps_cells(),
            fingerprinter: &mut self.fingerprinter,
            row,
        };
        for (index, (cell, used)) in self.reader.cells().iter().zip(columns.uses()).enumerate() {
            let value = cell.value(text, &mut self.scratch);
            cells.before = self.reader.cells().get(..index).unwrap_or_default();
            match used {
                Use::Nothing => {}
                Use::Column(at) => cells.put(*at, value, cell.bare),
                Use::Parts(compound, range) => cells.put_parts(compound, range.clone(), value),
            }
        }
        for (at, value) in columns.constants() {
            match value {
                Some(value) => cells.put_settled(*at, value.as_bytes(), &Settled::Same, false),
                None => cells.put_settled(*at, b"", &Settled::Null, false),
            }
        }
        if !cells.copied {
            row.bytes.extend_from_slice(text);
        } else if row.bytes.is_empty() {
            row.bytes.extend_from_slice(EMPTY_CELL);
        }
        if row.field_error.is_some() || keeps_original {
            copy(text, self.reader.cells(), delimiter, &mut row.original);
            if row.original.is_empty() {
                row.original.extend_from_slice(EMPTY_CELL);
            }
        }
        row.fingerprint = self.fingerprinter.fingerprint();
    }
}

/// Makes a row of a record that cannot be read.
fn refuse(record: &[u8], what: &str, row: &mut Row) {
    row.field_error = Some(format!("Line {}: {what}", row.line));
    row.original.extend_from_slice(record);
    row.fingerprint = Fingerprint {
        exact: xxh3_64(record),
        likely: 0,
    };
}

/// A row that is being made of the cells of a record.
struct RowCells<'r> {
    columns: &'r Columns,
    delimiter: u8,
    text: &'r [u8],
    /// The cells before the one at hand.
    before: &'r [Cell],
    /// Whether cells before the one at hand stand in the row already: they are copied once one of them has to be changed.
    copied: bool,
    fingerprinter: &'r mut Fingerprinter,
    row: &'r mut Row,
}

impl RowCells<'_> {
    /// Puts a value into a column. What is written `bare` is read differently by others.
    fn put(&mut self, at: usize, value: &[u8], bare: bool) {
        let settled = self.columns.settle(at, value).unwrap_or_else(|what| {
            self.refuse(&what);
            Settled::Same
        });
        self.put_settled(at, value, &settled, bare);
    }

    fn put_settled(&mut self, at: usize, value: &[u8], settled: &Settled, bare: bool) {
        if !self.copied && (bare || *settled != Settled::Same) {
            self.copied = true;
            copy(self.text, self.before, self.delimiter, &mut self.row.bytes);
        }
        if self.copied && at > 0 {
            self.row.bytes.push(self.delimiter);
        }
        let value = match settled {
            Settled::Same => value,
            Settled::Null => NULL,
            Settled::As(other) => other.as_bytes(),
        };
        self.fingerprinter.add(value);
        if self.copied {
            cells::write(value, self.delimiter, &mut self.row.bytes);
        }
    }

    /// Puts the parts of a compound field, which the cell holds as JSON, into their columns.
    fn put_parts(&mut self, compound: &str, columns: Range<usize>, value: &[u8]) {
        let names = self
            .columns
            .names()
            .get(columns.clone())
            .unwrap_or_default();
        let values = match value {
            b"" | NULL => vec![Part::Text(value.to_vec()); columns.len()],
            value => parts(compound, names, value).unwrap_or_else(|what| {
                self.refuse(&what);
                vec![Part::Null; columns.len()]
            }),
        };
        for (at, value) in columns.zip(values) {
            match value {
                Part::Null => self.put_settled(at, b"", &Settled::Null, false),
                Part::Text(value) => self.put(at, &value, false),
            }
        }
    }

    fn refuse(&mut self, what: &str) {
        let line = self.row.line;
        self.row
            .field_error
            .get_or_insert_with(|| format!("Line {line}: {what}"));
    }
}

/// What a cell says of a part of a compound field.
#[derive(Clone)]
enum Part {
    Null,
    Text(Vec<u8>),
}

/// Returns the values of the parts of a compound field; empty for those that the cell does not hold.
fn parts(compound: &str, names: &[String], cell: &[u8]) -> Result<Vec<Part>, String> {
    let told = std::str::from_utf8(cell).ok().and_then(json_object);
    let told = told.ok_or_else(|| {
        format!(
            "`{compound}` is a compound field: its cell holds a JSON object of its parts, as queries write it, or they stand in columns of their own ({})",
            listed(names)
        )
    })?;
    let known = |name: &str| {
        let mut names = names.iter();
        names.position(|known| known.eq_ignore_ascii_case(name))
    };
    let mut values = vec![Part::Text(Vec::new()); names.len()];
    for (name, value) in compound_parts(compound, told, |name| known(name).is_some())? {
        let position = known(&name).and_then(|at| values.get_mut(at));
        let position =
            position.ok_or_else(|| format!("`{name}` is no field that the user may see"))?;
        *position = match value {
            Value::Null => Part::Null,
            Value::Text(text) | Value::Untyped(text) | Value::Number(text) => {
                Part::Text(text.into_bytes())
            }
            _ => return Err(format!("`{name}` is no single value")),
        };
    }
    Ok(values)
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
