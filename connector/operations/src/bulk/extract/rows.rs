//! From pages of CSV, each with its header, to one document. Records are counted on the way, line breaks within quotes apart.

use super::form::Form;
use crate::bulk::input::Buffer;
use crate::bulk::input::cells::{self, Cell};
use crate::rows::Documents;
use crate::typing::scalar;
use salesforce_client::client::Client;
use salesforce_client::describe::{Described, Kind, described};
use salesforce_contract::bindings::Fault;
use salesforce_contract::limits::MAX_ROW_BYTES;
use salesforce_formats::message::input::{Node, Value};
use salesforce_formats::message::{RowError, row_size};
use salesforce_formats::soql::SelectList;
use std::rc::Rc;

/// A column of the rows: where it goes, and what it holds.
struct Column {
    path: Vec<String>,
    kind: Kind,
}

/// Makes one document of pages.
pub struct Converter {
    client: Rc<Client>,
    object: Rc<Described>,
    form: Form,
    /// Writes rows that are made of records; none where a row is a line of its own, CSV or JSON.
    documents: Option<Documents>,
    /// The header of all pages, once it has been written or its columns are known.
    header: Option<Vec<u8>>,
    /// Whether pages before these have been written.
    begun: bool,
    columns: Vec<Column>,
    buffer: Buffer,
    cells: Vec<Cell>,
    in_header: bool,
    quoted: bool,
    /// Bytes of the record at hand that have gone by.
    partial: bool,
    rows: u64,
    /// Rows of the pages before.
    before: u64,
    /// Bytes of the row at hand, and of what has been copied of it.
    row_bytes: usize,
}

impl Converter {
    /// `begun` says that pages before have been written, and `header` is theirs, where it is known.
    pub fn new(
        client: &Rc<Client>,
        object: Rc<Described>,
        form: Form,
        begun: bool,
        header: Option<String>,
    ) -> Self {
        Self {
            client: Rc::clone(client),
            documents: documents(form, &object),
            object,
            form,
            begun,
            header: header.map(String::into_bytes),
            columns: Vec::new(),
            buffer: Buffer::in_pieces(0, 1, MAX_ROW_BYTES),
            cells: Vec::new(),
            in_header: true,
            quoted: false,
            partial: false,
            rows: 0,
            before: 0,
            row_bytes: 0,
        }
    }

    /// Counts on from so many rows, which were read before.
    pub fn after(self, rows: u64) -> Self {
        Self {
            before: rows,
            documents: self.documents.map(|documents| documents.after(rows)),
            ..self
        }
    }

    /// Returns the media type of the document.
    pub fn media_type(&self) -> String {
        self.form.media_type()
    }

    /// Returns the number of the row at hand, counted from 1.
    fn number(&self) -> u64 {
        self.before + self.rows + 1
    }

    /// Returns the header of the pages so far.
    pub fn header(&self) -> Option<String> {
        let header = self.header.as_ref();
        header.map(|header| String::from_utf8_lossy(header).into_owned())
    }

    /// Begins the document where no page has a header, because there are no rows.
    pub fn begin_without_rows(&mut self, names: &[String], out: &mut Vec<u8>) {
        if !self.begun {
            let delimiter = char::from(self.form.dialect.delimiter).to_string();
            self.begin(names.join(&delimiter).as_bytes(), out);
        }
    }

    /// Writes what stands before the rows: of a CSV its header line.
    fn begin(&mut self, header: &[u8], out: &mut Vec<u8>) {
        self.begun = true;
        match &mut self.documents {
            Some(documents) => documents.begin(out),
            None if self.form.omits_header || !self.form.is_csv() => {}
            None => {
                out.extend_from_slice(header);
                out.extend_from_slice(self.form.dialect.ending());
            }
        }
    }

    /// Writes what stands after the rows.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        if let Some(documents) = &mut self.documents {
            documents.end(out);
        }
    }

    /// Takes a piece of the page.
    pub fn take(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
        if self.in_header || !self.form.is_csv() {
            self.buffer.push(piece);
            return self.records(out);
        }
        self.copy(piece, out)
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
            out.extend_from_slice(self.form.dialect.ending());
            self.rows += 1;
        }
        self.buffer = Buffer::in_pieces(0, 1, MAX_ROW_BYTES);
        self.in_header = true;
        self.partial = false;
        self.row_bytes = 0;
        self.before += self.rows;
        Ok(std::mem::take(&mut self.rows))
    }

    fn records(&mut self, out: &mut Vec<u8>) -> Result<(), Fault> {
        loop {
            let text = self.buffer.rest();
            if text.is_empty() {
                return Ok(());
            }
            let ended = self.buffer.ended;
            let delimiter = self.form.dialect.delimiter;
            let scanned =
                cells::scan_within(MAX_ROW_BYTES, text, delimiter, ended, &mut self.cells);
            let Ok(found) = scanned else {
                return match self.in_header {
                    true => Err(no_csv()),
                    false => Err(RowError::TooLarge { row: self.number() }.into()),
                };
            };
            let Some(found) = found else {
                return Ok(());
            };
            if found.malformed.is_some() {
                return Err(no_csv());
            }
            let (content, whole) = (found.content, found.whole);
            if self.in_header {
                self.take_header(content, whole, out)?;
                self.in_header = false;
                if self.form.is_csv() {
                    let rest = self.buffer.rest().to_vec();
                    self.buffer.skip(rest.len());
                    return self.copy(&rest, out);
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

    fn take_header(
        &mut self,
        content: usize,
        whole: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        let text = self.buffer.rest();
        let line = text.get(..content).unwrap_or_default().to_vec();
        if self.header.as_ref().is_some_and(|known| *known != line) {
            return Err(Fault::protocol(
                "A page of results has another header than the one before",
            ));
        }
        let mut scratch = Vec::new();
        let cells = self.cells.iter();
        let names: Vec<String> = cells
            .map(|cell| String::from_utf8_lossy(cell.value(text, &mut scratch)).into_owned())
            .collect();
        if !names.iter().all(|name| is_name(name)) {
            return Err(Fault::protocol(
                "A page of results does not begin with the names of its columns: it is something else",
            ));
        }
        if !self.form.is_csv() && self.columns.is_empty() {
            self.columns = self.typed(&names)?;
        }
        if !self.begun {
            self.begin(&line, out);
        }
        self.header = Some(line);
        self.buffer.skip(whole);
        Ok(())
    }

    /// Copies records as they stand, and counts them.
    fn copy(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
        out.extend_from_slice(piece);
        let mut begun = 0;
        for at in memchr::memchr2_iter(b'"', b'\n', piece) {
            if piece.get(at) == Some(&b'"') {
                self.quoted = !self.quoted;
            } else if !self.quoted {
                self.pass(at - begun)?;
                self.row_bytes = 0;
                self.rows += 1;
                begun = at + 1;
            }
        }
        self.pass(piece.len() - begun)?;
        if let Some(last) = piece.last() {
            self.partial = self.quoted || *last != b'\n';
        }
        Ok(())
    }

    /// Counts bytes of the row at hand.
    fn pass(&mut self, bytes: usize) -> Result<(), Fault> {
        self.row_bytes += bytes;
        Ok(row_size::check(self.row_bytes, self.number())?)
    }

    /// Returns the columns with the kinds of their fields, through parents.
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
                    Some([only]) => Some(described(&self.client, only)?),
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
        let unwritable =
            |error: serde_json::Error| Fault::protocol(format!("A row cannot be written: {error}"));
        let Some(documents) = &mut self.documents else {
            serde_json::to_writer(&mut *out, &node).map_err(unwritable)?;
            out.push(b'\n');
            return Ok(());
        };
        let record = serde_json::value::to_raw_value(&node).map_err(unwritable)?;
        documents.row(&record, out, &mut |_| Err(no_csv()))
    }
}

/// Makes the writer of rows that are made of records.
fn documents(form: Form, object: &Described) -> Option<Documents> {
    let select = SelectList {
        from: object.name.clone(),
        ..SelectList::default()
    };
    let documents = Documents::new(form.documents()?, Some(&select), false);
    // Only rows with children do not fit a form, and bulk queries have none.
    documents.ok()
}

/// Returns whether a column may have this name: that of a field, through parents, or of a function of one.
fn is_name(name: &str) -> bool {
    let fits = |char: char| char.is_alphanumeric() || "_.:(), ".contains(char);
    !name.is_empty() && name.chars().all(fits)
}

fn no_csv() -> Fault {
    Fault::protocol("A page of results is no CSV")
}

/// Types a value by its kind; what does not fit stays text.
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
