//! Where the records of a load stand, by what became of them: in result documents of jobs, in memory, or in the input.

use super::documents::{self, Document};
use super::journal::Part;
use super::load_state::{Emitted, LoadState};
use super::match_results::MatchedResults;
use crate::bulk::columns::Rules;
use crate::bulk::load::record_writer::{Next, RecordSource, RecordWriter, Which};
use crate::bulk::load::result_document::Results;
use crate::bulk::results::{FAILED, SUCCESSFUL, UNPROCESSED};
use csv::ByteRecord;
use salesforce_client::client::Client;
use salesforce_contract::bindings::Fault;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Records of one kind, job after job.
pub struct RecordPieces {
    client: Rc<Client>,
    state: Rc<RefCell<LoadState>>,
    rules: Rules,
    which: Which,
    pieces: std::vec::IntoIter<Piece>,
    /// What has been emitted, by parts.
    emitted: Vec<(usize, Emitted)>,
    /// Records emitted of the documents of a part.
    counted: BTreeMap<usize, u64>,
}

/// Where some of the records stand.
enum Piece {
    /// In a result document of a job that has Salesforce's own columns.
    Told(usize, Part, &'static str),
    /// In the document of what Salesforce did not process, which tells no errors.
    LeftOver(usize, Part),
    /// Here: they were not sent.
    Rejected(usize),
    /// Here: they were read from the input again.
    Back(usize),
    /// In the input: which of them is settled by the documents.
    Input(usize),
}

/// A document at hand.
pub struct JobDocument {
    part: usize,
    results: Results,
    /// Values that are put in front of its own.
    before: Vec<String>,
    /// The columns of the records, those in front included.
    names: Vec<String>,
    record: ByteRecord,
}

impl RecordPieces {
    /// Finds where they stand.
    pub fn new(
        client: &Rc<Client>,
        state: &Rc<RefCell<LoadState>>,
        rules: &Rules,
        which: Which,
    ) -> Self {
        let known = state.borrow();
        let pieces = match which {
            Which::Failed => failed(&known),
            Which::Succeeded => pieces(&known, |part| part.processed > part.failed, succeeded),
            Which::Unprocessed => pieces(&known, |part| part.unprocessed() > 0, Piece::LeftOver),
        };
        Self {
            client: Rc::clone(client),
            state: Rc::clone(state),
            rules: rules.clone(),
            which,
            pieces: pieces.into_iter(),
            emitted: Vec::new(),
            counted: BTreeMap::new(),
        }
    }

    /// Notes what has been emitted of records that were not saved.
    fn note(&mut self, out: &RecordWriter) -> Result<(), Fault> {
        if self.which != Which::Failed {
            return Ok(());
        }
        for (index, records) in std::mem::take(&mut self.counted) {
            let short = self.is_short(index, records, out)?;
            self.emitted.push((index, Emitted::Documents { short }));
        }
        let mut state = self.state.borrow_mut();
        for (index, what) in std::mem::take(&mut self.emitted) {
            state.returned(index, what);
        }
        Ok(())
    }

    /// Returns whether documents had fewer records than were not saved, and it cannot be told yet which are missing.
    fn is_short(&self, index: usize, records: u64, out: &RecordWriter) -> Result<bool, Fault> {
        let mut state = self.state.borrow_mut();
        let Some(part) = state.journal.parts.get(index).cloned() else {
            return Ok(false);
        };
        if part.returned.settled || records >= part.not_saved() {
            return Ok(false);
        }
        let Some(rows) = state.kept.rows.get(&index) else {
            return Ok(true);
        };
        let document = Document::new(state.columns(&part), &self.rules, out.dialect.for_job());
        let matched = MatchedResults::read(&self.client, &part, rows, &document)?;
        state.matched(index, &matched);
        Ok(false)
    }

    /// Asks for a document of a job that has these of Salesforce's columns in front.
    fn open(
        &mut self,
        index: usize,
        part: &Part,
        resource: &str,
        told: &[&str],
        out: &RecordWriter,
    ) -> Result<Next<JobDocument>, Fault> {
        self.counted.entry(index).or_default();
        let own = self.state.borrow().columns(part).to_vec();
        let wanted = told.iter().copied().chain(own.iter().map(String::as_str));
        let wanted: Vec<&str> = wanted.collect();
        let must_have = told.first().copied();
        let opened = documents::open(
            &self.client,
            part,
            resource,
            out.dialect.for_job(),
            &wanted,
            must_have,
        )?;
        let Some(results) = opened else {
            return Ok(Next::Written);
        };
        if !results.is_complete() {
            return Err(Fault::protocol(format!(
                "The results of job {} lack columns that were sent",
                part.job
            )));
        }
        let mut before = Vec::new();
        if told.len() < out.extra.len() {
            let (code, why) = part.why_unprocessed();
            before = vec![String::new(), format!("{code}:{why}")];
        }
        Ok(Next::Document(JobDocument {
            part: index,
            results,
            before,
            names: out.names(&own),
            record: ByteRecord::new(),
        }))
    }

    /// Writes the records of a part that were not sent.
    fn rejected(&mut self, index: usize, out: &mut RecordWriter) {
        let state = self.state.borrow();
        out.rejected(state.kept.rejected_of(index).unwrap_or_default());
        self.emitted.push((index, Emitted::Rejected));
    }

    /// Writes the records of a part that were read again.
    fn back(&mut self, index: usize, out: &mut RecordWriter) {
        let state = self.state.borrow();
        let Some(back) = state.kept.back.get(&index) else {
            return;
        };
        for (record, error) in &back.records {
            out.original(record, error.as_deref());
        }
        self.emitted
            .push((index, Emitted::Back { upto: back.upto }));
    }
}

impl RecordSource for RecordPieces {
    type Document = JobDocument;

    fn begin(&mut self, out: &mut RecordWriter) -> Result<Next<JobDocument>, Fault> {
        match self.pieces.next() {
            None => {
                self.note(out)?;
                return Ok(Next::End);
            }
            Some(Piece::Told(index, part, resource)) => {
                return self.open(index, &part, resource, out.extra, out);
            }
            Some(Piece::LeftOver(index, part)) => {
                return self.open(index, &part, UNPROCESSED, &[], out);
            }
            Some(Piece::Rejected(index)) => self.rejected(index, out),
            Some(Piece::Back(index)) => self.back(index, out),
            Some(Piece::Input(index)) => {
                self.counted.entry(index).or_default();
            }
        }
        Ok(Next::Written)
    }

    fn copy(&mut self, document: &mut JobDocument, out: &mut RecordWriter) -> Result<bool, Fault> {
        if !document.results.next(&mut document.record)? {
            return Ok(false);
        }
        *self.counted.entry(document.part).or_default() += 1;
        let before = document.before.iter().map(String::as_bytes);
        let values = before.chain(document.results.values(&document.record));
        out.values(&document.names, values);
        Ok(true)
    }
}

fn succeeded(index: usize, part: Part) -> Piece {
    Piece::Told(index, part, SUCCESSFUL)
}

fn pieces(
    state: &LoadState,
    which: fn(&Part) -> bool,
    piece: fn(usize, Part) -> Piece,
) -> Vec<Piece> {
    let parts = state.journal.parts.iter().enumerate();
    let parts = parts.filter(|(_, part)| which(part));
    parts
        .map(|(index, part)| piece(index, part.clone()))
        .collect()
}

/// Returns what can be emitted of the records that were not saved, and has not been.
fn failed(state: &LoadState) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (index, part) in state.journal.parts.iter().enumerate() {
        if !part.is_final() || part.is_returned() {
            continue;
        }
        if !part.returned.documents {
            pieces.extend(in_documents(index, part, state.journal.head.shape.altered));
        }
        let has_rejected = part.rejected > 0 && !part.returned.rejected;
        if has_rejected && state.kept.rejected_of(index).is_some() {
            pieces.push(Piece::Rejected(index));
        }
        if state.kept.back.contains_key(&index) {
            pieces.push(Piece::Back(index));
        }
    }
    pieces
}

/// Returns where records of a part are that a job has failed to save. Documents of what was `altered` before it was sent only tell which those are.
fn in_documents(index: usize, part: &Part, altered: bool) -> Vec<Piece> {
    if altered && part.not_saved() > 0 {
        return vec![Piece::Input(index)];
    }
    let failed = (part.failed > 0).then(|| Piece::Told(index, part.clone(), FAILED));
    let left_over = (part.unprocessed() > 0).then(|| Piece::LeftOver(index, part.clone()));
    failed.into_iter().chain(left_over).collect()
}
