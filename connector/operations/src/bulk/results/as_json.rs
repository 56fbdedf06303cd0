//! Result documents as JSON: an object of texts per record. What a cell holds is not interpreted, so that a record that is loaded again is the one
//! that it was.

use super::Results;
use crate::bulk::input::Buffer;
use crate::bulk::input::cells::{self, Cell};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::ResultFormat;
use salesforce_contract::limits::MAX_ROW_BYTES;
use salesforce_contract::message::Head;
use salesforce_contract::source::{Output, Producer, Source};
use salesforce_formats::message::input::header;
use salesforce_formats::message::input::{Node, Value};

/// Bytes asked for at once: converted records take more.
const PIECE_BYTES: usize = 64 << 10;

/// A result document on its way, written as JSON.
pub struct AsJson {
    results: Results,
    /// Whether it is one list; lines otherwise.
    is_list: bool,
    buffer: Buffer,
    delimiter: u8,
    /// The names of the columns, once they have come.
    names: Option<Vec<String>>,
    cells: Vec<Cell>,
    records: u64,
    ended: bool,
}

impl AsJson {
    pub(super) fn new(results: Results, format: ResultFormat) -> Self {
        Self {
            results,
            is_list: format == ResultFormat::Json,
            buffer: Buffer::in_pieces(0, 1, MAX_ROW_BYTES),
            delimiter: b',',
            names: None,
            cells: Vec::new(),
            records: 0,
            ended: false,
        }
    }

    /// Writes the records that are whole.
    fn records(&mut self, out: &mut Vec<u8>) -> Result<(), Fault> {
        while let Some((content, whole)) = self.scan()? {
            if content > 0 {
                self.record(out)?;
            }
            self.buffer.skip(whole);
        }
        Ok(())
    }

    /// Finds the next record: the bytes of its content, and those with its line ending.
    fn scan(&mut self) -> Result<Option<(usize, usize)>, Fault> {
        let text = self.buffer.rest();
        if text.is_empty() {
            return Ok(None);
        }
        if self.names.is_none() {
            let found = match header::detect(text) {
                None if self.buffer.ended => header::detect(&[text, b"\n"].concat()),
                found => found,
            };
            let Some((delimiter, _)) = found else {
                return Ok(None);
            };
            self.delimiter = delimiter;
        }
        let ended = self.buffer.ended;
        let scanned =
            cells::scan_within(MAX_ROW_BYTES, text, self.delimiter, ended, &mut self.cells);
        match scanned {
            Ok(Some(found)) if found.malformed.is_none() => Ok(Some((found.content, found.whole))),
            Ok(None) => Ok(None),
            _ => Err(self.no_csv()),
        }
    }

    /// Takes the header, or writes a record.
    fn record(&mut self, out: &mut Vec<u8>) -> Result<(), Fault> {
        let text = self.buffer.rest();
        let mut scratch = Vec::new();
        let values = self.cells.iter();
        let values =
            values.map(|cell| String::from_utf8_lossy(cell.value(text, &mut scratch)).into_owned());
        let values: Vec<String> = values.collect();
        let Some(names) = &self.names else {
            self.names = Some(values);
            return Ok(());
        };
        if names.len() != values.len() {
            return Err(self.no_csv());
        }
        let members = values.into_iter().map(Value::Text);
        let node = Node {
            members: names.iter().cloned().zip(members).collect(),
            ..Node::default()
        };
        if self.is_list {
            out.extend_from_slice(if self.records == 0 { b"[" } else { b",\n" });
        }
        serde_json::to_writer(&mut *out, &node)
            .map_err(|error| Fault::protocol(format!("A result cannot be written: {error}")))?;
        if !self.is_list {
            out.push(b'\n');
        }
        self.records += 1;
        Ok(())
    }

    fn no_csv(&self) -> Fault {
        Fault::protocol(format!(
            "The results are no CSV behind record {}: read them with config.format `csv` to see what they are",
            self.records
        ))
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), Fault> {
        self.ended = true;
        self.buffer.ended = true;
        self.records(out)?;
        if !self.buffer.rest().is_empty() {
            return Err(self.no_csv());
        }
        if self.is_list {
            out.extend_from_slice(if self.records == 0 { b"[]\n" } else { b"]\n" });
        }
        Ok(())
    }
}

impl Producer for AsJson {
    fn produce(&mut self, out: &mut Output) -> Result<bool, Fault> {
        if self.ended {
            return Ok(false);
        }
        match self.results.read(PIECE_BYTES)? {
            Some(piece) => {
                self.buffer.push(&piece);
                self.records(&mut out.bytes)?;
            }
            None => self.end(&mut out.bytes)?,
        }
        Ok(true)
    }

    fn head(&self) -> Head {
        Head {
            media_type: if self.is_list {
                "application/json".into()
            } else {
                "application/x-ndjson".into()
            },
            ..self.results.head()
        }
    }
}
