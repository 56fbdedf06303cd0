//! Loads: input of any length goes to the org as it arrives, and every record gets its outcome, in input order. What is sent, and how its
//! results are found, is a [`JobProtocol`]'s matter.
//!
//! What was sent is not kept. What did not arrive is sent once the host has written the input again from where the journal says; what
//! arrived is only compared then.

mod backpressure;
pub mod job;
pub mod journal;
pub mod local_rejection;
pub mod original;
pub mod outcome;
mod outcomes;
pub mod plan;
pub mod record_writer;
mod records;
pub mod result_document;
pub mod row_reader;
pub mod sent_before;
mod sink;
mod watch;

use super::poll::PollInterval;
use backpressure::Backpressure;
use job::{Builder, JobState, Step};
use outcome::RowResults;
use plan::Plan;
use record_writer::{RecordSource, Which};
use row_reader::RowReader;
use salesforce_client::client::Client;
use salesforce_contract::bindings::{Fault, FaultKind};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What is said of records that were not sent because the load was aborted.
pub const ABORTED: &str = "the load was given up before this record was sent";

/// How records get into an org, and what became of them out of it.
pub trait JobProtocol: Sized + 'static {
    /// What is known of jobs.
    type State: JobState;
    /// What fills them.
    type Builder: Builder;
    /// What reads their results.
    type RowResults: RowResults<Self::State>;
    /// What reads records out of them.
    type Records: RecordSource;

    /// Asks what became of data of which the journal does not know whether it arrived.
    fn reconcile(load: &mut Load<Self>) -> Result<(), Fault>;
    /// Sends what must be sent before the next row is looked at; false where there is nothing.
    fn send_pending(load: &mut Load<Self>) -> Result<bool, Fault>;
    /// Prepares for the row at hand, which is valid or not; false where there was nothing to do.
    fn prepare(_: &mut Load<Self>, _is_valid: bool) -> Result<bool, Fault> {
        Ok(false)
    }
    /// Returns the number of the columns with which reading begins.
    fn column_set(load: &Load<Self>) -> Option<usize>;
    /// Begins the job or batch that the row at hand belongs to.
    fn begin(load: &mut Load<Self>, is_valid: bool) -> Result<(Self::Builder, Step), Fault>;
    /// Returns whether the row at hand may go into the same job or batch, its size apart.
    fn admits(load: &Load<Self>, builder: &Self::Builder, is_valid: bool) -> bool;
    /// Notes that a row has been taken.
    fn row_taken(_: &mut Load<Self>) -> Step {
        Step::Continue
    }
    /// Ends a job or batch.
    fn finish(load: &mut Load<Self>, builder: Self::Builder) -> Result<Step, Fault>;
    /// Ends the input; false where more of it has been sent before.
    fn end_input(load: &mut Load<Self>) -> bool;
    /// Does what must be done while Salesforce works; false where there is nothing.
    fn work(load: &mut Load<Self>) -> Result<bool, Fault>;
    /// Asks for the state of all that is at work; true if anything has changed.
    fn refresh(load: &mut Load<Self>) -> Result<bool, Fault>;
    /// Does the same for who waits for outcomes.
    fn refresh_early(load: &mut Load<Self>) -> Result<bool, Fault> {
        load.refresh_if_due()
    }
    /// Tells the org that nothing more follows, once that is certain.
    fn complete(_: &mut Load<Self>) -> Result<(), Fault> {
        Ok(())
    }
    /// Aborts what has not come to its end.
    fn abort(load: &mut Load<Self>) -> Result<(), Fault>;
    /// Leaves what was being filled when the org refused it for good.
    fn refused(_: &mut Load<Self>) {}
    /// Deletes what the org keeps of the load; false where some is left for another call.
    fn clean_up(_: &mut Load<Self>) -> bool {
        true
    }
    /// Finds the records of a kind.
    fn records(load: &Load<Self>, which: Which) -> Self::Records;
}

/// A load under way.
pub struct Load<P: JobProtocol> {
    pub(super) client: Rc<Client>,
    pub(super) plan: Rc<Plan>,
    /// What is known of its jobs.
    pub(super) state: Rc<RefCell<P::State>>,
    pub(super) row_reader: RowReader,
    /// The job or batch that is being filled.
    pub(super) builder: Option<P::Builder>,
    pub(super) protocol: P,
    pub(super) poll: PollInterval,
    pub(super) backpressure: Backpressure,
    /// Whether the org has been asked for what the journal leaves open.
    reconciled: bool,
    /// Whether no more input follows.
    pub(super) closing: bool,
    /// Whether all of it has been sent.
    ended: bool,
    broken: bool,
    /// Whether any of the input has been taken.
    begun: bool,
    /// Records that were rejected here so far.
    rejected: u64,
    /// Whether the host has a journal that says that everything has been read.
    pub(super) read: Cell<bool>,
    /// What is said of the load beside its counts.
    pub(super) remarks: String,
}

impl<P: JobProtocol> Load<P> {
    /// Begins a load, or resumes one. Nothing is sent.
    pub fn resume(client: Rc<Client>, plan: Plan, state: P::State, protocol: P) -> Self {
        let plan = Rc::new(plan);
        let read = state.is_read();
        let position = state.resume_at().filter(|position| position.at > 0);
        let mut row_reader = RowReader::open(&client, &plan, &state.head().shape, position);
        if state.wants_originals() {
            row_reader.keep_originals();
        }
        if state.head().aborted {
            row_reader.refuse_all(ABORTED);
        }
        Self {
            poll: PollInterval::new(client.context().clock.as_ref()),
            backpressure: Backpressure::default(),
            client,
            plan,
            reconciled: false,
            rejected: state.rejected_before(row_reader.before.at),
            state: Rc::new(RefCell::new(state)),
            row_reader,
            builder: None,
            protocol,
            closing: false,
            ended: false,
            broken: false,
            begun: false,
            read: Cell::new(read),
            remarks: String::new(),
        }
    }

    /// Takes all that the input at hand allows, up to the next checkpoint.
    fn advance(&mut self) -> Result<Step, Fault> {
        if self.broken {
            return Err(Fault::new(
                FaultKind::Unavailable,
                "This load has failed before: open it again with its journal",
            ));
        }
        self.reconcile()?;
        self.settle_columns()?;
        loop {
            let step = self.step()?;
            if step != Step::Continue {
                return Ok(step);
            }
        }
    }

    fn step(&mut self) -> Result<Step, Fault> {
        if P::send_pending(self)? {
            return Ok(Step::Checkpoint);
        }
        if !self.row_reader.has_row && !self.fetch()? {
            return Ok(Step::NeedInput);
        }
        let judged = self.state.borrow().judged();
        let is_valid = self.row_reader.judge(judged);
        if P::prepare(self, is_valid)? {
            return Ok(Step::Checkpoint);
        }
        let Some(builder) = &self.builder else {
            return self.begin(is_valid);
        };
        if self.belongs_to(builder, is_valid) {
            self.take_row()
        } else {
            self.finish_batch()
        }
    }

    fn fetch(&mut self) -> Result<bool, Fault> {
        let mut state = self.state.borrow_mut();
        self.row_reader.fetch(&mut state.head_mut().shape)
    }

    /// Settles columns that are known before the first record.
    fn settle_columns(&mut self) -> Result<(), Fault> {
        let set = P::column_set(self);
        let mut state = self.state.borrow_mut();
        self.row_reader
            .settle_columns(&mut state.head_mut().shape, set)
    }

    fn begin(&mut self, is_valid: bool) -> Result<Step, Fault> {
        if !self.has_room()? {
            return Ok(Step::Checkpoint);
        }
        let (builder, step) = P::begin(self, is_valid)?;
        self.builder = Some(builder);
        Ok(step)
    }

    /// Returns whether the row at hand belongs to the job or batch at hand.
    fn belongs_to(&self, builder: &P::Builder, is_valid: bool) -> bool {
        let row = &self.row_reader.row;
        let batch = builder.batch();
        if let Some(end) = batch.known_end {
            return row.end <= end;
        }
        if batch.rejected.is_full()
            || builder.rows() >= self.plan.part_rows
            || !P::admits(self, builder, is_valid)
        {
            return false;
        }
        let bytes = batch.bytes + row.bytes.len() as u64 + batch.ending_bytes;
        let same_columns = batch.columns == self.row_reader.column_set;
        !is_valid || batch.bytes == 0 || same_columns && bytes <= self.plan.part_bytes
    }

    fn take_row(&mut self) -> Result<Step, Fault> {
        if let Some(why) = &self.row_reader.row.field_error {
            self.rejected += 1;
            let aborted = self.state.borrow().head().aborted;
            self.plan.bear_rejected(self.rejected, why, aborted)?;
        }
        let set = self.row_reader.column_set;
        let (columns, row) = self.row_reader.at_hand();
        if let Some(builder) = &mut self.builder {
            builder.take(&self.client, columns, set, row)?;
        }
        self.row_reader.passed();
        Ok(P::row_taken(self))
    }

    /// Ends the job or batch at hand.
    fn finish_batch(&mut self) -> Result<Step, Fault> {
        match self.builder.take() {
            Some(builder) => P::finish(self, builder),
            None => Ok(Step::Continue),
        }
    }

    /// Asks the org, once, for what became of data of which the journal does not know whether it arrived.
    fn reconcile(&mut self) -> Result<(), Fault> {
        if !self.reconciled {
            P::reconcile(self)?;
            self.reconciled = true;
        }
        Ok(())
    }

    /// Sends what is held back, up to the next checkpoint; all has been sent when there is none.
    fn go_to_end(&mut self) -> Result<(), Fault> {
        while !self.ended {
            let step = self.step_to_end();
            if self.guarded(step)? == Step::Checkpoint {
                return Ok(());
            }
        }
        Ok(())
    }

    fn step_to_end(&mut self) -> Result<Step, Fault> {
        if self.advance()? == Step::Checkpoint {
            return Ok(Step::Checkpoint);
        }
        if self.builder.is_some() {
            return self.finish_batch();
        }
        if !P::end_input(self) {
            return Err(row_reader::changed("it is shorter"));
        }
        self.state.borrow_mut().head_mut().closed = true;
        self.ended = true;
        self.poll = PollInterval::new(self.client.context().clock.as_ref());
        Ok(Step::NeedInput)
    }

    /// Notes that nothing more can be sent after a fault, and lets the fault tell what was sent before.
    fn guarded<T>(&mut self, result: Result<T, Fault>) -> Result<T, Fault> {
        if let Err(fault) = &result {
            self.broken = true;
            self.builder = None;
            let is_refusal = matches!(fault.status, Some(400..=499));
            if is_refusal && !fault.maybe_applied && fault.retry_after_ms.is_none() {
                P::refused(self);
            }
        }
        result.map_err(|fault| self.told(fault))
    }

    /// Lets a fault tell what was sent before it.
    fn told(&self, fault: Fault) -> Fault {
        let state = self.state.borrow();
        let (records, ids) = state.sent();
        sent_before::told(fault, records, P::State::UNITS, &ids)
    }
}
