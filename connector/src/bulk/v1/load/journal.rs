//! What must be kept to take a load up again: its job, its batches, and which part of the input went into each.

use super::filling::Filling;
use crate::bindings::{Fault, FaultKind};
use crate::bulk::input::Place;
use crate::bulk::load::feed::{Shape, changed};
use crate::bulk::load::fill::Unfit;
use crate::bulk::v1::wire::{BatchInfo, State};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// The form of journals that this version writes and reads.
const VERSION: u32 = 4;

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
    /// How often outcomes had to be fetched to make room for more records: the host hears of it by a journal that has changed.
    #[serde(default)]
    pub offers: u64,
    /// Whether the load was given up: nothing more is sent.
    #[serde(default)]
    pub aborted: bool,
    /// Whether records that were not saved have been asked for.
    #[serde(default)]
    pub wants_failed: bool,
    /// Whether the header of those records has been given out.
    #[serde(default)]
    pub failed_begun: bool,
    /// Whether some of those records have to be read from the input again.
    #[serde(default)]
    pub again: bool,
}

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
    pub start: Place,
    /// Where it ends.
    pub end: Place,
    /// Records of the input before it.
    pub first_row: u64,
    /// Its records, those that are not sent included.
    pub rows: u64,
    /// Records that are not sent, while they are kept in this life of the load.
    #[serde(skip)]
    pub kept: Vec<Unfit>,
    /// Records that were sent and not saved, as they were given, once they have been read from the input again in this life of the load.
    #[serde(skip)]
    pub back: Option<Vec<Back>>,
    /// How many records are not sent.
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
    /// Whether its records that were not saved have been given out.
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
    /// Records that Salesforce has worked off, as last seen.
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

    /// The same in one text.
    pub fn unprocessed_error(&self) -> String {
        let (code, why) = self.why_unprocessed();
        format!("{code}:{why}")
    }

    fn note(&mut self, info: &BatchInfo) {
        self.state = info.state;
        self.processed = info.processed;
        self.failed = info.failed;
        self.reason.clone_from(&info.message);
    }
}

impl Batch {
    /// Whether all of its records that were not sent are kept.
    pub fn keeps_unfit(&self) -> bool {
        self.kept.len() as u64 == self.unfit_count
    }

    /// Whether all that was sent of it has been saved, as far as is known.
    fn is_saved(&self) -> bool {
        let saved = |part: &Part| part.failed == 0 && part.unprocessed() == 0;
        self.parts.iter().all(saved)
    }

    /// Whether there is nothing to give out of its records that were not saved.
    pub fn is_returned(&self) -> bool {
        self.returned || self.unfit_count == 0 && self.is_saved()
    }

    /// Whether its records that were not saved are at hand, where they have to come from the input.
    pub fn has_back(&self) -> bool {
        self.back.is_some() || self.is_saved()
    }

    /// Whether records of it must be read again: those that were not sent, and those that were not saved if what was sent was `altered`.
    fn is_needed(&self, wants_failed: bool, altered: bool) -> bool {
        let returns = wants_failed && !self.is_returned();
        self.unfit_count > 0 && (!self.collected || returns) || altered && returns
    }

    /// Bytes of records that are kept of it.
    fn kept_bytes(&self) -> usize {
        let unfit: usize = self.kept.iter().map(Unfit::bytes).sum();
        let back = self.back.iter().flatten();
        unfit + back.map(|back| back.record.len()).sum::<usize>()
    }

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
            offers: 0,
            aborted: false,
            wants_failed: false,
            failed_begun: false,
            again: false,
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

    /// The first batch that has to be read again to go on: records of it were not sent, or it may not have been, and nobody but the host has them.
    pub fn first_needed(&self) -> Option<&Batch> {
        let mut batches = self.batches.iter();
        let needed = batches.find(|batch| batch.is_needed(self.wants_failed, self.shape.altered));
        needed.or_else(|| self.batches.last().filter(|_| self.lacks_data()))
    }

    /// The parts of a batch of which the host wants those records back from the input that were not saved; none where that is not known.
    pub fn wanted_back(&self, batch: &Batch, max_splits: u8) -> Option<Vec<Part>> {
        let wanted = self.shape.altered && self.wants_failed && !batch.is_returned();
        (wanted && batch.is_settled(max_splits)).then(|| batch.parts.clone())
    }

    /// Whether records are wanted back from the input that were sent and not saved.
    pub fn wants_back(&self) -> bool {
        self.shape.altered && self.wants_failed && !self.batches.iter().all(Batch::is_returned)
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
    pub fn add(&mut self, filling: Filling, end: &Place) {
        let checksum = filling.checksum();
        let before = self.batches.last();
        let first_row = before.map_or(0, |batch| batch.first_row + batch.rows);
        let parts = (filling.sent() > 0).then(|| Part {
            rows: filling.sent(),
            ..Part::default()
        });
        self.batches.push(Batch {
            start: filling.start,
            end: end.clone(),
            first_row,
            rows: filling.rows,
            unfit_count: filling.unfit.len() as u64,
            kept: filling.unfit,
            back: None,
            checksum,
            columns: filling.columns,
            parts: parts.into_iter().collect(),
            spent: Vec::new(),
            collected: false,
            returned: false,
        });
    }

    /// Bytes of records that are not sent, with the reasons, that are kept.
    pub fn kept_bytes(&self) -> usize {
        self.batches.iter().map(Batch::kept_bytes).sum()
    }

    /// Lets go of records that were not sent; of batches whose outcomes have been given out only, if `collected`. False where there are none.
    pub fn forget(&mut self, collected: bool) -> bool {
        let mut any = false;
        for batch in self
            .batches
            .iter_mut()
            .filter(|batch| batch.collected || !collected)
        {
            any |= !std::mem::take(&mut batch.kept).is_empty();
            any |= batch.back.take().is_some();
        }
        any
    }

    /// Compares data that ends here with that of the batch it was in before.
    pub fn compare(&mut self, filling: Filling, end: &Place) -> Result<(), Fault> {
        let same = |batch: &Batch| {
            batch.end == *end && batch.checksum == filling.checksum() && batch.rows == filling.rows
        };
        let mut batches = self.batches.iter_mut();
        let known = batches.find(|batch| batch.start == filling.start);
        let Some(batch) = known.filter(|batch| same(batch)) else {
            return Err(changed(&format!(
                "the records from line {} to line {}, which were judged or sent before, differ",
                filling.start.line, end.line
            )));
        };
        batch.kept = filling.unfit;
        batch.back = filling.back;
        Ok(())
    }

    /// Takes back what is at the end of the input and was sent nowhere: a batch that was named and is not there, and records that were rejected
    /// and not told of. They may be corrected.
    pub fn take_back_unsent(&mut self) {
        if self.closed && !self.lacks_data() {
            return;
        }
        if self.lacks_data() {
            self.batches.pop();
            self.closed = false;
        }
        while let Some(batch) = self.batches.last()
            && batch.parts.is_empty()
            && !batch.collected
        {
            self.batches.pop();
        }
    }

    /// The byte of the input up to which records were sent or rejected.
    pub fn judged(&self) -> u64 {
        self.batches.last().map_or(0, |batch| batch.end.at)
    }

    /// The records that were sent, and the batches in which they stand.
    pub fn sent_batches(&self) -> (u64, Vec<&str>) {
        let sent = self
            .parts()
            .filter_map(|part| Some((part.rows, part.id.as_deref()?)));
        let (rows, ids): (Vec<u64>, Vec<&str>) = sent.unzip();
        (rows.iter().sum(), ids)
    }

    /// The first part that waits to be sent has been.
    pub fn sent(&mut self, info: &BatchInfo) {
        if let Some(part) = self.parts_mut().find(|part| part.id.is_none()) {
            part.id = Some(info.id.clone());
            part.note(info);
        }
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
            if batch.returned {
                batch.kept = Vec::new();
            }
        }
    }

    /// Records of this batch that were not saved have been given out.
    pub fn returned(&mut self, index: usize) {
        if let Some(batch) = self.batches.get_mut(index) {
            batch.returned = true;
            batch.back = None;
            if batch.collected {
                batch.kept = Vec::new();
            }
        }
    }

    /// Brings up to date what the host goes by.
    pub fn settle(&mut self) {
        self.taken = self.resume_at().map_or(0, Place::taken);
        let done = self.closed && (self.finished || self.job.is_none());
        let returned = self.batches.iter().all(Batch::is_returned);
        self.again = self.wants_failed && done && !returned;
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
