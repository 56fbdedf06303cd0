//! Documents that are made in pieces and handed out in chunks of any size.

use salesforce_contract::bindings::exports::salesforce::connector::bulk::ExtractFormat;
use salesforce_contract::bindings::{Fault, Message};
use salesforce_contract::source::{Source, handed_out};
use salesforce_formats::message::RowFormat;

/// Bytes made at once: each time costs the host a call, and a write.
pub const BATCH_BYTES: usize = 256 << 10;

/// What makes a document, piece by piece.
pub trait Produce {
    /// Appends the next bytes, possibly none; false at the end.
    fn produce(&mut self, out: &mut Vec<u8>) -> Result<bool, Fault>;
    /// Returns media type and the facts known so far, with an empty body.
    fn head(&self) -> Message;
}

/// A document as a source. Nothing more is made of it before all that was made has been taken.
pub struct Chunks<P> {
    producer: P,
    out: Vec<u8>,
    taken: usize,
}

impl<P: Produce> Chunks<P> {
    /// Begins with what `producer` makes first.
    pub fn new(producer: P) -> Self {
        Self {
            producer,
            out: Vec::new(),
            taken: 0,
        }
    }
}

impl<P: Produce> Source for Chunks<P> {
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault> {
        while self.taken == self.out.len() {
            self.out.clear();
            self.taken = 0;
            if !self.producer.produce(&mut self.out)? {
                return Ok(None);
            }
        }
        Ok(Some(handed_out(&mut self.out, &mut self.taken, max)))
    }

    fn head(&self) -> Message {
        self.producer.head()
    }
}

/// Returns the media type of rows as CSV or as NDJSON.
pub fn media_type(csv: bool) -> &'static str {
    if csv {
        RowFormat::Csv.media_type()
    } else {
        RowFormat::Ndjson.media_type()
    }
}

/// Returns whether an extract writes CSV.
pub fn is_csv(format: Option<ExtractFormat>) -> bool {
    format.unwrap_or(ExtractFormat::Csv) == ExtractFormat::Csv
}
