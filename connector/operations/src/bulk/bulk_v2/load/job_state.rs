//! What the driver of loads asks of the jobs of Bulk API 2.0.

use super::journal::{Part, Stage};
use super::load_state::LoadState;
use crate::bulk::input::InputPosition;
use crate::bulk::load::job::{Counts, JobState, Kept};
use crate::bulk::load::journal::Head;
use crate::bulk::load::sent_before::named;
use std::ops::Range;

impl JobState for LoadState {
    const UNITS: &'static str = "jobs";

    fn head(&self) -> &Head {
        &self.journal.head
    }

    fn head_mut(&mut self) -> &mut Head {
        &mut self.journal.head
    }

    fn text(&self) -> String {
        serde_json::to_string(&self.journal).unwrap_or_default()
    }

    fn resume_at(&self) -> Option<&InputPosition> {
        match self.journal.parts.get(self.journal.first_needed()) {
            Some(part) => Some(&part.start),
            None => self.journal.parts.last().and_then(|part| part.end.as_ref()),
        }
    }

    fn wants_originals(&self) -> bool {
        let mut parts = self.journal.parts.iter();
        self.journal.head.wants_failed && parts.any(|part| !part.returned.missing.is_empty())
    }

    fn judged(&self) -> u64 {
        let mut parts = self.journal.parts.iter().rev();
        let last = parts.find(|part| part.stage.has_data());
        let end = last.and_then(|part| part.end.as_ref());
        end.map_or(0, |end| end.at)
    }

    fn rejected_before(&self, at: u64) -> u64 {
        let before = self.journal.parts.iter().filter(|part| part.start.at < at);
        before.map(|part| part.rejected).sum()
    }

    fn sent(&self) -> (u64, Vec<&str>) {
        let sent = self.journal.parts.iter().filter(|part| part.was_sent());
        let (records, jobs): (Vec<u64>, Vec<&str>) =
            sent.map(|part| (part.sent(), part.job.as_str())).unzip();
        (records.iter().sum(), jobs)
    }

    fn is_done(&self) -> bool {
        self.journal.head.closed && self.journal.parts.iter().all(Part::is_final)
    }

    fn is_returned(&self) -> bool {
        self.journal.parts.iter().all(Part::is_returned)
    }

    fn is_read(&self) -> bool {
        let all = self.journal.parts.iter().all(|part| part.collected);
        all && self.is_done() && (!self.journal.head.wants_failed || self.is_returned())
    }

    fn known(&self) -> Range<usize> {
        let known = |index: &usize| {
            let part = self.journal.parts.get(*index);
            part.is_some_and(Part::is_final) && self.kept.rows.contains_key(index)
        };
        let collected = |part: &&Part| part.collected;
        let first = self.journal.parts.iter().take_while(collected).count();
        first..first + (first..).take_while(known).count()
    }

    fn collected(&mut self, known: Range<usize>) {
        for index in known {
            if let Some(part) = self.journal.parts.get_mut(index) {
                part.collected = true;
                self.kept.collected(index, part.returned.rejected);
            }
        }
    }

    fn kept(&self) -> Kept {
        Kept {
            rows: self.kept.open_rows(),
            bytes: self.kept.bytes(),
            has_records: self.kept.has_records(),
        }
    }

    fn drop_kept(&mut self, all: bool) -> bool {
        match all {
            true => self.drop_rows(),
            false => self.kept.drop_unasked(),
        }
    }

    fn counts(&self) -> Counts {
        let parts = &self.journal.parts;
        let sum = |count: fn(&Part) -> u64| parts.iter().map(count).sum::<u64>();
        let rejected = sum(|part| part.rejected);
        let incomplete = parts.iter().find(|part| part.unprocessed() > 0);
        let mut notes = incomplete.map(left_over).unwrap_or_default();
        notes.extend(unknown(parts));
        Counts {
            units: self.journal.jobs(),
            pending: self.journal.pending().len(),
            processed: sum(processed) + rejected,
            failed: sum(Part::unsaved) + rejected,
            rows: sum(|part| part.rows),
            notes,
        }
    }

    fn pending(&self) -> String {
        let pending = self.journal.pending();
        format!("{} jobs ({})", pending.len(), named(&pending))
    }
}

/// Counts records that need no more work. What Salesforce will not get to has failed; what is not known is no success.
fn processed(part: &Part) -> u64 {
    let gone = if part.stage == Stage::Gone {
        part.sent()
    } else {
        0
    };
    part.processed.min(part.sent()) + part.unprocessed() + gone
}

/// Returns what is said of a job that left records over.
fn left_over(part: &Part) -> String {
    let (job, count) = (&part.job, part.unprocessed());
    let state = match part.stage {
        Stage::Final(state) => state.name(),
        _ => "open",
    };
    let why = part.reason.as_deref().unwrap_or("no reason is told");
    format!("; job {job} ended {state} and left {count} records over: {why}")
}

/// Returns what is said of records whose outcome cannot be known.
fn unknown(parts: &[Part]) -> Option<String> {
    let of: Vec<&Part> = parts.iter().filter(|part| part.unknown > 0).collect();
    let count: u64 = of.iter().map(|part| part.unknown).sum();
    let jobs: Vec<&str> = of.iter().map(|part| part.job.as_str()).collect();
    (count > 0).then(|| {
        format!(
            "; what became of {count} records is not known (jobs {}): look for them in the org before they are loaded again",
            named(&jobs)
        )
    })
}
