//! What a load knows and builds of its jobs, whichever Bulk API its records go through.

use super::journal::Head;
use super::local_rejection::LocalRejections;
use crate::bulk::input::{InputPosition, Row};
use salesforce_client::client::Client;
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
        client: &Rc<Client>,
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
    /// Returns where writing begins again.
    fn resume_at(&self) -> Option<&InputPosition>;
    /// Returns whether records are wanted back from the input.
    fn wants_originals(&self) -> bool;
    /// Returns the byte of the input up to which records were sent or rejected.
    fn judged(&self) -> u64;
    /// Counts records that were rejected here, in batches that begin before this byte.
    fn rejected_before(&self, at: u64) -> u64;
    /// Returns the records that were sent, and the ids of what they were sent in.
    fn sent(&self) -> (u64, Vec<&str>);
    /// Returns whether all has been sent and nothing more will happen to it.
    fn is_done(&self) -> bool;
    /// Returns whether all records that were not saved have been emitted.
    fn is_returned(&self) -> bool;
    /// Returns whether the load is done, all outcomes have been emitted, and records that were not saved, where they were asked for.
    fn is_read(&self) -> bool {
        false
    }
    /// Returns the jobs or batches whose outcomes are known and have not been emitted.
    fn known(&self) -> Range<usize>;
    /// Notes that the outcomes of these have been emitted.
    fn collected(&mut self, known: Range<usize>);
    /// Measures what is kept of rows.
    fn kept(&self) -> Kept;
    /// Drops what is kept: `all` of it, or records whose outcomes have been emitted; false where there is nothing.
    fn drop_kept(&mut self, all: bool) -> bool;
    /// Counts what is told of the load's progress.
    fn counts(&self) -> Counts;
    /// Names what Salesforce is working on.
    fn pending(&self) -> String;
}

/// How much is kept of rows.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// Rows whose outcomes have not been emitted.
    pub rows: u64,
    /// Bytes of records.
    pub bytes: usize,
    /// Whether any record that was not saved can be emitted.
    pub has_records: bool,
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
