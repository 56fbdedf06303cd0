//! What must be kept to take a load up again: its jobs, and which part of the input went into each.

use crate::bulk::input::InputPosition;
use crate::bulk::jobs::State;
use crate::bulk::load::journal::Head;
use serde::{Deserialize, Serialize};

/// How far a job has come, as far as is known here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It was made; data may be on its way.
    #[default]
    Open,
    /// All its data has arrived.
    Uploaded,
    /// Salesforce was told to go to work.
    Closed,
    /// Nothing more will happen.
    Final(State),
    /// Its data did not arrive whole: its records go into another job.
    Lost,
    /// None of its records was fit to be sent: there is no job.
    Unsent,
    /// Its job was deleted before its results were read.
    Gone,
}

impl Stage {
    /// Returns whether its data is with Salesforce.
    pub fn has_data(self) -> bool {
        !matches!(self, Self::Open | Self::Lost)
    }
}

/// Rows of a part: the first, and the one after the last.
pub type Range = (u64, u64);

/// Adds a row that comes behind all of them.
pub fn add_row(ranges: &mut Vec<Range>, row: u64) {
    match ranges.last_mut() {
        Some((_, end)) if *end == row => *end += 1,
        _ => ranges.push((row, row + 1)),
    }
}

/// Returns what ranges have from a row on.
pub fn after(ranges: &[Range], row: u64) -> Vec<Range> {
    let left = ranges.iter().map(|(start, end)| (*start.max(&row), *end));
    left.filter(|(start, end)| start < end).collect()
}

/// A job, and its part of the input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Part {
    /// The job's id; empty where there is none.
    pub job: String,
    /// How far it has come.
    pub stage: Stage,
    /// Where its part begins.
    pub start: InputPosition,
    /// Where its part ends, once that is known.
    pub end: Option<InputPosition>,
    /// Records of the input before it.
    pub first_row: u64,
    /// Its records, those that were not fit to be sent included.
    pub rows: u64,
    /// Records that were rejected here.
    #[serde(rename = "unfit")]
    pub rejected: u64,
    /// Tells whether the input is still the same.
    pub checksum: u64,
    /// Which of `columns` it has.
    pub columns: usize,
    /// Records that Salesforce has processed, as last seen.
    pub processed: u64,
    /// Records that failed, as last seen.
    pub failed: u64,
    /// The state of the job, as last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// Why the job failed.
    pub reason: Option<String>,
    /// Whether its outcomes have been emitted.
    pub collected: bool,
    /// What the org said to the upload, where it did not say that it took the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unclear: Option<String>,
    /// Jobs that took none of its records, though their uploads were answered.
    #[serde(default)]
    pub untaken: u32,
    /// Records whose outcome cannot be known.
    #[serde(default)]
    pub unknown: u64,
    /// Records of which a result says that they were saved, once results have been read.
    #[serde(default)]
    pub saved: Option<u64>,
    /// What has been emitted of its records that were not saved.
    #[serde(default)]
    pub returned: Returned,
}

/// What has been emitted of the records of a part that were not saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Returned {
    /// Whether those that stand in result documents have been.
    pub documents: bool,
    /// Whether those that were rejected here have been.
    #[serde(rename = "unfit")]
    pub rejected: bool,
    /// Whether documents had too few, and it is not known yet which are missing.
    pub short: bool,
    /// Rows that were not saved and that no document has as they were given: they are read from the input.
    pub missing: Vec<Range>,
    /// Whether it has been settled which are missing.
    pub settled: bool,
}

impl Part {
    /// Counts records that went into the job.
    pub fn sent(&self) -> u64 {
        self.rows.saturating_sub(self.rejected)
    }

    /// Returns whether nothing more will happen to its records.
    pub fn is_final(&self) -> bool {
        matches!(self.stage, Stage::Final(_) | Stage::Unsent | Stage::Gone)
    }

    /// Returns whether its job came to its end.
    pub fn is_complete(&self) -> bool {
        self.stage == Stage::Final(State::JobComplete)
    }

    /// Returns whether it went into a job.
    pub fn was_sent(&self) -> bool {
        self.stage.has_data() && self.stage != Stage::Unsent
    }

    /// Counts records of which Salesforce says, or shows, that they were not saved.
    pub fn not_saved(&self) -> u64 {
        self.failed.min(self.sent()) + self.unprocessed()
    }

    /// Counts records that are not known to be saved.
    pub fn unsaved(&self) -> u64 {
        let known = self.saved.map(|saved| self.sent().saturating_sub(saved));
        known.unwrap_or_else(|| self.not_saved())
    }

    /// Returns whether all of its records that were not saved have been emitted.
    pub fn is_returned(&self) -> bool {
        let returned = &self.returned;
        (returned.documents || self.not_saved() == 0)
            && !returned.short
            && returned.missing.is_empty()
            && (returned.rejected || self.rejected == 0)
    }

    /// Counts records that Salesforce did not get to, and will not any more.
    pub fn unprocessed(&self) -> u64 {
        match self.stage {
            Stage::Final(_) => self.sent().saturating_sub(self.processed),
            _ => 0,
        }
    }

    /// Returns the code of records that Salesforce did not get to, and why it did not.
    pub fn why_unprocessed(&self) -> (&'static str, &str) {
        let (code, why) = match self.stage {
            Stage::Final(State::Failed) => ("JOB_FAILED", "Salesforce did not process this record"),
            Stage::Final(State::Aborted) => (
                "UNPROCESSED",
                "The job was aborted before Salesforce processed this record",
            ),
            _ => ("UNPROCESSED", "Salesforce did not process this record"),
        };
        (code, self.reason.as_deref().unwrap_or(why))
    }

    /// Returns the code of records that were not saved and of which no document tells why, and what is known of it.
    pub fn why_lacking(&self) -> (&'static str, &str) {
        if self.failed == 0 || self.reason.is_some() {
            return self.why_unprocessed();
        }
        (
            "NO_RESULT",
            "By the counts of the job this record was not saved; the results of the job do not tell why",
        )
    }
}

/// All that is kept of a load.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Journal {
    /// What all loads keep.
    #[serde(flatten)]
    pub head: Head,
    /// The jobs in the order of the input.
    pub parts: Vec<Part>,
}

impl Journal {
    /// Returns the first part that has to be read again to continue: its outcomes have not been emitted, or records of it that were not saved, which
    /// nobody but the host has.
    pub fn first_needed(&self) -> usize {
        let needed = |part: &Part| !part.collected || self.head.wants_failed && !part.is_returned();
        let needed = self.parts.iter().position(needed);
        needed.unwrap_or(self.parts.len())
    }

    /// Returns the rows of a part that are wanted back from the input.
    pub fn wanted(&self, index: usize) -> Vec<Range> {
        let part = self.parts.get(index).filter(|_| self.head.wants_failed);
        part.map(|part| part.returned.missing.clone())
            .unwrap_or_default()
    }

    /// Returns the ids of jobs that are still at work.
    pub fn pending(&self) -> Vec<&str> {
        let open = self.parts.iter().filter(|part| !part.is_final());
        open.map(|part| part.job.as_str()).collect()
    }

    /// Ends the input before a part; false where later ones have been sent.
    pub fn end_at(&mut self, index: usize) -> bool {
        let mut later = self.parts.iter().skip(index);
        if later.any(|part| part.stage.has_data()) {
            return false;
        }
        self.parts.truncate(index);
        true
    }

    /// Withdraws what was judged at the end of the input, sent nowhere, and not told yet: it may be corrected.
    pub fn withdraw_unsent(&mut self) {
        while let Some(part) = self.parts.last()
            && part.stage == Stage::Unsent
            && !part.collected
        {
            self.parts.pop();
        }
    }

    /// Returns how many jobs there are.
    pub fn jobs(&self) -> usize {
        let jobs = self.parts.iter().filter(|part| !part.job.is_empty());
        jobs.count()
    }
}
