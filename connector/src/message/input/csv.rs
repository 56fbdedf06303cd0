//! Records of a CSV document (RFC 4180): a header line, then one record per line.
//!
//! An empty cell leaves its field alone; `#N/A` empties it, as in Salesforce's Bulk API. A dotted column is a reference by
//! external id: `Account__r.Ext__c`, and `Account:Parent.Ext__c` where the parent may be one of several sObjects.

use super::InputError;
use super::buffer::Buffer;
use super::cells::Cell;
use super::header::{self, DELIMITERS};
use super::params::Params;
use super::split::{Found, Next, Split};
use super::tree::{Node, Value};

/// The cell that empties a field (Bulk API 2.0 Developer Guide, "Prepare CSV Files": set a value to null).
pub const NULL_CELL: &str = "#N/A";

/// One step of a column's path.
struct Step {
    name: String,
    sobject: Option<String>,
}

/// Reads a CSV document record by record.
pub struct CsvRecords {
    /// The delimiter that the media type tells.
    told: Option<u8>,
    /// The delimiter, once the header has been read.
    delimiter: Option<u8>,
    columns: Vec<Vec<Step>>,
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
                // What empties a reference is null as a whole, whatever the parent is found by.
                value if value == NULL_CELL.as_bytes() => {
                    insert(&mut node, path.get(..1).unwrap_or(path), Value::Null);
                }
                value => {
                    let text = String::from_utf8_lossy(value).into_owned();
                    insert(&mut node, path, Value::Untyped(text));
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
            let node = match header::complaint(buffer, &scanned, self.cells.len(), width) {
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

/// Puts a cell where its column says.
fn insert(node: &mut Node, path: &[Step], value: Value) {
    let Some((step, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        node.members.push((step.name.clone(), value));
        return;
    }
    let known = node
        .members
        .iter()
        .position(|(name, value)| *name == step.name && matches!(value, Value::Object(_)));
    let at = known.unwrap_or_else(|| {
        let parent = Node {
            sobject: step.sobject.clone(),
            ..Node::default()
        };
        node.members
            .push((step.name.clone(), Value::Object(parent)));
        node.members.len() - 1
    });
    if let Some((_, Value::Object(parent))) = node.members.get_mut(at) {
        insert(parent, rest, value);
    }
}

fn columns(header: &[String]) -> Result<Vec<Vec<Step>>, InputError> {
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
        columns.push(path(name).ok_or_else(|| {
            wrong(format!(
                "is `{name}`, which names no field: write `Field`, `Relationship.Field` or `Type:Relationship.Field`"
            ))
        })?);
    }
    Ok(columns)
}

/// Reads `Type:Rel.Field`.
fn path(column: &str) -> Option<Vec<Step>> {
    let steps: Option<Vec<Step>> = column
        .split('.')
        .map(|step| {
            let (sobject, name) = match step.split_once(':') {
                Some((sobject, name)) => (Some(sobject.to_owned()), name),
                None => (None, step),
            };
            let good = !name.is_empty() && !name.contains(':') && sobject.as_deref() != Some("");
            good.then(|| Step {
                name: name.to_owned(),
                sobject,
            })
        })
        .collect();
    // Only a relationship can have a type.
    steps.filter(|steps| steps.last().is_some_and(|field| field.sobject.is_none()))
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
