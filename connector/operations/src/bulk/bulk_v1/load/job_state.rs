//! What the driver of loads asks of the batches of Bulk API 1.0.

use super::journal::{Batch, Journal, Part};
use crate::bulk::input::InputPosition;
use crate::bulk::load::job::{Counts, JobState, Kept};
use crate::bulk::load::journal::Head;
use std::ops::Range;

impl JobState for Journal {
    const UNITS: &'static str = "batches";

    fn head(&self) -> &Head {
        &self.head
    }

    fn head_mut(&mut self) -> &mut Head {
        &mut self.head
    }

    fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn resume_at(&self) -> Option<&InputPosition> {
        match self.first_needed() {
            Some(batch) => Some(&batch.start),
            None => self.batches.last().map(|batch| &batch.end),
        }
    }

    fn wants_originals(&self) -> bool {
        self.head.shape.altered && self.head.wants_failed && !self.is_returned()
    }

    fn judged(&self) -> u64 {
        self.batches.last().map_or(0, |batch| batch.end.at)
    }

    fn rejected_before(&self, at: u64) -> u64 {
        let before = self.batches.iter().filter(|batch| batch.start.at < at);
        before.map(|batch| batch.rejected_count).sum()
    }

    fn sent(&self) -> (u64, Vec<&str>) {
        let sent = self
            .parts()
            .filter_map(|part| Some((part.rows, part.id.as_deref()?)));
        let (rows, ids): (Vec<u64>, Vec<&str>) = sent.unzip();
        (rows.iter().sum(), ids)
    }

    fn is_done(&self) -> bool {
        self.finished || (self.job.is_none() && self.is_settled())
    }

    fn is_returned(&self) -> bool {
        self.batches.iter().all(Batch::is_returned)
    }

    fn known(&self) -> Range<usize> {
        let collected = |batch: &&Batch| batch.collected;
        let first = self.batches.iter().take_while(collected).count();
        let known = |batch: &&Batch| batch.is_settled(self.max_splits) && batch.keeps_rejected();
        let batches = self.batches.iter().skip(first);
        first..first + batches.take_while(known).count()
    }

    fn collected(&mut self, known: Range<usize>) {
        for batch in self.batches.get_mut(known).into_iter().flatten() {
            batch.collected = true;
            if batch.returned {
                batch.kept = Vec::new();
            }
        }
    }

    fn kept(&self) -> Kept {
        // What was fetched already, or cannot be yet, is nothing to fetch: the host would ask for it again and again.
        let keeps = |batch: &Batch| {
            let is_known = batch.is_settled(self.max_splits) && !batch.is_returned();
            is_known && (!batch.kept.is_empty() || batch.back.is_some())
        };
        Kept {
            rows: 0,
            bytes: self.batches.iter().map(Batch::kept_bytes).sum(),
            has_records: self.batches.iter().any(keeps),
        }
    }

    fn drop_kept(&mut self, all: bool) -> bool {
        let mut any = false;
        let batches = self.batches.iter_mut();
        for batch in batches.filter(|batch| all || batch.collected) {
            any |= !std::mem::take(&mut batch.kept).is_empty();
            any |= batch.back.take().is_some();
        }
        any
    }

    fn counts(&self) -> Counts {
        let rejected: u64 = self.batches.iter().map(|batch| batch.rejected_count).sum();
        let incomplete = self.parts().find(|part| part.unprocessed() > 0);
        let mut notes = incomplete.map(left_over).unwrap_or_default();
        let unknown: u64 = self.parts().map(|part| part.unknown).sum();
        notes.extend((unknown > 0).then(|| {
            format!(
                "; what became of {unknown} records is not known: look for them in the org before they are loaded again"
            )
        }));
        Counts {
            units: self.parts().count(),
            pending: pending(self),
            processed: self.parts().map(processed_of).sum::<u64>() + rejected,
            failed: self.parts().map(failed_of).sum::<u64>() + rejected,
            rows: self.batches.iter().map(|batch| batch.rows).sum(),
            notes,
        }
    }

    fn pending(&self) -> String {
        let job = self.job.as_deref().unwrap_or_default();
        format!("{} batches of job {job}", pending(self))
    }
}

fn pending(journal: &Journal) -> usize {
    let open = |part: &&Part| part.id.is_none() || !part.state.is_final();
    journal.parts().filter(open).count()
}

/// Counts records that need no more work: all of a batch that is at its end.
fn processed_of(part: &Part) -> u64 {
    if part.state.is_final() {
        part.rows
    } else {
        part.processed.min(part.rows)
    }
}

/// Counts records that failed, those that nobody got to included.
fn failed_of(part: &Part) -> u64 {
    part.rows
        .min(part.failed + part.unprocessed() + part.unknown)
}

/// Returns what is said of a batch that left records over.
fn left_over(part: &Part) -> String {
    let batch = part.id.as_deref().unwrap_or_default();
    let (count, (_, why)) = (part.unprocessed(), part.why_unprocessed());
    format!("; batch {batch} left {count} records over: {why}")
}
