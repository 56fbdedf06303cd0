//! Documents that come in: JSON, NDJSON, CSV and XML, read as one stream of records.
//!
//! | | absent: left alone | null: emptied | types |
//! |---|---|---|---|
//! | JSON, NDJSON | no member | `null` | the document's |
//! | CSV | empty cell | `#N/A` | the describe's |
//! | XML | no element, or an empty one | `xsi:nil="true"` | the describe's |
//!
//! A document is read in place: memory beside it is that of one record.

pub mod buffer;
pub mod cells;
mod csv;
pub mod csv_reader;
mod error;
pub mod header;
pub mod json;
pub mod json_record;
pub mod ndjson;
mod options;
mod params;
pub mod path;
mod position;
mod reader;
pub mod split;
pub mod tree;
pub mod xml;
mod xml_element;
mod xml_markup;
mod xml_tags;

pub use self::csv::{CsvRecords, NULL_CELL};
pub use error::InputError;
pub use json_record::object as json_object;
pub use options::Options;
pub use params::Params;
pub use position::{InputPosition, RecordPosition};
pub use reader::{Format, RecordReader};
use salesforce_contract::message::Message;
pub use tree::{Node, Value};

use buffer::Buffer;
use std::rc::Rc;

/// Bytes of a shared document that are held twice at once; a longer record takes more.
const PIECE_BYTES: usize = 64 << 10;

/// A record of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where it stands.
    pub position: RecordPosition,
    /// What it says.
    pub node: Node,
}

/// A document of records.
pub struct Document<'b> {
    format: Format,
    params: Params,
    body: &'b [u8],
    object: Option<&'b str>,
    options: Options,
}

impl<'b> Document<'b> {
    /// Looks at the form of a document. `object` is the sObject of records that do not tell their own.
    ///
    /// # Errors
    /// A media type that is none of records, another encoding than UTF-8.
    pub fn open(
        message: &'b Message,
        object: Option<&'b str>,
        options: Options,
    ) -> Result<Self, InputError> {
        let params = Params::parse(&message.media_type);
        let format = format(&params)?;
        utf8_only(&params, &message.body)?;
        Ok(Self {
            format,
            params,
            body: &message.body,
            object,
            options,
        })
    }

    /// Says whether values come without types.
    pub fn is_untyped(&self) -> bool {
        matches!(self.format, Format::Csv | Format::Xml)
    }

    /// Returns whether there is more than one record to read.
    pub fn has_several(&self) -> bool {
        self.records()
            .is_ok_and(|records| records.take(2).filter(Result::is_ok).count() > 1)
    }

    /// Reads the records from the beginning.
    ///
    /// # Errors
    /// Parameters of a media type that cannot be.
    pub fn records(&self) -> Result<Records<'b>, InputError> {
        let reader = match self.format {
            Format::Csv => RecordReader::Csv(CsvRecords::open(&self.params)?),
            format => RecordReader::new(format, self.object, self.options),
        };
        Ok(Records {
            reader,
            buffer: Buffer::whole(self.body),
            shared: None,
            index: 0,
            done: false,
        })
    }

    /// Reads all records once, so that a document that breaks off or is malformed is refused before any of it is sent.
    /// Returns how many there are.
    ///
    /// # Errors
    /// The first thing that is wrong with the document.
    pub fn check(&self) -> Result<u64, InputError> {
        let mut count = 0;
        for record in self.records()? {
            record?;
            count += 1;
        }
        Ok(count)
    }

    /// Returns the only record of the document.
    ///
    /// # Errors
    /// A document that has none or more than one.
    pub fn only(&self) -> Result<Record, InputError> {
        let mut records = self.records()?;
        let first = records.next().transpose()?;
        let second = records.next().transpose()?;
        match (first, second) {
            (Some(record), None) => Ok(record),
            (None, _) => Err(InputError("The input holds no record: give one".into())),
            (Some(_), Some(_)) => Err(InputError(
                "The input holds more than one record: give one, or use the operation of the same name in `collections`".into(),
            )),
        }
    }
}

/// The records of a document in their order. After an error there are no more.
pub struct Records<'b> {
    reader: RecordReader,
    buffer: Buffer<'b>,
    /// A document that is read piece by piece, and how many of its bytes have been.
    shared: Option<(Rc<Message>, usize)>,
    index: u64,
    done: bool,
}

impl Records<'static> {
    /// Reads a document that others hold, too, from the beginning.
    ///
    /// # Errors
    /// As [`Document::open`] and [`Document::records`].
    pub fn shared(message: Rc<Message>, options: Options) -> Result<Self, InputError> {
        let reader = Document::open(&message, None, options)?.records()?.reader;
        Ok(Self {
            reader,
            buffer: Buffer::in_pieces(0, 1, usize::MAX),
            shared: Some((message, 0)),
            index: 0,
            done: false,
        })
    }
}

impl Records<'_> {
    /// Takes the next piece of a shared document; false where there is none.
    fn feed(&mut self) -> bool {
        let Some((message, taken)) = &mut self.shared else {
            return false;
        };
        let rest = message.body.get(*taken..).unwrap_or_default();
        let piece = rest.get(..PIECE_BYTES).unwrap_or(rest);
        let feeds = !self.buffer.ended;
        self.buffer.push(piece);
        self.buffer.ended = piece.len() == rest.len();
        *taken += piece.len();
        feeds
    }

    fn read(&mut self) -> Result<Option<Record>, InputError> {
        let found = loop {
            match self.reader.next(&mut self.buffer)? {
                Some(found) => break found,
                None if self.feed() => {}
                None => return Ok(None),
            }
        };
        let position = RecordPosition {
            index: self.index,
            line: found.line,
        };
        self.index += 1;
        match found.node {
            Ok(node) => Ok(Some(Record { position, node })),
            Err(what) => Err(InputError::in_record(position, what)),
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.read();
        self.done = !matches!(next, Ok(Some(_)));
        next.transpose()
    }
}

fn format(params: &Params) -> Result<Format, InputError> {
    match params.essence.as_str() {
        "application/json" => Ok(Format::Json),
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Ok(Format::Ndjson),
        "text/csv" => Ok(Format::Csv),
        "application/xml" | "text/xml" => Ok(Format::Xml),
        other => Err(InputError(format!(
            "The input is `{other}`; records are taken as application/json, application/x-ndjson, text/csv or application/xml"
        ))),
    }
}

fn utf8_only(params: &Params, body: &[u8]) -> Result<(), InputError> {
    let charset = params.get("charset").unwrap_or("utf-8");
    let fits = ["utf-8", "utf8", "us-ascii"].contains(&charset.to_ascii_lowercase().as_str());
    let utf16 = body.starts_with(b"\xff\xfe") || body.starts_with(b"\xfe\xff");
    if fits && !utf16 {
        return Ok(());
    }
    let found = if utf16 { "UTF-16" } else { charset };
    Err(InputError(format!(
        "The input is encoded in {found}: save it as UTF-8"
    )))
}

#[cfg(test)]
pub(crate) mod hostile;
#[cfg(test)]
mod tests;
