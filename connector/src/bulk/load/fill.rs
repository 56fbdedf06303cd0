//! One part of the input on its way into a job, or being compared with what went into it before.

use crate::bindings::{Fault, FaultKind};
use crate::bulk::dialect::Dialect;
use crate::bulk::ingest::upload_call;
use crate::bulk::input::signature::Mark;
use crate::bulk::input::{Row, cells};
use crate::org::Org;
use crate::upload::Upload;
use std::rc::Rc;

/// Bytes gathered before they are sent on.
const PIECE_BYTES: usize = 128 << 10;

/// Bytes gathered before an upload begins: a part with no more than that is sent with its length, which some gateways ask for.
const HELD_BYTES: usize = 1 << 20;

/// Records of one part that may be unfit; more of them mean that the input is another than was thought.
const MOST_UNFIT: usize = 1_000;

/// Bytes of records that are not fit to be sent, with the reasons, that are kept of one load for whoever mends them.
pub const MOST_UNFIT_BYTES: usize = 16 << 20;

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

/// What is kept of the rows of a part until their outcomes are given out.
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
    /// Bytes that may be kept of rows that are not sent.
    unfit_room: usize,
    dialect: Dialect,
    sends: bool,
    /// The job that it goes into.
    job: String,
    /// Whether all of it is gathered before it is sent.
    sized: bool,
    upload: Option<Upload>,
    piece: Vec<u8>,
}

impl Filling {
    fn new(part: usize, dialect: Dialect, sends: bool, known_end: Option<u64>) -> Self {
        Self {
            part,
            known_end,
            bytes: 0,
            rows: PartRows::default(),
            checksum: 0,
            unfit_room: MOST_UNFIT_BYTES,
            dialect,
            sends,
            job: String::new(),
            sized: false,
            upload: None,
            piece: Vec::new(),
        }
    }

    /// A part that goes into a job, gathered as a whole first if it is to be `sized`.
    pub fn sent(part: usize, dialect: Dialect, job: String, sized: bool) -> Self {
        Self {
            job,
            sized,
            ..Self::new(part, dialect, true, None)
        }
    }

    /// A part that has arrived before.
    pub fn compared(part: usize, dialect: Dialect, known_end: Option<u64>) -> Self {
        Self::new(part, dialect, false, known_end)
    }

    /// So many bytes of rows that were not sent are kept of other parts.
    pub fn beside(mut self, unfit_bytes: usize) -> Self {
        self.unfit_room = MOST_UNFIT_BYTES.saturating_sub(unfit_bytes);
        self
    }

    /// Whether it has arrived before.
    pub fn is_compared(&self) -> bool {
        !self.sends
    }

    /// Its rows so far.
    pub fn rows(&self) -> u64 {
        self.rows.marks.len() as u64
    }

    /// Whether none of its rows was fit to be sent.
    pub fn is_empty(&self) -> bool {
        self.rows.unfit.len() == self.rows.marks.len()
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
        if let Some(why) = row.complaint.take() {
            let record = std::mem::take(&mut row.given);
            return self.refuse(Unfit { at, why, record });
        }
        if self.bytes == 0 {
            self.begin(columns);
        }
        self.bytes += row.bytes.len() as u64 + self.ending_bytes();
        if !self.sends {
            return Ok(());
        }
        self.piece.extend_from_slice(&row.bytes);
        self.piece.extend_from_slice(self.dialect.ending());
        match &self.upload {
            Some(_) if self.piece.len() >= PIECE_BYTES => self.flush(),
            None if self.piece.len() >= HELD_BYTES && !self.sized => {
                let call = upload_call(org, &self.job, b"")?;
                self.upload = Some(Upload::open(Rc::clone(org), &call)?);
                self.flush()
            }
            _ => Ok(()),
        }
    }

    fn refuse(&mut self, unfit: Unfit) -> Result<(), Fault> {
        let too_many = if self.rows.unfit.len() >= MOST_UNFIT {
            Some(format!("More than {MOST_UNFIT} records of one job"))
        } else if unfit.bytes() > self.unfit_room {
            Some(format!("Records of more than {MOST_UNFIT_BYTES} bytes"))
        } else {
            None
        };
        if let Some(too_many) = too_many {
            return Err(Fault::new(
                FaultKind::Invalid,
                format!("{too_many} are not fit to be sent. The last: {}", unfit.why),
            ));
        }
        self.unfit_room -= unfit.bytes();
        self.rows.unfit.push(unfit);
        Ok(())
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
        if !self.sends {
            self.piece.clear();
        }
    }

    fn flush(&mut self) -> Result<(), Fault> {
        if let Some(upload) = &mut self.upload {
            upload.write(&self.piece)?;
        }
        self.piece.clear();
        Ok(())
    }

    /// Sends what is left and waits for Salesforce to say that all has arrived.
    pub fn finish(&mut self, org: &Rc<Org>) -> Result<(), Fault> {
        if self.upload.is_none() {
            let length = self.piece.len().to_string();
            let call = upload_call(org, &self.job, b"")?.with_header("content-length", &length);
            self.upload = Some(Upload::open(Rc::clone(org), &call)?);
        }
        self.flush()?;
        match self.upload.take() {
            Some(upload) => upload.finish().map(drop),
            None => Ok(()),
        }
    }
}

/// Adds a signature to a checksum: order counts.
fn mixed(checksum: u64, hash: u64) -> u64 {
    (checksum.rotate_left(7) ^ hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
