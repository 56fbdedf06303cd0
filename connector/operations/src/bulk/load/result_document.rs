//! Result documents of a job, read record by record.

use crate::bulk::body::Arriving;
use csv::{ByteRecord, Reader, ReaderBuilder};
use salesforce_client::client::{Client, Request};
use salesforce_client::fault::is_absent;
use salesforce_contract::bindings::{Fault, FaultKind};
use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;

/// Columns that Salesforce puts in front of a job's own.
pub const ID: &str = "sf__Id";
/// The column that tells why a record failed.
pub const ERROR: &str = "sf__Error";

/// How often results are read that do not have as many records as the job counts: they may be behind.
pub const MOST_READS: u32 = 3;

/// The pause before they are read again, in milliseconds.
pub const READ_PAUSE_MS: u64 = 1_000;

/// Characters of something that is no result that are shown.
const SHOWN_CHARS: usize = 80;

/// Most bytes of one record of results: what a record may have (`MAX_RECORD_BYTES`), quoted by Salesforce, with the reason why it failed.
const MAX_RESULT_BYTES: u64 = 16 << 20;

/// A result document.
pub struct Results {
    /// The byte at which the record begins that is being read.
    record_from: Rc<Cell<u64>>,
    reader: Reader<Stream>,
    fault: Rc<RefCell<Option<Fault>>>,
    /// The places of wanted columns in the document, in the order they were asked for.
    places: Vec<Option<usize>>,
    /// The names of its columns.
    pub header: Vec<String>,
}

impl Results {
    /// Asks for a document and reads its header.
    pub fn open(
        client: &Rc<Client>,
        call: Request,
        delimiter: u8,
        wanted: &[&str],
    ) -> Result<Self, Fault> {
        let fault = Rc::new(RefCell::new(None));
        let record_from = Rc::new(Cell::new(0));
        let stream = Stream {
            arriving: Arriving::open_csv(client, &call, None, None)?,
            piece: Vec::new(),
            at: 0,
            emitted: 0,
            record_from: Rc::clone(&record_from),
            fault: Rc::clone(&fault),
        };
        let reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(64 << 10)
            .from_reader(stream);
        let mut results = Self {
            record_from,
            reader,
            fault,
            places: Vec::new(),
            header: Vec::new(),
        };
        results.read_header(wanted)?;
        Ok(results)
    }

    /// Returns the same for a document that there may be none of, because its job did not come to its end: orgs refuse to give it then.
    pub fn open_any(
        client: &Rc<Client>,
        call: Request,
        delimiter: u8,
        wanted: &[&str],
    ) -> Result<Option<Self>, Fault> {
        match Self::open(client, call, delimiter, wanted) {
            Err(fault) if fault.kind == FaultKind::Invalid || is_absent(&fault) => Ok(None),
            opened => opened.map(Some),
        }
    }

    /// Documents without rows may lack even their header.
    fn read_header(&mut self, wanted: &[&str]) -> Result<(), Fault> {
        let mut record = ByteRecord::new();
        if self.next(&mut record)? {
            let name = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
            self.header = record.iter().map(name).collect();
        }
        let place = |name: &&str| {
            let found = self.header.iter();
            found
                .clone()
                .position(|known| known.eq_ignore_ascii_case(name))
        };
        self.places = wanted.iter().map(place).collect();
        Ok(())
    }

    /// Refuses a document that has a header without this column, or without any of those that are wanted: it is something else.
    pub fn must_have(&self, name: Option<&str>) -> Result<(), Fault> {
        let has = |name: &str| {
            self.header
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name))
        };
        let fits = match name {
            Some(name) => has(name),
            None => self.places.iter().any(Option::is_some),
        };
        if fits || self.header.is_empty() {
            return Ok(());
        }
        let start: String = self.header.join(",").chars().take(SHOWN_CHARS).collect();
        Err(Fault::protocol(format!(
            "The results of a job are not as documented: they begin with `{}`",
            start.escape_debug()
        )))
    }

    /// Returns the next record; false at the end.
    pub fn next(&mut self, record: &mut ByteRecord) -> Result<bool, Fault> {
        self.record_from.set(self.reader.position().byte());
        self.reader.read_byte_record(record).map_err(|error| {
            let fault = self.fault.borrow_mut().take();
            fault.unwrap_or_else(|| {
                Fault::protocol(format!("The results of a job cannot be read: {error}"))
            })
        })
    }

    /// Returns the values of the wanted columns; empty where the document has no such column.
    pub fn values<'r>(&self, record: &'r ByteRecord) -> impl Iterator<Item = &'r [u8]> {
        let places = self.places.clone();
        places
            .into_iter()
            .map(|place| place.and_then(|at| record.get(at)).unwrap_or_default())
    }

    /// Returns whether all wanted columns are there.
    pub fn is_complete(&self) -> bool {
        self.header.is_empty() || self.places.iter().all(Option::is_some)
    }
}

/// A body as a reader; a fault is put aside for the one who asked.
struct Stream {
    arriving: Arriving,
    piece: Vec<u8>,
    at: usize,
    /// Bytes handed to the reader.
    emitted: u64,
    /// The byte at which the record begins that is being read.
    record_from: Rc<Cell<u64>>,
    fault: Rc<RefCell<Option<Fault>>>,
}

impl io::Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.emitted.saturating_sub(self.record_from.get()) > MAX_RESULT_BYTES {
            return Err(io::Error::other(format!(
                "one record has more than {MAX_RESULT_BYTES} bytes"
            )));
        }
        if self.at == self.piece.len() {
            let piece = self.arriving.read(crate::bulk::body::READ_BYTES);
            let piece = piece.map_err(|fault| {
                let error = io::Error::other(fault.message.clone());
                self.fault.replace(Some(fault));
                error
            })?;
            self.piece = piece.unwrap_or_default();
            self.at = 0;
        }
        let rest = self.piece.get(self.at..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(into), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            into.copy_from_slice(from);
        }
        self.at += count;
        self.emitted += count as u64;
        Ok(count)
    }
}
