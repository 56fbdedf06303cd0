//! Rows as documents: the forms of `query/rows`, and one XML document per row.

use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::soap::DocumentFormat;
use salesforce_formats::message::{Fetch, Page, RowError, RowFormat, RowWriter};
use salesforce_formats::soql::SelectList;
use salesforce_formats::xml::XSI;
use serde_json::value::RawValue;

/// Writes rows.
pub struct Documents {
    format: DocumentFormat,
    writer: RowWriter,
    row: Vec<u8>,
    /// The record of the input that the rows belong to, where they tell; of NDJSON only.
    index: Option<u64>,
}

impl Documents {
    /// Makes a writer.
    pub fn new(
        format: DocumentFormat,
        select: Option<&SelectList>,
        keep_attributes: bool,
    ) -> Result<Self, RowError> {
        Ok(Self {
            format,
            writer: RowWriter::new(row_format(format), select, keep_attributes)?,
            row: Vec::new(),
            index: None,
        })
    }

    /// Continues a document behind so many rows, which were written before.
    pub fn after(self, rows: u64) -> Self {
        Self {
            writer: self.writer.after(rows),
            ..self
        }
    }

    /// Says which record of the input the rows that follow belong to.
    pub fn belong_to(&mut self, index: Option<u64>) {
        self.index = index;
    }

    /// The format of the rows.
    pub fn format(&self) -> DocumentFormat {
        self.format
    }

    /// The media type of the rows.
    pub fn media_type(&self) -> &'static str {
        row_format(self.format).media_type()
    }

    /// How many rows have been written.
    pub fn rows(&self) -> u64 {
        self.writer.rows()
    }

    /// Writes what stands before the rows.
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        if self.format != DocumentFormat::XmlLines {
            self.writer.begin(out);
        }
    }

    /// Writes the rows of a page.
    pub fn page(
        &mut self,
        page: &Page<'_>,
        out: &mut Vec<u8>,
        fetch: &mut Fetch<'_, Fault>,
    ) -> Result<(), Fault> {
        for record in &page.records {
            self.row(record, out, fetch)?;
        }
        Ok(())
    }

    /// Writes a row.
    pub fn row(
        &mut self,
        record: &RawValue,
        out: &mut Vec<u8>,
        fetch: &mut Fetch<'_, Fault>,
    ) -> Result<(), Fault> {
        if self.format != DocumentFormat::XmlLines && self.index.is_none() {
            return self.writer.row(record, out, fetch);
        }
        self.row.clear();
        self.writer.row(record, &mut self.row, fetch)?;
        match self.index {
            Some(index) => with_index(index, &self.row, out),
            None => on_one_line(&self.row, out),
        }
        Ok(())
    }

    /// Writes what stands after the rows.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        if self.format != DocumentFormat::XmlLines {
            self.writer.end(out);
        }
    }
}

/// A line of NDJSON with the record of the input that it belongs to.
fn with_index(index: u64, row: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{{\"index\":{index},\"row\":").as_bytes());
    out.extend_from_slice(row.strip_suffix(b"\n").unwrap_or(row));
    out.extend_from_slice(b"}\n");
}

/// An element as a document on one line: it declares its own prefix, and line feeds within values become references.
fn on_one_line(row: &[u8], out: &mut Vec<u8>) {
    let row = row.strip_suffix(b"\n").unwrap_or(row);
    let name_end = row
        .iter()
        .position(|byte| matches!(byte, b' ' | b'>' | b'/'));
    let (name, rest) = row
        .split_at_checked(name_end.unwrap_or(0))
        .unwrap_or((row, &[]));
    out.extend_from_slice(name);
    out.extend_from_slice(format!(" xmlns:xsi=\"{XSI}\"").as_bytes());
    for byte in rest {
        match byte {
            b'\n' => out.extend_from_slice(b"&#10;"),
            byte => out.push(*byte),
        }
    }
    out.push(b'\n');
}

fn row_format(format: DocumentFormat) -> RowFormat {
    match format {
        DocumentFormat::Ndjson => RowFormat::Ndjson,
        DocumentFormat::Json => RowFormat::Json,
        DocumentFormat::Csv => RowFormat::Csv,
        DocumentFormat::Xml | DocumentFormat::XmlLines => RowFormat::Xml,
    }
}
