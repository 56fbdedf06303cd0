//! Records of a CSV document (RFC 4180): a header line, then one record per line.
//!
//! An empty cell leaves its field alone; `#N/A` empties it, as in Salesforce's Bulk API. A dotted column is a reference by
//! external id: `Account__r.Ext__c`, and `Account:Parent.Ext__c` where the parent may be one of several sObjects.

use super::params::Params;
use super::place::{InputError, Lines, Place};
use super::tree::{Node, Value};
use super::{Next, Record};
use csv::{ErrorKind, Position, Reader, ReaderBuilder, StringRecord};

/// The cell that empties a field (Bulk API 2.0 Developer Guide, "Prepare CSV Files": set a value to null).
pub const NULL_CELL: &str = "#N/A";

/// Delimiters with the names that Salesforce's Bulk API gives them.
const DELIMITERS: [(&str, u8); 6] = [
    ("comma", b','),
    ("semicolon", b';'),
    ("tab", b'\t'),
    ("pipe", b'|'),
    ("caret", b'^'),
    ("backquote", b'`'),
];

/// One step of a column's path.
struct Step {
    name: String,
    sobject: Option<String>,
}

/// Reads a CSV document record by record.
pub(super) struct CsvRecords<'b> {
    body: &'b [u8],
    lines: Lines<'b>,
    reader: Reader<&'b [u8]>,
    columns: Vec<Vec<Step>>,
    row: StringRecord,
    index: u64,
}

impl<'b> CsvRecords<'b> {
    /// Reads the header.
    pub fn open(body: &'b [u8], params: &Params) -> Result<Self, InputError> {
        closed_quotes(body)?;
        if params
            .get("header")
            .is_some_and(|header| header.eq_ignore_ascii_case("absent"))
        {
            return Err(InputError(
                "The input's media type says `header=absent`: CSV needs a first line that names the fields".into(),
            ));
        }
        let delimiter = delimiter(body, params)?;
        let mut reader = ReaderBuilder::new().delimiter(delimiter).from_reader(body);
        let header = reader
            .headers()
            .map_err(|error| explain(body, &error))?
            .clone();
        Ok(Self {
            columns: columns(&header)?,
            reader,
            body,
            lines: Lines::of(body),
            row: StringRecord::new(),
            index: 0,
        })
    }

    pub fn next(&mut self) -> Next {
        let more = self
            .reader
            .read_record(&mut self.row)
            .map_err(|error| explain(self.body, &error))?;
        if !more {
            return Ok(None);
        }
        let place = Place {
            index: self.index,
            line: self.lines.line_at(start(self.body, self.row.position())),
        };
        self.index += 1;
        let mut node = Node::default();
        for (path, cell) in self.columns.iter().zip(&self.row) {
            match cell {
                "" => {}
                // What empties a reference is null as a whole, whatever the parent is found by.
                NULL_CELL => insert(&mut node, path.get(..1).unwrap_or(path), Value::Null),
                text => insert(&mut node, path, Value::Untyped(text.to_owned())),
            }
        }
        Ok(Some(Record { place, node }))
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

fn columns(header: &StringRecord) -> Result<Vec<Vec<Step>>, InputError> {
    let mut seen: Vec<String> = Vec::with_capacity(header.len());
    let mut columns = Vec::with_capacity(header.len());
    for (index, name) in header.iter().enumerate() {
        let name = name.trim();
        let number = index + 1;
        if name.is_empty() {
            return Err(InputError(format!(
                "Column {number} of the input's header has no name: name the field that its cells hold"
            )));
        }
        let folded = name.to_ascii_lowercase();
        if seen.contains(&folded) {
            return Err(InputError(format!(
                "Column {number} of the input's header is `{name}` again: keep one of the two"
            )));
        }
        seen.push(folded);
        columns.push(path(name).ok_or_else(|| {
            InputError(format!(
                "Column {number} of the input's header is `{name}`, which names no field: write `Field`, `Relationship.Field` or `Type:Relationship.Field`"
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

/// The delimiter that the media type names, or the one that the header line has most of.
fn delimiter(body: &[u8], params: &Params) -> Result<u8, InputError> {
    let Some(asked) = params.get("delimiter") else {
        return Ok(detect(body));
    };
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

fn detect(body: &[u8]) -> u8 {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut quoted = false;
    for byte in body {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => {
                for (count, (_, delimiter)) in counts.iter_mut().zip(DELIMITERS) {
                    *count += usize::from(*byte == delimiter);
                }
            }
        }
    }
    let ranked = counts.iter().zip(DELIMITERS).rev();
    ranked
        .max_by_key(|(count, _)| **count)
        .map_or(b',', |(_, (_, delimiter))| delimiter)
}

/// Refuses a quote that is never closed: a reader would take the rest of the document for one cell.
fn closed_quotes(body: &[u8]) -> Result<(), InputError> {
    if memchr::memchr_iter(b'"', body).count().is_multiple_of(2) {
        return Ok(());
    }
    let last = memchr::memrchr(b'"', body).unwrap_or_default();
    Err(InputError::at(
        body,
        last,
        "has a quote that is never closed (a quote inside of a cell is written twice); the last one stands",
    ))
}

/// The first byte of a record: the reader's position is before the line breaks that it has not read yet.
fn start(body: &[u8], position: Option<&Position>) -> usize {
    let at = position.map_or(0, Position::byte);
    let at = usize::try_from(at).unwrap_or(body.len());
    let rest = body.get(at..).unwrap_or_default().iter();
    at + rest
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .count()
}

fn explain(body: &[u8], error: &csv::Error) -> InputError {
    let line = Lines::of(body).line_at(start(body, error.position()));
    InputError(match error.kind() {
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!(
            "The input's line {line} has {len} cells, but its header has {expected_len}: quote cells that hold the delimiter or a line break"
        ),
        ErrorKind::Utf8 { .. } => {
            format!("The input's line {line} is not UTF-8: save the document as UTF-8")
        }
        _ => format!("The input is not CSV at line {line}: {error}"),
    })
}
