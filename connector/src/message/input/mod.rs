//! Documents that come in: JSON, NDJSON, CSV and XML, read as one stream of records.
//!
//! | | absent: left alone | null: emptied | types |
//! |---|---|---|---|
//! | JSON, NDJSON | no member | `null` | the document's |
//! | CSV | empty cell | `#N/A` | the describe's |
//! | XML | no element, or an empty one | `xsi:nil="true"` | the describe's |
//!
//! A document is read in place: memory beside it is that of one record.

mod csv;
mod json;
mod params;
mod place;
pub mod tree;
mod xml;
mod xml_tags;

pub use self::csv::NULL_CELL;
pub use json::object as json_object;
pub use params::Params;
pub use place::{InputError, Place};
pub use tree::{Node, Value};

use self::csv::CsvRecords;
use crate::bindings::Message;
use json::{JsonRecords, NdjsonRecords};
use xml::XmlRecords;

/// The byte order mark that Windows programs put before UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// A record of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where it stands.
    pub place: Place,
    /// What it says.
    pub node: Node,
}

/// What a reader hands out next; `None` at the end.
type Next = Result<Option<Record>, InputError>;

/// What a document may hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Plain ids may stand for records.
    pub plain_ids: bool,
    /// Elements of XML may be repeated: their values become a list.
    pub repeated: bool,
}

/// The forms of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    Ndjson,
    Csv,
    Xml,
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
        let params = Params::of(&message.media_type);
        let format = format(&params)?;
        utf8_only(&params, &message.body)?;
        let body = message.body.strip_prefix(BOM).unwrap_or(&message.body);
        Ok(Self {
            format,
            params,
            body,
            object,
            options,
        })
    }

    /// Says whether values come without types.
    pub fn is_untyped(&self) -> bool {
        matches!(self.format, Format::Csv | Format::Xml)
    }

    /// Reads the records from the beginning.
    ///
    /// # Errors
    /// A header of a CSV that cannot be used.
    pub fn records(&self) -> Result<Records<'b>, InputError> {
        Ok(Records(match self.format {
            Format::Json => Kind::Json(JsonRecords::new(self.body, self.options)),
            Format::Ndjson => Kind::Ndjson(NdjsonRecords::new(self.body, self.options)),
            Format::Csv => Kind::Csv(Box::new(CsvRecords::open(self.body, &self.params)?)),
            Format::Xml => Kind::Xml(Box::new(XmlRecords::open(
                self.body,
                self.object,
                self.options.repeated,
            )?)),
        }))
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

    /// The only record of the document.
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
pub struct Records<'b>(Kind<'b>);

enum Kind<'b> {
    Json(JsonRecords<'b>),
    Ndjson(NdjsonRecords<'b>),
    Csv(Box<CsvRecords<'b>>),
    Xml(Box<XmlRecords<'b>>),
    Failed,
}

impl Iterator for Records<'_> {
    type Item = Result<Record, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = match &mut self.0 {
            Kind::Json(records) => records.next(),
            Kind::Ndjson(records) => records.next(),
            Kind::Csv(records) => records.next(),
            Kind::Xml(records) => records.next(),
            Kind::Failed => Ok(None),
        };
        if next.is_err() {
            self.0 = Kind::Failed;
        }
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
mod tests;
