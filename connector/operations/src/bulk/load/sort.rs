//! The results of one job, put into the order of the input: rows are told apart by their values, for Salesforce promises no
//! order. Equal rows take the results in turn. Results that fit no row as it was sent are [`unmatched`].

use super::documents::{Document, resources};
use super::fate::{Fate, ID_BYTES};
use super::fill::PartRows;
use super::journal::{Part, Range, Stage, add_row};
use super::reconcile::{Found, reconcile};
use super::unmatched::{self, UnmatchedResult};
use crate::bulk::results::{FAILED, SUCCESSFUL};
use salesforce_client::org::Org;
use salesforce_contract::bindings::{Fault, FaultKind};
use std::collections::HashMap;
use std::rc::Rc;

/// How often results are read that do not have as many records as the job counts: they may be behind.
pub const MOST_READS: u32 = 3;

/// The pause before they are read again, in milliseconds.
pub const READ_PAUSE_MS: u64 = 1_000;

/// The fates of the rows of a part.
pub struct Sorted {
    /// One per row, in input order.
    pub fates: Vec<Fate>,
    /// Reasons, each once.
    pub reasons: Vec<Rc<str>>,
    /// Results that fit no row.
    pub unmatched: u64,
    /// Rows that were not saved and that no document has.
    pub missing: Vec<Range>,
    /// Rows of which nothing is known.
    pub unknown: u64,
    /// Records of the documents.
    found: Found,
    known: HashMap<Rc<str>, u32>,
}

impl Sorted {
    /// Reads the results of a part; again, where they have not as many records as the job counts.
    pub fn read(
        org: &Rc<Org>,
        part: &Part,
        rows: &PartRows,
        document: &Document<'_>,
    ) -> Result<Self, Fault> {
        let mut reads = 1;
        loop {
            let sorted = Self::read_once(org, part, rows, document);
            let short = match &sorted {
                Ok(sorted) => sorted.found.is_short(part),
                Err(fault) => fault.kind == FaultKind::Protocol,
            };
            if !short || reads == MOST_READS {
                return sorted;
            }
            reads += 1;
            org.context().clock.sleep_ms(READ_PAUSE_MS);
        }
    }

    fn read_once(
        org: &Rc<Org>,
        part: &Part,
        rows: &PartRows,
        document: &Document<'_>,
    ) -> Result<Self, Fault> {
        let mut sorted = Self {
            fates: vec![Fate::Open; rows.marks.len()],
            reasons: Vec::new(),
            unmatched: 0,
            missing: Vec::new(),
            unknown: 0,
            found: Found::default(),
            known: HashMap::new(),
        };
        for unfit in &rows.unfit {
            let reason = sorted.reason(&unfit.why);
            sorted.put(unfit.at, Fate::Unfit { reason });
        }
        if part.sent() == 0 {
            return Ok(sorted);
        }
        if part.stage != Stage::Gone {
            let mut index = Index::of(rows);
            let mut unmatched = Vec::new();
            for resource in resources(part) {
                sorted.document(org, part, document, resource, &mut index, &mut unmatched)?;
            }
            sorted.unmatched = unmatched::settle(unmatched, &rows.marks, &mut sorted.fates);
            sorted.reconcile(part);
        }
        let open = sorted.fates.iter().filter(|fate| **fate == Fate::Open);
        sorted.unknown = open.count() as u64;
        Ok(sorted)
    }

    /// Rows that were saved.
    pub fn saved(&self) -> u64 {
        let saved = self
            .fates
            .iter()
            .filter(|fate| matches!(fate, Fate::Saved { .. }));
        saved.count() as u64
    }

    /// Rows that were sent and not saved.
    pub fn not_saved(&self) -> Vec<Range> {
        let mut ranges = Vec::new();
        for (at, fate) in self.fates.iter().enumerate() {
            if matches!(fate, Fate::Failed { .. } | Fate::Unprocessed) {
                add_row(&mut ranges, at as u64);
            }
        }
        ranges
    }

    /// Says of rows without a result what the counts of the job say.
    fn reconcile(&mut self, part: &Part) {
        let (code, why) = part.why_lacking();
        let failed = Fate::Failed {
            id: [0; ID_BYTES],
            reason: self.reason(&format!("{code}:{why}")),
        };
        self.missing = reconcile(part, &self.found, failed, &mut self.fates);
    }

    fn document(
        &mut self,
        org: &Rc<Org>,
        part: &Part,
        document: &Document<'_>,
        resource: &str,
        index: &mut Index,
        unmatched: &mut Vec<UnmatchedResult>,
    ) -> Result<(), Fault> {
        document.read(org, part, resource, |record| {
            self.found.count(resource);
            let id = id_of(record.id);
            let fate = match resource {
                SUCCESSFUL => Fate::Saved {
                    id,
                    created: record.created,
                },
                FAILED => Fate::Failed {
                    id,
                    reason: self.reason(&String::from_utf8_lossy(record.error)),
                },
                _ => Fate::Unprocessed,
            };
            match index.take(record.mark.exact) {
                Some(row) => self.put(row, fate),
                None => unmatched.push(UnmatchedResult {
                    likely: record.mark.likely,
                    fate,
                }),
            }
        })
    }

    fn put(&mut self, row: usize, fate: Fate) {
        if let Some(place) = self.fates.get_mut(row) {
            *place = fate;
        }
    }

    /// The number of a reason. Most records fail for one of few.
    fn reason(&mut self, text: &str) -> u32 {
        if let Some(known) = self.known.get(text) {
            return *known;
        }
        let number = u32::try_from(self.reasons.len()).unwrap_or(u32::MAX);
        let text: Rc<str> = text.into();
        self.reasons.push(Rc::clone(&text));
        self.known.insert(text, number);
        number
    }
}

/// Rows by what they were sent as.
struct Index {
    rows: Vec<(u64, u32)>,
    /// How many of the rows that are alike have been taken, at the first of them.
    taken: Vec<u32>,
}

impl Index {
    fn of(rows: &PartRows) -> Self {
        let mut unfit = rows.unfit.iter().map(|unfit| unfit.at).peekable();
        let mut index: Vec<(u64, u32)> = Vec::with_capacity(rows.marks.len());
        for (at, mark) in rows.marks.iter().enumerate() {
            if unfit.next_if_eq(&at).is_none() {
                index.push((mark.exact, u32::try_from(at).unwrap_or(u32::MAX)));
            }
        }
        index.sort_unstable();
        let taken = vec![0; index.len()];
        Self { rows: index, taken }
    }

    /// The next row that was sent so.
    fn take(&mut self, hash: u64) -> Option<usize> {
        let first = self.rows.partition_point(|(known, _)| *known < hash);
        let taken = self.taken.get_mut(first)?;
        let (known, row) = self.rows.get(first + *taken as usize)?;
        if *known != hash {
            return None;
        }
        *taken += 1;
        usize::try_from(*row).ok()
    }
}

fn id_of(text: &[u8]) -> [u8; ID_BYTES] {
    let mut id = [0; ID_BYTES];
    id.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
    id
}

/// An id as text; `None` where there is none.
pub fn id_text(id: &[u8; ID_BYTES]) -> Option<&str> {
    let len = id.iter().position(|byte| *byte == 0).unwrap_or(ID_BYTES);
    let text = std::str::from_utf8(id.get(..len)?).ok()?;
    (!text.is_empty()).then_some(text)
}
