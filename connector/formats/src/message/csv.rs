//! Rows as CSV (RFC 4180).
//!
//! | in the record | in the cell |
//! |---|---|
//! | text | as it is; quoted where it holds a comma, a quote or a line break |
//! | number, date, date-time | as Salesforce sent it, digit by digit |
//! | `true`, `false` | the same |
//! | null, a parent that is null | empty: Salesforce has no empty text, so nothing is lost |
//! | a parent | one column for each of its fields: `Account.Name` |
//! | a compound address or location | its JSON: a null one does not tell its parts, so columns for them could not be named before the rows. Select `BillingCity`, `Location__Latitude__s`, … for columns |
//!
//! UTF-8 without byte order mark. Lines end with LF, not RFC 4180's CRLF: Unix tools would take the CR for part of the last
//! column, Excel reads both, and LF is what Salesforce's own bulk results have by default.

use memchr::{memchr, memchr3};

use super::children::child_query;
use super::columns::{Columns, NodeId, ROOT, paths};
use super::json::copy_record;
use super::scan::{Scan, unescape};
use super::{MAX_DEPTH, RowError};
use crate::soql::SelectList;

/// What a cell takes of the record's text: from byte to byte.
#[derive(Clone, Copy)]
enum Cell {
    Empty,
    /// A number, `true` or `false`.
    Scalar(usize, usize),
    /// The inside of a JSON string.
    Text(usize, usize),
    /// An object or array.
    Json(usize, usize),
}

/// Writes records as lines of CSV.
pub(super) struct CsvWriter {
    select: Option<SelectList>,
    /// Known once the header has been written.
    columns: Option<Columns>,
    cells: Vec<Cell>,
    scratch: Vec<u8>,
}

impl CsvWriter {
    /// Refuses a SELECT list with child sub-queries.
    pub fn new(select: Option<&SelectList>) -> Result<Self, RowError> {
        let relationships: Vec<_> = select.into_iter().flat_map(SelectList::children).collect();
        if !relationships.is_empty() {
            return Err(RowError::ChildrenInCsv {
                relationships: relationships.join(", "),
            });
        }
        Ok(Self {
            select: select.cloned(),
            columns: None,
            cells: Vec::new(),
            scratch: Vec::new(),
        })
    }

    /// Writes the header, unless it needs a record to be known.
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        if let Some(select) = self.select.as_ref().filter(|select| select.is_closed()) {
            let known = paths(select, None).unwrap_or_default();
            self.head(Columns::new(&known), out);
        }
    }

    /// Writes the header that no record has come for: what the SELECT list tells besides FIELDS().
    pub fn end(&mut self, out: &mut Vec<u8>) {
        if let (None, Some(select)) = (&self.columns, &self.select) {
            let known = paths(select, None).unwrap_or_default();
            self.head(Columns::new(&known), out);
        }
    }

    fn head(&mut self, columns: Columns, out: &mut Vec<u8>) {
        if !columns.header().is_empty() {
            out.extend_from_slice(columns.header().join(",").as_bytes());
            out.push(b'\n');
        }
        self.cells = vec![Cell::Empty; columns.header().len()];
        self.columns = Some(columns);
    }

    /// Writes one record.
    pub fn row(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), RowError> {
        if self.columns.is_none() {
            let select = self.select.as_ref().ok_or(RowError::NoColumns)?;
            let known = paths(select, Some(text))?;
            self.head(Columns::new(&known), out);
        }
        let columns = self.columns.as_mut().ok_or(RowError::NoColumns)?;
        self.cells.fill(Cell::Empty);
        let mut scan = Scan::new(text);
        scan.skip_space();
        Row {
            columns,
            cells: &mut self.cells,
            depth: 0,
        }
        .fill(&mut scan, ROOT, None)?;
        self.write(text, out)
    }

    fn write(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), RowError> {
        let start = out.len();
        let part = |start, end| text.get(start..end).unwrap_or_default();
        for (index, cell) in self.cells.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            match *cell {
                Cell::Empty => {}
                Cell::Scalar(start, end) => out.extend_from_slice(part(start, end)),
                Cell::Text(start, end) => write_text(part(start, end), &mut self.scratch, out),
                Cell::Json(start, end) => {
                    self.scratch.clear();
                    // Whole child queries never get here, so nothing is left to fetch.
                    let mut fetch = |_: &str| Err(RowError::Malformed { at: start });
                    copy_record(part(start, end), false, &mut self.scratch, &mut fetch)?;
                    write_cell(&self.scratch, out);
                }
            }
        }
        // A line with nothing on it is no row to most readers.
        if out.len() == start {
            out.extend_from_slice(b"\"\"");
        }
        out.push(b'\n');
        Ok(())
    }
}

/// Writes the inside of a JSON string as a cell.
fn write_text(raw: &[u8], scratch: &mut Vec<u8>, out: &mut Vec<u8>) {
    if memchr(b'\\', raw).is_some() {
        scratch.clear();
        unescape(raw, scratch);
        return write_cell(scratch, out);
    }
    // Without escapes there are neither quotes nor line breaks.
    if memchr(b',', raw).is_some() {
        out.push(b'"');
        out.extend_from_slice(raw);
        out.push(b'"');
    } else {
        out.extend_from_slice(raw);
    }
}

/// Writes any text as a cell, quoted where it must be.
fn write_cell(text: &[u8], out: &mut Vec<u8>) {
    if memchr3(b'"', b'\n', b'\r', text).is_none() && memchr(b',', text).is_none() {
        return out.extend_from_slice(text);
    }
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = memchr(b'"', rest) {
        let (before, after) = rest.split_at(at + 1);
        out.extend_from_slice(before);
        out.push(b'"');
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// Sorts the members of one record into cells.
struct Row<'c> {
    columns: &'c mut Columns,
    cells: &'c mut [Cell],
    depth: usize,
}

/// The names that lead to a member, for messages: the innermost, and those around it.
struct Path<'p> {
    name: &'p [u8],
    outer: Option<&'p Path<'p>>,
}

impl Path<'_> {
    fn dotted(&self) -> String {
        let name = String::from_utf8_lossy(self.name);
        self.outer.map_or_else(
            || name.to_string(),
            |outer| format!("{}.{name}", outer.dotted()),
        )
    }

    fn no_column(&self) -> RowError {
        RowError::NoColumnFor {
            path: self.dotted(),
        }
    }
}

impl Row<'_> {
    /// Sorts the members of the object at `scan`, which stands for `node`.
    fn fill(
        &mut self,
        scan: &mut Scan<'_>,
        node: NodeId,
        outer: Option<&Path<'_>>,
    ) -> Result<(), RowError> {
        if self.depth >= MAX_DEPTH {
            return Err(RowError::TooDeep);
        }
        self.depth += 1;
        let mut expected = 0;
        scan.members(|scan, name| {
            if scan.take_attributes(name)? {
                return Ok(true);
            }
            let path = Path { name, outer };
            let (position, member) = self
                .columns
                .find(node, name, expected)
                .ok_or_else(|| path.no_column())?;
            expected = position + 1;
            self.cell(scan, member, &path)?;
            Ok(true)
        })?;
        self.depth -= 1;
        Ok(())
    }

    /// Takes the value at `scan` for `node`.
    fn cell(&mut self, scan: &mut Scan<'_>, node: NodeId, path: &Path<'_>) -> Result<(), RowError> {
        let start = scan.at;
        let first = scan.peek();
        if first == Some(b'{') && self.columns.is_parent(node) {
            return self.fill(scan, node, Some(path));
        }
        if first == Some(b'{') && child_query(*scan, path.name)?.is_some() {
            return Err(RowError::ChildrenInCsv {
                relationships: path.dotted(),
            });
        }
        scan.skip_value()?;
        let cell = match first {
            Some(b'n') => return Ok(()),
            Some(b'"') => Cell::Text(start + 1, scan.at - 1),
            Some(b'{' | b'[') => Cell::Json(start, scan.at),
            _ => Cell::Scalar(start, scan.at),
        };
        let column = self
            .columns
            .column(node)
            .and_then(|column| self.cells.get_mut(column));
        *column.ok_or_else(|| path.no_column())? = cell;
        Ok(())
    }
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
