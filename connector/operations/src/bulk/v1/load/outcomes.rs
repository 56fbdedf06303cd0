//! One outcome per record of the input, in its order, as far as they are known.

use super::Load;
use super::documents::{AllVerdicts, Verdict};
use super::journal::{Batch, Journal, Part};
use crate::bulk::error::split;
use crate::bulk::load::fill::Unfit;
use crate::bulk::load::outcomes::{HEADER, Outcome, media_type, write};
use salesforce_client::metadata::Metadata;
use salesforce_client::org::Org;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::LoadOutcomes;
use salesforce_contract::bindings::{Fault, Message};
use salesforce_contract::source::{Source, handed_out};
use std::cell::RefCell;
use std::rc::Rc;

/// Bytes made at once.
const BATCH_BYTES: usize = 256 << 10;

/// The outcomes that became known since the last time.
pub struct All {
    org: Rc<Org>,
    format: LoadOutcomes,
    journal: Rc<RefCell<Journal>>,
    /// Batches whose outcomes are known, in order; those before `next` have been begun.
    batches: std::ops::Range<usize>,
    next: usize,
    current: Option<Writing>,
    out: Vec<u8>,
    taken: usize,
}

/// A batch whose outcomes are being written.
struct Writing {
    batch: Batch,
    verdicts: AllVerdicts,
    /// Records of the batch that have been written, and those among them that were not sent.
    at: u64,
    unfit: usize,
}

impl All {
    /// Finds the batches whose outcomes are known.
    pub fn open(load: &Load) -> Self {
        let journal = load.journal.borrow();
        let collected = |batch: &&Batch| batch.collected;
        let first = journal.batches.iter().take_while(collected).count();
        let settled = |batch: &&Batch| batch.is_settled(load.max_splits) && batch.keeps_unfit();
        let known = journal.batches.iter().skip(first).take_while(settled);
        let batches = first..first + known.count();
        let mut out = Vec::new();
        if load.plan.outcomes == LoadOutcomes::Csv && first == 0 && !batches.is_empty() {
            out.extend_from_slice(HEADER);
        }
        Self {
            org: Rc::clone(&load.org),
            format: load.plan.outcomes,
            journal: Rc::clone(&load.journal),
            next: first,
            batches,
            current: None,
            out,
            taken: 0,
        }
    }

    /// Makes the next bytes; false at the end.
    fn refill(&mut self) -> Result<bool, Fault> {
        self.out.clear();
        self.taken = 0;
        while self.out.is_empty() {
            if self.current.is_none() && !self.begin() {
                let mut journal = self.journal.borrow_mut();
                self.batches
                    .clone()
                    .for_each(|index| journal.collected(index));
                return Ok(false);
            }
            self.batch()?;
        }
        Ok(true)
    }

    /// Begins the next batch; false where there is none.
    fn begin(&mut self) -> bool {
        if self.next >= self.batches.end {
            return false;
        }
        let journal = self.journal.borrow();
        let batch = journal.batches.get(self.next).cloned();
        let fresh = |mut batch: Batch| {
            batch.parts.iter_mut().for_each(|part| part.unknown = 0);
            batch
        };
        let job = journal.job.clone().unwrap_or_default();
        self.current = batch.map(fresh).map(|batch| Writing {
            verdicts: AllVerdicts::new(&self.org, job, batch.parts.clone()),
            batch,
            at: 0,
            unfit: 0,
        });
        self.next += 1;
        true
    }

    fn batch(&mut self) -> Result<(), Fault> {
        let Some(writing) = &mut self.current else {
            return Ok(());
        };
        while self.out.len() < BATCH_BYTES {
            if !writing.next(self.format, &mut self.out)? {
                let at = self.next.saturating_sub(1);
                if let Some(batch) = self.journal.borrow_mut().batches.get_mut(at) {
                    batch.parts.clone_from(&writing.batch.parts);
                }
                self.current = None;
                return Ok(());
            }
        }
        Ok(())
    }
}

impl Writing {
    /// Writes the next outcome; false at the end of the batch.
    fn next(&mut self, format: LoadOutcomes, out: &mut Vec<u8>) -> Result<bool, Fault> {
        if self.at == self.batch.rows {
            return Ok(false);
        }
        let row = self.batch.first_row + self.at + 1;
        if let Some(Unfit { at, why, .. }) = self.batch.kept.get(self.unfit)
            && *at as u64 == self.at
        {
            let outcome = Outcome {
                row,
                code: Some("NOT_SENT"),
                message: Some(why),
                ..Outcome::default()
            };
            write(format, &outcome, out)?;
            self.unfit += 1;
        } else {
            let (verdict, part) = self.verdicts.next()?;
            if verdict == Verdict::Unknown
                && let Some(part) = self.batch.parts.get_mut(part)
            {
                part.unknown += 1;
            }
            let part = self.batch.parts.get(part);
            write(format, &outcome(row, &verdict, part), out)?;
        }
        self.at += 1;
        Ok(true)
    }
}

fn outcome<'a>(row: u64, verdict: &'a Verdict, part: Option<&'a Part>) -> Outcome<'a> {
    let blank = Outcome {
        row,
        ..Outcome::default()
    };
    let told = |id: &'a String| Some(id.as_str()).filter(|id| !id.is_empty());
    match verdict {
        Verdict::Saved { id, created } => Outcome {
            id: told(id),
            success: true,
            created: *created,
            ..blank
        },
        Verdict::Failed { id, error } => {
            let (code, message, fields) = split(error);
            Outcome {
                id: told(id),
                code: Some(code),
                message: Some(message),
                fields,
                ..blank
            }
        }
        Verdict::Unknown => Outcome {
            code: Some("UNMATCHED"),
            message: Some(
                "The batch has no result for this record: whether it was saved is not known",
            ),
            ..blank
        },
        Verdict::Unprocessed => {
            let why = part.map(Part::why_unprocessed).unzip();
            Outcome {
                code: why.0,
                message: why.1,
                unprocessed: true,
                ..blank
            }
        }
    }
}

impl Source for All {
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault> {
        while self.taken == self.out.len() {
            if !self.refill()? {
                return Ok(None);
            }
        }
        Ok(Some(handed_out(&mut self.out, &mut self.taken, max)))
    }

    fn head(&self) -> Message {
        Message {
            media_type: media_type(self.format).into(),
            body: Vec::new(),
            attributes: self.org.attributes(&Metadata::default()),
        }
    }
}
