//! Records that are not sent because the org would refuse them, or could not read them.

use crate::bulk::input::Row;

/// Bytes of such records, with the reasons, after which a job or batch ends: its outcomes and records can be fetched then.
const PART_REJECTED_BYTES: usize = 2 << 20;

/// A row that was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalRejection {
    /// Its index among the rows of its part.
    pub at: usize,
    /// Why it was not sent.
    pub why: String,
    /// The record as it was given.
    pub record: Vec<u8>,
}

impl LocalRejection {
    /// Counts bytes that are kept of it.
    pub fn bytes(&self) -> usize {
        self.why.len() + self.record.len()
    }

    /// Returns what is said of it where Salesforce says why a record failed.
    pub fn error(&self) -> String {
        format!("NOT_SENT:{}", self.why)
    }
}

/// The rows of a part that are not sent, in their order.
#[derive(Debug, Default)]
pub struct LocalRejections {
    /// They.
    pub rows: Vec<LocalRejection>,
    /// Bytes kept of them.
    bytes: usize,
}

impl LocalRejections {
    /// Takes a row with this index out if it is not to be sent; false where it is.
    pub fn take(&mut self, at: usize, row: &mut Row) -> bool {
        let Some(why) = row.field_error.take() else {
            return false;
        };
        let record = std::mem::take(&mut row.original);
        let rejection = LocalRejection { at, why, record };
        self.bytes += rejection.bytes();
        self.rows.push(rejection);
        true
    }

    /// Returns whether as much is kept as one part may have.
    pub fn is_full(&self) -> bool {
        self.bytes >= PART_REJECTED_BYTES
    }
}
