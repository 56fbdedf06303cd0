//! Writes rows in the form that was asked for.

use serde_json::value::RawValue;

use super::csv::CsvWriter;
use super::json::{Fetch, copy_record};
use super::row_size;
use super::xml::XmlWriter;
use super::{Page, RowError};
use crate::soql::SelectList;

/// The forms in which rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFormat {
    /// One JSON object per line, each line ended by LF.
    Ndjson,
    /// One JSON array, each record on its own line.
    Json,
    /// CSV with a header line; see the table in `message::csv` for what becomes of values.
    Csv,
    /// XML, one element per row; see the table in `message::xml`.
    Xml,
}

impl RowFormat {
    /// Returns the media type of rows in this form.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xml => "application/xml",
        }
    }
}

/// What a form needs beside the rows themselves.
enum Table {
    Json,
    Csv(Box<CsvWriter>),
    Xml(Box<XmlWriter>),
}

/// Writes the pages of one query as one document: `begin`, every page in its order, `end`.
///
/// Memory is that of the bytes handed out, whatever the number of rows. In JSON forms a child sub-query becomes a plain array of its records;
/// where Salesforce cut it off (`done` is false) the rest is fetched and added, so that no child is ever missing.
pub struct RowWriter {
    format: RowFormat,
    keep_attributes: bool,
    table: Table,
    rows: u64,
}

impl RowWriter {
    /// Makes a writer. `select` is what [`SelectList::read`] returned; only CSV and XML need it.
    ///
    /// # Errors
    /// [`RowError::ChildrenInCsv`], before anything has been asked of the org.
    pub fn new(
        format: RowFormat,
        select: Option<&SelectList>,
        keep_attributes: bool,
    ) -> Result<Self, RowError> {
        let table = match format {
            RowFormat::Csv => Table::Csv(Box::new(CsvWriter::new(select)?)),
            RowFormat::Xml => Table::Xml(Box::new(XmlWriter::new(select, keep_attributes))),
            RowFormat::Ndjson | RowFormat::Json => Table::Json,
        };
        Ok(Self {
            format,
            keep_attributes,
            table,
            rows: 0,
        })
    }

    /// Continues a document behind so many rows, which were written before.
    #[must_use]
    pub fn after(self, rows: u64) -> Self {
        Self { rows, ..self }
    }

    /// Returns how many rows have been written.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes what stands before the rows. The header of a CSV waits for the first row if the query has FIELDS().
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        match &mut self.table {
            Table::Csv(csv) => csv.begin(out),
            Table::Xml(_) => XmlWriter::begin(out),
            Table::Json if self.format == RowFormat::Json => out.push(b'['),
            Table::Json => {}
        }
    }

    /// Writes the rows of a page and returns their number. `fetch` gets pages of child records, where there are any.
    ///
    /// # Errors
    /// Those of `fetch`, and [`RowError`]. `out` then ends after the last whole row.
    pub fn page<E: From<RowError>>(
        &mut self,
        page: &Page<'_>,
        out: &mut Vec<u8>,
        fetch: &mut Fetch<'_, E>,
    ) -> Result<u64, E> {
        let before = self.rows;
        for record in &page.records {
            self.row(record, out, fetch)?;
        }
        Ok(self.rows - before)
    }

    /// Writes one row.
    ///
    /// # Errors
    /// As [`RowWriter::page`].
    pub fn row<E: From<RowError>>(
        &mut self,
        record: &RawValue,
        out: &mut Vec<u8>,
        fetch: &mut Fetch<'_, E>,
    ) -> Result<(), E> {
        let whole = out.len();
        let text = record.get().as_bytes();
        row_size::check(text.len(), self.rows + 1)?;
        let written = match &mut self.table {
            Table::Csv(csv) => csv.row(text, out).map_err(E::from),
            Table::Xml(xml) => xml.row(text, out, fetch),
            Table::Json => {
                self.separate(out);
                copy_record(text, self.keep_attributes, out, fetch)
            }
        };
        if written.is_err() {
            out.truncate(whole);
            return written;
        }
        if self.format == RowFormat::Ndjson {
            out.push(b'\n');
        }
        self.rows += 1;
        Ok(())
    }

    fn separate(&self, out: &mut Vec<u8>) {
        if self.format == RowFormat::Json {
            out.extend_from_slice(if self.rows == 0 { b"\n" } else { b",\n" });
        }
    }

    /// Writes what stands after the rows.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        match &mut self.table {
            Table::Csv(csv) => csv.end(out),
            Table::Xml(_) => XmlWriter::end(out),
            Table::Json if self.format == RowFormat::Json => {
                out.extend_from_slice(if self.rows == 0 { b"]\n" } else { b"\n]\n" })
            }
            Table::Json => {}
        }
    }
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
