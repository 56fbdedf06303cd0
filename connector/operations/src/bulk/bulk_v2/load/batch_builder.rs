//! One part of the input on its way into a job, or being compared with what went into it before.

use super::journal::Range;
use super::reasons::Reasons;
use crate::bulk::dialect::Dialect;
use crate::bulk::ingest::upload_call;
use crate::bulk::input::Row;
use crate::bulk::input::fingerprint::Fingerprint;
use crate::bulk::load::job::{Batch, Builder};
use crate::bulk::load::local_rejection::{LocalRejection, LocalRejections};
use crate::bulk::load::original::line;
use crate::upload::Upload;
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::expected::Expected;
use salesforce_contract::bindings::Fault;
use std::rc::Rc;

/// Bytes gathered before they are sent on.
const PIECE_BYTES: usize = 128 << 10;

/// Bytes gathered before an upload begins: a part with no more than that is sent with its length, which some gateways ask for.
const HELD_BYTES: usize = 1 << 20;

/// Bytes of records that are read again, after which the host is to fetch them.
pub const BACK_BYTES: usize = 1 << 20;

/// What is kept of the rows of a part until their outcomes are emitted.
#[derive(Debug, Default)]
pub struct PartRows {
    /// The fingerprints of all rows.
    pub fingerprints: Vec<Fingerprint>,
    /// Rows that were not sent, in their order.
    pub rejected: Vec<LocalRejection>,
}

/// A part being filled.
pub struct BatchBuilder {
    /// Which one.
    pub part: usize,
    batch: Batch,
    fingerprints: Vec<Fingerprint>,
    /// Tells whether the input is the same another time.
    pub checksum: u64,
    /// Records that the host wants back, read again.
    pub back: Back,
    /// Which rows those are.
    wanted: Vec<Range>,
    /// Why they were not saved.
    reasons: Option<Reasons>,
    dialect: Dialect,
    way: Way,
    /// The job that it goes into.
    job: String,
    /// Whether all of it is gathered before it is sent.
    sized: bool,
    upload: Option<Upload>,
    piece: Vec<u8>,
}

/// What becomes of the rows of a part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// They go into a job.
    Sent,
    /// They did so before.
    Compared,
    /// They are rejected here.
    Unsent,
}

/// Records that were not saved, read from the input again.
#[derive(Debug, Default)]
pub struct Back {
    /// The records as they were given, with why they were not saved.
    pub records: Vec<(Vec<u8>, Option<Rc<str>>)>,
    /// The row of the part up to which there is nothing more to read.
    pub upto: u64,
    /// Their bytes.
    pub bytes: usize,
}

impl Back {
    fn push(&mut self, record: Vec<u8>, error: Option<Rc<str>>, row: u64) {
        self.bytes += record.len();
        self.records.push((record, error));
        self.upto = row + 1;
    }

    /// Puts later records behind these.
    pub fn append(&mut self, mut later: Self) {
        self.bytes += later.bytes;
        self.records.append(&mut later.records);
        self.upto = self.upto.max(later.upto);
    }
}

impl BatchBuilder {
    fn new(part: usize, dialect: Dialect, way: Way, known_end: Option<u64>) -> Self {
        Self {
            part,
            batch: Batch {
                known_end,
                bytes: 0,
                ending_bytes: dialect.ending().len() as u64,
                columns: 0,
                rejected: LocalRejections::default(),
            },
            fingerprints: Vec::new(),
            checksum: 0,
            back: Back::default(),
            wanted: Vec::new(),
            reasons: None,
            dialect,
            way,
            job: String::new(),
            sized: false,
            upload: None,
            piece: Vec::new(),
        }
    }

    /// Makes a part that goes into a job, gathered as a whole first if it is to be `sized`.
    /// Where later parts have arrived before, it ends where they begin.
    pub fn sent(
        part: usize,
        dialect: Dialect,
        job: String,
        sized: bool,
        known_end: Option<u64>,
    ) -> Self {
        Self {
            job,
            sized,
            ..Self::new(part, dialect, Way::Sent, known_end)
        }
    }

    /// Makes a part that has arrived before, of which the host wants rows back; `reasons` where it wants those, too.
    pub fn compared(
        part: usize,
        dialect: Dialect,
        known_end: Option<u64>,
        wanted: Vec<Range>,
        reasons: Option<Reasons>,
    ) -> Self {
        Self {
            wanted,
            reasons,
            ..Self::new(part, dialect, Way::Compared, known_end)
        }
    }

    /// Makes a part of rows that are rejected here, until the first that is not.
    pub fn unsent(part: usize, dialect: Dialect) -> Self {
        Self::new(part, dialect, Way::Unsent, None)
    }

    /// Returns whether it has arrived before.
    pub fn is_compared(&self) -> bool {
        self.way == Way::Compared
    }

    /// Returns whether none of its rows is sent.
    pub fn is_unsent(&self) -> bool {
        self.way == Way::Unsent
    }

    /// Returns what is kept of its rows.
    pub fn into_rows(self) -> PartRows {
        PartRows {
            fingerprints: self.fingerprints,
            rejected: self.batch.rejected.rows,
        }
    }

    /// Sends on what has been gathered, once that is enough.
    fn send_on(&mut self, client: &Rc<Client>) -> Result<(), Fault> {
        match &self.upload {
            Some(_) if self.piece.len() >= PIECE_BYTES => self.flush(),
            None if self.piece.len() >= HELD_BYTES && !self.sized => {
                let call = data_call(client, &self.job)?;
                self.upload = Some(Upload::open(Rc::clone(client), &call)?);
                self.flush()
            }
            _ => Ok(()),
        }
    }

    fn give_back(&mut self, at: u64, row: &mut Row) {
        let wanted = self.wanted.partition_point(|(_, end)| *end <= at);
        if self
            .wanted
            .get(wanted)
            .is_some_and(|(start, _)| *start <= at)
        {
            let reasons = self.reasons.as_ref();
            let error = reasons.map(|reasons| reasons.reason(row.fingerprint));
            self.back.push(std::mem::take(&mut row.original), error, at);
        }
    }

    fn flush(&mut self) -> Result<(), Fault> {
        if let Some(upload) = &mut self.upload {
            upload.write(&self.piece)?;
        }
        self.piece.clear();
        Ok(())
    }

    /// Sends what is left and waits for Salesforce to say that all has arrived; returns what it says instead, if it does.
    pub fn finish(&mut self, client: &Rc<Client>) -> Result<Option<String>, Fault> {
        if self.upload.is_none() {
            let length = self.piece.len().to_string();
            let call = data_call(client, &self.job)?.with_header("content-length", &length);
            self.upload = Some(Upload::open(Rc::clone(client), &call)?);
        }
        self.flush()?;
        let Some(upload) = self.upload.take() else {
            return Ok(None);
        };
        let taken = Expected::Taken.check(&upload.finish()?);
        Ok(taken.err().map(|Unusable(said)| said))
    }
}

impl Builder for BatchBuilder {
    fn batch(&self) -> &Batch {
        &self.batch
    }

    fn rows(&self) -> u64 {
        self.fingerprints.len() as u64
    }

    fn take(
        &mut self,
        client: &Rc<Client>,
        columns: &[String],
        set: usize,
        row: &mut Row,
    ) -> Result<(), Fault> {
        let at = self.fingerprints.len();
        self.fingerprints.push(row.fingerprint);
        self.checksum = mixed(self.checksum, row.fingerprint.exact);
        if self.batch.rejected.take(at, row) {
            return Ok(());
        }
        if self.way == Way::Compared {
            self.give_back(at as u64, row);
            return Ok(());
        }
        if self.batch.bytes == 0 {
            let names = columns.iter().map(String::as_bytes);
            line(names, self.dialect, &mut self.piece);
            self.batch.columns = set;
            self.batch.bytes = self.piece.len() as u64;
        }
        self.batch.bytes += row.bytes.len() as u64 + self.batch.ending_bytes;
        self.piece.extend_from_slice(&row.bytes);
        self.piece.extend_from_slice(self.dialect.ending());
        self.send_on(client)
    }
}

/// Makes the call of the upload to a job. Any good answer comes through: the job shows what one that is not documented was worth.
fn data_call(client: &Client, job: &str) -> Result<Request, Fault> {
    Ok(upload_call(client, job, b"")?.expecting(Expected::Anything))
}

/// Adds a fingerprint to a checksum: order counts.
fn mixed(checksum: u64, hash: u64) -> u64 {
    (checksum.rotate_left(7) ^ hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
