//! The results of one job, put into the order of the input: rows are told apart by their values, for Salesforce promises no
//! order. Equal rows take the results in turn. Results that fit no row as it was sent are [`unmatched`].

use super::batch_builder::PartRows;
use super::count_check::{Found, settle_by_counts};
use super::documents::{Document, resources};
use super::journal::{Part, Range, Stage, add_row};
use super::row_result::{ID_BYTES, RowResult};
use super::unmatched::{self, UnmatchedResult};
use crate::bulk::load::result_document::{MOST_READS, READ_PAUSE_MS};
use crate::bulk::results::{FAILED, SUCCESSFUL};
use salesforce_client::client::Client;
use salesforce_contract::bindings::{Fault, FaultKind};
use std::collections::HashMap;
use std::rc::Rc;

/// What became of the rows of a part.
pub struct MatchedResults {
    /// One per row, in input order.
    pub row_results: Vec<RowResult>,
    /// Reasons, each once.
    reasons: Vec<Rc<str>>,
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

impl MatchedResults {
    /// Reads the results of a part; again, where they have not as many records as the job counts.
    pub fn read(
        client: &Rc<Client>,
        part: &Part,
        rows: &PartRows,
        document: &Document<'_>,
    ) -> Result<Self, Fault> {
        let mut reads = 1;
        loop {
            let matched = Self::read_once(client, part, rows, document);
            let short = match &matched {
                Ok(matched) => matched.found.is_short(part),
                Err(fault) => fault.kind == FaultKind::Protocol,
            };
            if !short || reads == MOST_READS {
                return matched;
            }
            reads += 1;
            client.context().clock.sleep_ms(READ_PAUSE_MS);
        }
    }

    fn read_once(
        client: &Rc<Client>,
        part: &Part,
        rows: &PartRows,
        document: &Document<'_>,
    ) -> Result<Self, Fault> {
        let mut matched = Self {
            row_results: vec![RowResult::Open; rows.fingerprints.len()],
            reasons: Vec::new(),
            unmatched: 0,
            missing: Vec::new(),
            unknown: 0,
            found: Found::default(),
            known: HashMap::new(),
        };
        for rejected in &rows.rejected {
            let reason = matched.reason(&rejected.why);
            matched.put(rejected.at, RowResult::Rejected { reason });
        }
        if part.sent() == 0 {
            return Ok(matched);
        }
        if part.stage != Stage::Gone {
            let mut index = Index::new(rows);
            let mut unmatched = Vec::new();
            for resource in resources(part) {
                matched.document(client, part, document, resource, &mut index, &mut unmatched)?;
            }
            matched.unmatched =
                unmatched::settle(unmatched, &rows.fingerprints, &mut matched.row_results);
            matched.settle_by_counts(part);
        }
        let open = matched
            .row_results
            .iter()
            .filter(|row_result| **row_result == RowResult::Open);
        matched.unknown = open.count() as u64;
        Ok(matched)
    }

    /// Returns the reason of this number.
    pub fn reason_text(&self, number: u32) -> &str {
        let found = usize::try_from(number).ok();
        let found = found.and_then(|at| self.reasons.get(at));
        found.map_or("", AsRef::as_ref)
    }

    /// Counts rows that were saved.
    pub fn saved(&self) -> u64 {
        let saved = self
            .row_results
            .iter()
            .filter(|row_result| matches!(row_result, RowResult::Saved { .. }));
        saved.count() as u64
    }

    /// Returns the rows that were sent and not saved.
    pub fn not_saved(&self) -> Vec<Range> {
        let mut ranges = Vec::new();
        for (at, row_result) in self.row_results.iter().enumerate() {
            if matches!(
                row_result,
                RowResult::Failed { .. } | RowResult::Unprocessed
            ) {
                add_row(&mut ranges, at as u64);
            }
        }
        ranges
    }

    /// Says of rows without a result what the counts of the job say.
    fn settle_by_counts(&mut self, part: &Part) {
        let (code, why) = part.why_lacking();
        let failed = RowResult::Failed {
            id: [0; ID_BYTES],
            reason: self.reason(&format!("{code}:{why}")),
        };
        self.missing = settle_by_counts(part, &self.found, failed, &mut self.row_results);
    }

    fn document(
        &mut self,
        client: &Rc<Client>,
        part: &Part,
        document: &Document<'_>,
        resource: &str,
        index: &mut Index,
        unmatched: &mut Vec<UnmatchedResult>,
    ) -> Result<(), Fault> {
        document.read(client, part, resource, |record| {
            self.found.count(resource);
            let id = id_of(record.id);
            let row_result = match resource {
                SUCCESSFUL => RowResult::Saved {
                    id,
                    created: record.created,
                },
                FAILED => RowResult::Failed {
                    id,
                    reason: self.reason(&String::from_utf8_lossy(record.error)),
                },
                _ => RowResult::Unprocessed,
            };
            match index.take(record.fingerprint.exact) {
                Some(row) => self.put(row, row_result),
                None => unmatched.push(UnmatchedResult {
                    likely: record.fingerprint.likely,
                    row_result,
                }),
            }
        })
    }

    fn put(&mut self, row: usize, row_result: RowResult) {
        if let Some(known) = self.row_results.get_mut(row) {
            *known = row_result;
        }
    }

    /// Returns the number of a reason. Most records fail for one of few.
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
    fn new(rows: &PartRows) -> Self {
        let mut rejected = rows.rejected.iter().map(|rejected| rejected.at).peekable();
        let mut index: Vec<(u64, u32)> = Vec::with_capacity(rows.fingerprints.len());
        for (at, fingerprint) in rows.fingerprints.iter().enumerate() {
            if rejected.next_if_eq(&at).is_none() {
                index.push((fingerprint.exact, u32::try_from(at).unwrap_or(u32::MAX)));
            }
        }
        index.sort_unstable();
        let taken = vec![0; index.len()];
        Self { rows: index, taken }
    }

    /// Returns the next row that was sent so.
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

/// Returns an id as text; `None` where there is none.
pub fn id_text(id: &[u8; ID_BYTES]) -> Option<&str> {
    let len = id.iter().position(|byte| *byte == 0).unwrap_or(ID_BYTES);
    let text = std::str::from_utf8(id.get(..len)?).ok()?;
    (!text.is_empty()).then_some(text)
}
