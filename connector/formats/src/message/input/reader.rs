//! The reader of documents in any form: record by record, from the beginning or from between two records.

use super::buffer::Buffer;
use super::json::JsonRecords;
use super::json_record::record;
use super::ndjson::NdjsonRecords;
use super::position::InputPosition;
use super::split::{Next, Split, check_end};
use super::xml::XmlRecords;
use super::{CsvRecords, Options};

/// The forms of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object, or a list of them.
    Json,
    /// One JSON object per line.
    Ndjson,
    /// A header line, then one record per line.
    Csv,
    /// Elements.
    Xml,
}

/// Reads the records of a document.
pub enum RecordReader {
    /// Of a CSV.
    Csv(CsvRecords),
    /// Of NDJSON.
    Ndjson(NdjsonRecords),
    /// Of JSON.
    Json(JsonRecords),
    /// Of XML.
    Xml(XmlRecords),
}

impl RecordReader {
    /// Begins at the beginning of a document, a CSV with any delimiter. `object` is the sObject of records that do not tell their own.
    pub fn new(format: Format, object: Option<&str>, options: Options) -> Self {
        match format {
            Format::Csv => Self::Csv(CsvRecords::new(None)),
            Format::Ndjson => Self::Ndjson(NdjsonRecords::new(options)),
            Format::Json => Self::Json(JsonRecords::new(options)),
            Format::Xml => Self::Xml(XmlRecords::new(object, options)),
        }
    }

    /// Continues behind a record of a document without a header.
    pub fn behind_record(self, position: &InputPosition) -> Self {
        match self {
            Self::Json(_) => Self::Json(JsonRecords::behind_record(
                position.listed,
                position.wrapped,
            )),
            Self::Xml(records) => Self::Xml(records.behind_record(position.root.clone())),
            other => other,
        }
    }

    /// Returns whether values come without types.
    pub fn is_untyped(&self) -> bool {
        matches!(self, Self::Csv(_) | Self::Xml(_))
    }

    /// Finds the next record, if it is whole; `None` until more is pushed, and at the end.
    pub fn next(&mut self, buffer: &mut Buffer<'_>) -> Next {
        if !buffer.past_bom()? {
            return Ok(None);
        }
        let split: &mut dyn Split = match self {
            Self::Csv(records) => records,
            Self::Ndjson(records) => records,
            Self::Json(records) => records,
            Self::Xml(records) => records,
        };
        let found = split.next(buffer)?;
        if found.is_none() {
            check_end(split, buffer)?;
        }
        Ok(found)
    }

    /// Returns where the next record begins.
    pub fn position(&self, buffer: &Buffer<'_>) -> InputPosition {
        let position = buffer.position();
        match self {
            Self::Xml(records) => InputPosition {
                root: records.root().map(str::to_owned),
                ..position
            },
            Self::Json(records) => InputPosition {
                listed: records.listed(),
                wrapped: records.wrapped(),
                ..position
            },
            Self::Csv(_) | Self::Ndjson(_) => position,
        }
    }

    /// Returns the record that was read last, which has so many bytes, as one line: of JSON, where it can be read.
    pub fn original(&self, buffer: &Buffer<'_>, len: usize) -> Vec<u8> {
        let text = buffer.behind(len).trim_ascii();
        let node = match self {
            Self::Xml(records) => records.node(text, buffer.line),
            _ => record(text, Options::default()),
        };
        let line = node.ok().and_then(|node| serde_json::to_vec(&node).ok());
        line.unwrap_or_else(|| {
            let breaks = |byte: &u8| match byte {
                b'\r' | b'\n' => b' ',
                other => *other,
            };
            text.iter().map(breaks).collect()
        })
    }
}
