//! One part of the input on its way into a job, or being compared with what went into it before.

use crate::bindings::{Fault, FaultKind};
use crate::bulk::columns::Columns;
use crate::bulk::dialect::Dialect;
use crate::bulk::ingest::upload_call;
use crate::bulk::input::{Row, cells};
use crate::org::Org;
use crate::upload::Upload;
use std::rc::Rc;

/// Bytes gathered before they are sent on.
const PIECE_BYTES: usize = 128 << 10;

/// Records of one part that may be unfit; more of them mean that the input is another than was thought.
const MOST_UNFIT: usize = 1_000;

/// What is kept of the rows of a part until their outcomes are given out.
#[derive(Debug, Default)]
pub struct PartRows {
    /// The signature of every row.
    pub hashes: Vec<u64>,
    /// Rows that were not sent, with the reason.
    pub unfit: Vec<(usize, String)>,
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
    dialect: Dialect,
    sends: bool,
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
            dialect,
            sends,
            upload: None,
            piece: Vec::new(),
        }
    }

    /// A part that goes into a job.
    pub fn sent(part: usize, dialect: Dialect) -> Self {
        Self::new(part, dialect, true, None)
    }

    /// A part that has arrived before.
    pub fn compared(part: usize, dialect: Dialect, known_end: Option<u64>) -> Self {
        Self::new(part, dialect, false, known_end)
    }

    /// Whether it has arrived before.
    pub fn is_compared(&self) -> bool {
        !self.sends
    }

    /// Its rows so far.
    pub fn rows(&self) -> u64 {
        self.rows.hashes.len() as u64
    }

    /// Whether none of its rows was fit to be sent.
    pub fn is_empty(&self) -> bool {
        self.rows.unfit.len() == self.rows.hashes.len()
    }

    /// Whether the next row that is fit opens the upload.
    pub fn needs_job(&self) -> bool {
        self.sends && self.upload.is_none()
    }

    /// Bytes of a line ending.
    pub fn ending_bytes(&self) -> u64 {
        self.dialect.ending().len() as u64
    }

    /// Takes a row.
    pub fn take(
        &mut self,
        org: &Rc<Org>,
        job: &str,
        columns: &Columns,
        row: &mut Row,
    ) -> Result<(), Fault> {
        let place = self.rows.hashes.len();
        self.rows.hashes.push(row.hash);
        self.checksum = mixed(self.checksum, row.hash);
        if let Some(complaint) = row.complaint.take() {
            return self.refuse(place, complaint);
        }
        if self.bytes == 0 {
            self.begin(org, job, columns)?;
        }
        self.bytes += row.bytes.len() as u64 + self.ending_bytes();
        if !self.sends {
            return Ok(());
        }
        self.piece.extend_from_slice(&row.bytes);
        self.piece.extend_from_slice(self.dialect.ending());
        if self.piece.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn refuse(&mut self, place: usize, complaint: String) -> Result<(), Fault> {
        if self.rows.unfit.len() >= MOST_UNFIT {
            return Err(Fault::new(
                FaultKind::Invalid,
                format!(
                    "More than {MOST_UNFIT} records of one job are not fit to be sent. The last: {complaint}"
                ),
            ));
        }
        self.rows.unfit.push((place, complaint));
        Ok(())
    }

    /// Opens the upload and writes the header.
    fn begin(&mut self, org: &Rc<Org>, job: &str, columns: &Columns) -> Result<(), Fault> {
        let mut header = Vec::new();
        for (index, name) in columns.names().iter().enumerate() {
            if index > 0 {
                header.push(self.dialect.delimiter);
            }
            cells::write(name.as_bytes(), self.dialect.delimiter, &mut header);
        }
        header.extend_from_slice(self.dialect.ending());
        self.bytes = header.len() as u64;
        if self.sends {
            self.piece = header;
            self.upload = Some(Upload::open(Rc::clone(org), &upload_call(org, job, b"")?)?);
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Fault> {
        if let Some(upload) = &mut self.upload {
            upload.write(&self.piece)?;
        }
        self.piece.clear();
        Ok(())
    }

    /// Sends what is left and waits for Salesforce to say that all has arrived.
    pub fn finish(&mut self) -> Result<(), Fault> {
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
