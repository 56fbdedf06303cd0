//! What must be kept to take a load up again: its job, its batches, and which part of the input went into each.

use super::filling::Filling;
use crate::bindings::{Fault, FaultKind};
use crate::bulk::input::Place;
use crate::bulk::load::feed::{Shape, changed};
use crate::bulk::load::fill::{MOST_UNFIT_BYTES, Unfit};
use crate::bulk::v1::wire::{BatchInfo, State};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// The form of journals that this version writes and reads.
const VERSION: u32 = 2;

/// Records that may be unfit before their outcomes were fetched; more of them mean that the input is another than was thought.
const MOST_UNFIT: usize = 1_000;

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

/// All that is kept of a load.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Journal {
    version: u32,
    /// Bytes of the input that need not be written again.
    pub taken: u64,
    /// The form of the input.
    pub shape: Shape,
    /// The job, once it was made.
    pub job: Option<String>,
    /// Its batches in the order of the input.
    pub batches: Vec<Batch>,
    /// Whether all of the input has been taken.
    pub closed: bool,
    /// Whether the job was told that nothing more follows.
    pub finished: bool,
}

/// A part of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Batch {
    /// Where it begins.
    pub start: Place,
    /// Where it ends.
    pub end: Place,
    /// Records of the input before it.
    pub first_row: u64,
    /// Its records, those that are not sent included.
    pub rows: u64,
    /// Records that are not sent, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfit: Vec<(u64, String)>,
    /// The same with the records as they were given, once they have been read in this life of the load.
    #[serde(skip)]
    pub given: Vec<Unfit>,
    /// How many of them there are.
    pub unfit_count: u64,
    /// Tells whether the input is still the same.
    pub checksum: u64,
    /// Which of the columns it has.
    pub columns: usize,
    /// What it was sent as: one batch of Salesforce's, or several after it took too long.
    pub parts: Vec<Part>,
    /// Batches of Salesforce's that were split, and count no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spent: Vec<String>,
    /// Whether its outcomes have been given out.
    pub collected: bool,
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
    /// Records that Salesforce has worked off, as last seen.
    pub processed: u64,
    /// Records that failed, as last seen.
    pub failed: u64,
    /// Why the batch failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Part {
    /// Whether it failed because it took too long, and is to be split.
    pub fn splits(&self, max_splits: u8) -> bool {
        let reason = self.reason.as_deref().unwrap_or_default();
        let reason = reason.to_ascii_lowercase();
        self.state == State::Failed
            && self.rows > 1
            && self.splits < max_splits
            && TOO_LONG.iter().any(|words| reason.contains(words))
    }

    /// Records that Salesforce did not get to, and will not any more.
    pub fn unprocessed(&self) -> u64 {
        if self.state.is_final() {
            self.rows.saturating_sub(self.processed)
        } else {
            0
        }
    }

    /// The code of records that Salesforce did not get to, and why it did not.
    pub fn why_unprocessed(&self) -> (&'static str, &str) {
        let failed = self.state == State::Failed;
        let code = if failed {
            "BATCH_FAILED"
        } else {
            "UNPROCESSED"
        };
        let why = self.reason.as_deref().filter(|why| !why.is_empty());
        (code, why.unwrap_or("Salesforce did not get to this record"))
    }

    fn note(&mut self, info: &BatchInfo) {
        self.state = info.state;
        self.processed = info.processed;
        self.failed = info.failed;
        self.reason.clone_from(&info.message);
    }
}

impl Batch {
    /// Whether nothing more will happen to its records.
    pub fn is_settled(&self, max_splits: u8) -> bool {
        let mut parts = self.parts.iter();
        parts.all(|part| part.id.is_some() && part.state.is_final() && !part.splits(max_splits))
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self {
            version: VERSION,
            taken: 0,
            shape: Shape::default(),
            job: None,
            batches: Vec::new(),
            closed: false,
            finished: false,
        }
    }
}

impl Journal {
    /// Reads what `text` wrote.
    pub fn read(text: &str) -> Result<Self, Fault> {
        let journal: Self = serde_json::from_str(text).map_err(|error| {
            Fault::config(format!(
                "The journal is none of bulk/v1-load, or it is damaged: {error}"
            ))
        })?;
        if journal.version == VERSION {
            return Ok(journal);
        }
        Err(Fault::config(format!(
            "The journal is of version {}; this connector reads version {VERSION}: finish the load with the connector that began it",
            journal.version
        )))
    }

    /// The journal as the host keeps it.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The first batch that has to be read again to go on: it has not been sent, or records of it were not, which nobody but the host
    /// has.
    pub fn first_needed(&self) -> Option<&Batch> {
        let unfit = self.batches.iter().find(|batch| batch.unfit_count > 0);
        unfit.or_else(|| self.batches.last().filter(|_| self.lacks_data()))
    }

    /// Where writing begins again: at that batch, or after the last one.
    pub fn resume_at(&self) -> Option<&Place> {
        match self.first_needed() {
            Some(batch) => Some(&batch.start),
            None => self.batches.last().map(|batch| &batch.end),
        }
    }

    /// Whether the last batch waits for its data.
    pub fn lacks_data(&self) -> bool {
        let parts = self.batches.last().map(|batch| batch.parts.as_slice());
        matches!(
            parts,
            Some([Part {
                id: None,
                copied: None,
                ..
            }])
        )
    }

    /// Whether there is a batch of which the journal does not know whether it was sent.
    pub fn waits(&self) -> bool {
        self.parts().any(|part| part.id.is_none())
    }

    /// All parts in the order of the input.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.batches.iter().flat_map(|batch| &batch.parts)
    }

    fn parts_mut(&mut self) -> impl Iterator<Item = &mut Part> {
        self.batches.iter_mut().flat_map(|batch| &mut batch.parts)
    }

    /// Names a batch that is about to be sent.
    pub fn add(&mut self, filling: &Filling, end: &Place) -> Result<(), Fault> {
        let before = self.batches.last();
        let first_row = before.map_or(0, |batch| batch.first_row + batch.rows);
        let parts = (filling.sent() > 0).then(|| Part {
            rows: filling.sent(),
            ..Part::default()
        });
        self.batches.push(Batch {
            start: filling.start.clone(),
            end: end.clone(),
            first_row,
            rows: filling.rows,
            unfit: filling.unfit.iter().map(reason).collect(),
            given: filling.unfit.clone(),
            unfit_count: filling.unfit.len() as u64,
            checksum: filling.checksum(),
            columns: filling.columns,
            parts: parts.into_iter().collect(),
            spent: Vec::new(),
            collected: false,
        });
        self.settle();
        self.bear_unfit()
    }

    fn bear_unfit(&self) -> Result<(), Fault> {
        let unfit = self.batches.iter().flat_map(|batch| &batch.unfit);
        let given = self.batches.iter().flat_map(|batch| &batch.given);
        let too_many = if unfit.count() > MOST_UNFIT {
            format!("More than {MOST_UNFIT} records")
        } else if given.clone().map(Unfit::bytes).sum::<usize>() > MOST_UNFIT_BYTES {
            format!("Records of more than {MOST_UNFIT_BYTES} bytes")
        } else {
            return Ok(());
        };
        let last = given.last().map_or("", |unfit| &unfit.why);
        Err(Fault::new(
            FaultKind::Invalid,
            format!("{too_many} are not fit to be sent. The last: {last}"),
        ))
    }

    /// Compares data that ends here with that of the batch it was in before, and says whether that one was sent.
    pub fn compare(&mut self, filling: &Filling, end: &Place) -> Result<bool, Fault> {
        let lacks_data = self.lacks_data();
        let last = self.batches.len().saturating_sub(1);
        let mut batches = self.batches.iter_mut().enumerate();
        let same = |batch: &Batch| {
            batch.end == *end && batch.checksum == filling.checksum() && batch.rows == filling.rows
        };
        let known = batches.find(|(_, batch)| batch.start == filling.start);
        let Some((index, batch)) = known.filter(|(_, batch)| same(batch)) else {
            return Err(changed("the records of a batch that was sent differ"));
        };
        batch.given.clone_from(&filling.unfit);
        Ok(index < last || !lacks_data)
    }

    /// The first part that waits to be sent has been.
    pub fn sent(&mut self, info: &BatchInfo) {
        if let Some(part) = self.parts_mut().find(|part| part.id.is_none()) {
            part.id = Some(info.id.clone());
            part.note(info);
        }
        self.settle();
    }

    /// Finds the batch that was sent though the journal does not know of it.
    pub fn adopt(&mut self, listed: &[BatchInfo]) -> Result<(), Fault> {
        let spent = self.batches.iter().flat_map(|batch| &batch.spent);
        let sent = self.parts().filter_map(|part| part.id.as_ref());
        let known: HashSet<&String> = spent.chain(sent).collect();
        let mut unknown = listed.iter().filter(|info| !known.contains(&info.id));
        match (unknown.next(), unknown.next()) {
            (None, _) => Ok(()),
            (Some(info), None) => {
                self.sent(info);
                Ok(())
            }
            (Some(one), Some(other)) => Err(Fault::new(
                FaultKind::Conflict,
                format!(
                    "Job {} has batches that are not of this load ({}, {}): abort it, and begin a new load",
                    self.job.as_deref().unwrap_or_default(),
                    one.id,
                    other.id
                ),
            )),
        }
    }

    /// Notes the states of batches; true if any has changed.
    pub fn saw(&mut self, listed: &[BatchInfo]) -> bool {
        let by_id = listed.iter().map(|info| (info.id.as_str(), info));
        let by_id: HashMap<&str, &BatchInfo> = by_id.collect();
        let mut changed = false;
        for part in self.parts_mut() {
            let info = part.id.as_deref().and_then(|id| by_id.get(id));
            if let Some(info) = info.filter(|_| !part.state.is_final()) {
                let before = part.clone();
                part.note(info);
                changed |= *part != before;
            }
        }
        changed
    }

    /// Outcomes of this batch have been given out.
    pub fn collected(&mut self, index: usize) {
        if let Some(batch) = self.batches.get_mut(index) {
            batch.collected = true;
            batch.unfit = Vec::new();
        }
    }

    fn settle(&mut self) {
        self.taken = self.resume_at().map_or(0, |place| place.at);
    }

    /// Whether the fate of every record is known.
    pub fn is_settled(&self, max_splits: u8) -> bool {
        self.closed
            && self
                .batches
                .iter()
                .all(|batch| batch.is_settled(max_splits))
    }
}

/// What the journal says of a record that is not sent.
fn reason(unfit: &Unfit) -> (u64, String) {
    (unfit.at as u64, unfit.why.clone())
}
