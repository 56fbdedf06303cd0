//! The documents of a batch, read record by record: what was sent, and what became of it, in the same order.

use super::journal::Part;
use crate::bulk::bulk_v1::wire::{self, State};
use crate::bulk::dialect::Dialect;
use crate::bulk::load::result_document::Results;
use crate::bulk::load::result_document::{MOST_READS, READ_PAUSE_MS};
use csv::ByteRecord;
use salesforce_client::client::Client;
use salesforce_client::fault::is_absent;
use salesforce_contract::bindings::{Fault, FaultKind};
use std::rc::Rc;

/// How batches are written: Bulk API 1.0 knows only commas (Bulk API Developer Guide, "Prepare CSV Files").
pub const DIALECT: Dialect = Dialect {
    delimiter: b',',
    crlf: false,
};

/// The columns of results (Bulk API Developer Guide, "Get Batch Results").
const COLUMNS: [&str; 4] = ["Id", "Success", "Created", "Error"];

/// The one that results cannot be without.
const SUCCESS: &str = "Success";

/// What became of a record that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowResult {
    /// It was saved.
    Saved {
        /// Its id.
        id: String,
        /// Whether it is new.
        created: bool,
    },
    /// It was not.
    Failed {
        /// Its id, if it has one.
        id: String,
        /// Why.
        error: String,
    },
    /// Salesforce did not process it.
    Unprocessed,
    /// There is no result where there must be one.
    Unknown,
}

/// What became of the records of a part, in order.
pub struct BatchResults {
    client: Rc<Client>,
    job: String,
    results: Option<Results>,
    batch: String,
    /// Results that were returned.
    emitted: u64,
    left: u64,
    /// Whether there must be one for each record.
    complete: bool,
    /// How often the results were read.
    reads: u32,
    record: ByteRecord,
}

impl BatchResults {
    /// Asks for the results of a part, where there are any.
    pub fn open(client: &Rc<Client>, job: &str, part: &Part) -> Result<Self, Fault> {
        let complete = part.state == State::Completed && part.unprocessed() == 0;
        let batch = part.id.clone().unwrap_or_default();
        let mut results = None;
        // A batch that failed as a whole has none, and says so with a refusal.
        if complete || part.processed > 0 {
            match results_of(client, job, &batch) {
                Ok(found) => results = Some(found),
                Err(fault) if !complete && is_refusal(&fault) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(Self {
            client: Rc::clone(client),
            job: job.to_owned(),
            results,
            batch,
            emitted: 0,
            left: part.rows,
            complete,
            reads: 1,
            record: ByteRecord::new(),
        })
    }

    /// Returns what became of the next record; `None` after the last.
    pub fn next(&mut self) -> Result<Option<RowResult>, Fault> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        let row_result = self.read()?;
        self.left = left;
        self.emitted += 1;
        Ok(Some(row_result))
    }

    /// Results that have too few records, or rows that say nothing, are read again: they may be behind.
    fn read(&mut self) -> Result<RowResult, Fault> {
        loop {
            if let Some(results) = &mut self.results
                && results.next(&mut self.record)?
                && let Some(row_result) = row_result(results, &self.record, self.complete)
            {
                return Ok(row_result);
            }
            if !self.complete {
                return Ok(RowResult::Unprocessed);
            }
            if self.reads == MOST_READS {
                return Ok(RowResult::Unknown);
            }
            self.reads += 1;
            self.client.context().clock.sleep_ms(READ_PAUSE_MS);
            let mut results = results_of(&self.client, &self.job, &self.batch)?;
            let mut passed = 0;
            while passed < self.emitted && results.next(&mut self.record)? {
                passed += 1;
            }
            self.results = (passed == self.emitted).then_some(results);
        }
    }
}

/// What became of the records of several parts, in order.
pub struct AllResults {
    client: Rc<Client>,
    job: String,
    parts: Vec<Part>,
    /// The part at hand.
    at: usize,
    current: Option<BatchResults>,
}

impl AllResults {
    /// Begins with the first part.
    pub fn new(client: &Rc<Client>, job: String, parts: Vec<Part>) -> Self {
        Self {
            client: Rc::clone(client),
            job,
            parts,
            at: 0,
            current: None,
        }
    }

    /// Returns what became of the next record, and the number of its part.
    pub fn next(&mut self) -> Result<(RowResult, usize), Fault> {
        loop {
            let Some(part) = self.parts.get(self.at) else {
                return Err(Fault::protocol(
                    "The batches of this load have fewer records than were sent",
                ));
            };
            let current = match &mut self.current {
                Some(current) => current,
                none => none.insert(BatchResults::open(&self.client, &self.job, part)?),
            };
            if let Some(row_result) = current.next()? {
                return Ok((row_result, self.at));
            }
            self.current = None;
            self.at += 1;
        }
    }

    /// Reads on to the next record; returns why it failed, if it was not saved.
    pub fn next_error(&mut self) -> Result<Option<String>, Fault> {
        let (row_result, part) = self.next()?;
        Ok(match (row_result, self.parts.get(part)) {
            (RowResult::Failed { error, .. }, _) => Some(error),
            (RowResult::Unprocessed, Some(part)) => Some(part.unprocessed_error()),
            _ => None,
        })
    }
}

fn results_of(client: &Rc<Client>, job: &str, batch: &str) -> Result<Results, Fault> {
    let results = document(client, job, batch, "result", &COLUMNS)?;
    results.must_have(Some(SUCCESS))?;
    Ok(results)
}

/// Returns whether a document is refused, and not only out of reach.
fn is_refusal(fault: &Fault) -> bool {
    fault.kind == FaultKind::Invalid || is_absent(fault)
}

/// Returns what a row of results says; `None` where it says neither that the record was saved nor why not, as one does that was cut off.
fn row_result(results: &Results, record: &ByteRecord, complete: bool) -> Option<RowResult> {
    let mut values = results.values(record);
    let mut next = || String::from_utf8_lossy(values.next().unwrap_or_default()).into_owned();
    let (id, success, created, error) = (next(), next(), next(), next());
    if success == "true" {
        return Some(RowResult::Saved {
            id,
            created: created == "true",
        });
    }
    match (error.is_empty(), complete) {
        (false, _) => Some(RowResult::Failed { id, error }),
        (true, true) => None,
        (true, false) if id.is_empty() => Some(RowResult::Unprocessed),
        (true, false) => Some(RowResult::Unknown),
    }
}

/// Opens a document of a batch.
fn document(
    client: &Rc<Client>,
    job: &str,
    batch: &str,
    steps: &str,
    wanted: &[&str],
) -> Result<Results, Fault> {
    let call = wire::document_call(client, job, batch, steps)?;
    Results::open(client, call, DIALECT.delimiter, wanted)
}

/// Opens a batch as it was sent.
pub fn request(
    client: &Rc<Client>,
    job: &str,
    batch: &str,
    columns: &[&str],
) -> Result<Results, Fault> {
    let request = document(client, job, batch, "request", columns)?;
    if request.is_complete() {
        return Ok(request);
    }
    Err(Fault::protocol(format!(
        "Batch {batch} lacks columns that were sent"
    )))
}
