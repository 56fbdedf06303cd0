//! The journal of a load, and what is kept of rows beside it.

use super::feed::changed;
use super::fill::{Filling, PartRows, Unfit};
use super::journal::{Journal, Part, Stage};
use crate::bindings::{Fault, FaultKind};
use crate::bulk::input::Place;
use crate::bulk::jobs::{JobInfo, State};
use std::collections::BTreeMap;
use std::ops::Range;

/// What a load knows.
pub struct Ledger {
    /// What the host keeps.
    pub journal: Journal,
    /// Rows of parts whose outcomes have not been given out.
    pub rows: BTreeMap<usize, PartRows>,
    /// Rows that were not sent, of parts whose outcomes have been given out.
    unfit: BTreeMap<usize, Vec<Unfit>>,
    /// Whether outcomes have been asked for since some were offered last.
    asked: bool,
    /// The part up to which outcomes have been offered in this life of the load.
    offered: Option<usize>,
    /// Whether rows were let go because nobody asked for outcomes.
    forgot: bool,
}

impl Ledger {
    /// Takes up a journal.
    pub fn new(journal: Journal) -> Self {
        Self {
            journal,
            rows: BTreeMap::new(),
            unfit: BTreeMap::new(),
            asked: false,
            offered: None,
            forgot: false,
        }
    }

    /// Rows whose outcomes have not been given out.
    pub fn open_rows(&self) -> u64 {
        let rows = self.rows.values().map(|rows| rows.marks.len() as u64);
        rows.sum()
    }

    /// Parts whose outcomes are known and have not been given out.
    pub fn known(&self) -> Range<usize> {
        let known = |index: &usize| {
            let part = self.journal.parts.get(*index);
            part.is_some_and(Part::is_final) && self.rows.contains_key(index)
        };
        let first = self.journal.first_open();
        first..first + (first..).take_while(known).count()
    }

    /// Lets the journal say that outcomes are to be fetched, once at least, and whenever more of them are known; false where it has said so.
    pub fn offer(&mut self) -> bool {
        let known = self.known();
        let news = match self.offered {
            None => true,
            Some(offered) => self.asked && known.end > offered.max(known.start),
        };
        if news {
            self.journal.offers += 1;
            self.offered = Some(known.end);
            self.asked = false;
        }
        news
    }

    /// Whether somebody wants outcomes that are not known yet.
    pub fn is_waited_for(&self) -> bool {
        self.asked && self.known().is_empty()
    }

    /// Outcomes are wanted.
    pub fn ask(&mut self) -> Result<(), Fault> {
        if self.forgot {
            return Err(Fault::new(
                FaultKind::Conflict,
                "Nobody asked for outcomes while this load took its input, and too many of its records have passed to tell them apart: open the load again with its journal, write the input again, and ask for all outcomes from the beginning on (`--outcomes`)",
            ));
        }
        self.asked = true;
        Ok(())
    }

    /// Lets rows go whose outcomes nobody wants.
    pub fn forget(&mut self) {
        self.forgot = true;
        for (index, rows) in std::mem::take(&mut self.rows) {
            self.unfit.insert(index, rows.unfit);
        }
    }

    /// Rows of a part that were not sent; `None` until the part has been read.
    pub fn unfit(&self, index: usize) -> Option<&[Unfit]> {
        let open = self.rows.get(&index).map(|rows| &rows.unfit);
        open.or_else(|| self.unfit.get(&index)).map(Vec::as_slice)
    }

    /// Bytes that are kept of rows that were not sent.
    pub fn unfit_bytes(&self) -> usize {
        let open = self.rows.values().map(|rows| &rows.unfit);
        let kept = open.chain(self.unfit.values()).flatten();
        kept.map(Unfit::bytes).sum()
    }

    /// Keeps the rows of a part: all of them until its outcomes are given out, and then those that were not sent.
    fn keep(&mut self, index: usize, mut rows: PartRows) {
        let part = self.journal.parts.get(index);
        if self.forgot || part.is_some_and(|part| part.collected) {
            self.unfit.insert(index, rows.unfit);
        } else {
            rows.marks.shrink_to_fit();
            self.rows.insert(index, rows);
        }
    }

    /// The job of a part.
    pub fn job(&self, index: usize) -> String {
        let part = self.journal.parts.get(index);
        part.map(|part| part.job.clone()).unwrap_or_default()
    }

    /// The first part that has arrived and is to be closed.
    pub fn uploaded(&self) -> Option<usize> {
        self.journal
            .parts
            .iter()
            .position(|part| part.stage == Stage::Uploaded)
    }

    /// Parts of which it is open whether their data arrived.
    pub fn doubtful(&self) -> Vec<usize> {
        let parts = self.journal.parts.iter().enumerate();
        parts
            .filter(|(_, part)| matches!(part.stage, Stage::Open | Stage::Uploaded))
            .map(|(index, _)| index)
            .collect()
    }

    /// The number of the columns of a part.
    pub fn columns_of(&self, index: usize) -> Option<usize> {
        self.journal.parts.get(index).map(|part| part.columns)
    }

    /// Records of the input before a part.
    pub fn rows_before(&self, index: usize) -> u64 {
        let before = index
            .checked_sub(1)
            .and_then(|at| self.journal.parts.get(at));
        before.map_or(0, |part| part.first_row + part.rows)
    }

    /// Adds a part, or puts another job in its place.
    pub fn put(&mut self, index: usize, part: Part) {
        match self.journal.parts.get_mut(index) {
            Some(known) => *known = part,
            None => self.journal.parts.push(part),
        }
        self.journal.settle();
    }

    /// A part has arrived whole.
    pub fn filled(&mut self, filling: Filling, end: &Place) {
        let index = filling.part;
        let stage = if filling.is_empty() {
            Stage::Final(State::Aborted)
        } else {
            Stage::Uploaded
        };
        if let Some(part) = self.journal.parts.get_mut(index) {
            describe(part, &filling, end);
            part.stage = stage;
        }
        self.keep(index, filling.rows);
        self.journal.settle();
    }

    /// A part that arrived before was read again.
    pub fn compare(&mut self, filling: Filling, end: &Place) -> Result<(), Fault> {
        let index = filling.part;
        let first_row = self.rows_before(index);
        if let Some(part) = self.journal.parts.get_mut(index) {
            let known = part.end.is_some();
            let same = part.rows == filling.rows() && part.checksum == filling.checksum;
            if known && !same {
                return Err(changed(&format!("the records of job {} differ", part.job)));
            }
            part.first_row = first_row;
            describe(part, &filling, end);
        }
        self.keep(index, filling.rows);
        Ok(())
    }

    /// Notes what a job's info says of a part.
    pub fn saw(&mut self, index: usize, info: &JobInfo) -> bool {
        let Some(part) = self.journal.parts.get_mut(index) else {
            return false;
        };
        let before = part.clone();
        part.processed = info.number_records_processed;
        part.failed = info.number_records_failed;
        part.reason.clone_from(&info.error_message);
        part.stage = if info.state.is_final() {
            Stage::Final(info.state)
        } else {
            Stage::Closed
        };
        *part != before
    }

    /// Notes what is found of a part whose data may have arrived.
    pub fn found(&mut self, index: usize, info: &JobInfo) {
        let stage = self.journal.parts.get(index).map(|part| part.stage);
        // Whether data had arrived in a job that was aborted while it was open is not known.
        let told = match info.state {
            State::Open => false,
            State::Aborted => stage == Some(Stage::Uploaded),
            _ => true,
        };
        if told {
            self.saw(index, info);
        }
    }

    /// Whether the data of a doubtful part did not arrive; notes it.
    pub fn is_lost(&mut self, index: usize, state: State) -> bool {
        let Some(part) = self.journal.parts.get_mut(index) else {
            return false;
        };
        let gone = matches!(state, State::Open | State::Aborted);
        match part.stage {
            Stage::Open if gone => {
                part.stage = Stage::Lost;
                true
            }
            Stage::Uploaded if state == State::Aborted => {
                part.stage = Stage::Final(State::Aborted);
                false
            }
            _ => false,
        }
    }

    /// Outcomes of these parts have been given out.
    pub fn collected(&mut self, parts: &[usize]) {
        for index in parts {
            let unfit = self.rows.remove(index).map(|rows| rows.unfit);
            if let Some(unfit) = unfit.filter(|unfit| !unfit.is_empty()) {
                self.unfit.insert(*index, unfit);
            }
            if let Some(part) = self.journal.parts.get_mut(*index) {
                part.collected = true;
            }
        }
        self.journal.settle();
    }
}

fn describe(part: &mut Part, filling: &Filling, end: &Place) {
    part.rows = filling.rows();
    part.unfit = filling.rows.unfit.len() as u64;
    part.checksum = filling.checksum;
    part.end = Some(end.clone());
}
