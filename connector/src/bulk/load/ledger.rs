//! The journal of a load, and what is kept of rows beside it.

use super::feed::changed;
use super::fill::{Filling, PartRows};
use super::journal::{Journal, Part, Stage};
use crate::bindings::Fault;
use crate::bulk::input::Place;
use crate::bulk::jobs::{JobInfo, State};
use std::collections::BTreeMap;

/// What a load knows.
pub struct Ledger {
    /// What the host keeps.
    pub journal: Journal,
    /// Rows of parts whose outcomes have not been given out.
    pub rows: BTreeMap<usize, PartRows>,
}

impl Ledger {
    /// Takes up a journal.
    pub fn new(journal: Journal) -> Self {
        Self {
            journal,
            rows: BTreeMap::new(),
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
        self.rows.insert(index, filling.rows);
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
        self.rows.insert(index, filling.rows);
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
        if !matches!(info.state, State::Open | State::Aborted) {
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
            self.rows.remove(index);
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
