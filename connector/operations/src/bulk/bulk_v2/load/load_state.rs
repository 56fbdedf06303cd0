//! The journal of a load, and what is kept of rows beside it.

use super::batch_builder::{Back, BatchBuilder, PartRows};
use super::journal::{self, Journal, Part, Stage};
use super::kept::Kept;
use super::match_results::MatchedResults;
use super::untaken;
use crate::bulk::input::InputPosition;
use crate::bulk::jobs::{JobInfo, State};
use crate::bulk::load::job::Builder;
use crate::bulk::load::row_reader::changed;
use salesforce_contract::bindings::Fault;

/// What a load knows.
pub struct LoadState {
    /// What the host keeps.
    pub journal: Journal,
    /// What is kept of rows.
    pub kept: Kept,
    /// Whether rows were dropped because nobody asked for outcomes.
    forgot: bool,
}

impl LoadState {
    /// Takes a journal.
    pub fn new(mut journal: Journal) -> Self {
        if !journal.head.closed {
            journal.withdraw_unsent();
        }
        Self {
            journal,
            kept: Kept::default(),
            forgot: false,
        }
    }

    /// Returns the columns of a part.
    pub fn columns(&self, part: &Part) -> &[String] {
        let columns = self.journal.head.shape.columns.get(part.columns);
        columns.map(Vec::as_slice).unwrap_or_default()
    }

    /// Drops all rows: nobody wants their outcomes.
    pub fn drop_rows(&mut self) -> bool {
        self.forgot = true;
        self.kept = Kept::default();
        true
    }

    /// Keeps the rows of a part: all of them until its outcomes are emitted, and then those that were not sent.
    fn keep(&mut self, index: usize, rows: PartRows) {
        let Some(part) = self.journal.parts.get(index) else {
            return;
        };
        if !self.forgot && (!part.collected || part.returned.short) {
            self.kept.rows(index, rows);
        } else if !part.returned.rejected && (self.journal.head.wants_failed || !self.forgot) {
            self.kept.rejected(index, rows.rejected);
        }
    }

    /// Returns the job of a part.
    pub fn job(&self, index: usize) -> String {
        let part = self.journal.parts.get(index);
        part.map(|part| part.job.clone()).unwrap_or_default()
    }

    /// Returns the first part that has arrived and is to be closed.
    pub fn uploaded(&self) -> Option<usize> {
        let mut parts = self.journal.parts.iter();
        parts.position(|part| part.stage == Stage::Uploaded)
    }

    /// Returns the parts of a kind.
    pub fn parts(&self, which: fn(&Part) -> bool) -> Vec<usize> {
        let parts = self.journal.parts.iter().enumerate();
        let parts = parts.filter(|(_, part)| which(part));
        parts.map(|(index, _)| index).collect()
    }

    /// Counts records of the input before a part.
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
    pub fn filled(&mut self, builder: BatchBuilder, end: &InputPosition, unclear: Option<String>) {
        let index = builder.part;
        if let Some(part) = self.journal.parts.get_mut(index) {
            describe(part, &builder, end);
            part.unclear = unclear;
            part.stage = if builder.is_unsent() {
                Stage::Unsent
            } else {
                Stage::Uploaded
            };
        }
        self.keep(index, builder.into_rows());
    }

    /// Records that the host wants back have been read from the input.
    pub fn give_back(&mut self, index: usize, back: Back) {
        let part = self.journal.parts.get(index);
        if part.is_some_and(|part| !part.returned.missing.is_empty()) {
            self.kept.back.entry(index).or_default().append(back);
        }
    }

    /// Compares a part that arrived before and was read again.
    pub fn compare(&mut self, mut builder: BatchBuilder, end: &InputPosition) -> Result<(), Fault> {
        let index = builder.part;
        let mut back = std::mem::take(&mut builder.back);
        back.upto = builder.rows();
        let first_row = self.rows_before(index);
        if let Some(part) = self.journal.parts.get_mut(index) {
            let known = part.end.is_some();
            let same = part.rows == builder.rows() && part.checksum == builder.checksum;
            if known && !same {
                let from = part.start.line;
                let of = part.end.as_ref().map_or(from, |end| end.line);
                return Err(changed(&format!(
                    "the records from line {from} to line {of}, which were judged or sent before, differ"
                )));
            }
            part.first_row = first_row;
            describe(part, &builder, end);
        }
        self.give_back(index, back);
        self.keep(index, builder.into_rows());
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
        let changed = *part != before;
        part.state = Some(info.state);
        changed
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
    pub fn matched(&mut self, index: usize, matched: &MatchedResults) {
        let altered = self.journal.head.shape.altered;
        if let Some(part) = self.journal.parts.get_mut(index) {
            part.unknown = matched.unknown;
            part.saved = Some(matched.saved());
            if !part.returned.settled {
                part.returned.missing = if altered {
                    matched.not_saved()
                } else {
                    matched.missing.clone()
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

    /// Drops parts that did not arrive: nothing more is sent.
    pub fn abort(&mut self) {
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

    /// Returns whether the data of a doubtful part did not arrive; notes it.
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

    /// Records of a part that were not saved have been emitted.
    pub fn returned(&mut self, index: usize, what: Emitted) {
        let Some(part) = self.journal.parts.get_mut(index) else {
            return;
        };
        let returned = &mut part.returned;
        match what {
            Emitted::Documents { short } => {
                returned.documents = true;
                returned.short = short && !returned.settled;
            }
            Emitted::Rejected => {
                returned.rejected = true;
                self.kept.returned(index);
            }
            Emitted::Back { upto } => {
                self.kept.back.remove(&index);
                returned.missing = journal::after(&returned.missing, upto);
            }
        }
    }
}

/// What was emitted of the records of a part that were not saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emitted {
    /// Those in result documents; `short` where there are fewer than were not saved.
    Documents { short: bool },
    /// Those that were not sent.
    Rejected,
    /// Those that were read again, up to this row.
    Back { upto: u64 },
}

fn describe(part: &mut Part, builder: &BatchBuilder, end: &InputPosition) {
    part.rows = builder.rows();
    part.rejected = builder.batch().rejected.rows.len() as u64;
    part.checksum = builder.checksum;
    part.end = Some(end.clone());
}
