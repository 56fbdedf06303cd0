//! Batches that took too long, split: their records are copied from what was sent, into batches of half the size.

use super::documents::{self, BatchResults, DIALECT, RowResult};
use super::journal::Part;
use super::{Load, wire};
use crate::bulk::bulk_v1::wire::State;
use crate::bulk::load::original::line;
use csv::ByteRecord;
use salesforce_contract::bindings::Fault;

impl Load {
    /// Splits the first batch that took too long; false where there is none. Nothing is sent.
    pub(super) fn split_one(&self) -> Result<bool, Fault> {
        let Some((batch, at, part)) = self.too_long() else {
            return Ok(false);
        };
        let parts = match self.processed_first(&part)? {
            Some(kept) => pieces(&part, kept),
            // Salesforce worked on records out of their order: what is sent again could be doubled.
            None => vec![Part {
                splits: u8::MAX,
                ..part.clone()
            }],
        };
        let mut journal = self.state.borrow_mut();
        if let Some(batch) = journal.batches.get_mut(batch) {
            if parts.iter().all(|piece| piece.id != part.id) {
                batch.spent.extend(part.id);
            }
            batch.parts.splice(at..=at, parts);
        }
        Ok(true)
    }

    fn too_long(&self) -> Option<(usize, usize, Part)> {
        let journal = self.state.borrow();
        let mut batches = journal.batches.iter().enumerate();
        batches.find_map(|(batch, known)| {
            let splits = |part: &Part| part.splits(journal.max_splits);
            let at = known.parts.iter().position(splits)?;
            Some((batch, at, known.parts.get(at)?.clone()))
        })
    }

    /// Returns how many records at the beginning of a batch have been processed; `None` where others have been, too.
    fn processed_first(&self, part: &Part) -> Result<Option<u64>, Fault> {
        let job = self.job().unwrap_or_default();
        let mut row_results = BatchResults::open(&self.client, &job, part)?;
        let (mut kept, mut gap) = (0, false);
        while let Some(row_result) = row_results.next()? {
            match (row_result, gap) {
                (RowResult::Unprocessed | RowResult::Unknown, _) => gap = true,
                (_, true) => return Ok(None),
                (_, false) => kept += 1,
            }
        }
        // Records that were processed without a result could be any.
        Ok((kept >= part.processed).then_some(kept))
    }

    /// Sends the first part that waits; false where there is none.
    pub(super) fn send_part(&self) -> Result<bool, Fault> {
        let waiting = {
            let journal = self.state.borrow();
            let waits = |part: &&Part| part.id.is_none();
            journal.batches.iter().find_map(|batch| {
                let part = batch.parts.iter().find(waits)?.clone();
                let columns = journal.head.shape.columns.get(batch.columns)?.clone();
                Some((part, columns))
            })
        };
        let Some((part, columns)) = waiting else {
            return Ok(false);
        };
        let data = self.copied(&part, &columns)?;
        let job = self.job().unwrap_or_default();
        let info = wire::add_batch(&self.client, &job, &data)?;
        self.state.borrow_mut().sent_as(&info);
        Ok(true)
    }

    /// Reads the data of a part from the batch that it is split from.
    fn copied(&self, part: &Part, columns: &[String]) -> Result<Vec<u8>, Fault> {
        let (batch, skip) = part.copied.clone().unwrap_or_default();
        let job = self.job().unwrap_or_default();
        let names: Vec<&str> = columns.iter().map(String::as_str).collect();
        let mut request = documents::request(&self.client, &job, &batch, &names)?;
        let mut data = Vec::new();
        let header = names.iter().map(|name| name.as_bytes());
        line(header, DIALECT, &mut data);
        let mut record = ByteRecord::new();
        for at in 0..skip + part.rows {
            if !request.next(&mut record)? {
                return Err(Fault::protocol(format!(
                    "Batch {batch} has fewer records than were sent"
                )));
            }
            if at >= skip {
                line(request.values(&record), DIALECT, &mut data);
            }
        }
        Ok(data)
    }
}

/// Returns what a batch becomes: the records at its beginning that were processed, and two halves of the others.
fn pieces(part: &Part, kept: u64) -> Vec<Part> {
    let rest = part.rows.saturating_sub(kept);
    let half = rest.div_ceil(2);
    let mut pieces = Vec::new();
    if kept > 0 {
        pieces.push(Part {
            rows: kept,
            processed: kept,
            state: State::Completed,
            reason: None,
            ..part.clone()
        });
    }
    for (skip, rows) in [(kept, half), (kept + half, rest - half)] {
        if rows > 0 {
            pieces.push(Part {
                rows,
                copied: part.id.clone().map(|id| (id, skip)),
                splits: part.splits + 1,
                ..Part::default()
            });
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(rows: u64, processed: u64) -> Part {
        Part {
            id: Some("751A".into()),
            rows,
            processed,
            state: State::Failed,
            reason: Some("InternalServerError : Retried more than ten times".into()),
            ..Part::default()
        }
    }

    #[test]
    fn halves_take_all_records_that_were_not_processed_first() {
        for (rows, kept) in [(2, 0), (3, 0), (10, 3), (5, 4), (5, 5)] {
            let part = failed(rows, kept);
            let pieces = pieces(&part, kept);
            assert_eq!(pieces.iter().map(|piece| piece.rows).sum::<u64>(), rows);
            let mut next = kept;
            for piece in pieces.iter().filter(|piece| piece.id.is_none()) {
                assert_eq!(piece.copied, Some(("751A".into(), next)));
                assert_eq!(piece.splits, 1);
                next += piece.rows;
            }
        }
    }

    #[test]
    fn only_what_took_too_long_is_split_and_not_forever() {
        assert!(failed(10, 0).splits(3));
        assert!(!failed(1, 0).splits(3), "one record cannot be split");
        let often = Part {
            splits: 3,
            ..failed(10, 0)
        };
        assert!(!often.splits(3));
        let wrong = Part {
            reason: Some("InvalidBatch : Field name not found : Nmae".into()),
            ..failed(10, 0)
        };
        assert!(!wrong.splits(3));
    }
}
