//! What became of the records of a batch, as outcomes.

use super::documents::{AllResults, RowResult};
use super::journal::{Batch, Journal, Part};
use crate::bulk::columns::Rules;
use crate::bulk::load::local_rejection::LocalRejection;
use crate::bulk::load::outcome::Outcome;
use crate::bulk::load::outcome::RowResults;
use salesforce_client::client::Client;
use salesforce_contract::bindings::Fault;
use std::rc::Rc;

/// A batch whose outcomes are being written.
pub struct BatchOutcomes {
    index: usize,
    batch: Batch,
    results: AllResults,
    /// Records of the batch that have been written, and those among them that were not sent.
    at: u64,
    rejected: usize,
    /// What became of the record at hand.
    result: RowResult,
}

impl RowResults<Journal> for BatchOutcomes {
    fn open(
        client: &Rc<Client>,
        _: &Rules,
        journal: &mut Journal,
        index: usize,
    ) -> Result<Option<Self>, Fault> {
        let Some(mut batch) = journal.batches.get(index).cloned() else {
            return Ok(None);
        };
        batch.parts.iter_mut().for_each(|part| part.unknown = 0);
        let job = journal.job.clone().unwrap_or_default();
        Ok(Some(Self {
            index,
            results: AllResults::new(client, job, batch.parts.clone()),
            batch,
            at: 0,
            rejected: 0,
            result: RowResult::Unknown,
        }))
    }

    fn first_row(&self) -> u64 {
        self.batch.first_row
    }

    fn next(&mut self) -> Result<Option<Outcome<'_>>, Fault> {
        if self.at == self.batch.rows {
            return Ok(None);
        }
        let at = self.at;
        if let Some(LocalRejection {
            at: rejected, why, ..
        }) = self.batch.kept.get(self.rejected)
            && *rejected as u64 == at
        {
            (self.rejected, self.at) = (self.rejected + 1, at + 1);
            return Ok(Some(Outcome::rejected(why)));
        }
        let (result, part) = self.results.next()?;
        self.at = at + 1;
        let part = self.batch.parts.get_mut(part);
        self.result = result;
        Ok(Some(outcome(&self.result, part)))
    }

    fn finish(self, journal: &mut Journal) {
        if let Some(batch) = journal.batches.get_mut(self.index) {
            batch.parts = self.batch.parts;
        }
    }
}

fn outcome<'a>(result: &'a RowResult, part: Option<&'a mut Part>) -> Outcome<'a> {
    fn told(id: &str) -> Option<&str> {
        Some(id).filter(|id| !id.is_empty())
    }
    match (result, part) {
        (RowResult::Saved { id, created }, _) => Outcome::saved(told(id), *created),
        (RowResult::Failed { id, error }, _) => Outcome::failed(told(id), error),
        (RowResult::Unprocessed, Some(part)) => Outcome::unprocessed(part.why_unprocessed()),
        (RowResult::Unprocessed | RowResult::Unknown, part) => {
            if let Some(part) = part {
                part.unknown += 1;
            }
            Outcome::unknown(
                "UNMATCHED",
                "The batch has no result for this record: whether it was saved is not known",
            )
        }
    }
}
