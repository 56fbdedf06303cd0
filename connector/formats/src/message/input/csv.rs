//! Records of a CSV document (RFC 4180): a header line, then one record per line.
//!
//! An empty cell leaves its field alone; `#N/A` empties it, as in Salesforce's Bulk API. A dotted column is a reference by
//! external id: `Account__r.Ext__c`, and `Account:Parent.Ext__c` where the parent may be one of several sObjects.

use super::InputError;
use super::buffer::Buffer;
use super::cells::Cell;
use super::header::{self, DELIMITERS};
use super::params::Params;
use super::path::Path;
use super::split::{Found, Next, Split};
use super::tree::{Node, Value};

/// The cell that empties a field (Bulk API 2.0 Developer Guide, "Prepare CSV Files": set a value to null).
pub const NULL_CELL: &str = "#N/A";

/// Reads a CSV document record by record.
pub struct CsvRecords {
    /// The delimiter that the media type tells.
    told: Option<u8>,
    /// The delimiter, once the header has been read.
    delimiter: Option<u8>,
    columns: Vec<Path>,
    cells: Vec<Cell>,
}

impl CsvRecords {
    /// Looks at what the media type says.
    pub fn open(params: &Params) -> Result<Self, InputError> {
        let header = params.get("header");
        if header.is_some_and(|header| header.eq_ignore_ascii_case("absent")) {
            return Err(InputError(
                "The input's media type says `header=absent`: CSV needs a first line that names the fields".into(),
            ));
        }
        Ok(Self {
            told: params.get("delimiter").map(delimiter).transpose()?,
            delimiter: None,
            columns: Vec::new(),
            cells: Vec::new(),
        })
    }

    /// Reads the header, if it is whole.
    fn header(&mut self, buffer: &mut Buffer<'_>) -> Result<Option<u8>, InputError> {
        let Some(header) = header::read(buffer, self.told, &mut self.cells)? else {
            return Ok(None);
        };
        self.columns = columns(&header.names)?;
        self.delimiter = Some(header.delimiter);
        Ok(self.delimiter)
    }

    /// The record that was scanned last.
    fn node(&self, text: &[u8]) -> Node {
        let mut node = Node::default();
        let mut scratch = Vec::new();
        for (path, cell) in self.columns.iter().zip(&self.cells) {
            match cell.value(text, &mut scratch) {
                b"" => {}
                value if value == NULL_CELL.as_bytes() => path.put(&mut node, Value::Null),
                value => {
                    let text = String::from_utf8_lossy(value).into_owned();
                    path.put(&mut node, Value::Untyped(text));
                }
            }
        }
        node
    }
}

impl Split for CsvRecords {
    fn next(&mut self, buffer: &mut Buffer<'_>) -> Next {
        let known = self.delimiter;
        let Some(delimiter) = known.map_or_else(|| self.header(buffer), |known| Ok(Some(known)))?
        else {
            return Ok(None);
        };
        while let Some(scanned) = header::scan(buffer, delimiter, &mut self.cells)? {
            let (line, blank) = (buffer.line, scanned.content == 0);
            let width = self.columns.len();
            let node = match header::error_text(buffer, &scanned, self.cells.len(), width) {
                Some(what) => Err(what),
                None => Ok(self.node(buffer.rest())),
            };
            buffer.skip(scanned.whole);
            if !blank {
                return Ok(Some(Found {
                    node,
                    line,
                    len: scanned.whole,
                }));
            }
        }
        Ok(None)
    }

    fn missing(&self) -> Option<&'static str> {
        None
    }
}

fn columns(header: &[String]) -> Result<Vec<Path>, InputError> {
    let mut seen: Vec<String> = Vec::with_capacity(header.len());
    let mut columns = Vec::with_capacity(header.len());
    for (index, name) in header.iter().enumerate() {
        let wrong =
            |what: String| InputError(format!("Column {} of the input's header {what}", index + 1));
        if name.is_empty() {
            return Err(wrong(
                "has no name: name the field that its cells hold".into(),
            ));
        }
        let folded = name.to_ascii_lowercase();
        if seen.contains(&folded) {
            return Err(wrong(format!("is `{name}` again: keep one of the two")));
        }
        seen.push(folded);
        columns.push(Path::parse(name).ok_or_else(|| {
            wrong(format!(
                "is `{name}`, which names no field: write `Field`, `Relationship.Field` or `Type:Relationship.Field`"
            ))
        })?);
    }
    Ok(columns)
}

/// The delimiter that the media type names.
fn delimiter(asked: &str) -> Result<u8, InputError> {
    let known = DELIMITERS.iter().find(|(name, byte)| {
        name.eq_ignore_ascii_case(asked)
            || asked.as_bytes() == [*byte]
            || asked == "\\t" && *name == "tab"
    });
    known.map(|(_, byte)| *byte).ok_or_else(|| {
        let names: Vec<&str> = DELIMITERS.iter().map(|(name, _)| *name).collect();
        InputError(format!(
            "The input's media type says `delimiter={asked}`: it can be {}",
            names.join(", ")
        ))
    })
}
