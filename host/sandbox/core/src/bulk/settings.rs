//! How the org is to treat bulk jobs: how fast, and what is to go wrong with their rows.

use serde::{Deserialize, Serialize};

use super::limits;

/// Records of a page of query results unless a client asks for another number. Salesforce names none; 50,000 is what
/// clients see of narrow rows.
const PAGE_RECORDS: u64 = 50_000;

/// Settings of an org's bulk jobs, as `/__sandbox/bulk` shows and takes them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// How long a job stays queued before it is processed, in milliseconds of the org's clock. Where the clock stands
    /// still, the job waits until it is moved.
    pub queue_ms: u64,
    /// How long each internal batch of 10,000 records takes at least, in milliseconds of the org's clock.
    pub batch_ms: u64,
    /// Records of a page of query results unless a client asks for another number.
    pub page_records: u64,
    /// Whether users may delete past the recycle bin ("Bulk API Hard Delete").
    pub hard_delete: bool,
    /// Batches per 24 hours.
    pub daily_batches: u64,
    /// Query jobs of Bulk API 2.0 per 24 hours.
    pub daily_query_jobs: u64,
    /// Rows that are rejected on demand.
    pub row_faults: Vec<RowFault>,
    /// Jobs that end before all of their rows were processed.
    pub stops: Vec<Stop>,
    /// Order and spelling of result files.
    pub results: ResultMode,
}

/// How Bulk API 2.0 writes result files: nothing promises their order, and how it spells columns has changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ResultMode {
    /// Whether rows come in another order than they were sent in.
    pub shuffled: bool,
    /// How columns are spelled.
    pub header: HeaderSpelling,
    /// Whether values of columns come empty whose names the client did not spell as they are declared: a known defect.
    pub misspelled_empty: bool,
}

/// How the columns of result files are spelled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HeaderSpelling {
    /// As the client did.
    #[default]
    Given,
    /// As the object declares its fields.
    Declared,
    /// In capitals.
    Upper,
    /// In lower case.
    Lower,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            queue_ms: 0,
            batch_ms: 0,
            page_records: PAGE_RECORDS,
            hard_delete: true,
            daily_batches: limits::DAILY_BATCHES,
            daily_query_jobs: limits::DAILY_QUERY_JOBS,
            row_faults: Vec::new(),
            stops: Vec::new(),
            results: ResultMode::default(),
        }
    }
}

/// Rows that are rejected on demand; by default as a locked row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RowFault {
    /// Only rows of this object.
    pub object: Option<String>,
    /// Every so-manieth row of a job (of a batch in Bulk API 1.0), counted from 1.
    pub every: u64,
    /// How many rows in all.
    pub times: u64,
    /// Salesforce's code.
    pub code: String,
    /// The message that belongs to it.
    pub message: String,
    /// Fields at fault.
    pub fields: Vec<String>,
}

impl Default for RowFault {
    fn default() -> Self {
        Self {
            object: None,
            every: 1,
            times: 1,
            code: "UNABLE_TO_LOCK_ROW".to_owned(),
            message: "unable to obtain exclusive access to this record".to_owned(),
            fields: Vec::new(),
        }
    }
}

/// A job that ends in the middle: what was processed stays, the rest is unprocessed. In Bulk API 1.0 it is a batch that fails so, and
/// its job goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Stop {
    /// Only jobs of this object.
    pub object: Option<String>,
    /// Rows that are processed first.
    pub after_records: u64,
    /// How the job ends.
    pub state: StopState,
    /// What it then says of itself.
    pub message: String,
    /// Whether its result files respond with 204 instead of listing which rows were processed.
    pub without_results: bool,
    /// How many jobs in all.
    pub times: u64,
}

impl Default for Stop {
    fn default() -> Self {
        Self {
            object: None,
            after_records: 0,
            state: StopState::Failed,
            message:
                "InternalServerError : Batch processing exceeded the maximum number of retries"
                    .to_owned(),
            without_results: false,
            times: 1,
        }
    }
}

/// How a stopped job ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopState {
    /// By itself.
    Failed,
    /// As if a user had aborted it.
    Aborted,
}

fn is_about(wanted: Option<&String>, object: &str) -> bool {
    wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(object))
}

impl Settings {
    /// Returns the error that is due for the `row`-th row (from 1), if any; counts it.
    pub(super) fn next_row_fault(&mut self, object: &str, row: u64) -> Option<RowFault> {
        let due = |fault: &&mut RowFault| {
            fault.times > 0
                && is_about(fault.object.as_ref(), object)
                && row.is_multiple_of(fault.every.max(1))
        };
        let fault = self.row_faults.iter_mut().find(due)?;
        fault.times -= 1;
        Some(fault.clone())
    }

    /// Returns the stop that is due for a job of this object, if any; counts it.
    pub(super) fn take_stop(&mut self, object: &str) -> Option<Stop> {
        let due = |stop: &&mut Stop| stop.times > 0 && is_about(stop.object.as_ref(), object);
        let stop = self.stops.iter_mut().find(due)?;
        stop.times -= 1;
        Some(stop.clone())
    }

    /// Returns whether any row is to be rejected.
    pub(super) fn has_row_faults(&self) -> bool {
        self.row_faults.iter().any(|fault| fault.times > 0)
    }
}
