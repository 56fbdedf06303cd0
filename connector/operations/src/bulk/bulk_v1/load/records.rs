//! Where the records of a load stand, by what became of them: in batches, in memory, or in the input.

use super::documents::{self, BatchResults, RowResult};
use super::journal::{Back, Journal, Part};
use crate::bulk::load::local_rejection::LocalRejection;
use crate::bulk::load::record_writer::{Next, RecordSource, RecordWriter, Which};
use crate::bulk::load::result_document::Results;
use csv::ByteRecord;
use salesforce_client::client::Client;
use salesforce_contract::bindings::Fault;
use std::cell::RefCell;
use std::rc::Rc;

/// Records of one kind, batch after batch.
pub struct RecordPieces {
    client: Rc<Client>,
    which: Which,
    job: String,
    columns: Vec<Vec<String>>,
    pieces: std::vec::IntoIter<Piece>,
    journal: Rc<RefCell<Journal>>,
    /// Batches of which all has been emitted.
    emitted: Vec<usize>,
}

/// Where some of the records stand.
enum Piece {
    /// In a batch of Salesforce's, with columns of this number.
    Part(usize, Part),
    /// Here: they were not sent.
    Rejected(Vec<LocalRejection>),
    /// Here: they were read from the input again.
    Back(Vec<Back>),
    /// Nowhere: all of this batch's have been emitted.
    End(usize),
}

/// The part at hand: its records, and what became of them.
pub struct BatchDocument {
    part: Part,
    request: Results,
    results: BatchResults,
    names: Vec<String>,
    record: ByteRecord,
}

/// Returns whether a record of which this became is wanted.
fn takes(which: Which, result: &RowResult) -> bool {
    match result {
        RowResult::Saved { .. } => which == Which::Succeeded,
        RowResult::Unknown => false,
        RowResult::Failed { .. } => which == Which::Failed,
        RowResult::Unprocessed => matches!(which, Which::Failed | Which::Unprocessed),
    }
}

/// Returns whether any record of a part may be of this kind. A part that is the settled beginning of another counts as that one does.
fn may_be_in(which: Which, part: &Part) -> bool {
    let left_over = part.unprocessed() > 0;
    match which {
        Which::Succeeded => part.processed > part.failed,
        Which::Failed => part.failed > 0 || left_over,
        Which::Unprocessed => left_over,
    }
}

impl RecordPieces {
    /// Finds where they stand.
    pub fn new(client: &Rc<Client>, journal: &Rc<RefCell<Journal>>, which: Which) -> Self {
        let known = journal.borrow();
        Self {
            client: Rc::clone(client),
            which,
            job: known.job.clone().unwrap_or_default(),
            columns: known.head.shape.columns.clone(),
            pieces: pieces(&known, which).into_iter(),
            journal: Rc::clone(journal),
            emitted: Vec::new(),
        }
    }

    /// Notes what has been emitted of records that were not saved.
    fn note(&mut self) {
        let mut journal = self.journal.borrow_mut();
        for index in std::mem::take(&mut self.emitted) {
            journal.returned(index);
        }
    }

    fn open(&self, columns: usize, part: Part, out: &RecordWriter) -> Result<BatchDocument, Fault> {
        let own = self.columns.get(columns).map(Vec::as_slice);
        let own = own.unwrap_or_default();
        let wanted: Vec<&str> = own.iter().map(String::as_str).collect();
        let batch = part.id.clone().unwrap_or_default();
        Ok(BatchDocument {
            request: documents::request(&self.client, &self.job, &batch, &wanted)?,
            results: BatchResults::open(&self.client, &self.job, &part)?,
            names: out.names(own),
            part,
            record: ByteRecord::new(),
        })
    }
}

impl RecordSource for RecordPieces {
    type Document = BatchDocument;

    fn begin(&mut self, out: &mut RecordWriter) -> Result<Next<BatchDocument>, Fault> {
        match self.pieces.next() {
            None => {
                self.note();
                return Ok(Next::End);
            }
            Some(Piece::Part(columns, part)) => {
                return self.open(columns, part, out).map(Next::Document);
            }
            Some(Piece::Rejected(rejected)) => out.rejected(&rejected),
            Some(Piece::Back(back)) => {
                for Back { record, error } in &back {
                    out.original(record, Some(error));
                }
            }
            Some(Piece::End(index)) => self.emitted.push(index),
        }
        Ok(Next::Written)
    }

    fn copy(&mut self, batch: &mut BatchDocument, out: &mut RecordWriter) -> Result<bool, Fault> {
        let Some(result) = batch.results.next()? else {
            return Ok(false);
        };
        if !batch.request.next(&mut batch.record)? {
            return Err(Fault::protocol(
                "A batch has fewer records than were sent in it",
            ));
        }
        if takes(self.which, &result) {
            let extra = told(out.extra, &result, &batch.part);
            let extra = extra.iter().map(String::as_bytes);
            let values = extra.chain(batch.request.values(&batch.record));
            out.values(&batch.names, values);
        }
        Ok(true)
    }
}

/// Returns where records of a kind stand. Those that were not saved are emitted batch by batch, once.
fn pieces(journal: &Journal, which: Which) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let failed = which == Which::Failed;
    for (index, batch) in journal.batches.iter().enumerate() {
        let from_input = failed && journal.head.shape.altered;
        let has_all = batch.keeps_rejected() && (!from_input || batch.has_back());
        let ready = batch.is_settled(journal.max_splits) && has_all;
        if failed && (!ready || batch.is_returned()) {
            continue;
        }
        if from_input {
            pieces.push(Piece::Back(batch.back.clone().unwrap_or_default()));
        } else {
            let parts = batch.parts.iter().filter(|part| may_be_in(which, part));
            pieces.extend(parts.map(|part| Piece::Part(batch.columns, part.clone())));
        }
        if failed {
            pieces.push(Piece::Rejected(batch.kept.clone()));
            pieces.push(Piece::End(index));
        }
    }
    pieces
}

/// Returns the values of Salesforce's own columns.
fn told(extra: &[&str], row_result: &RowResult, part: &Part) -> Vec<String> {
    let (id, error) = match row_result {
        RowResult::Saved { id, .. } => (id.clone(), String::new()),
        RowResult::Failed { id, error } => (id.clone(), error.clone()),
        RowResult::Unprocessed | RowResult::Unknown => (String::new(), part.unprocessed_error()),
    };
    let values = [id, error].into_iter();
    values.take(extra.len()).collect()
}
