//! What is kept of rows until the host has fetched what became of them.

use super::fill::{Back, PartRows, Unfit};
use std::collections::BTreeMap;

/// What is kept, by the numbers of parts.
#[derive(Debug, Default)]
pub struct Kept {
    /// Rows whose outcomes have not been emitted.
    pub rows: BTreeMap<usize, PartRows>,
    /// Rows that were not sent, of parts whose outcomes have been emitted.
    unfit: BTreeMap<usize, Vec<Unfit>>,
    /// Records that were read again for the host.
    pub back: BTreeMap<usize, Back>,
}

impl Kept {
    /// Rows whose outcomes have not been emitted.
    pub fn open_rows(&self) -> u64 {
        let rows = self.rows.values().map(|rows| rows.marks.len() as u64);
        rows.sum()
    }

    /// Bytes of records, and of reasons why they were not sent.
    pub fn bytes(&self) -> usize {
        let open = self.rows.values().map(|rows| &rows.unfit);
        let unfit = open.chain(self.unfit.values()).flatten();
        let back = self.back.values().map(|back| back.bytes);
        unfit.map(Unfit::bytes).chain(back).sum()
    }

    /// Whether there are records that can be emitted.
    pub fn has_records(&self) -> bool {
        !self.back.is_empty() || !self.unfit.is_empty()
    }

    /// Keeps the rows of a part.
    pub fn rows(&mut self, index: usize, mut rows: PartRows) {
        rows.marks.shrink_to_fit();
        self.rows.insert(index, rows);
    }

    /// Keeps the rows of a part that were not sent.
    pub fn unfit(&mut self, index: usize, unfit: Vec<Unfit>) {
        if !unfit.is_empty() {
            self.unfit.insert(index, unfit);
        }
    }

    /// Rows of a part that were not sent; `None` where they are not kept.
    pub fn unfit_of(&self, index: usize) -> Option<&[Unfit]> {
        let open = self.rows.get(&index).map(|rows| &rows.unfit);
        open.or_else(|| self.unfit.get(&index)).map(Vec::as_slice)
    }

    /// Lets go of records that nobody has asked for, of parts whose outcomes have been emitted; false where there are none.
    pub fn drop_unasked(&mut self) -> bool {
        !std::mem::take(&mut self.unfit).is_empty()
    }

    /// Outcomes of a part have been emitted; its records that were not sent, too, if `returned`.
    pub fn collected(&mut self, index: usize, returned: bool) {
        let unfit = self.rows.remove(&index).map(|rows| rows.unfit);
        if let Some(unfit) = unfit.filter(|_| !returned) {
            self.unfit(index, unfit);
        }
    }

    /// Records of a part that were not sent have been emitted.
    pub fn returned(&mut self, index: usize) {
        self.unfit.remove(&index);
        for unfit in self
            .rows
            .get_mut(&index)
            .into_iter()
            .flat_map(|rows| &mut rows.unfit)
        {
            unfit.record = Vec::new();
        }
    }
}
