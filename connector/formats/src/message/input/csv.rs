//! Records of a CSV document (RFC 4180): a header line, then one record per line.
//!
//! An empty cell leaves its field alone; `#N/A` empties it, as in Salesforce's Bulk API. A dotted column is a reference by
//! external id: `Account__r.Ext__c`, and `Account:Parent.Ext__c` where the parent may be one of several sObjects.

use super::InputError;
use super::buffer::Buffer;
use super::csv_reader::CsvReader;
use super::header::{DUPLICATE, NAMELESS, column_error, delimiters};
use super::params::Params;
use super::path::Path;
use super::split::{Found, Next, Split};
use super::tree::{Node, Value};

/// The cell that empties a field (Bulk API 2.0 Developer Guide, "Prepare CSV Files": set a value to null).
pub const NULL_CELL: &str = "#N/A";

/// Reads a CSV document record by record.
pub struct CsvRecords {
    reader: CsvReader,
    columns: Vec<Path>,
}

impl CsvRecords {
    /// Looks at what the media type says.
    pub fn open(params: &Params) -> Result<Self, InputError> {
        let header = params.get("header");
        if header.is_some_and(|header| header.eq_ignore_ascii_case("absent")) {
            return Err(InputError(
                "The input's media type says `header=absent`: CSV needs a first line that names the fields here; `bulk/load` and `bulk/v1-load` take names in config.columns".into(),
            ));
        }
        let delimiter = params.get("delimiter").map(delimiter).transpose()?;
        Ok(Self::new(delimiter))
    }

    /// Begins at the header of a document whose delimiter may be known.
    pub fn new(delimiter: Option<u8>) -> Self {
        Self {
            reader: CsvReader::new(delimiter),
            columns: Vec::new(),
        }
    }

    /// Returns the record that was found last.
    fn node(&self, text: &[u8]) -> Node {
        let mut node = Node::default();
        let mut scratch = Vec::new();
        for (path, cell) in self.columns.iter().zip(self.reader.cells()) {
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
        if !self.reader.has_header() {
            let Some(header) = self.reader.header(buffer)? else {
                return Ok(None);
            };
            self.columns = columns(&header.names)?;
        }
        let Some(record) = self.reader.record(buffer)? else {
            return Ok(None);
        };
        let node = match record.error {
            Some(what) => Err(what),
            None => Ok(self.node(buffer.rest())),
        };
        buffer.skip(record.whole);
        Ok(Some(Found {
            node,
            line: record.line,
            len: record.whole,
        }))
    }

    fn missing(&self) -> Option<&'static str> {
        None
    }
}

fn columns(header: &[String]) -> Result<Vec<Path>, InputError> {
    let mut seen: Vec<String> = Vec::with_capacity(header.len());
    let mut columns = Vec::with_capacity(header.len());
    for (index, name) in header.iter().enumerate() {
        let wrong = |what: &str| InputError(column_error(index, name, what));
        if name.is_empty() {
            return Err(wrong(NAMELESS));
        }
        let folded = name.to_ascii_lowercase();
        if seen.contains(&folded) {
            return Err(wrong(DUPLICATE));
        }
        seen.push(folded);
        columns.push(Path::parse(name).ok_or_else(|| {
            wrong(
                "names no field: write `Field`, `Relationship.Field` or `Type:Relationship.Field`",
            )
        })?);
    }
    Ok(columns)
}

/// Returns the delimiter that the media type names.
fn delimiter(asked: &str) -> Result<u8, InputError> {
    let known = delimiters().find(|(name, byte)| {
        name.eq_ignore_ascii_case(asked)
            || asked.as_bytes() == [*byte]
            || asked == "\\t" && *name == "tab"
    });
    known.map(|(_, byte)| byte).ok_or_else(|| {
        let names: Vec<&str> = delimiters().map(|(name, _)| name).collect();
        InputError(format!(
            "The input's media type says `delimiter={asked}`: it can be {}",
            names.join(", ")
        ))
    })
}
