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

pub use self::csv::CsvRows;
pub use self::documents::DocumentRows;

pub use salesforce_formats::message::input::InputPosition;
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

/// What has been pushed of an input, and how its reading goes.
pub struct Pushed {
    buffer: Buffer,
    reading: Reading,
    /// Whether every record is kept as it was given.
    keeps_originals: bool,
}

/// The rows of an input.
pub struct Rows {
    pushed: Pushed,
    /// What makes rows of its records.
    pub form: Form,
}

/// What makes rows of records.
pub enum Form {
    /// Of a CSV.
    Csv(Box<CsvRows>),
    /// Of another form.
    Documents(Box<DocumentRows>),
}

impl Rows {
    /// Begins at the beginning of an input, or continues at a position in it.
    pub fn new(form: Form, position: Option<&InputPosition>) -> Self {
        let (at, line) = position.map_or((0, 1), |position| (position.at, position.line));
        Self {
            pushed: Pushed {
                buffer: Buffer::in_pieces(at, line, cells::MAX_RECORD_BYTES),
                reading: Reading::from(position),
                keeps_originals: false,
            },
            form,
        }
    }

    /// Takes more of the input. What stands behind a break is not read.
    pub fn push(&mut self, piece: &[u8]) {
        if !self.pushed.reading.passes_over(piece) {
            self.pushed.buffer.push(piece);
        }
    }

    /// Keeps every record as it was given, fit or not.
    pub fn keep_originals(&mut self) {
        self.pushed.keeps_originals = true;
    }

    /// Takes note that no more input follows.
    pub fn end(&mut self) {
        self.pushed.buffer.ended = true;
    }

    /// Finds the next row, if it is whole.
    pub fn next(&mut self, columns: Option<&Columns>, row: &mut Row) -> Result<Next, Fault> {
        row.bytes.clear();
        row.original.clear();
        row.field_error = None;
        let next = match &mut self.form {
            Form::Csv(rows) => rows.next(&mut self.pushed, columns, row),
            Form::Documents(rows) => rows.next(&mut self.pushed, columns, row),
        }?;
        let Pushed {
            buffer, reading, ..
        } = &mut self.pushed;
        Ok(match next {
            Next::Nothing if reading.tell(buffer.ended, row) => Next::Row,
            next => next,
        })
    }

    /// Returns where the next record begins.
    pub fn position(&self) -> InputPosition {
        let position = match &self.form {
            Form::Csv(_) => self.pushed.buffer.position(),
            Form::Documents(rows) => rows.position(&self.pushed.buffer),
        };
        match self.pushed.reading.is_over() {
            true => position.broken(),
            false => position,
        }
    }
}

/// Returns whether a form comes as CSV.
pub fn is_csv(format: LoadFormat) -> bool {
    format == LoadFormat::Csv
}
