//! What a load asks of the Bulk API that its records go through.

use super::Load;
use super::journal::Head;
use super::local_rejection::LocalRejections;
use super::outcomes::Outcome;
use super::records::RecordSource;
use crate::bulk::columns::Rules;
use crate::bulk::input::{InputPosition, Row};
use salesforce_client::org::Org;
use salesforce_contract::bindings::Fault;
use std::ops::Range;
use std::rc::Rc;

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Something that the host need not know of.
    Continue,
    /// Something that the journal must name before anything else is done.
    Checkpoint,
    /// Nothing: more input is needed.
    NeedInput,
}

/// What is sent at once: a job of Bulk API 2.0, a batch of Bulk API 1.0.
#[derive(Debug)]
pub struct Batch {
    /// Where it ends in the input, if that is known.
    pub known_end: Option<u64>,
    /// Its bytes of data, line endings and header included.
    pub bytes: u64,
    /// Bytes of a line ending.
    pub ending_bytes: u64,
    /// Which of the lists of columns it has.
    pub columns: usize,
    /// Its rows that are not sent.
    pub rejected: LocalRejections,
}

/// A job or batch that is being filled.
pub trait Builder {
    /// Returns what it has so far.
    fn batch(&self) -> &Batch;
    /// Returns the number of its rows, those that are not sent included.
    fn rows(&self) -> u64;
    /// Takes a row with these columns, which are the list of this number.
    fn take(
        &mut self,
        org: &Rc<Org>,
        columns: &[String],
        set: usize,
        row: &mut Row,
    ) -> Result<(), Fault>;
}

/// What is known of the jobs of a load: their journal, and what is kept of rows beside it.
pub trait JobState: 'static {
    /// What its records are sent in, as people call it.
    const UNITS: &'static str;

    /// Returns what all journals have in common.
    fn head(&self) -> &Head;
    /// Returns the same, to be changed.
    fn head_mut(&mut self) -> &mut Head;
    /// Returns the journal as the host keeps it.
    fn text(&self) -> String;
    /// Whether there is anything in the org.
    fn has_jobs(&self) -> bool;
    /// Returns where writing begins again.
    fn resume_at(&self) -> Option<&InputPosition>;
    /// Whether records are wanted back from the input.
    fn wants_originals(&self) -> bool;
    /// Returns the byte of the input up to which records were sent or rejected.
    fn judged(&self) -> u64;
    /// Counts records that were rejected here, in batches that begin before this byte.
    fn rejected_before(&self, at: u64) -> u64;
    /// Returns the records that were sent, and the ids of what they were sent in.
    fn sent(&self) -> (u64, Vec<&str>);
    /// Whether all has been sent and nothing more will happen to it.
    fn is_done(&self) -> bool;
    /// Whether all records that were not saved have been emitted.
    fn is_returned(&self) -> bool;
    /// Returns the jobs or batches whose outcomes are known and have not been emitted.
    fn known(&self) -> Range<usize>;
    /// Notes that the outcomes of these have been emitted.
    fn collected(&mut self, known: Range<usize>);
    /// Returns the rows that are kept, and the bytes of records among them.
    fn kept(&self) -> (u64, usize);
    /// Whether any record that was not saved is kept.
    fn keeps_records(&self) -> bool;
    /// Drops records whose outcomes have been emitted; false where there are none.
    fn drop_records(&mut self) -> bool;
    /// Drops all that is kept.
    fn forget(&mut self);
    /// Counts what is told of the load's progress.
    fn counts(&self) -> Counts;
    /// Names what Salesforce is working on.
    fn pending(&self) -> String;
}

/// What is told of a load's progress.
#[derive(Debug, Default)]
pub struct Counts {
    /// Jobs or batches.
    pub units: usize,
    /// Those among them that are not at their end.
    pub pending: usize,
    /// Records that need no more work.
    pub processed: u64,
    /// Records among them that were not saved.
    pub failed: u64,
    /// Records of the input so far.
    pub rows: u64,
    /// What is said of records that were left over, and of those whose outcome cannot be known.
    pub notes: String,
}

/// What became of the rows of one job or batch, in their order.
pub trait RowResults<S>: Sized {
    /// Begins with the first row of the job or batch of this index, where its rows are kept.
    fn open(
        org: &Rc<Org>,
        rules: &Rules,
        state: &mut S,
        index: usize,
    ) -> Result<Option<Self>, Fault>;
    /// Returns how many records of the input come before its first row.
    fn first_row(&self) -> u64;
    /// Returns the outcome of the next row, its number left out; `None` behind the last.
    fn next(&mut self) -> Result<Option<Outcome<'_>>, Fault>;
    /// Notes what was found, once all rows have had their outcome.
    fn finish(self, state: &mut S);
}

/// How records get into an org, and what became of them out of it.
pub trait JobProtocol: Sized + 'static {
    /// What is known of jobs.
    type State: JobState;
    /// What fills them.
    type Builder: Builder;
    /// What reads their results.
    type RowResults: RowResults<Self::State>;
    /// What reads records out of them.
    type Records: RecordSource<Self>;

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
    /// Whether the row at hand may go into the same job or batch, its size apart.
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
}
