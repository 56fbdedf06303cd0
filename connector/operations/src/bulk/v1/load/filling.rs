//! A batch being filled.

use super::documents::{AllVerdicts, DELIMITER};
use super::journal::Back;
use crate::bulk::input::{Place, Row, cells};
use crate::bulk::load::fill::{PART_UNFIT_BYTES, Unfit};
use salesforce_contract::bindings::Fault;
use xxhash_rust::xxh3::xxh3_64;

/// The data of a batch, with what is noted of its rows.
pub struct Filling {
    /// Where its part of the input begins.
    pub start: Place,
    /// Where it ends, if it has been filled before.
    pub known_end: Option<u64>,
    /// The CSV.
    pub data: Vec<u8>,
    /// Its rows, those that are not sent included.
    pub rows: u64,
    /// Rows that are not sent, in their order.
    pub unfit: Vec<Unfit>,
    /// Which of the journal's lists of columns it has.
    pub columns: usize,
    /// What the data amounts to, once it has been taken out.
    pub data_sum: u64,
    /// Rows that were sent before and not saved, where the host wants them back from the input.
    pub back: Option<Vec<Back>>,
    /// What became of those that were sent before.
    verdicts: Option<AllVerdicts>,
    /// Bytes kept of rows that are not sent.
    unfit_bytes: usize,
}

impl Filling {
    /// An empty batch.
    pub fn new(start: Place, known_end: Option<u64>) -> Self {
        Self {
            start,
            known_end,
            data: Vec::new(),
            rows: 0,
            unfit: Vec::new(),
            columns: 0,
            data_sum: xxh3_64(&[]),
            back: None,
            verdicts: None,
            unfit_bytes: 0,
        }
    }

    /// Keeps the rows that were sent before and not saved.
    pub fn giving_back(mut self, verdicts: AllVerdicts) -> Self {
        self.back = Some(Vec::new());
        self.verdicts = Some(verdicts);
        self
    }

    /// Whether as much is kept of rows that are not sent as a batch may have.
    pub fn is_full_of_unfit(&self) -> bool {
        self.unfit_bytes >= PART_UNFIT_BYTES
    }

    /// Rows that are sent.
    pub fn sent(&self) -> u64 {
        self.rows - self.unfit.len() as u64
    }

    /// Tells whether the input is the same another time.
    pub fn checksum(&self) -> u64 {
        let unfit = self.unfit.iter().map(|unfit| xxh3_64(&unfit.record));
        let data = if self.data.is_empty() {
            self.data_sum
        } else {
            xxh3_64(&self.data)
        };
        unfit.fold(data, |sum, one| sum.rotate_left(7) ^ one)
    }

    /// Takes a row.
    pub fn take(&mut self, columns: &[String], set: usize, row: &mut Row) -> Result<(), Fault> {
        let at = usize::try_from(self.rows).unwrap_or(usize::MAX);
        self.rows += 1;
        if let Some(why) = row.field_error.take() {
            let record = std::mem::take(&mut row.given);
            let unfit = Unfit { at, why, record };
            self.unfit_bytes += unfit.bytes();
            self.unfit.push(unfit);
            return Ok(());
        }
        if self.data.is_empty() {
            self.columns = set;
            let names = columns.iter().map(String::as_bytes);
            line(names, &mut self.data);
        }
        self.data.extend_from_slice(&row.bytes);
        self.data.push(b'\n');
        self.give_back(row)
    }

    fn give_back(&mut self, row: &mut Row) -> Result<(), Fault> {
        let (Some(verdicts), Some(back)) = (&mut self.verdicts, &mut self.back) else {
            return Ok(());
        };
        if let Some(error) = verdicts.next_error()? {
            let record = std::mem::take(&mut row.given);
            back.push(Back { record, error });
        }
        Ok(())
    }
}

/// Writes a line of a batch.
pub fn line<'v>(values: impl Iterator<Item = &'v [u8]>, out: &mut Vec<u8>) {
    let start = out.len();
    for (index, value) in values.enumerate() {
        if index > 0 {
            out.push(DELIMITER);
        }
        cells::write(value, DELIMITER, out);
    }
    // A line without anything would be no record.
    if out.len() == start {
        out.extend_from_slice(b"\"\"");
    }
    out.push(b'\n');
}
