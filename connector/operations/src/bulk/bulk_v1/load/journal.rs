//! What must be kept to take a load up again: its job, its batches, and which part of the input went into each.

mod batch;

pub use batch::{Back, Batch, Part};

use super::batch_builder::BatchBuilder;
use crate::bulk::bulk_v1::wire::BatchInfo;
use crate::bulk::input::InputPosition;
use crate::bulk::load::job::Builder;
use crate::bulk::load::journal::Head;
use crate::bulk::load::row_reader::changed;
use salesforce_contract::bindings::{Fault, FaultKind};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// All that is kept of a load.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Journal {
    /// What all loads keep.
    #[serde(flatten)]
    pub head: Head,
    /// The job, once it was made.
    pub job: Option<String>,
    /// Its batches in the order of the input.
    pub batches: Vec<Batch>,
    /// Whether the job was told that nothing more follows.
    pub finished: bool,
    /// How often a batch that takes too long is split, by the config.
    #[serde(skip)]
    pub max_splits: u8,
}

impl Journal {
    /// Returns the first batch that has to be read again to continue: records of it were not sent, or it may not have been, and nobody but the host has them.
    pub fn first_needed(&self) -> Option<&Batch> {
        let mut batches = self.batches.iter();
        let needed =
            batches.find(|batch| batch.is_needed(self.head.wants_failed, self.head.shape.altered));
        needed.or_else(|| self.batches.last().filter(|_| self.lacks_data()))
    }

    /// Returns the parts of a batch of which the host wants those records back from the input that were not saved; none where that is not known.
    pub fn wanted_back(&self, batch: &Batch) -> Option<Vec<Part>> {
        let wanted = self.head.shape.altered && self.head.wants_failed && !batch.is_returned();
        (wanted && batch.is_settled(self.max_splits)).then(|| batch.parts.clone())
    }

    /// Returns whether the last batch waits for its data.
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

    /// Returns whether there is a batch of which the journal does not know whether it was sent.
    pub fn waits(&self) -> bool {
        self.parts().any(|part| part.id.is_none())
    }

    /// All parts in the order of the input.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.batches.iter().flat_map(|batch| &batch.parts)
    }

    pub(super) fn parts_mut(&mut self) -> impl Iterator<Item = &mut Part> {
        self.batches.iter_mut().flat_map(|batch| &mut batch.parts)
    }

    /// Names a batch that is about to be sent; returns its data, if it has any.
    pub fn add(&mut self, mut builder: BatchBuilder, end: &InputPosition) -> Option<Vec<u8>> {
        let (checksum, sent) = (builder.checksum(), builder.sent());
        let before = self.batches.last();
        let first_row = before.map_or(0, |batch| batch.first_row + batch.rows);
        let parts = (sent > 0).then(|| Part {
            rows: sent,
            ..Part::default()
        });
        let data = std::mem::take(&mut builder.data);
        let (start, rows, columns) = (
            builder.start.clone(),
            builder.rows(),
            builder.batch().columns,
        );
        let kept = builder.into_rejected().rows;
        self.batches.push(Batch {
            start,
            end: end.clone(),
            first_row,
            rows,
            rejected_count: kept.len() as u64,
            kept,
            back: None,
            checksum,
            columns,
            parts: parts.into_iter().collect(),
            spent: Vec::new(),
            collected: false,
            returned: false,
        });
        (sent > 0).then_some(data)
    }

    /// Compares data that ends here with that of the batch it was in before.
    pub fn compare(&mut self, mut builder: BatchBuilder, end: &InputPosition) -> Result<(), Fault> {
        let (checksum, rows) = (builder.checksum(), builder.rows());
        let same =
            |batch: &Batch| batch.end == *end && batch.checksum == checksum && batch.rows == rows;
        let mut batches = self.batches.iter_mut();
        let known = batches.find(|batch| batch.start == builder.start);
        let Some(batch) = known.filter(|batch| same(batch)) else {
            return Err(changed(&format!(
                "the records from line {} to line {}, which were judged or sent before, differ",
                builder.start.line, end.line
            )));
        };
        batch.back = builder.back.take();
        // It may have been read again for the sake of an earlier one only.
        if !(batch.collected && batch.returned) {
            batch.kept = builder.into_rejected().rows;
        }
        Ok(())
    }

    /// Withdraws what is at the end of the input and was sent nowhere: a batch that was named and is not there, and records that were rejected
    /// and not told of. They may be corrected.
    pub fn withdraw_unsent(&mut self) {
        if self.head.closed && !self.lacks_data() {
            return;
        }
        if self.lacks_data() {
            self.batches.pop();
            self.head.closed = false;
        }
        while let Some(batch) = self.batches.last()
            && batch.parts.is_empty()
            && !batch.collected
        {
            self.batches.pop();
        }
    }

    /// The first part that waits to be sent has been.
    pub fn sent_as(&mut self, info: &BatchInfo) {
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
                self.sent_as(info);
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

    /// Returns whether it is known what became of every record.
    pub fn is_settled(&self) -> bool {
        self.head.closed
            && self
                .batches
                .iter()
                .all(|batch| batch.is_settled(self.max_splits))
    }

    /// Returns whether Salesforce works on any batch.
    pub fn is_at_work(&self) -> bool {
        let at_work = |part: &Part| part.id.is_some() && !part.state.is_final();
        self.parts().any(at_work)
    }
}
