//! From pages of CSV, each with its header, to one document. Records are counted on the way, line breaks within quotes apart.

use crate::bindings::Fault;
use crate::bindings::exports::salesforce::connector::bulk::ExtractFormat;
use crate::bulk::input::Buffer;
use crate::bulk::input::cells::{self, Cell};
use crate::describe::{Described, Kind, described};
use crate::message::input::{Node, Value};
use crate::org::Org;
use crate::typing::scalar;
use std::rc::Rc;

/// A column of the rows: where it goes, and what it holds.
struct Column {
    path: Vec<String>,
    kind: Kind,
}

/// Makes one document of pages.
pub struct Converter {
    org: Rc<Org>,
    object: Rc<Described>,
    ndjson: bool,
    /// Whether the document's header has been written.
    begun: bool,
    /// The header of all pages.
    header: Option<Vec<u8>>,
    columns: Vec<Column>,
    buffer: Buffer,
    cells: Vec<Cell>,
    in_header: bool,
    quoted: bool,
    /// Bytes of the record at hand that have gone by.
    partial: bool,
    rows: u64,
}

impl Converter {
    /// `begun` says that pages before have been written.
    pub fn new(
        org: &Rc<Org>,
        object: Rc<Described>,
        format: Option<ExtractFormat>,
        begun: bool,
    ) -> Self {
        Self {
            org: Rc::clone(org),
            object,
            ndjson: format == Some(ExtractFormat::Ndjson),
            begun,
            header: None,
            columns: Vec::new(),
            buffer: Buffer::at(None),
            cells: Vec::new(),
            in_header: true,
            quoted: false,
            partial: false,
            rows: 0,
        }
    }

    /// Takes a piece of the page.
    pub fn take(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
        if self.in_header || self.ndjson {
            self.buffer.push(piece);
            return self.records(out);
        }
        self.copy(piece, out);
        Ok(())
    }

    /// Ends the page and returns the number of its rows.
    pub fn end_page(&mut self, out: &mut Vec<u8>) -> Result<u64, Fault> {
        self.buffer.ended = true;
        self.records(out)?;
        if self.quoted || !self.buffer.rest().is_empty() {
            return Err(Fault::protocol(
                "A page of results ends in the middle of a record",
            ));
        }
        if self.partial {
            out.push(b'\n');
            self.rows += 1;
        }
        self.buffer = Buffer::at(None);
        self.in_header = true;
        self.partial = false;
        Ok(std::mem::take(&mut self.rows))
    }

    fn records(&mut self, out: &mut Vec<u8>) -> Result<(), Fault> {
        loop {
            let text = self.buffer.rest();
            if text.is_empty() {
                return Ok(());
            }
            let scanned = cells::scan(text, b',', self.buffer.ended, &mut self.cells);
            let found = scanned.map_err(|_| Fault::protocol("A page of results is no CSV"))?;
            let Some((content, whole)) = found else {
                return Ok(());
            };
            if self.in_header {
                self.header(content, whole, out)?;
                self.in_header = false;
                if !self.ndjson {
                    let rest = self.buffer.rest().to_vec();
                    self.buffer.skip(rest.len());
                    self.copy(&rest, out);
                    return Ok(());
                }
                continue;
            }
            if content > 0 {
                self.object(out)?;
                self.rows += 1;
            }
            self.buffer.skip(whole);
        }
    }

    fn header(&mut self, content: usize, whole: usize, out: &mut Vec<u8>) -> Result<(), Fault> {
        let text = self.buffer.rest();
        let line = text.get(..content).unwrap_or_default().to_vec();
        if self.header.as_ref().is_some_and(|known| *known != line) {
            return Err(Fault::protocol(
                "A page of results has another header than the one before",
            ));
        }
        if self.header.is_none() {
            let mut scratch = Vec::new();
            let cells = self.cells.clone();
            let names: Vec<String> = cells
                .iter()
                .map(|cell| String::from_utf8_lossy(cell.value(text, &mut scratch)).into_owned())
                .collect();
            if self.ndjson {
                self.columns = self.typed(&names)?;
            } else if !self.begun {
                out.extend_from_slice(&line);
                out.push(b'\n');
            }
            self.begun = true;
            self.header = Some(line);
        }
        self.buffer.skip(whole);
        Ok(())
    }

    /// Copies records as they stand, and counts them.
    fn copy(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(piece);
        for at in memchr::memchr2_iter(b'"', b'\n', piece) {
            if piece.get(at) == Some(&b'"') {
                self.quoted = !self.quoted;
            } else if !self.quoted {
                self.rows += 1;
            }
        }
        if let Some(last) = piece.last() {
            self.partial = self.quoted || *last != b'\n';
        }
    }

    /// The columns with the kinds of their fields, through parents.
    fn typed(&self, names: &[String]) -> Result<Vec<Column>, Fault> {
        let column = |name: &String| {
            let path: Vec<String> = name.split('.').map(str::to_owned).collect();
            let (last, parents) = path
                .split_last()
                .ok_or_else(|| Fault::protocol("A column has no name"))?;
            let mut holder = Some(Rc::clone(&self.object));
            for parent in parents {
                let found = holder
                    .as_ref()
                    .and_then(|holder| holder.reference(parent).cloned());
                holder = match found.as_ref().map(|field| field.refers_to.as_slice()) {
                    Some([only]) => Some(described(&self.org, only)?),
                    _ => None,
                };
            }
            let kind = holder.and_then(|holder| Some(holder.field(last)?.kind));
            Ok(Column {
                kind: kind.unwrap_or(Kind::Text),
                path,
            })
        };
        names.iter().map(column).collect()
    }

    fn object(&mut self, out: &mut Vec<u8>) -> Result<(), Fault> {
        let text = self.buffer.rest();
        if self.cells.len() != self.columns.len() {
            return Err(Fault::protocol(format!(
                "A row of results has {} cells, and its header {}",
                self.cells.len(),
                self.columns.len()
            )));
        }
        let mut node = Node::default();
        let mut scratch = Vec::new();
        for (column, cell) in self.columns.iter().zip(&self.cells) {
            let value = String::from_utf8_lossy(cell.value(text, &mut scratch)).into_owned();
            put(&mut node, &column.path, typed(column.kind, value));
        }
        empty_parents(&mut node);
        serde_json::to_writer(&mut *out, &node)
            .map_err(|error| Fault::protocol(format!("A row cannot be written: {error}")))?;
        out.push(b'\n');
        Ok(())
    }
}

/// A value of its kind; what does not fit stays text.
fn typed(kind: Kind, text: String) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    match kind {
        Kind::Boolean | Kind::Whole | Kind::Decimal => {
            scalar::typed(kind, text.clone(), None).unwrap_or(Value::Text(text))
        }
        _ => Value::Text(text),
    }
}

fn put(node: &mut Node, path: &[String], value: Value) {
    let Some((step, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        node.members.push((step.clone(), value));
        return;
    }
    let known = node.members.iter().position(|(name, _)| name == step);
    let at = known.unwrap_or_else(|| {
        node.members
            .push((step.clone(), Value::Object(Node::default())));
        node.members.len() - 1
    });
    if let Some((_, Value::Object(parent))) = node.members.get_mut(at) {
        put(parent, rest, value);
    }
}

/// A parent of which nothing is known is none.
fn empty_parents(node: &mut Node) {
    for (_, value) in &mut node.members {
        if let Value::Object(parent) = value {
            empty_parents(parent);
            if parent
                .members
                .iter()
                .all(|(_, value)| *value == Value::Null)
            {
                *value = Value::Null;
            }
        }
    }
}
