//! Loads through Bulk API 1.0: one job, and batches that are filled in memory and sent one after the other. Results stand in the order of
//! the batch, so that nothing is kept of records that were sent.

mod documents;
mod filling;
mod journal;
mod outcomes;
mod plan;
mod records;
mod room;
mod sink;
mod split;
mod watch;

use super::wire;
use crate::bulk::load::feed::{Feed, changed};
use crate::bulk::load::plan::Plan;
use crate::bulk::load::state::told_of;
use crate::bulk::load::{GIVEN_UP, Pace};
use documents::{AllVerdicts, DELIMITER};
use filling::Filling;
use journal::Journal;
use plan::plan;
use salesforce_client::org::Org;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    JobOperation, V1CreateJobConfig, V1LoadConfig, V1Operation,
};
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::limits::MAX_BATCH_BYTES;
use std::cell::RefCell;
use std::rc::Rc;
use xxhash_rust::xxh3::xxh3_64;

/// A load under way.
pub struct Load {
    org: Rc<Org>,
    plan: Rc<Plan>,
    serial: bool,
    max_splits: u8,
    journal: Rc<RefCell<Journal>>,
    feed: Feed,
    filling: Option<Filling>,
    /// The data of the batch that the journal names last.
    ready: Option<Vec<u8>>,
    /// Whether a batch whose answer was lost has been looked for.
    looked: bool,
    closing: bool,
    ended: bool,
    broken: bool,
    /// Whether any of the input has been taken.
    begun: bool,
    /// Records that were rejected here so far.
    rejected: u64,
    room: room::Room,
    pace: Pace,
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
    pub fn open(org: Rc<Org>, config: V1LoadConfig, journal: Option<&str>) -> Result<Self, Fault> {
        let (serial, max_splits) = (config.serial, config.max_splits.unwrap_or(3));
        let plan = Rc::new(plan(config)?);
        let mut journal = journal.map(Journal::read).transpose()?.unwrap_or_default();
        // Whether the batch that was named last has arrived is looked for, and it is filled again only where it has not.
        if !journal.lacks_data() {
            journal.take_back_unsent();
        }
        let place = journal.resume_at().filter(|place| place.at > 0);
        let mut feed = Feed::open(&org, &plan, &journal.shape, place).written_with(DELIMITER);
        if journal.wants_back() {
            feed.keep_given();
        }
        if journal.aborted {
            feed.refuse_all(GIVEN_UP);
        }
        let from = feed.before.at;
        let before = journal.batches.iter().filter(|batch| batch.start.at < from);
        let rejected = before.map(|batch| batch.unfit_count).sum();
        Ok(Self {
            pace: Pace::new(org.context().clock.as_ref()),
            org,
            plan,
            serial,
            max_splits,
            feed,
            filling: None,
            ready: None,
            looked: journal.job.is_none(),
            journal: Rc::new(RefCell::new(journal)),
            closing: false,
            ended: false,
            broken: false,
            begun: false,
            rejected,
            room: room::Room::default(),
        })
    }

    fn job(&self) -> Option<String> {
        self.journal.borrow().job.clone()
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
        if let Some(data) = self.ready.take() {
            self.send(&data)?;
            return Ok(Step::Border);
        }
        if !self.feed.has_row && !self.feed.fetch(&mut self.journal.borrow_mut().shape)? {
            return Ok(Step::Nothing);
        }
        let judged = self.journal.borrow().judged();
        let is_fit = self.feed.judge(judged);
        if is_fit && self.job().is_none() {
            return self.create_job();
        }
        let Some(filling) = &self.filling else {
            if !self.has_room()? {
                return Ok(Step::Border);
            }
            self.filling = Some(self.begin_batch());
            return Ok(Step::Small);
        };
        if !self.fits(filling, is_fit) {
            return self.finish_batch();
        }
        self.take_row().map(|()| Step::Small)
    }

    fn settle_columns(&mut self) -> Result<(), Fault> {
        let journal = &mut *self.journal.borrow_mut();
        let batch = journal.first_needed().or(journal.batches.last());
        let set = batch.map(|batch| batch.columns);
        self.feed.settle_columns(&mut journal.shape, set)
    }

    fn create_job(&mut self) -> Result<Step, Fault> {
        let job = wire::create_job(&self.org, &self.new_job())?;
        self.journal.borrow_mut().job = Some(job);
        Ok(Step::Border)
    }

    fn new_job(&self) -> V1CreateJobConfig {
        V1CreateJobConfig {
            object: self.plan.rules.object.clone(),
            operation: match self.plan.rules.operation {
                JobOperation::Insert => V1Operation::Insert,
                JobOperation::Update => V1Operation::Update,
                JobOperation::Upsert => V1Operation::Upsert,
                JobOperation::Delete => V1Operation::Delete,
                JobOperation::HardDelete => V1Operation::HardDelete,
            },
            external_id_field: self.plan.rules.external_id_field.clone(),
            assignment_rule_id: self.plan.assignment_rule_id.clone(),
            content: None,
            serial: self.serial,
            pk_chunking: false,
            pk_chunk_size: None,
            pk_chunk_parent: None,
        }
    }

    /// A new batch, or one that the journal names and that is to be filled again.
    fn begin_batch(&self) -> Filling {
        let journal = self.journal.borrow();
        let again = journal.batches.iter();
        let again = again.rev().find(|batch| batch.start == self.feed.before);
        let filling = Filling::new(self.feed.before.clone(), again.map(|batch| batch.end.at));
        match again.and_then(|batch| journal.wanted_back(batch, self.max_splits)) {
            Some(parts) => {
                let job = journal.job.clone().unwrap_or_default();
                filling.giving_back(AllVerdicts::new(&self.org, job, parts))
            }
            None => filling,
        }
    }

    /// Whether the row at hand belongs to the batch at hand.
    fn fits(&self, filling: &Filling, is_fit: bool) -> bool {
        if let Some(end) = filling.known_end {
            return self.feed.row.end <= end;
        }
        if filling.is_full_of_unfit() || filling.rows >= self.plan.part_rows {
            return false;
        }
        let input = self.feed.row.end.saturating_sub(filling.start.at);
        if filling.rows > 0 && input > self.room.most_input {
            return false;
        }
        let size = self.feed.row.bytes.len() + 1;
        !is_fit
            || filling.data.is_empty()
            || filling.columns == self.feed.column_set
                && filling.data.len() + size <= MAX_BATCH_BYTES
    }

    fn take_row(&mut self) -> Result<(), Fault> {
        if let Some(why) = &self.feed.row.field_error {
            self.rejected += 1;
            let aborted = self.journal.borrow().aborted;
            self.plan.bear_rejected(self.rejected, why, aborted)?;
        }
        let set = self.feed.column_set;
        let (columns, row) = self.feed.at_hand();
        if let Some(filling) = &mut self.filling {
            filling.take(columns, set, row)?;
        }
        self.feed.passed();
        Ok(())
    }

    /// The batch at hand is full: the journal names it, and the next step sends it.
    fn finish_batch(&mut self) -> Result<Step, Fault> {
        let Some(filling) = self.filling.take() else {
            return Ok(Step::Small);
        };
        let mut filling = filling;
        let mut journal = self.journal.borrow_mut();
        if filling.known_end.is_some() {
            journal.compare(filling, &self.feed.before)?;
            return Ok(Step::Small);
        }
        let (sent, data) = (filling.sent(), std::mem::take(&mut filling.data));
        filling.data_sum = xxh3_64(&data);
        journal.add(filling, &self.feed.before);
        self.ready = (sent > 0).then_some(data);
        Ok(Step::Border)
    }

    fn send(&mut self, data: &[u8]) -> Result<(), Fault> {
        let job = self.job().unwrap_or_default();
        let info = wire::add_batch(&self.org, &job, data).map_err(wire::told_by_list)?;
        self.journal.borrow_mut().sent(&info);
        Ok(())
    }

    /// Looks for a batch that was on its way when the journal was kept last.
    fn look(&mut self) -> Result<(), Fault> {
        if self.looked {
            return Ok(());
        }
        let waits = self.journal.borrow().waits();
        if let Some(job) = self.job().filter(|_| waits) {
            let listed = wire::batches(&self.org, &job)?;
            let mut journal = self.journal.borrow_mut();
            journal.adopt(&listed)?;
            journal.take_back_unsent();
        }
        self.looked = true;
        Ok(())
    }

    /// Notes that nothing more can be sent after a fault.
    fn guarded<T>(&mut self, result: Result<T, Fault>) -> Result<T, Fault> {
        if result.is_err() {
            self.broken = true;
            self.filling = None;
            self.ready = None;
        }
        result.map_err(|fault| self.told(fault))
    }

    /// Lets a fault tell what was sent before it.
    fn told(&self, fault: Fault) -> Fault {
        let journal = self.journal.borrow();
        let (records, ids) = journal.sent_batches();
        told_of(fault, records, "batches", &ids)
    }

    /// Sends what is held back, up to the next border; all has been sent when there is none.
    fn go_to_end(&mut self) -> Result<(), Fault> {
        while !self.ended {
            let step = self.step_to_end();
            if self.guarded(step)? == Step::Border {
                return Ok(());
            }
        }
        Ok(())
    }

    fn step_to_end(&mut self) -> Result<Step, Fault> {
        if self.advance()? == Step::Border {
            return Ok(Step::Border);
        }
        if self.filling.is_some() {
            return self.finish_batch();
        }
        let mut journal = self.journal.borrow_mut();
        if self.feed.before.at < journal.judged() {
            return Err(changed("it is shorter"));
        }
        journal.closed = true;
        self.ended = true;
        self.pace = Pace::new(self.org.context().clock.as_ref());
        Ok(Step::Nothing)
    }
}

#[cfg(test)]
mod tests;
