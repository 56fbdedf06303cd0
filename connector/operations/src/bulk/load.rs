//! Loads: input of any length goes into jobs as it arrives, and every record gets its outcome, in input order.
//!
//! What was sent is not kept. A part whose upload broke off goes into a new job once the host has written the input again from where the
//! journal says; a part that arrived is only compared then.

mod documents;
mod fate;
pub(super) mod feed;
pub(super) mod fill;
mod journal;
mod kept;
mod load_state;
pub(super) mod outcomes;
pub(super) mod plan;
pub(super) mod put_back;
mod reasons;
mod reconcile;
pub(super) mod records;
pub(super) mod results;
mod room;
mod sink;
mod sort;
pub(super) mod state;
mod unclear;
mod unmatched;
mod untaken;
mod watch;

pub use documents::{ERROR, ID};
pub use sort::{MOST_READS, READ_PAUSE_MS};
pub use watch::{FIRST_PAUSE_MS, Pace};

use super::dialect::Dialect;
use super::jobs::{self, INGEST, State};
use documents::Document;
use feed::{Feed, changed};
use fill::{BACK_BYTES, Filling};
use journal::{Journal, Part, Returned, Stage};
use load_state::LoadState;
use plan::Plan;
use reasons::Reasons;
use salesforce_client::fault::is_absent;
use salesforce_client::org::Org;
use salesforce_contract::bindings::exports::mediation::connector::mediator::Progress;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::LoadConfig;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::source::Source;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What is said of records that were not sent because the load was given up.
pub const GIVEN_UP: &str = "the load was given up before this record was sent";

/// A load under way.
pub struct Load {
    org: Rc<Org>,
    plan: Rc<Plan>,
    load_state: Rc<RefCell<LoadState>>,
    feed: Feed,
    filling: Option<Filling>,
    /// The part that the next row begins.
    next_part: usize,
    /// Whether the jobs of the journal have been asked what became of them.
    looked: bool,
    /// Whether no more input follows.
    closing: bool,
    /// Whether all of it has been sent.
    ended: bool,
    broken: bool,
    /// Whether any of the input has been taken.
    begun: bool,
    /// Records that were rejected here so far.
    rejected: u64,
    /// How often jobs were told that their data is complete.
    closes: BTreeMap<usize, u32>,
    watch: watch::Pace,
    room: room::Room,
}

/// What a step did.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Something that the host need not know of.
    Small,
    /// Something that the journal must name before anything else is done.
    Border,
    /// Nothing: more input is needed.
    Nothing,
}

impl Load {
    /// Begins a load, or takes one up again. Nothing is sent.
    pub fn open(org: Rc<Org>, config: LoadConfig, journal: Option<&str>) -> Result<Self, Fault> {
        let plan = Plan::of(config)?;
        let journal = journal.map(Journal::read).transpose()?.unwrap_or_default();
        let load_state = LoadState::new(journal);
        let journal = &load_state.journal;
        let plan = Rc::new(plan);
        let place = journal.resume_at().filter(|place| place.at > 0);
        let mut feed = Feed::open(&org, &plan, &journal.shape, place);
        if journal.wants_back() {
            feed.keep_given();
        }
        if journal.aborted {
            feed.refuse_all(GIVEN_UP);
        }
        let (looked, next_part) = (journal.parts.is_empty(), journal.first_needed());
        Ok(Self {
            watch: watch::Pace::new(org.context().clock.as_ref()),
            feed,
            org,
            plan,
            looked,
            next_part,
            rejected: load_state.rejected_before(next_part),
            load_state: Rc::new(RefCell::new(load_state)),
            filling: None,
            closing: false,
            ended: false,
            broken: false,
            begun: false,
            closes: BTreeMap::new(),
            room: room::Room::default(),
        })
    }

    /// Takes all that the input at hand allows, up to the next border.
    fn advance(&mut self) -> Result<Step, Fault> {
        if self.broken {
            return Err(Fault::new(
                FaultKind::Unavailable,
                "This load has failed before: open it again with its journal",
            ));
        }
        self.look()?;
        self.settle_columns()?;
        loop {
            let step = self.step()?;
            if step != Step::Small {
                return Ok(step);
            }
        }
    }

    fn step(&mut self) -> Result<Step, Fault> {
        self.check_passed()?;
        let uploaded = self.load_state.borrow().uploaded();
        if let Some(part) = uploaded {
            self.close_part(part)?;
            return Ok(Step::Border);
        }
        if !self.feed.has_row && !self.fetch()? {
            return Ok(Step::Nothing);
        }
        let judged = self.load_state.borrow().journal.judged();
        let is_fit = self.feed.judge(judged);
        let Some(filling) = &self.filling else {
            return self.begin_part(is_fit);
        };
        if !self.fits(filling, is_fit) {
            return self.finish_part();
        }
        self.take_row()
    }

    fn fetch(&mut self) -> Result<bool, Fault> {
        self.feed
            .fetch(&mut self.load_state.borrow_mut().journal.shape)
    }

    /// Columns that are known before the first record.
    fn settle_columns(&mut self) -> Result<(), Fault> {
        let load_state = &mut *self.load_state.borrow_mut();
        let parts = &load_state.journal.parts;
        let part = parts.get(self.next_part).or(parts.last());
        let set = part.map(|part| part.columns);
        self.feed.settle_columns(&mut load_state.journal.shape, set)
    }

    /// The dialect of jobs.
    fn dialect(&self) -> Dialect {
        self.load_state
            .borrow()
            .journal
            .shape
            .dialect
            .unwrap_or_default()
    }

    /// Begins the part that the row at hand belongs to: with a new job, without one where the row is not fit to be sent, or by comparing what
    /// has arrived before.
    fn begin_part(&mut self, is_fit: bool) -> Result<Step, Fault> {
        if !self.has_room()? {
            return Ok(Step::Border);
        }
        let index = self.next_part;
        let known = self.load_state.borrow().journal.parts.get(index).cloned();
        let (filling, step) = match known.filter(|part| part.stage.has_data()) {
            Some(part) => (self.compared(index, &part)?, Step::Small),
            None if is_fit || self.load_state.borrow().end_of(index).is_some() => {
                (self.begin_job(index)?, Step::Border)
            }
            None => (self.begin_unsent(index), Step::Small),
        };
        self.filling = Some(filling);
        self.next_part += 1;
        Ok(step)
    }

    /// A part whose records are compared with what was sent, and given back where the host wants them.
    fn compared(&self, index: usize, part: &Part) -> Result<Filling, Fault> {
        let end = part.end.as_ref().map(|end| end.at);
        let load_state = self.load_state.borrow();
        let wanted = load_state.journal.wanted(index);
        let with_reasons = self.plan.error_columns && !wanted.is_empty();
        let columns = load_state.journal.shape.columns.get(part.columns);
        let columns = columns.map(Vec::as_slice).unwrap_or_default();
        let document = Document {
            columns,
            key: self.plan.rules.key(columns),
            dialect: self.dialect(),
        };
        let reasons = with_reasons.then(|| Reasons::read(&self.org, part, &document));
        let reasons = reasons.transpose()?;
        Ok(Filling::compared(
            index,
            self.dialect(),
            end,
            wanted,
            reasons,
        ))
    }

    fn begin_job(&self, index: usize) -> Result<Filling, Fault> {
        let dialect = self.dialect();
        let body = self.plan.job(dialect).body();
        let (_, info) = jobs::create(&self.org, INGEST, &body)?;
        let part = self.new_part(index, info.id.clone());
        let known_end = part.end.as_ref().map(|end| end.at);
        self.load_state.borrow_mut().put(index, part);
        let sized = self.plan.sized_uploads;
        Ok(Filling::sent(index, dialect, info.id, sized, known_end))
    }

    fn begin_unsent(&self, index: usize) -> Filling {
        let part = self.new_part(index, String::new());
        self.load_state.borrow_mut().put(index, part);
        Filling::unsent(index, self.dialect())
    }

    fn new_part(&self, index: usize, job: String) -> Part {
        Part {
            job,
            stage: Stage::Open,
            start: self.feed.before.clone(),
            end: self.load_state.borrow().end_of(index),
            first_row: self.load_state.borrow().rows_before(index),
            rows: 0,
            unfit: 0,
            checksum: 0,
            columns: self.feed.column_set,
            processed: 0,
            failed: 0,
            reason: None,
            collected: false,
            unclear: None,
            untaken: self.load_state.borrow().untaken_of(index),
            unknown: 0,
            saved: None,
            returned: Returned::default(),
        }
    }

    /// Whether the row at hand belongs to the part at hand.
    fn fits(&self, filling: &Filling, is_fit: bool) -> bool {
        if let Some(end) = filling.known_end {
            return self.feed.row.end <= end;
        }
        if filling.is_full_of_unfit() || filling.rows() >= self.plan.part_rows {
            return false;
        }
        if !is_fit || filling.is_unsent() {
            return !is_fit;
        }
        let columns = self.load_state.borrow().columns_of(filling.part);
        let size = self.feed.row.bytes.len() as u64 + filling.ending_bytes();
        filling.bytes == 0
            || columns == Some(self.feed.column_set) && filling.bytes + size <= self.plan.part_bytes
    }

    fn take_row(&mut self) -> Result<Step, Fault> {
        if let Some(why) = &self.feed.row.field_error {
            self.rejected += 1;
            let aborted = self.load_state.borrow().journal.aborted;
            self.plan.bear_rejected(self.rejected, why, aborted)?;
        }
        let (columns, row) = self.feed.at_hand();
        let Some(filling) = &mut self.filling else {
            return Ok(Step::Small);
        };
        filling.take(&self.org, columns, row)?;
        self.feed.passed();
        if filling.back.bytes < BACK_BYTES {
            return Ok(Step::Small);
        }
        let mut load_state = self.load_state.borrow_mut();
        load_state.give_back(filling.part, std::mem::take(&mut filling.back));
        // The host hears of records to fetch by a journal that has changed.
        load_state.journal.offers += 1;
        Ok(Step::Border)
    }

    /// Ends the part at hand.
    fn finish_part(&mut self) -> Result<Step, Fault> {
        let Some(mut filling) = self.filling.take() else {
            return Ok(Step::Small);
        };
        let end = &self.feed.before;
        if filling.is_compared() {
            self.load_state.borrow_mut().compare(filling, end)?;
            return Ok(Step::Small);
        }
        let unclear = match filling.is_unsent() {
            true => None,
            false => filling.finish(&self.org)?,
        };
        self.load_state.borrow_mut().filled(filling, end, unclear);
        Ok(Step::Border)
    }

    /// Asks what became of jobs whose data may have arrived, and aborts those that were left half filled.
    fn look(&mut self) -> Result<(), Fault> {
        if self.looked {
            return Ok(());
        }
        let doubtful = self.load_state.borrow().doubtful();
        for index in doubtful {
            let job = self.load_state.borrow().job(index);
            if job.is_empty() {
                self.load_state.borrow_mut().is_lost(index, State::Aborted);
                continue;
            }
            let state = match jobs::info(&self.org, INGEST, &job) {
                Ok((_, info)) => {
                    let state = info.state;
                    self.load_state.borrow_mut().found(index, &info);
                    state
                }
                Err(fault) if is_absent(&fault) => {
                    self.load_state.borrow_mut().missing(index);
                    continue;
                }
                Err(fault) => return Err(fault),
            };
            let lost = self.load_state.borrow_mut().is_lost(index, state);
            if lost && state == State::Open {
                jobs::set_state(&self.org, INGEST, &job, State::Aborted)?;
            }
        }
        self.looked = true;
        Ok(())
    }

    /// Notes that nothing more can be sent after a fault, and lets the fault tell what was sent before.
    fn guarded<T>(&mut self, result: Result<T, Fault>) -> Result<T, Fault> {
        if result.is_err() {
            self.broken = true;
            self.filling = None;
        }
        result.map_err(|fault| state::told(fault, &self.load_state.borrow().journal))
    }
}

#[cfg(test)]
mod tests;
