//! Loads through Bulk API 2.0: parts of the input, each of which is streamed into a job of its own.
//!
//! Salesforce promises no order of results: of every row a fingerprint is kept until its outcome has been emitted.

mod batch_builder;
mod clean_up;
mod count_check;
mod documents;
mod job_state;
mod jobs_at_work;
mod journal;
mod kept;
mod load_state;
mod match_results;
mod reasons;
mod records;
mod row_result;
mod row_results;
mod unclear;
mod unmatched;
mod untaken;

use crate::bulk::dialect::Dialect;
use crate::bulk::jobs::{self, INGEST, State};
use crate::bulk::load::JobProtocol;
use crate::bulk::load::job::Step;
use crate::bulk::load::journal as head;
use crate::bulk::load::plan::Plan;
use crate::bulk::load::record_writer::Which;
use batch_builder::{BACK_BYTES, BatchBuilder};
use documents::Document;
use journal::{Journal, Part, Stage};
use load_state::LoadState;
use reasons::Reasons;
use records::RecordPieces;
use row_results::PartResults;
use salesforce_client::client::Client;
use salesforce_client::fault::is_absent;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::LoadConfig;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A load under way.
pub type Load = crate::bulk::load::Load<IngestJobs>;

/// Jobs of Bulk API 2.0.
pub struct IngestJobs {
    /// The part that the next row begins.
    next_part: usize,
    /// How often jobs were told that their data is complete.
    closes: BTreeMap<usize, u32>,
    /// Parts whose jobs have been deleted, or cannot be.
    deleted: BTreeSet<usize>,
}

/// Begins a load, or resumes one. Nothing is sent.
pub fn open(client: Rc<Client>, config: LoadConfig, journal: Option<&str>) -> Result<Load, Fault> {
    let plan = Plan::new(config)?;
    let journal = head::read(journal, "bulk/load", |journal: &Journal| &journal.head)?;
    let state = LoadState::new(journal);
    let jobs = IngestJobs {
        next_part: state.journal.first_needed(),
        closes: BTreeMap::new(),
        deleted: BTreeSet::new(),
    };
    Ok(Load::resume(client, plan, state, jobs))
}

impl JobProtocol for IngestJobs {
    type State = LoadState;
    type Builder = BatchBuilder;
    type RowResults = PartResults;
    type Records = RecordPieces;

    /// Asks what became of jobs whose data may have arrived, and aborts those that were left half filled.
    fn reconcile(load: &mut Load) -> Result<(), Fault> {
        let is_doubtful = |part: &Part| matches!(part.stage, Stage::Open | Stage::Uploaded);
        let doubtful = load.state.borrow().parts(is_doubtful);
        for index in doubtful {
            load.reconcile_job(index)?;
        }
        Ok(())
    }

    fn send_pending(load: &mut Load) -> Result<bool, Fault> {
        load.check_passed()?;
        let uploaded = load.state.borrow().uploaded();
        match uploaded {
            Some(part) => load.close_part(part).map(|()| true),
            None => Ok(false),
        }
    }

    fn column_set(load: &Load) -> Option<usize> {
        let state = load.state.borrow();
        let parts = &state.journal.parts;
        let part = parts.get(load.protocol.next_part).or(parts.last());
        part.map(|part| part.columns)
    }

    /// Begins a part: with a new job, without one where the row is not to be sent, or by comparing what has arrived before.
    fn begin(load: &mut Load, is_valid: bool) -> Result<(BatchBuilder, Step), Fault> {
        let index = load.protocol.next_part;
        let known = load.state.borrow().journal.parts.get(index).cloned();
        let has_end = known.as_ref().is_some_and(|part| part.end.is_some());
        let begun = match known.filter(|part| part.stage.has_data()) {
            Some(part) => (load.compared(index, &part)?, Step::Continue),
            None if is_valid || has_end => (load.begin_job(index)?, Step::Checkpoint),
            None => (load.begin_unsent(index), Step::Continue),
        };
        load.protocol.next_part += 1;
        Ok(begun)
    }

    fn admits(_: &Load, builder: &BatchBuilder, is_valid: bool) -> bool {
        !is_valid || !builder.is_unsent()
    }

    fn row_taken(load: &mut Load) -> Step {
        let Some(builder) = &mut load.builder else {
            return Step::Continue;
        };
        if builder.back.bytes < BACK_BYTES {
            return Step::Continue;
        }
        let mut state = load.state.borrow_mut();
        state.give_back(builder.part, std::mem::take(&mut builder.back));
        // The host hears of records to fetch by a journal that has changed.
        state.journal.head.offers += 1;
        Step::Checkpoint
    }

    fn finish(load: &mut Load, mut builder: BatchBuilder) -> Result<Step, Fault> {
        let end = &load.row_reader.before;
        if builder.is_compared() {
            load.state.borrow_mut().compare(builder, end)?;
            return Ok(Step::Continue);
        }
        let unclear = match builder.is_unsent() {
            true => None,
            false => builder.finish(&load.client)?,
        };
        load.state.borrow_mut().filled(builder, end, unclear);
        Ok(Step::Checkpoint)
    }

    fn end_input(load: &mut Load) -> bool {
        let index = load.protocol.next_part;
        load.state.borrow_mut().journal.end_at(index)
    }

    /// Closes a job again that Salesforce has left open though it was closed, one per call.
    fn work(load: &mut Load) -> Result<bool, Fault> {
        load.check_passed()?;
        let open = load.state.borrow().uploaded().filter(|_| load.closing);
        match open {
            Some(part) => load.close_part(part).map(|()| true),
            None => Ok(false),
        }
    }

    fn refresh(load: &mut Load) -> Result<bool, Fault> {
        load.refresh_jobs()
    }

    fn refresh_early(load: &mut Load) -> Result<bool, Fault> {
        load.refresh_jobs()
    }

    fn abort(load: &mut Load) -> Result<(), Fault> {
        load.abort_jobs()?;
        let mut state = load.state.borrow_mut();
        state.abort();
        load.protocol.next_part = state.journal.first_needed();
        Ok(())
    }

    fn refused(load: &mut Load) {
        load.leave_open_part();
    }

    fn clean_up(load: &mut Load) -> bool {
        load.delete_jobs()
    }

    fn records(load: &Load, which: Which) -> RecordPieces {
        RecordPieces::new(&load.client, &load.state, &load.plan.rules, which)
    }
}

impl Load {
    /// Returns the dialect of jobs.
    fn dialect(&self) -> Dialect {
        let state = self.state.borrow();
        let input = state.journal.head.shape.dialect.unwrap_or_default();
        input.for_job()
    }

    /// Begins a part whose records are compared with what was sent, and given back where the host wants them.
    fn compared(&self, index: usize, part: &Part) -> Result<BatchBuilder, Fault> {
        let end = part.end.as_ref().map(|end| end.at);
        let state = self.state.borrow();
        let wanted = state.journal.wanted(index);
        let with_reasons = self.plan.error_columns && !wanted.is_empty();
        let columns = state.columns(part);
        let document = Document::new(columns, &self.plan.rules, self.dialect());
        let reasons = with_reasons.then(|| Reasons::read(&self.client, part, &document));
        Ok(BatchBuilder::compared(
            index,
            self.dialect(),
            end,
            wanted,
            reasons.transpose()?,
        ))
    }

    fn begin_job(&self, index: usize) -> Result<BatchBuilder, Fault> {
        let dialect = self.dialect();
        let body = self.plan.job(dialect).body();
        let (_, info) = jobs::create(&self.client, INGEST, &body, None, &self.plan.headers)?;
        let part = self.new_part(index, info.id.clone());
        let known_end = part.end.as_ref().map(|end| end.at);
        self.state.borrow_mut().put(index, part);
        let sized = self.plan.sized_uploads;
        Ok(BatchBuilder::sent(
            index, dialect, info.id, sized, known_end,
        ))
    }

    fn begin_unsent(&self, index: usize) -> BatchBuilder {
        let part = self.new_part(index, String::new());
        self.state.borrow_mut().put(index, part);
        BatchBuilder::unsent(index, self.dialect())
    }

    fn new_part(&self, index: usize, job: String) -> Part {
        let state = self.state.borrow();
        let known = state.journal.parts.get(index);
        Part {
            job,
            start: self.row_reader.before.clone(),
            end: known.and_then(|part| part.end.clone()),
            first_row: state.rows_before(index),
            columns: self.row_reader.column_set,
            untaken: known.map_or(0, |part| part.untaken),
            ..Part::default()
        }
    }

    /// Asks what became of the job of a part whose data may have arrived.
    fn reconcile_job(&self, index: usize) -> Result<(), Fault> {
        let job = self.state.borrow().job(index);
        if job.is_empty() {
            self.state.borrow_mut().is_lost(index, State::Aborted);
            return Ok(());
        }
        let info = match jobs::info(&self.client, INGEST, &job) {
            Ok((_, info)) => info,
            Err(fault) if is_absent(&fault) => {
                self.state.borrow_mut().missing(index);
                return Ok(());
            }
            Err(fault) => return Err(fault),
        };
        self.state.borrow_mut().found(index, &info);
        let lost = self.state.borrow_mut().is_lost(index, info.state);
        if lost && info.state == State::Open {
            jobs::set_state(&self.client, INGEST, &job, State::Aborted)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
