//! The journal of a load, and what is kept of rows beside it.

use super::feed::changed;
use super::fill::{Back, Filling, PartRows};
use super::journal::{self, Journal, Part, Stage};
use super::kept::Kept;
use super::sort::Sorted;
use super::untaken;
use crate::bulk::input::Place;
use crate::bulk::jobs::{JobInfo, State};
use salesforce_contract::bindings::{Fault, FaultKind};
use std::ops::Range;

/// What a load knows.
pub struct LoadState {
    /// What the host keeps.
    pub journal: Journal,
    /// What is kept of rows.
    pub kept: Kept,
    /// Whether outcomes have been asked for since some were offered last.
    asked: bool,
    /// The part up to which outcomes have been offered in this life of the load.
    offered: Option<usize>,
    /// Whether rows were let go because nobody asked for outcomes.
    forgot: bool,
}

impl LoadState {
    /// Takes up a journal.
    pub fn new(mut journal: Journal) -> Self {
        if !journal.closed {
            journal.take_back_unsent();
        }
        Self {
            journal,
            kept: Kept::default(),
            asked: false,
            offered: None,
            forgot: false,
        }
    }

    /// Parts whose outcomes are known and have not been emitted.
    pub fn known(&self) -> Range<usize> {
        let known = |index: &usize| {
            let part = self.journal.parts.get(*index);
            part.is_some_and(Part::is_final) && self.kept.rows.contains_key(index)
        };
        let first = self.journal.first_open();
        first..first + (first..).take_while(known).count()
    }

    /// Lets the journal say that outcomes are to be fetched, once at least, and whenever more of them are known; false where it has said so.
    pub fn offer(&mut self) -> bool {
        let known = self.known();
        let gives = self.journal.wants_failed && self.kept.has_records();
        let news = match self.offered {
            None => true,
            Some(offered) => self.asked && (gives || known.end > offered.max(known.start)),
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

    /// Records that were not saved are wanted.
    pub fn ask_failed(&mut self) {
        self.asked = true;
        self.journal.wants_failed = true;
    }

    /// Lets go of records that were not saved, unless somebody has asked for them; false where there are none.
    pub fn drop_unasked(&mut self) -> bool {
        !self.journal.wants_failed && self.kept.drop_unasked()
    }

    /// Records that were rejected here, in the parts before one.
    pub fn rejected_before(&self, index: usize) -> u64 {
        let before = self.journal.parts.iter().take(index);
        before.map(|part| part.unfit).sum()
    }

    /// Lets go of what nobody wants.
    pub fn forget(&mut self) {
        self.forgot = true;
        self.kept = Kept::default();
    }

    /// Keeps the rows of a part: all of them until its outcomes are emitted, and then those that were not sent.
    fn keep(&mut self, index: usize, rows: PartRows) {
        let Some(part) = self.journal.parts.get(index) else {
            return;
        };
        if !self.forgot && (!part.collected || part.returned.short) {
            self.kept.rows(index, rows);
        } else if !part.returned.unfit && (self.journal.wants_failed || !self.forgot) {
            self.kept.unfit(index, rows.unfit);
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

    /// Where a part ends that goes into a job once more.
    pub fn end_of(&self, index: usize) -> Option<Place> {
        self.journal.parts.get(index)?.end.clone()
    }

    /// How many jobs took none of the records of a part.
    pub fn untaken_of(&self, index: usize) -> u32 {
        let part = self.journal.parts.get(index);
        part.map_or(0, |part| part.untaken)
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
    }

    /// A part has arrived whole, or none of its records is sent.
    pub fn filled(&mut self, filling: Filling, end: &Place, unclear: Option<String>) {
        let index = filling.part;
        if let Some(part) = self.journal.parts.get_mut(index) {
            describe(part, &filling, end);
            part.unclear = unclear;
            part.stage = if filling.is_unsent() {
                Stage::Unsent
            } else {
                Stage::Uploaded
            };
        }
        self.keep(index, filling.rows);
    }

    /// Records that the host wants back have been read from the input.
    pub fn give_back(&mut self, index: usize, back: Back) {
        if self
            .journal
            .parts
            .get(index)
            .is_some_and(|part| !part.returned.missing.is_empty())
        {
            self.kept.back.entry(index).or_default().append(back);
        }
    }

    /// A part that arrived before was read again.
    pub fn compare(&mut self, mut filling: Filling, end: &Place) -> Result<(), Fault> {
        let index = filling.part;
        let mut back = std::mem::take(&mut filling.back);
        back.upto = filling.rows();
        let first_row = self.rows_before(index);
        if let Some(part) = self.journal.parts.get_mut(index) {
            let known = part.end.is_some();
            let same = part.rows == filling.rows() && part.checksum == filling.checksum;
            if known && !same {
                let from = part.start.line;
                let of = part.end.as_ref().map_or(from, |end| end.line);
                return Err(changed(&format!(
                    "the records from line {from} to line {of}, which were judged or sent before, differ"
                )));
            }
            part.first_row = first_row;
            describe(part, &filling, end);
        }
        self.give_back(index, back);
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
        part.stage = match info.state {
            state if state.is_final() => Stage::Final(state),
            // Salesforce was told that its data is complete, and does not know of it.
            State::Open => Stage::Uploaded,
            _ => Stage::Closed,
        };
        untaken::settle(part);
        *part != before
    }

    /// Notes that a job was deleted.
    pub fn gone(&mut self, index: usize) {
        if let Some(part) = self.journal.parts.get_mut(index) {
            part.stage = Stage::Gone;
            part.processed = 0;
            part.failed = 0;
            part.unknown = part.sent();
            part.saved = Some(0);
        }
    }

    /// Notes what the results of a part leave open.
    pub fn sorted(&mut self, index: usize, sorted: &Sorted) {
        let altered = self.journal.shape.altered;
        if let Some(part) = self.journal.parts.get_mut(index) {
            part.unknown = sorted.unknown;
            part.saved = Some(sorted.saved());
            if !part.returned.settled {
                part.returned.missing = if altered {
                    sorted.not_saved()
                } else {
                    sorted.missing.clone()
                };
                part.returned.settled = true;
                part.returned.short = false;
            }
        }
    }

    /// Notes that a job was aborted, or had come to its end before. One whose data had not arrived stays without.
    pub fn aborted(&mut self, index: usize, info: &JobInfo) {
        let stage = self.journal.parts.get(index).map(|part| part.stage);
        if stage.is_some_and(Stage::has_data) {
            self.saw(index, info);
        }
    }

    /// The load was given up: parts that did not arrive are none.
    pub fn give_up(&mut self) {
        self.journal.aborted = true;
        self.journal.closed = false;
        self.leave_untaken();
        let arrived = |part: &Part| part.stage.has_data();
        let kept = self.journal.parts.iter().take_while(|part| arrived(part));
        self.journal.parts.truncate(kept.count());
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

    /// A part whose data may have arrived has no job any more.
    pub fn missing(&mut self, index: usize) {
        let stage = self.journal.parts.get(index).map(|part| part.stage);
        if stage == Some(Stage::Uploaded) {
            self.gone(index);
        } else {
            self.is_lost(index, State::Aborted);
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

    /// Outcomes of these parts have been emitted.
    pub fn collected(&mut self, parts: &[usize]) {
        for index in parts {
            if let Some(part) = self.journal.parts.get_mut(*index) {
                part.collected = true;
                self.kept.collected(*index, part.returned.unfit);
            }
        }
    }

    /// Records of a part that were not saved have been emitted.
    pub fn returned(&mut self, index: usize, what: Given) {
        let Some(part) = self.journal.parts.get_mut(index) else {
            return;
        };
        let returned = &mut part.returned;
        match what {
            Given::Documents { short } => {
                returned.documents = true;
                returned.short = short && !returned.settled;
            }
            Given::Unfit => {
                returned.unfit = true;
                self.kept.returned(index);
            }
            Given::Back { upto } => {
                self.kept.back.remove(&index);
                returned.missing = journal::after(&returned.missing, upto);
            }
        }
    }
}

/// What was emitted of the records of a part that were not saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// Those in result documents; `short` where there are fewer than were not saved.
    Documents { short: bool },
    /// Those that were not sent.
    Unfit,
    /// Those that were read again, up to this row.
    Back { upto: u64 },
}

fn describe(part: &mut Part, filling: &Filling, end: &Place) {
    part.rows = filling.rows();
    part.unfit = filling.rows.unfit.len() as u64;
    part.checksum = filling.checksum;
    part.end = Some(end.clone());
}
