//! A batch being filled.

use super::documents::{AllResults, DIALECT};
use super::journal::Back;
use crate::bulk::input::{InputPosition, Row};
use crate::bulk::load::job::{Batch, Builder};
use crate::bulk::load::local_rejection::LocalRejections;
use crate::bulk::load::original::line;
use salesforce_client::client::Client;
use salesforce_contract::bindings::Fault;
use std::rc::Rc;
use xxhash_rust::xxh3::xxh3_64;

/// The data of a batch, with what is noted of its rows.
pub struct BatchBuilder {
    /// Where its part of the input begins.
    pub start: InputPosition,
    /// The CSV.
    pub data: Vec<u8>,
    /// Rows that were sent before and not saved, where the host wants them back from the input.
    pub back: Option<Vec<Back>>,
    batch: Batch,
    rows: u64,
    /// What became of those that were sent before.
    results: Option<AllResults>,
}

impl BatchBuilder {
    /// Makes an empty batch.
    pub fn new(start: InputPosition, known_end: Option<u64>) -> Self {
        Self {
            start,
            data: Vec::new(),
            back: None,
            batch: Batch {
                known_end,
                bytes: 0,
                ending_bytes: DIALECT.ending().len() as u64,
                columns: 0,
                rejected: LocalRejections::default(),
            },
            rows: 0,
            results: None,
        }
    }

    /// Keeps the rows that were sent before and not saved.
    pub fn giving_back(mut self, results: AllResults) -> Self {
        self.back = Some(Vec::new());
        self.results = Some(results);
        self
    }

    /// Counts rows that are sent.
    pub fn sent(&self) -> u64 {
        self.rows - self.batch.rejected.rows.len() as u64
    }

    /// Tells whether the input is the same another time.
    pub fn checksum(&self) -> u64 {
        let rejected = self.batch.rejected.rows.iter();
        let rejected = rejected.map(|rejected| xxh3_64(&rejected.record));
        rejected.fold(xxh3_64(&self.data), |sum, one| sum.rotate_left(7) ^ one)
    }

    /// Returns its rows that are not sent.
    pub fn into_rejected(self) -> LocalRejections {
        self.batch.rejected
    }

    fn give_back(&mut self, row: &mut Row) -> Result<(), Fault> {
        let (Some(results), Some(back)) = (&mut self.results, &mut self.back) else {
            return Ok(());
        };
        if let Some(error) = results.next_error()? {
            let record = std::mem::take(&mut row.original);
            back.push(Back { record, error });
        }
        Ok(())
    }
}

impl Builder for BatchBuilder {
    fn batch(&self) -> &Batch {
        &self.batch
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn take(
        &mut self,
        _: &Rc<Client>,
        columns: &[String],
        set: usize,
        row: &mut Row,
    ) -> Result<(), Fault> {
        let at = usize::try_from(self.rows).unwrap_or(usize::MAX);
        self.rows += 1;
        if self.batch.rejected.take(at, row) {
            return Ok(());
        }
        if self.data.is_empty() {
            self.batch.columns = set;
            let names = columns.iter().map(String::as_bytes);
            line(names, DIALECT, &mut self.data);
        }
        self.data.extend_from_slice(&row.bytes);
        self.data.extend_from_slice(DIALECT.ending());
        self.batch.bytes = self.data.len() as u64;
        self.give_back(row)
    }
}
