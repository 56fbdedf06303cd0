//! What must be kept to take a load up again: its job, its batches, and which part of the input went into each.

mod batch;

pub use batch::{Back, Batch, Part};

use super::filling::Filling;
use crate::bulk::input::Place;
use crate::bulk::load::feed::{Shape, changed};
use crate::bulk::v1::wire::BatchInfo;
use salesforce_contract::bindings::{Fault, FaultKind};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// The form of journals that this version writes and reads.
const VERSION: u32 = 4;

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
    /// Whether the header of those records has been emitted.
    #[serde(default)]
    pub failed_begun: bool,
    /// Whether some of those records have to be read from the input again.
    #[serde(default)]
    pub again: bool,
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

    /// Lets go of records that were not sent; of batches whose outcomes have been emitted only, if `collected`. False where there are none.
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

    /// Outcomes of this batch have been emitted.
    pub fn collected(&mut self, index: usize) {
        if let Some(batch) = self.batches.get_mut(index) {
            batch.collected = true;
            if batch.returned {
                batch.kept = Vec::new();
            }
        }
    }

    /// Records of this batch that were not saved have been emitted.
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
