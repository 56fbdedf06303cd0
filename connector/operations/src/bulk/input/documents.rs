//! Rows of JSON, NDJSON and XML: records flattened into columns. A record with a column that is new makes the columns grow.

use super::cells;
use super::fingerprint::{Fingerprint, Fingerprinter};
use super::{Buffer, InputPosition, Next, Pushed, Row};
use crate::bulk::columns::{Columns, Rules, Settled};
use crate::bulk::load::plan::Plan;
use crate::bulk::mapping::Mapping;
use crate::typing::{Known, RecordEncoder, RecordError};
use salesforce_client::client::Client;
use salesforce_client::describe::described;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::LoadFormat;
use salesforce_formats::message::input::split::Found;
use salesforce_formats::message::input::{Format, NULL_CELL, Node, Options, RecordReader, Value};
use std::rc::Rc;
use xxhash_rust::xxh3::xxh3_64;

/// A record as columns; null empties.
type Flat = Vec<(String, Option<String>)>;

/// Returns the form of a document.
fn format(format: LoadFormat) -> Format {
    match format {
        LoadFormat::Csv => Format::Csv,
        LoadFormat::Ndjson => Format::Ndjson,
        LoadFormat::Json => Format::Json,
        LoadFormat::Xml => Format::Xml,
    }
}

/// Reads documents in pieces.
pub struct DocumentRows {
    client: Rc<Client>,
    rules: Rules,
    mapping: Mapping,
    /// The fields that every record gets, once they are known.
    constants: Option<Flat>,
    reader: RecordReader,
    /// A record that waits for its columns, with where it ends and begins.
    held: Option<Held>,
    /// Whether a record has been read.
    begun: bool,
    fingerprinter: Fingerprinter,
    known: Known,
}

struct Held {
    record: Result<Flat, String>,
    end: u64,
    line: u64,
    /// How many of the bytes that were read last are its own.
    len: usize,
}

impl DocumentRows {
    /// Begins at the beginning, or continues between two records.
    pub fn new(client: &Rc<Client>, plan: &Plan, position: Option<&InputPosition>) -> Self {
        let object = plan.rules.object.as_str();
        let reader = RecordReader::new(format(plan.format), Some(object), Options::default());
        let reader = match position.filter(|position| position.at > 0) {
            Some(position) => reader.behind_record(position),
            None => reader,
        };
        Self {
            client: Rc::clone(client),
            rules: plan.rules.clone(),
            mapping: plan.mapping.clone(),
            constants: None,
            reader,
            held: None,
            begun: position.is_some(),
            fingerprinter: Fingerprinter::default(),
            known: Known::default(),
        }
    }

    /// Refuses the record at hand, whose columns cannot be.
    pub fn refuse(&mut self, what: &str) {
        if let Some(held) = &mut self.held {
            held.record = Err(what.to_owned());
        }
    }

    /// Returns where the next record begins.
    pub fn position(&self, buffer: &Buffer) -> InputPosition {
        self.reader.position(buffer)
    }

    /// Returns the next row, if it is whole.
    pub fn next(
        &mut self,
        pushed: &mut Pushed,
        columns: Option<&Columns>,
        row: &mut Row,
    ) -> Result<Next, Fault> {
        if self.held.is_none() && !self.read(pushed)? {
            return Ok(Next::Nothing);
        }
        if let Some(grown) = self.grown(columns) {
            return Ok(Next::Columns(grown));
        }
        let Some(held) = self.held.take() else {
            return Ok(Next::Nothing);
        };
        (row.end, row.line) = (held.end, held.line);
        match (held.record, columns) {
            (Ok(flat), Some(columns)) => self.write(flat, columns, row),
            (Ok(_), None) => return Err(Fault::protocol("A record came before its columns")),
            (Err(what), _) => {
                row.field_error = Some(format!("Line {}: {what}", row.line));
                row.fingerprint = Fingerprint::default();
            }
        }
        if row.field_error.is_some() || pushed.keeps_originals {
            row.original = self.reader.original(&pushed.buffer, held.len);
        }
        if row.field_error.is_some() {
            let exact = xxh3_64(&row.original) ^ row.fingerprint.exact;
            row.fingerprint = Fingerprint {
                exact,
                ..row.fingerprint
            };
        }
        Ok(Next::Row)
    }

    /// Reads the next record, if it is whole. A document that breaks behind its first record ends there.
    fn read(&mut self, pushed: &mut Pushed) -> Result<bool, Fault> {
        if !pushed.reading.goes_on() {
            return Ok(false);
        }
        let found = match self.reader.next(&mut pushed.buffer) {
            Err(error) if self.begun => {
                pushed.reading.stop(&pushed.buffer, error);
                return Ok(false);
            }
            found => found?,
        };
        let Some(Found { node, line, len }) = found else {
            return Ok(false);
        };
        self.begun = true;
        let record = match node {
            Ok(node) => self.flatten(node)?,
            Err(what) => Err(what),
        };
        let record = match record {
            Ok(flat) if flat.is_empty() => Err("the record has no fields".to_owned()),
            record => record,
        };
        self.held = Some(Held {
            record,
            end: pushed.buffer.offset(),
            line,
            len,
        });
        Ok(true)
    }

    /// Returns the columns with those that the record at hand adds; `None` where it adds none.
    fn grown(&self, columns: Option<&Columns>) -> Option<Vec<String>> {
        let flat = self.held.as_ref()?.record.as_ref().ok()?;
        let mut names = columns.map(|columns| columns.names().to_vec());
        let known = columns.is_some();
        let mut grew = !known;
        for (name, _) in flat {
            let is_new = columns.is_none_or(|columns| columns.position(name).is_none());
            if is_new {
                names.get_or_insert_default().push(name.clone());
                grew = true;
            }
        }
        names.filter(|_| grew)
    }

    fn write(&mut self, flat: Flat, columns: &Columns, row: &mut Row) {
        let mut values: Vec<Option<Option<String>>> = vec![None; columns.names().len()];
        for (name, value) in flat {
            let position = columns.position(&name).and_then(|at| values.get_mut(at));
            if let Some(position) = position {
                *position = Some(value);
            }
        }
        self.fingerprinter.begin(columns.key());
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                row.bytes.push(b',');
            }
            let text = match value {
                None => {
                    self.fingerprinter.add(b"");
                    continue;
                }
                Some(None) => NULL_CELL.to_owned(),
                Some(Some(text)) if text == NULL_CELL => {
                    row.field_error.get_or_insert_with(|| {
                        format!("Line {}: a value is the text `#N/A`, which Salesforce takes for null: change it", row.line)
                    });
                    text
                }
                Some(Some(text)) => match columns.settle_text(index, text.as_bytes()) {
                    Ok(Settled::As(other)) => other,
                    Ok(_) => text,
                    Err(what) => {
                        row.field_error
                            .get_or_insert_with(|| format!("Line {}: {what}", row.line));
                        text
                    }
                },
            };
            self.fingerprinter.add(text.as_bytes());
            cells::write(text.as_bytes(), b',', &mut row.bytes);
        }
        row.fingerprint = self.fingerprinter.fingerprint();
    }

    /// Finds the columns of the fields that every record gets, once.
    fn settle_constants(&mut self) -> Result<(), Fault> {
        if self.constants.is_some() {
            return Ok(());
        }
        let constants = self.mapping.constants();
        let mut flat = Vec::with_capacity(constants.len());
        if !constants.is_empty() {
            let object = described(&self.client, &self.rules.object)?;
            for constant in constants {
                flat.push(constant.column(&self.client, &self.rules, &object)?);
            }
        }
        self.constants = Some(flat);
        Ok(())
    }

    /// Adds the fields that every record gets. A record with nothing else has no fields.
    fn with_constants(&self, mut flat: Flat) -> Result<Flat, String> {
        let constants = self.constants.as_deref().unwrap_or_default();
        if let Some((name, _)) = constants.iter().find(|(name, _)| has(&flat, name)) {
            return Err(format!(
                "`{name}` is in the record, and config.constants sets it, too: take one of the two out"
            ));
        }
        if !flat.is_empty() {
            flat.extend_from_slice(constants);
        }
        Ok(flat)
    }

    /// Flattens a record into columns; the inner error is what is wrong with the record alone.
    fn flatten(&mut self, node: Node) -> Result<Result<Flat, String>, Fault> {
        self.settle_constants()?;
        if let Some(told) = node
            .sobject
            .as_deref()
            .filter(|told| !told.eq_ignore_ascii_case(&self.rules.object))
        {
            return Ok(Err(format!(
                "the record is of `{told}`, not of config.object `{}`",
                self.rules.object
            )));
        }
        let encoder =
            RecordEncoder::new(&self.client, self.reader.is_untyped()).with_known(&self.known);
        match encoder.encode(self.mapping.apply(node), &self.rules.object) {
            Ok(node) => Ok(columns_of(node).and_then(|flat| self.with_constants(flat))),
            Err(RecordError::Record(field_error)) => Ok(Err(field_error.message)),
            Err(RecordError::Fault(fault)) => Err(fault),
        }
    }
}

/// Returns whether a record has a column, whatever the case of its name.
fn has(flat: &Flat, name: &str) -> bool {
    flat.iter()
        .any(|(known, _)| known.eq_ignore_ascii_case(name))
}

/// Flattens a record in form into columns.
fn columns_of(node: Node) -> Result<Flat, String> {
    let mut flat = Vec::with_capacity(node.members.len());
    for (name, value) in node.members {
        match value {
            Value::Object(parent) => {
                let prefix = parent
                    .sobject
                    .map(|told| format!("{told}:"))
                    .unwrap_or_default();
                for (key, value) in parent.members {
                    match text(value) {
                        Some(text) => flat.push((format!("{prefix}{name}.{key}"), text)),
                        None => return Err(format!("`{name}.{key}` is nested too deeply")),
                    }
                }
            }
            value => match text(value) {
                Some(text) => flat.push((name, text)),
                None => return Err(format!("`{name}` is a list, which a row has no place for")),
            },
        }
    }
    Ok(flat)
}

fn text(value: Value) -> Option<Option<String>> {
    match value {
        Value::Null => Some(None),
        Value::Bool(flag) => Some(Some(flag.to_string())),
        Value::Number(text) | Value::Text(text) | Value::Untyped(text) => Some(Some(text)),
        Value::Object(_) | Value::List(_) => None,
    }
}
