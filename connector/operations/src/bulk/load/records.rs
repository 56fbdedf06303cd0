//! The records of a load themselves, by what became of them, in a form that can be loaded again.

use super::documents::{Document, ERROR, ID};
use super::journal::Part;
use super::load_state::{Given, LoadState};
use super::plan::Plan;
use super::put_back::{line, nested, put_back};
use super::results::Results;
use super::sort::Sorted;
use crate::bulk::columns::Rules;
use crate::bulk::dialect::Dialect;
use crate::bulk::input::is_csv;
use crate::bulk::results::{FAILED, SUCCESSFUL, UNPROCESSED, ingest_call};
use csv::ByteRecord;
use salesforce_client::metadata::Metadata;
use salesforce_client::org::Org;
use salesforce_contract::bindings::{Fault, FaultKind, Message};
use salesforce_contract::source::{Source, handed_out};
use salesforce_formats::message::RowFormat;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Bytes made at once.
const BATCH_BYTES: usize = 256 << 10;

/// Records of one kind, job after job.
pub struct Records {
    org: Rc<Org>,
    load_state: Rc<RefCell<LoadState>>,
    rules: Rules,
    /// Whether these are those that were not saved: what is emitted is noted.
    notes: bool,
    csv: bool,
    dialect: Dialect,
    columns: Vec<Vec<String>>,
    /// Columns of Salesforce's in front of the records' own.
    extra: &'static [&'static str],
    pieces: std::vec::IntoIter<Piece>,
    current: Option<Current>,
    /// What has been emitted, by parts.
    given: Vec<(usize, Given)>,
    /// Records emitted of the documents of a part.
    counted: BTreeMap<usize, u64>,
    out: Vec<u8>,
    taken: usize,
}

/// Where some of the records stand.
enum Piece {
    /// In a result document of a job, with the columns `extra`.
    Told(usize, Part, &'static str),
    /// In the document of what Salesforce did not get to, which tells no errors.
    LeftOver(usize, Part),
    /// Here: they were not sent.
    Unfit(usize),
    /// Here: they were read from the input again.
    Back(usize),
    /// In the input: which of them is settled by the documents.
    Input(usize),
}

/// The document at hand.
struct Current {
    part: usize,
    results: Results,
    /// Values that are put in front of its own.
    before: Vec<String>,
    /// The columns of the records, those in front included.
    names: Vec<String>,
}

impl Records {
    /// Begins with the first job.
    pub fn open(
        org: &Rc<Org>,
        plan: &Plan,
        load_state: &Rc<RefCell<LoadState>>,
        which: &str,
    ) -> Result<Self, Fault> {
        let extra: &[&str] = match which {
            "failed" if plan.error_columns => &[ID, ERROR],
            "succeeded" => &[ID],
            "failed" | "unprocessed" => &[],
            other => {
                return Err(Fault::config(format!(
                    "There are no outcomes `{other}`: ask for all, failed, succeeded or unprocessed"
                )));
            }
        };
        let notes = which == "failed";
        if notes {
            load_state.borrow_mut().ask_failed();
        } else if !load_state.borrow().journal.is_done() {
            return Err(Fault::new(
                FaultKind::Conflict,
                format!(
                    "The records that {which} are known once all jobs are done: watch the load until it is"
                ),
            ));
        }
        let known = load_state.borrow();
        let journal = &known.journal;
        let pieces = match which {
            "failed" => failed(&known),
            "succeeded" => pieces(&known, |part| part.processed > part.failed, succeeded),
            _ => pieces(&known, |part| part.unprocessed() > 0, Piece::LeftOver),
        };
        let csv = is_csv(plan.format);
        let mut records = Self {
            org: Rc::clone(org),
            load_state: Rc::clone(load_state),
            rules: plan.rules.clone(),
            notes,
            csv,
            dialect: journal.shape.dialect.unwrap_or_default(),
            columns: journal.shape.columns.clone(),
            extra,
            pieces: pieces.into_iter(),
            current: None,
            given: Vec::new(),
            counted: BTreeMap::new(),
            out: Vec::new(),
            taken: 0,
        };
        let has_header = notes && journal.failed_begun;
        let header = journal.shape.head_of(notes);
        if let Some(names) = header.filter(|_| csv && !has_header) {
            records.head_line(names);
        }
        Ok(records)
    }

    fn head_line(&mut self, names: &[String]) {
        let names = self
            .extra
            .iter()
            .copied()
            .chain(names.iter().map(String::as_str));
        line(names.map(str::as_bytes), self.dialect, &mut self.out);
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
                self.end()?;
                return Ok(false);
            }
            Some(Piece::Told(index, part, resource)) => {
                self.open_document(index, &part, resource, self.extra)?;
            }
            Some(Piece::LeftOver(index, part)) => {
                self.open_document(index, &part, UNPROCESSED, &[])?;
            }
            Some(Piece::Unfit(index)) => self.unfit(index),
            Some(Piece::Back(index)) => self.back(index),
            Some(Piece::Input(index)) => {
                self.counted.entry(index).or_default();
            }
        }
        Ok(true)
    }

    /// Notes what has been emitted.
    fn end(&mut self) -> Result<(), Fault> {
        if !self.notes {
            return Ok(());
        }
        for (index, records) in std::mem::take(&mut self.counted) {
            let short = self.is_short(index, records)?;
            self.given.push((index, Given::Documents { short }));
        }
        let mut load_state = self.load_state.borrow_mut();
        for (index, what) in std::mem::take(&mut self.given) {
            load_state.returned(index, what);
        }
        load_state.journal.failed_begun |= self.csv && !self.columns.is_empty();
        Ok(())
    }

    /// Whether documents had fewer records than were not saved, and it cannot be told yet which are missing.
    fn is_short(&self, index: usize, records: u64) -> Result<bool, Fault> {
        let mut load_state = self.load_state.borrow_mut();
        let Some(part) = load_state.journal.parts.get(index).cloned() else {
            return Ok(false);
        };
        if part.returned.settled || records >= part.not_saved() {
            return Ok(false);
        }
        let Some(rows) = load_state.kept.rows.get(&index) else {
            return Ok(true);
        };
        let columns = self.columns.get(part.columns).map(Vec::as_slice);
        let columns = columns.unwrap_or_default();
        let document = Document {
            columns,
            key: self.rules.key(columns),
            dialect: self.dialect,
        };
        let sorted = Sorted::read(&self.org, &part, rows, &document)?;
        load_state.sorted(index, &sorted);
        Ok(false)
    }

    /// Asks for a document of a job that has these of the columns in front.
    fn open_document(
        &mut self,
        index: usize,
        part: &Part,
        resource: &str,
        told: &[&str],
    ) -> Result<(), Fault> {
        self.counted.entry(index).or_default();
        let own = self.columns.get(part.columns).cloned().unwrap_or_default();
        let wanted = told.iter().copied().chain(own.iter().map(String::as_str));
        let wanted: Vec<&str> = wanted.collect();
        let call = ingest_call(&self.org, &part.job, resource)?;
        let delimiter = self.dialect.delimiter;
        let opened = if part.is_complete() {
            Some(Results::open(&self.org, call, delimiter, &wanted)?)
        } else {
            Results::open_any(&self.org, call, delimiter, &wanted)?
        };
        let Some(results) = opened else {
            return Ok(());
        };
        results.must_have(told.first().copied())?;
        if !results.is_complete() {
            return Err(Fault::protocol(format!(
                "The results of job {} lack columns that were sent",
                part.job
            )));
        }
        let mut before = Vec::new();
        if told.len() < self.extra.len() {
            let (code, why) = part.why_unprocessed();
            before = vec![String::new(), format!("{code}:{why}")];
        }
        let extra = self.extra.iter().map(|name| (*name).to_owned());
        self.current = Some(Current {
            part: index,
            results,
            before,
            names: extra.chain(own).collect(),
        });
        Ok(())
    }

    fn batch(&mut self) -> Result<(), Fault> {
        let Some(current) = &mut self.current else {
            return Ok(());
        };
        let mut record = ByteRecord::new();
        while self.out.len() < BATCH_BYTES {
            if !current.results.next(&mut record)? {
                self.current = None;
                return Ok(());
            }
            *self.counted.entry(current.part).or_default() += 1;
            let before = current.before.iter().map(String::as_bytes);
            let values = before.chain(current.results.values(&record));
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

    /// Writes the records of a part that were not sent.
    fn unfit(&mut self, index: usize) {
        let load_state = self.load_state.borrow();
        let dialect = self.csv.then_some(self.dialect);
        let with_error = !self.extra.is_empty();
        for unfit in load_state.kept.unfit_of(index).unwrap_or_default() {
            let error = with_error.then(|| unfit.error());
            put_back(&unfit.record, error.as_deref(), dialect, &mut self.out);
        }
        self.given.push((index, Given::Unfit));
    }

    /// Writes the records of a part that were read again.
    fn back(&mut self, index: usize) {
        let load_state = self.load_state.borrow();
        let Some(back) = load_state.kept.back.get(&index) else {
            return;
        };
        let dialect = self.csv.then_some(self.dialect);
        let with_error = !self.extra.is_empty();
        for (record, error) in &back.records {
            let error = error.as_deref().filter(|_| with_error);
            put_back(record, error, dialect, &mut self.out);
        }
        self.given.push((index, Given::Back { upto: back.upto }));
    }
}

fn succeeded(index: usize, part: Part) -> Piece {
    Piece::Told(index, part, SUCCESSFUL)
}

fn pieces(
    load_state: &LoadState,
    which: fn(&Part) -> bool,
    piece: fn(usize, Part) -> Piece,
) -> Vec<Piece> {
    let parts = load_state.journal.parts.iter().enumerate();
    let parts = parts.filter(|(_, part)| which(part));
    parts
        .map(|(index, part)| piece(index, part.clone()))
        .collect()
}

/// What can be emitted of the records that were not saved, and has not been.
fn failed(load_state: &LoadState) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (index, part) in load_state.journal.parts.iter().enumerate() {
        if !part.is_final() || part.is_returned() {
            continue;
        }
        if !part.returned.documents {
            pieces.extend(in_documents(index, part, load_state.journal.shape.altered));
        }
        let has_unfit = part.unfit > 0 && !part.returned.unfit;
        if has_unfit && load_state.kept.unfit_of(index).is_some() {
            pieces.push(Piece::Unfit(index));
        }
        if load_state.kept.back.contains_key(&index) {
            pieces.push(Piece::Back(index));
        }
    }
    pieces
}

/// Where records of a part are that a job has failed to save. Documents of what was `altered` before it was sent only tell which those are.
fn in_documents(index: usize, part: &Part, altered: bool) -> Vec<Piece> {
    if altered && part.not_saved() > 0 {
        return vec![Piece::Input(index)];
    }
    let failed = (part.failed > 0).then(|| Piece::Told(index, part.clone(), FAILED));
    let left_over = (part.unprocessed() > 0).then(|| Piece::LeftOver(index, part.clone()));
    failed.into_iter().chain(left_over).collect()
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
