//! Loads through Bulk API 1.0: one job, and batches that are filled in memory and sent one after the other. Results stand in the order of
//! the batch, so that nothing is kept of records that were sent.

mod batch_builder;
mod documents;
mod job_state;
mod journal;
mod records;
mod row_results;
mod split;

use super::wire;
use crate::bulk::load::JobProtocol;
use crate::bulk::load::job::{Builder, JobState, Step};
use crate::bulk::load::journal as head;
use crate::bulk::load::plan::Plan;
use crate::bulk::load::record_writer::Which;
use batch_builder::BatchBuilder;
use documents::{AllResults, DIALECT};
use journal::Journal;
use records::RecordPieces;
use row_results::BatchOutcomes;
use salesforce_client::client::Client;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    JobOperation, LoadConfig, V1CreateJobConfig, V1LoadConfig, V1Operation,
};
use salesforce_contract::limits::MAX_BATCH_BYTES;
use std::rc::Rc;

/// Bytes of the input that go into one batch: those of records that are given back from it are held in memory.
const MOST_INPUT_BYTES: u64 = 32 << 20;

/// A load under way.
pub type Load = crate::bulk::load::Load<JobBatches>;

/// Batches of one job of Bulk API 1.0.
pub struct JobBatches {
    serial: bool,
    /// The data of the batch that the journal names last.
    ready: Option<Vec<u8>>,
    /// Most bytes of the input that go into one batch.
    most_input: u64,
}

/// Begins a load, or resumes one. Nothing is sent.
pub fn open(
    client: Rc<Client>,
    config: V1LoadConfig,
    journal: Option<&str>,
) -> Result<Load, Fault> {
    let (serial, max_splits) = (config.serial, config.max_splits.unwrap_or(3));
    let plan = plan(config)?;
    let mut journal = head::read(journal, "bulk/v1-load", |journal: &Journal| &journal.head)?;
    journal.max_splits = max_splits;
    // Whether the batch that was named last has arrived is looked for, and it is filled again only where it has not.
    if !journal.lacks_data() {
        journal.withdraw_unsent();
    }
    let batches = JobBatches {
        serial,
        ready: None,
        most_input: MOST_INPUT_BYTES,
    };
    let mut load = Load::resume(client, plan, journal, batches);
    load.row_reader.write_with(DIALECT.delimiter);
    Ok(load)
}

/// Checks the config as that of `bulk/load`, with a batch for a job.
fn plan(config: V1LoadConfig) -> Result<Plan, Fault> {
    let plan = Plan::new(LoadConfig {
        object: config.object,
        operation: config.operation,
        external_id_field: config.external_id_field,
        assignment_rule_id: config.assignment_rule_id,
        format: config.format,
        column_delimiter: config.column_delimiter,
        header: config.header,
        columns: config.columns,
        mapping: config.mapping,
        constants: config.constants,
        empty_values: config.empty_values,
        null_text: config.null_text,
        job_megabytes: None,
        job_records: Some(u32::from(config.batch_records.unwrap_or(5_000))),
        sized_uploads: false,
        max_rejected: config.max_rejected,
        outcome_format: config.outcome_format,
        error_columns: config.error_columns,
        headers: config.headers,
        delete_jobs: false,
        poll_max_ms: config.poll_max_ms,
        wait_seconds: config.wait_seconds,
    })?;
    Ok(Plan {
        part_bytes: MAX_BATCH_BYTES as u64,
        ..plan
    })
}

impl JobProtocol for JobBatches {
    type State = Journal;
    type Builder = BatchBuilder;
    type RowResults = BatchOutcomes;
    type Records = RecordPieces;

    /// Looks for a batch that was on its way when the journal was kept last.
    fn reconcile(load: &mut Load) -> Result<(), Fault> {
        let waits = load.state.borrow().waits();
        if let Some(job) = load.job().filter(|_| waits) {
            let listed = wire::batches(&load.client, &job)?;
            let mut journal = load.state.borrow_mut();
            journal.adopt(&listed)?;
            journal.withdraw_unsent();
        }
        Ok(())
    }

    /// Sends the batch that the journal names last.
    fn send_pending(load: &mut Load) -> Result<bool, Fault> {
        let Some(data) = load.protocol.ready.take() else {
            return Ok(false);
        };
        let job = load.job().unwrap_or_default();
        let info = wire::add_batch(&load.client, &job, &data).map_err(wire::told_by_list)?;
        load.state.borrow_mut().sent_as(&info);
        Ok(true)
    }

    /// Makes the job before the first record that is sent.
    fn prepare(load: &mut Load, is_valid: bool) -> Result<bool, Fault> {
        if !is_valid || load.job().is_some() {
            return Ok(false);
        }
        let job = wire::create_job(&load.client, &load.new_job(), None)?;
        load.state.borrow_mut().job = Some(job);
        Ok(true)
    }

    fn column_set(load: &Load) -> Option<usize> {
        let journal = load.state.borrow();
        let batch = journal.first_needed().or(journal.batches.last());
        batch.map(|batch| batch.columns)
    }

    /// Begins a new batch, or one that the journal names and that is to be filled again.
    fn begin(load: &mut Load, _: bool) -> Result<(BatchBuilder, Step), Fault> {
        let journal = load.state.borrow();
        let start = &load.row_reader.before;
        let again = journal.batches.iter();
        let again = again.rev().find(|batch| batch.start == *start);
        let builder = BatchBuilder::new(start.clone(), again.map(|batch| batch.end.at));
        let wanted = again.and_then(|batch| journal.wanted_back(batch));
        let builder = match wanted {
            Some(parts) => {
                let job = journal.job.clone().unwrap_or_default();
                builder.giving_back(AllResults::new(&load.client, job, parts))
            }
            None => builder,
        };
        Ok((builder, Step::Continue))
    }

    fn admits(load: &Load, builder: &BatchBuilder, _: bool) -> bool {
        let input = load.row_reader.row.end.saturating_sub(builder.start.at);
        builder.rows() == 0 || input <= load.protocol.most_input
    }

    /// Names the batch at hand in the journal; the next step sends it.
    fn finish(load: &mut Load, builder: BatchBuilder) -> Result<Step, Fault> {
        let end = &load.row_reader.before;
        let mut journal = load.state.borrow_mut();
        if builder.batch().known_end.is_some() {
            journal.compare(builder, end)?;
            return Ok(Step::Continue);
        }
        load.protocol.ready = journal.add(builder, end);
        Ok(Step::Checkpoint)
    }

    fn end_input(load: &mut Load) -> bool {
        load.row_reader.before.at >= load.state.borrow().judged()
    }

    fn work(load: &mut Load) -> Result<bool, Fault> {
        Ok(load.send_part()? || load.split_one()?)
    }

    /// Asks for the state of all batches, if any is at work.
    fn refresh(load: &mut Load) -> Result<bool, Fault> {
        let at_work = load.state.borrow().is_at_work();
        let Some(job) = load.job().filter(|_| at_work) else {
            return Ok(false);
        };
        let listed = wire::batches(&load.client, &job)?;
        Ok(load.state.borrow_mut().saw(&listed))
    }

    /// Closes the job once nothing more follows for certain: a closed job takes no batches that were split.
    fn complete(load: &mut Load) -> Result<(), Fault> {
        let mut journal = load.state.borrow_mut();
        if journal.finished || !journal.is_settled() {
            return Ok(());
        }
        if let Some(job) = &journal.job {
            wire::end_job(&load.client, job, "Closed")?;
        }
        journal.finished = true;
        Ok(())
    }

    fn abort(load: &mut Load) -> Result<(), Fault> {
        load.protocol.ready = None;
        if let Some(job) = load.job() {
            wire::end_job(&load.client, &job, "Aborted")?;
        }
        let mut journal = load.state.borrow_mut();
        journal.withdraw_unsent();
        journal.finished = true;
        Ok(())
    }

    fn records(load: &Load, which: Which) -> RecordPieces {
        RecordPieces::new(&load.client, &load.state, which)
    }
}

impl Load {
    fn job(&self) -> Option<String> {
        self.state.borrow().job.clone()
    }

    fn new_job(&self) -> V1CreateJobConfig {
        let rules = &self.plan.rules;
        V1CreateJobConfig {
            object: rules.object.clone(),
            operation: match rules.operation {
                JobOperation::Insert => V1Operation::Insert,
                JobOperation::Update => V1Operation::Update,
                JobOperation::Upsert => V1Operation::Upsert,
                JobOperation::Delete => V1Operation::Delete,
                JobOperation::HardDelete => V1Operation::HardDelete,
            },
            external_id_field: rules.external_id_field.clone(),
            assignment_rule_id: self.plan.assignment_rule_id.clone(),
            content: None,
            serial: self.protocol.serial,
            pk_chunking: false,
            pk_chunk_size: None,
            pk_chunk_parent: None,
            headers: Some(self.plan.headers.clone()),
        }
    }
}

#[cfg(test)]
mod tests;
