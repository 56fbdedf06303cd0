//! The records of a load themselves, by what became of them, in a form that can be loaded again.

use super::Load;
use super::documents::{self, Verdict, Verdicts};
use super::journal::{Back, Journal, Part};
use crate::bulk::dialect::Dialect;
use crate::bulk::input::is_csv;
use crate::bulk::load::fill::Unfit;
use crate::bulk::load::put_back::{line, nested, put_back};
use crate::bulk::load::results::Results;
use crate::bulk::load::{ERROR, ID};
use csv::ByteRecord;
use salesforce_client::metadata::Metadata;
use salesforce_client::org::Org;
use salesforce_contract::bindings::{Fault, FaultKind, Message};
use salesforce_contract::source::{Source, handed_out};
use salesforce_formats::message::RowFormat;
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;

/// Bytes made at once.
const BATCH_BYTES: usize = 256 << 10;

/// Which records are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Succeeded,
    /// All that were not saved.
    Failed,
    Unprocessed,
}

impl Which {
    fn takes(self, verdict: &Verdict) -> bool {
        match verdict {
            Verdict::Saved { .. } => self == Self::Succeeded,
            Verdict::Unknown => false,
            Verdict::Failed { .. } => self == Self::Failed,
            Verdict::Unprocessed => matches!(self, Self::Failed | Self::Unprocessed),
        }
    }

    /// Whether any record of a part may be of this kind. A part that is the settled beginning of another counts as that one does.
    fn may_be_in(self, part: &Part) -> bool {
        let left_over = part.unprocessed() > 0;
        match self {
            Self::Succeeded => part.processed > part.failed,
            Self::Failed => part.failed > 0 || left_over,
            Self::Unprocessed => left_over,
        }
    }
}

/// Records of one kind, batch after batch.
pub struct Records {
    org: Rc<Org>,
    which: Which,
    job: String,
    csv: bool,
    dialect: Dialect,
    columns: Vec<Vec<String>>,
    /// Columns of Salesforce's in front of the records' own.
    extra: &'static [&'static str],
    pieces: std::vec::IntoIter<Piece>,
    journal: Rc<RefCell<Journal>>,
    /// Batches of which all has been emitted.
    given: Vec<usize>,
    current: Option<Current>,
    out: Vec<u8>,
    taken: usize,
}

/// Where some of the records stand.
enum Piece {
    /// In a batch of Salesforce's, with columns of this number.
    Part(usize, Part),
    /// Here: they were not sent.
    Unfit(Vec<Unfit>),
    /// Here: they were read from the input again.
    Back(Vec<Back>),
    /// Nowhere: all of this batch's have been emitted.
    End(usize),
}

/// The part at hand: its records, and what became of them.
struct Current {
    part: Part,
    request: Results,
    verdicts: Verdicts,
    names: Vec<String>,
}

impl Records {
    /// Begins with the first batch.
    pub fn open(load: &Load, which: &str) -> Result<Self, Fault> {
        let (which, extra): (Which, &[&str]) = match which {
            "failed" if load.plan.error_columns => (Which::Failed, &[ID, ERROR]),
            "failed" => (Which::Failed, &[]),
            "succeeded" => (Which::Succeeded, &[ID]),
            "unprocessed" => (Which::Unprocessed, &[]),
            other => {
                return Err(Fault::config(format!(
                    "There are no outcomes `{other}`: ask for all, failed, succeeded or unprocessed"
                )));
            }
        };
        let mut journal = load.journal.borrow_mut();
        journal.wants_failed |= which == Which::Failed;
        if which != Which::Failed && !journal.is_settled(load.max_splits) {
            return Err(Fault::new(
                FaultKind::Conflict,
                "What became of the records is known once all batches are done: watch the load until it is",
            ));
        }
        let mut records = Self {
            org: Rc::clone(&load.org),
            which,
            job: journal.job.clone().unwrap_or_default(),
            csv: is_csv(load.plan.format),
            dialect: journal.shape.dialect.unwrap_or_default(),
            columns: journal.shape.columns.clone(),
            extra,
            pieces: pieces(&journal, which, load.max_splits).into_iter(),
            journal: Rc::clone(&load.journal),
            given: Vec::new(),
            current: None,
            out: Vec::new(),
            taken: 0,
        };
        let has_header = which == Which::Failed && journal.failed_begun;
        let names = journal.shape.head_of(which == Which::Failed);
        if let Some(names) = names.filter(|_| records.csv && !has_header) {
            let names = extra
                .iter()
                .copied()
                .chain(names.iter().map(String::as_str));
            line(names.map(str::as_bytes), records.dialect, &mut records.out);
        }
        Ok(records)
    }

    fn refill(&mut self) -> Result<bool, Fault> {
        self.out.clear();
        self.taken = 0;
        while self.out.is_empty() {
            if self.current.is_none() && !self.begin()? {
                return Ok(false);
            }
            self.batch()?;
        }
        Ok(true)
    }

    fn begin(&mut self) -> Result<bool, Fault> {
        match self.pieces.next() {
            None => {
                self.end();
                return Ok(false);
            }
            Some(Piece::Part(columns, part)) => self.open_part(columns, part)?,
            Some(Piece::Unfit(unfit)) => self.put_back(&unfit),
            Some(Piece::Back(back)) => self.give_back(&back),
            Some(Piece::End(index)) => self.given.push(index),
        }
        Ok(true)
    }

    /// Notes what has been emitted of records that were not saved.
    fn end(&mut self) {
        if self.which != Which::Failed {
            return;
        }
        let mut journal = self.journal.borrow_mut();
        for index in std::mem::take(&mut self.given) {
            journal.returned(index);
        }
        journal.failed_begun |= self.csv && !self.columns.is_empty();
    }

    fn open_part(&mut self, columns: usize, part: Part) -> Result<(), Fault> {
        let own = self.columns.get(columns).cloned().unwrap_or_default();
        let wanted: Vec<&str> = own.iter().map(String::as_str).collect();
        let batch = part.id.clone().unwrap_or_default();
        let extra = self.extra.iter().map(|name| (*name).to_owned());
        self.current = Some(Current {
            request: documents::request(&self.org, &self.job, &batch, &wanted)?,
            verdicts: Verdicts::open(&self.org, &self.job, &part)?,
            names: extra.chain(own.iter().cloned()).collect(),
            part,
        });
        Ok(())
    }

    fn batch(&mut self) -> Result<(), Fault> {
        let Some(current) = &mut self.current else {
            return Ok(());
        };
        let mut record = ByteRecord::new();
        while self.out.len() < BATCH_BYTES {
            let Some(verdict) = current.verdicts.next()? else {
                self.current = None;
                return Ok(());
            };
            if !current.request.next(&mut record)? {
                return Err(Fault::protocol(
                    "A batch has fewer records than were sent in it",
                ));
            }
            if !self.which.takes(&verdict) {
                continue;
            }
            let extra = told(self.extra, &verdict, &current.part);
            let extra = extra.iter().map(String::as_bytes);
            let values = extra.chain(current.request.values(&record));
            if self.csv {
                line(values, self.dialect, &mut self.out);
            } else {
                let object = Value::Object(nested(current.names.iter().zip(values)));
                self.out.extend_from_slice(object.to_string().as_bytes());
                self.out.push(b'\n');
            }
        }
        Ok(())
    }

    /// Writes records that were not sent.
    fn put_back(&mut self, unfit: &[Unfit]) {
        let dialect = self.csv.then_some(self.dialect);
        let with_error = !self.extra.is_empty();
        for unfit in unfit {
            let error = with_error.then(|| unfit.error());
            put_back(&unfit.record, error.as_deref(), dialect, &mut self.out);
        }
    }

    /// Writes records that were read again.
    fn give_back(&mut self, back: &[Back]) {
        let dialect = self.csv.then_some(self.dialect);
        let with_error = !self.extra.is_empty();
        for Back { record, error } in back {
            let error = with_error.then_some(error.as_str());
            put_back(record, error, dialect, &mut self.out);
        }
    }
}

/// Where records of a kind stand. Those that were not saved are emitted batch by batch, once.
fn pieces(journal: &Journal, which: Which, max_splits: u8) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let failed = which == Which::Failed;
    for (index, batch) in journal.batches.iter().enumerate() {
        let from_input = failed && journal.shape.altered;
        let has_all = batch.keeps_unfit() && (!from_input || batch.has_back());
        let ready = batch.is_settled(max_splits) && has_all;
        if failed && (!ready || batch.is_returned()) {
            continue;
        }
        if from_input {
            pieces.push(Piece::Back(batch.back.clone().unwrap_or_default()));
        } else {
            let parts = batch.parts.iter().filter(|part| which.may_be_in(part));
            pieces.extend(parts.map(|part| Piece::Part(batch.columns, part.clone())));
        }
        if failed {
            pieces.push(Piece::Unfit(batch.kept.clone()));
            pieces.push(Piece::End(index));
        }
    }
    pieces
}

/// The values of Salesforce's own columns.
fn told(extra: &[&str], verdict: &Verdict, part: &Part) -> Vec<String> {
    let (id, error) = match verdict {
        Verdict::Saved { id, .. } => (id.clone(), String::new()),
        Verdict::Failed { id, error } => (id.clone(), error.clone()),
        Verdict::Unprocessed | Verdict::Unknown => (String::new(), part.unprocessed_error()),
    };
    let values = [id, error].into_iter();
    values.take(extra.len()).collect()
}

impl Source for Records {
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault> {
        while self.taken == self.out.len() {
            if !self.refill()? {
                return Ok(None);
            }
        }
        Ok(Some(handed_out(&mut self.out, &mut self.taken, max)))
    }

    fn head(&self) -> Message {
        let media_type = if self.csv {
            RowFormat::Csv.media_type()
        } else {
            RowFormat::Ndjson.media_type()
        };
        Message {
            media_type: media_type.into(),
            body: Vec::new(),
            attributes: self.org.attributes(&Metadata::default()),
        }
    }
}
