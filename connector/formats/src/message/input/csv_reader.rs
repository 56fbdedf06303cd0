//! The reader of CSV (RFC 4180): a header line, then one record per line. Records come out as soon as they are whole, whether a document is
//! there as a whole or comes in pieces, and are judged the same either way.

use super::InputError;
use super::buffer::Buffer;
use super::cells::Cell;
use super::header::{self, Header};

/// A record at the beginning of a buffer.
#[derive(Debug)]
pub struct CsvRecord {
    /// The line on which it begins.
    pub line: u64,
    /// Bytes of its content.
    pub content: usize,
    /// Bytes with its line ending.
    pub whole: usize,
    /// What makes it unreadable.
    pub error: Option<String>,
}

/// Reads a CSV record by record.
#[derive(Debug)]
pub struct CsvReader {
    /// The delimiter that is known beforehand.
    told: Option<u8>,
    /// The names of the columns, where no header line gives them.
    given: Option<Vec<String>>,
    /// The delimiter and the number of columns, once the header has been read.
    form: Option<(u8, usize)>,
    cells: Vec<Cell>,
}

impl CsvReader {
    /// Begins at the header of a document whose delimiter may be known.
    pub fn new(delimiter: Option<u8>) -> Self {
        Self {
            told: delimiter,
            given: None,
            form: None,
            cells: Vec::new(),
        }
    }

    /// Begins at the first record of a document that has no header line; its columns have these names.
    pub fn headerless(delimiter: Option<u8>, names: Vec<String>) -> Self {
        Self {
            given: Some(names),
            ..Self::new(delimiter)
        }
    }

    /// Continues between two records of a document whose header has as many columns.
    pub fn between_records(delimiter: u8, width: usize) -> Self {
        Self {
            form: Some((delimiter, width)),
            ..Self::new(None)
        }
    }

    /// Returns whether the header has been read.
    pub fn has_header(&self) -> bool {
        self.form.is_some()
    }

    /// Reads the header and steps over it, or finds what it would say by the first record; `None` while that has no end, or where there is
    /// none.
    pub fn header(&mut self, buffer: &mut Buffer<'_>) -> Result<Option<Header>, InputError> {
        let header = match &self.given {
            None => header::read(buffer, self.told, &mut self.cells)?,
            Some(names) => header::absent(buffer, self.told, names, &mut self.cells)?,
        };
        if let Some(header) = &header {
            self.form = Some((header.delimiter, header.names.len()));
        }
        Ok(header)
    }

    /// Finds the next record and steps over blank lines before it; `None` while it has no end, or where there is none. The caller steps over
    /// the record itself.
    pub fn record(&mut self, buffer: &mut Buffer<'_>) -> Result<Option<CsvRecord>, InputError> {
        let Some((delimiter, width)) = self.form else {
            return Ok(None);
        };
        while let Some(scanned) = header::scan(buffer, delimiter, &mut self.cells)? {
            if scanned.content > 0 {
                return Ok(Some(CsvRecord {
                    line: buffer.line,
                    content: scanned.content,
                    whole: scanned.whole,
                    error: header::error_text(buffer, &scanned, self.cells.len(), width),
                }));
            }
            buffer.skip(scanned.whole);
        }
        Ok(None)
    }

    /// Returns the cells of the record that was found last.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }
}
