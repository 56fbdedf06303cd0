//! One part of the input on its way into a job, or being compared with what went into it before.

use super::journal::Range;
use super::reasons::Reasons;
use crate::bulk::dialect::Dialect;
use crate::bulk::ingest::upload_call;
use crate::bulk::input::signature::Mark;
use crate::bulk::input::{Row, cells};
use crate::upload::Upload;
use salesforce_client::expected::Expected;
use salesforce_client::org::{Call, Org, Unusable};
use salesforce_contract::bindings::Fault;
use std::rc::Rc;

/// Bytes gathered before they are sent on.
const PIECE_BYTES: usize = 128 << 10;

/// Bytes gathered before an upload begins: a part with no more than that is sent with its length, which some gateways ask for.
const HELD_BYTES: usize = 1 << 20;

/// Bytes of records that are not sent, with the reasons, after which a part ends: its outcomes and records can be fetched then.
pub const PART_UNFIT_BYTES: usize = 2 << 20;

/// Bytes of records that are read again, after which the host is to fetch them.
pub const BACK_BYTES: usize = 1 << 20;

/// A row that was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// Its place among the rows of its part.
    pub at: usize,
    /// Why it was not sent.
    pub why: String,
    /// The record as it was given.
    pub record: Vec<u8>,
}

impl Unfit {
    /// Bytes that are kept of it.
    pub fn bytes(&self) -> usize {
        self.why.len() + self.record.len()
    }

    /// What is said of it where Salesforce says why a record failed.
    pub fn error(&self) -> String {
        format!("NOT_SENT:{}", self.why)
    }
}

/// What is kept of the rows of a part until their outcomes are emitted.
#[derive(Debug, Default)]
pub struct PartRows {
    /// What every row amounts to.
    pub marks: Vec<Mark>,
    /// Rows that were not sent, in their order.
    pub unfit: Vec<Unfit>,
}

/// A part being filled.
pub struct Filling {
    /// Which one.
    pub part: usize,
    /// Where it ends, if that is known.
    pub known_end: Option<u64>,
    /// Its bytes of data, line endings and header included.
    pub bytes: u64,
    /// Its rows.
    pub rows: PartRows,
    /// Tells whether the input is the same another time.
    pub checksum: u64,
    /// Records that the host wants back, read again.
    pub back: Back,
    /// Which rows those are.
    wanted: Vec<Range>,
    /// Why they were not saved.
    reasons: Option<Reasons>,
    /// Bytes kept of rows that are not sent.
    unfit_bytes: usize,
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
    /// They are not fit to be sent.
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

impl Filling {
    fn new(part: usize, dialect: Dialect, way: Way, known_end: Option<u64>) -> Self {
        Self {
            part,
            known_end,
            bytes: 0,
            rows: PartRows::default(),
            checksum: 0,
            back: Back::default(),
            wanted: Vec::new(),
            reasons: None,
            unfit_bytes: 0,
            dialect,
            way,
            job: String::new(),
            sized: false,
            upload: None,
            piece: Vec::new(),
        }
    }

    /// A part that goes into a job, gathered as a whole first if it is to be `sized`.
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

    /// A part that has arrived before, of which the host wants rows back; `reasons` where it wants those, too.
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

    /// Rows that are not fit to be sent, until the first that is.
    pub fn unsent(part: usize, dialect: Dialect) -> Self {
        Self::new(part, dialect, Way::Unsent, None)
    }

    /// Whether it has arrived before.
    pub fn is_compared(&self) -> bool {
        self.way == Way::Compared
    }

    /// Whether none of its rows is sent.
    pub fn is_unsent(&self) -> bool {
        self.way == Way::Unsent
    }

    /// Whether as much is kept of rows that are not sent as a part may have.
    pub fn is_full_of_unfit(&self) -> bool {
        self.unfit_bytes >= PART_UNFIT_BYTES
    }

    /// Its rows so far.
    pub fn rows(&self) -> u64 {
        self.rows.marks.len() as u64
    }

    /// Bytes of a line ending.
    pub fn ending_bytes(&self) -> u64 {
        self.dialect.ending().len() as u64
    }

    /// Takes a row.
    pub fn take(&mut self, org: &Rc<Org>, columns: &[String], row: &mut Row) -> Result<(), Fault> {
        let at = self.rows.marks.len();
        self.rows.marks.push(row.mark);
        self.checksum = mixed(self.checksum, row.mark.exact);
        if let Some(why) = row.field_error.take() {
            let record = std::mem::take(&mut row.given);
            let unfit = Unfit { at, why, record };
            self.unfit_bytes += unfit.bytes();
            self.rows.unfit.push(unfit);
            return Ok(());
        }
        if self.way == Way::Compared {
            self.give_back(at as u64, row);
            return Ok(());
        }
        if self.bytes == 0 {
            self.begin(columns);
        }
        self.bytes += row.bytes.len() as u64 + self.ending_bytes();
        self.piece.extend_from_slice(&row.bytes);
        self.piece.extend_from_slice(self.dialect.ending());
        match &self.upload {
            Some(_) if self.piece.len() >= PIECE_BYTES => self.flush(),
            None if self.piece.len() >= HELD_BYTES && !self.sized => {
                let call = data_call(org, &self.job)?;
                self.upload = Some(Upload::open(Rc::clone(org), &call)?);
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
            let error = reasons.map(|reasons| reasons.of(row.mark));
            self.back.push(std::mem::take(&mut row.given), error, at);
        }
    }

    /// Writes the header.
    fn begin(&mut self, columns: &[String]) {
        for (index, name) in columns.iter().enumerate() {
            if index > 0 {
                self.piece.push(self.dialect.delimiter);
            }
            cells::write(name.as_bytes(), self.dialect.delimiter, &mut self.piece);
        }
        self.piece.extend_from_slice(self.dialect.ending());
        self.bytes = self.piece.len() as u64;
    }

    fn flush(&mut self) -> Result<(), Fault> {
        if let Some(upload) = &mut self.upload {
            upload.write(&self.piece)?;
        }
        self.piece.clear();
        Ok(())
    }

    /// Sends what is left and waits for Salesforce to say that all has arrived; returns what it says instead, if it does.
    pub fn finish(&mut self, org: &Rc<Org>) -> Result<Option<String>, Fault> {
        if self.upload.is_none() {
            let length = self.piece.len().to_string();
            let call = data_call(org, &self.job)?.with_header("content-length", &length);
            self.upload = Some(Upload::open(Rc::clone(org), &call)?);
        }
        self.flush()?;
        let Some(upload) = self.upload.take() else {
            return Ok(None);
        };
        let taken = Expected::Taken.check(&upload.finish()?);
        Ok(taken.err().map(|Unusable(said)| said))
    }
}

/// The upload to a job. Any good answer comes through: the job shows what one that is not documented was worth.
fn data_call(org: &Org, job: &str) -> Result<Call, Fault> {
    Ok(upload_call(org, job, b"")?.expecting(Expected::Anything))
}

/// Adds a signature to a checksum: order counts.
fn mixed(checksum: u64, hash: u64) -> u64 {
    (checksum.rotate_left(7) ^ hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
