//! What is kept of rows until the host has fetched what became of them.

use super::batch_builder::{Back, PartRows};
use crate::bulk::load::local_rejection::LocalRejection;
use std::collections::BTreeMap;

/// What is kept, by the numbers of parts.
#[derive(Debug, Default)]
pub struct Kept {
    /// Rows whose outcomes have not been emitted.
    pub rows: BTreeMap<usize, PartRows>,
    /// Rows that were not sent, of parts whose outcomes have been emitted.
    rejected: BTreeMap<usize, Vec<LocalRejection>>,
    /// Records that were read again for the host.
    pub back: BTreeMap<usize, Back>,
}

impl Kept {
    /// Counts rows whose outcomes have not been emitted.
    pub fn open_rows(&self) -> u64 {
        let rows = self
            .rows
            .values()
            .map(|rows| rows.fingerprints.len() as u64);
        rows.sum()
    }

    /// Counts bytes of records, and of reasons why they were not sent.
    pub fn bytes(&self) -> usize {
        let open = self.rows.values().map(|rows| &rows.rejected);
        let rejected = open.chain(self.rejected.values()).flatten();
        let back = self.back.values().map(|back| back.bytes);
        rejected.map(LocalRejection::bytes).chain(back).sum()
    }

    /// Returns whether there are records that can be emitted.
    pub fn has_records(&self) -> bool {
        !self.back.is_empty() || !self.rejected.is_empty()
    }

    /// Keeps the rows of a part.
    pub fn rows(&mut self, index: usize, mut rows: PartRows) {
        rows.fingerprints.shrink_to_fit();
        self.rows.insert(index, rows);
    }

    /// Keeps the rows of a part that were not sent.
    pub fn rejected(&mut self, index: usize, rejected: Vec<LocalRejection>) {
        if !rejected.is_empty() {
            self.rejected.insert(index, rejected);
        }
    }

    /// Returns the rows of a part that were not sent; `None` where they are not kept.
    pub fn rejected_of(&self, index: usize) -> Option<&[LocalRejection]> {
        let open = self.rows.get(&index).map(|rows| &rows.rejected);
        open.or_else(|| self.rejected.get(&index))
            .map(Vec::as_slice)
    }

    /// Drops records that nobody has asked for, of parts whose outcomes have been emitted; false where there are none.
    pub fn drop_unasked(&mut self) -> bool {
        !std::mem::take(&mut self.rejected).is_empty()
    }

    /// Outcomes of a part have been emitted; its records that were not sent, too, if `returned`.
    pub fn collected(&mut self, index: usize, returned: bool) {
        let rejected = self.rows.remove(&index).map(|rows| rows.rejected);
        if let Some(rejected) = rejected.filter(|_| !returned) {
            self.rejected(index, rejected);
        }
    }

    /// Records of a part that were not sent have been emitted.
    pub fn returned(&mut self, index: usize) {
        self.rejected.remove(&index);
        let rows = self.rows.get_mut(&index).into_iter();
        for rejected in rows.flat_map(|rows| &mut rows.rejected) {
            rejected.record = Vec::new();
        }
    }
}
