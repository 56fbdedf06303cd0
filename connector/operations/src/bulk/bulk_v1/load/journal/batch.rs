//! The parts of the input that batches are made of, and what became of those.

use crate::bulk::bulk_v1::wire::{BatchInfo, State};
use crate::bulk::input::InputPosition;
use crate::bulk::load::local_rejection::LocalRejection;
use serde::{Deserialize, Serialize};

/// Words by which Salesforce says that a batch took too long (Bulk API Developer Guide, "Errors": `Timeout`; "Bulk API Limits", "Batch
/// processing time": ten attempts of ten minutes).
const TOO_LONG: [&str; 6] = [
    "timeout",
    "timed out",
    "time limit",
    "too long to process",
    "retried more than",
    "maximum number of retries",
];

/// A record that was sent and not saved, read from the input again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    /// The record as it was given.
    pub record: Vec<u8>,
    /// Why it was not saved.
    pub error: String,
}

/// A part of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Batch {
    /// Where it begins.
    pub start: InputPosition,
    /// Where it ends.
    pub end: InputPosition,
    /// Records of the input before it.
    pub first_row: u64,
    /// Its records, those that are not sent included.
    pub rows: u64,
    /// Records that are not sent, while they are kept in this life of the load.
    #[serde(skip)]
    pub kept: Vec<LocalRejection>,
    /// Records that were sent and not saved, as they were given, once they have been read from the input again in this life of the load.
    #[serde(skip)]
    pub back: Option<Vec<Back>>,
    /// How many records are not sent.
    #[serde(rename = "unfit-count")]
    pub rejected_count: u64,
    /// Tells whether the input is still the same.
    pub checksum: u64,
    /// Which of the columns it has.
    pub columns: usize,
    /// What it was sent as: one batch of Salesforce's, or several after it took too long.
    pub parts: Vec<Part>,
    /// Batches of Salesforce's that were split, and count no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spent: Vec<String>,
    /// Whether its outcomes have been emitted.
    pub collected: bool,
    /// Whether its records that were not saved have been emitted.
    #[serde(default)]
    pub returned: bool,
}

/// Records that stand in one batch of Salesforce's, or are about to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Part {
    /// The batch's id, once it was sent.
    pub id: Option<String>,
    /// Its records.
    pub rows: u64,
    /// The batch that its records are copied from, and how many of that batch's come before them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied: Option<(String, u64)>,
    /// How often its records have been split.
    #[serde(default)]
    pub splits: u8,
    /// The batch's state, as last seen.
    pub state: State,
    /// Records that Salesforce has processed, as last seen.
    pub processed: u64,
    /// Records that failed, as last seen.
    pub failed: u64,
    /// Why the batch failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Records without a result.
    #[serde(default)]
    pub unknown: u64,
}

impl Part {
    /// Returns whether it failed because it took too long, and is to be split.
    pub fn splits(&self, max_splits: u8) -> bool {
        let reason = self.reason.as_deref().unwrap_or_default();
        let reason = reason.to_ascii_lowercase();
        self.state == State::Failed
            && self.rows > 1
            && self.splits < max_splits
            && TOO_LONG.iter().any(|words| reason.contains(words))
    }

    /// Counts records that Salesforce did not get to, and will not any more.
    pub fn unprocessed(&self) -> u64 {
        if self.state.is_final() {
            self.rows.saturating_sub(self.processed)
        } else {
            0
        }
    }

    /// Returns the code of records that Salesforce did not get to, and why it did not.
    pub fn why_unprocessed(&self) -> (&'static str, &str) {
        let failed = self.state == State::Failed;
        let code = if failed {
            "BATCH_FAILED"
        } else {
            "UNPROCESSED"
        };
        let why = self.reason.as_deref().filter(|why| !why.is_empty());
        (
            code,
            why.unwrap_or("Salesforce did not process this record"),
        )
    }

    /// Returns the same in one text.
    pub fn unprocessed_error(&self) -> String {
        let (code, why) = self.why_unprocessed();
        format!("{code}:{why}")
    }

    pub(super) fn note(&mut self, info: &BatchInfo) {
        self.state = info.state;
        self.processed = info.processed;
        self.failed = info.failed;
        self.reason.clone_from(&info.message);
    }
}

impl Batch {
    /// Returns whether all of its records that were not sent are kept.
    pub fn keeps_rejected(&self) -> bool {
        self.kept.len() as u64 == self.rejected_count
    }

    /// Returns whether all that was sent of it has been saved, as far as is known.
    pub(super) fn is_saved(&self) -> bool {
        let saved = |part: &Part| part.failed == 0 && part.unprocessed() == 0;
        self.parts.iter().all(saved)
    }

    /// Returns whether there is nothing to give out of its records that were not saved.
    pub fn is_returned(&self) -> bool {
        self.returned || self.rejected_count == 0 && self.is_saved()
    }

    /// Returns whether its records that were not saved are at hand, where they have to come from the input.
    pub fn has_back(&self) -> bool {
        self.back.is_some() || self.is_saved()
    }

    /// Returns whether records of it must be read again: those that were not sent, and those that were not saved if what was sent was `altered`.
    pub(super) fn is_needed(&self, wants_failed: bool, altered: bool) -> bool {
        let returns = wants_failed && !self.is_returned();
        self.rejected_count > 0 && (!self.collected || returns) || altered && returns
    }

    /// Counts bytes of records that are kept of it.
    pub fn kept_bytes(&self) -> usize {
        let rejected: usize = self.kept.iter().map(LocalRejection::bytes).sum();
        let back = self.back.iter().flatten();
        rejected + back.map(|back| back.record.len()).sum::<usize>()
    }

    /// Returns whether nothing more will happen to its records.
    pub fn is_settled(&self, max_splits: u8) -> bool {
        let mut parts = self.parts.iter();
        parts.all(|part| part.id.is_some() && part.state.is_final() && !part.splits(max_splits))
    }
}
