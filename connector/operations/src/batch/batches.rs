//! Splits the records of a document over calls.

use super::operation::{BatchOperation, Row};
use super::outcome::{NOT_SENT, ROLLED_BACK, failed_by};
use crate::typing::{FieldError, RecordError};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::message::bounded;
use salesforce_formats::message::input::{Document, InputError, Records};
use std::ops::Range;

/// The rows of one call, and the records between them that cannot be sent.
#[derive(Default)]
pub(crate) struct Batch {
    pub rows: Vec<Row>,
    pub refused: Vec<Outcome>,
}

/// The records of a document, call by call.
pub(crate) struct Batches<'a> {
    operation: &'a dyn BatchOperation,
    records: Records<'a>,
    size: usize,
    /// The index of the next record.
    index: u32,
    /// A row that the last call had no room for.
    held: Option<Row>,
    /// The indexes of a record that the org could not be asked about.
    stalled: Range<u32>,
    /// The error of the first record that cannot be sent.
    first_error: Option<FieldError>,
    /// Whether another record cannot be sent for another reason.
    errors_differ: bool,
}

impl<'a> Batches<'a> {
    pub fn new(
        operation: &'a dyn BatchOperation,
        document: &Document<'a>,
        size: usize,
    ) -> Result<Self, InputError> {
        Ok(Self {
            operation,
            records: document.records()?,
            size,
            index: 0,
            held: None,
            stalled: 0..0,
            first_error: None,
            errors_differ: false,
        })
    }

    /// The error that all records share that cannot be sent, if there was any.
    pub fn shared_error(&self) -> Option<&FieldError> {
        self.first_error.as_ref().filter(|_| !self.errors_differ)
    }

    /// The next batch; `None` at the end. A fault means that the org could not be asked how to type a record.
    ///
    /// Records that cannot be sent take their room all the same, so that a call is always of records that follow one another in the
    /// input.
    pub fn next(&mut self) -> Result<Option<Batch>, Box<(Batch, Fault)>> {
        let mut batch = Batch::default();
        let mut room = self.size;
        let mut objects: Vec<String> = Vec::new();
        while room > 0 {
            let row = match self.next_row() {
                Ok(Some(Ok(row))) => row,
                Ok(Some(Err(refused))) => {
                    room = room.saturating_sub(refused.len());
                    batch.refused.extend(refused);
                    continue;
                }
                Ok(None) => break,
                Err(fault) => return Err(Box::new((batch, fault))),
            };
            objects.extend(row.objects.iter().cloned());
            let fits = row.size <= room && self.operation.fits(&objects);
            if !fits && !batch.rows.is_empty() {
                self.held = Some(row);
                break;
            }
            room = room.saturating_sub(row.size);
            batch.rows.push(row);
        }
        if self.operation.needs_every_record() && !batch.refused.is_empty() {
            batch.roll_back();
        }
        let empty = batch.rows.is_empty() && batch.refused.is_empty();
        Ok((!empty).then_some(batch))
    }

    /// The next record: ready to be sent, or the outcomes of one that cannot be.
    fn next_row(&mut self) -> Result<Option<Result<Row, Vec<Outcome>>>, Fault> {
        if let Some(row) = self.held.take() {
            return Ok(Some(Ok(row)));
        }
        let Some(record) = self.records.next().transpose()? else {
            return Ok(None);
        };
        let index = self.index;
        self.index += bounded(self.operation.size(&record.node) as u64);
        let place = record.position;
        match self.operation.row(record.node, index) {
            Ok(row) => Ok(Some(Ok(row))),
            Err(RecordError::Fault(fault)) => {
                self.stalled = index..self.index;
                Err(fault)
            }
            Err(RecordError::Record(error)) => {
                let message = format!("Not sent: of {place}, {}", error.message);
                let field = Some(error.field.as_str());
                let indexes = index..self.index;
                let refused = indexes.map(|index| failed_by(index, NOT_SENT, &message, field));
                let refused = refused.collect();
                self.note(error);
                Ok(Some(Err(refused)))
            }
        }
    }

    fn note(&mut self, error: FieldError) {
        match &self.first_error {
            Some(known) => self.errors_differ |= *known != error,
            None => self.first_error = Some(error),
        }
    }

    /// The indexes of all records that are in no batch.
    pub fn rest(mut self) -> Result<Vec<u32>, InputError> {
        let mut rest: Vec<u32> = self.held.iter().flat_map(Row::indexes).collect();
        rest.extend(self.stalled.clone());
        for record in self.records.by_ref() {
            let size = bounded(self.operation.size(&record?.node) as u64);
            rest.extend(self.index..self.index + size);
            self.index += size;
        }
        Ok(rest)
    }
}

impl Batch {
    /// Takes out the rows of a call that cannot be saved whole.
    fn roll_back(&mut self) {
        const MESSAGE: &str = "Not sent: another record of the same call cannot be sent";
        let rolled_back = self.rows.drain(..).flat_map(|row| row.indexes());
        self.refused
            .extend(rolled_back.map(|index| failed_by(index, ROLLED_BACK, MESSAGE, None)));
    }
}
