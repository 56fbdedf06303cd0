//! The results of one job, put into the order of the input: rows are told apart by their values, for Salesforce promises no
//! order. Equal rows take the results in turn. Results that fit no row as it was sent are [`strays`].

use super::fill::PartRows;
use super::journal::{Part, Range, Stage};
use super::reconcile::{Found, reconcile};
use super::results::Results;
use super::strays::{self, Stray};
use crate::bindings::{Fault, FaultKind};
use crate::bulk::dialect::Dialect;
use crate::bulk::input::signature::{Key, Signature};
use crate::bulk::results::{FAILED, SUCCESSFUL, UNPROCESSED, ingest_call};
use crate::org::Org;
use csv::ByteRecord;
use std::collections::HashMap;
use std::rc::Rc;

/// How often results are read that do not have as many records as the job counts: they may be behind.
pub const MOST_READS: u32 = 3;

/// The pause before they are read again, in milliseconds.
pub const READ_PAUSE_MS: u64 = 1_000;

/// Length of an id.
const ID_BYTES: usize = 18;

/// Columns that Salesforce puts in front of a job's own.
pub const ID: &str = "sf__Id";
const CREATED: &str = "sf__Created";
/// The column that tells why a record failed.
pub const ERROR: &str = "sf__Error";

/// The form of result documents.
pub struct Document<'c> {
    /// The columns that were sent.
    pub columns: &'c [String],
    /// The one by which records are told apart.
    pub key: Option<Key>,
    /// How it is written.
    pub dialect: Dialect,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// No result was found for it.
    Open,
    /// It was saved.
    Saved { id: [u8; ID_BYTES], created: bool },
    /// It failed, for the reason of this number.
    Failed { id: [u8; ID_BYTES], reason: u32 },
    /// Salesforce did not get to it.
    Unprocessed,
    /// It was not fit to be sent, for the reason of this number.
    Unfit { reason: u32 },
}

/// The fates of the rows of a part.
pub struct Sorted {
    /// One per row, in input order.
    pub fates: Vec<Fate>,
    /// Reasons, each once.
    pub reasons: Vec<Rc<str>>,
    /// Results that fit no row.
    pub strays: u64,
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
            strays: 0,
            missing: Vec::new(),
            unknown: 0,
            found: Found::default(),
            known: HashMap::new(),
        };
        for unfit in &rows.unfit {
            let reason = sorted.reason(&unfit.why);
            sorted.put(unfit.at, Fate::Unfit { reason });
        }
        let sent = part.sent();
        if sent == 0 {
            return Ok(sorted);
        }
        if part.stage != Stage::Gone {
            let mut index = Index::of(rows);
            let mut strays = Vec::new();
            for resource in documents(part, sent) {
                sorted.document(org, part, document, resource, &mut index, &mut strays)?;
            }
            sorted.strays = strays::settle(strays, &rows.marks, &mut sorted.fates);
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
        strays: &mut Vec<Stray>,
    ) -> Result<(), Fault> {
        let wanted: Vec<&str> = document.columns.iter().map(String::as_str).collect();
        let call = ingest_call(org, &part.job, resource)?;
        let delimiter = document.dialect.delimiter;
        let opened = if part.is_complete() {
            Some(Results::open(org, call, delimiter, &wanted)?)
        } else {
            Results::open_any(org, call, delimiter, &wanted)?
        };
        let Some(mut results) = opened else {
            return Ok(());
        };
        let place = |name: &str| results.header.iter().position(|known| known == name);
        let (id, created, error) = (place(ID), place(CREATED), place(ERROR));
        let mut record = ByteRecord::new();
        let mut signature = Signature::default();
        results.must_have(if resource == UNPROCESSED {
            None
        } else {
            Some(ID)
        })?;
        while results.next(&mut record)? {
            self.found.count(resource);
            let field =
                |place: Option<usize>| place.and_then(|at| record.get(at)).unwrap_or_default();
            let fate = match resource {
                SUCCESSFUL => Fate::Saved {
                    id: id_of(field(id)),
                    created: field(created) == b"true",
                },
                FAILED => Fate::Failed {
                    id: id_of(field(id)),
                    reason: self.reason(&String::from_utf8_lossy(field(error))),
                },
                _ => Fate::Unprocessed,
            };
            signature.begin(document.key);
            results
                .values(&record)
                .for_each(|value| signature.add(value));
            let mark = signature.mark();
            match index.take(mark.exact) {
                Some(row) => self.put(row, fate),
                None => strays.push(Stray {
                    likely: mark.likely,
                    fate,
                }),
            }
        }
        Ok(())
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

/// The documents that have rows, by what the job's counts say.
fn documents(part: &Part, sent: u64) -> Vec<&'static str> {
    let complete = part.is_complete() && part.processed == sent;
    let mut documents = vec![SUCCESSFUL];
    if part.failed > 0 || !complete {
        documents.push(FAILED);
    }
    if !complete {
        documents.push(UNPROCESSED);
    }
    documents
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
