//! The records of a load themselves, by what became of them, in a form that can be loaded again.

use super::local_rejection::LocalRejection;
use super::original::{self, line, nested};
use super::plan::Plan;
use super::protocol::{JobProtocol, JobState};
use super::{ERROR, ID, Load};
use crate::bulk::chunks::{BATCH_BYTES, Chunks, Produce, media_type};
use crate::bulk::dialect::Dialect;
use crate::bulk::input::is_csv;
use salesforce_client::metadata::Metadata;
use salesforce_client::org::Org;
use salesforce_contract::bindings::{Fault, FaultKind, Message};
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;

/// Which records are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that were saved.
    Succeeded,
    /// All that were not saved.
    Failed,
    /// Those that Salesforce did not process.
    Unprocessed,
}

impl Which {
    /// Reads its name.
    pub fn parse(name: &str) -> Result<Self, Fault> {
        match name {
            "succeeded" => Ok(Self::Succeeded),
            "failed" => Ok(Self::Failed),
            "unprocessed" => Ok(Self::Unprocessed),
            other => Err(Fault::config(format!(
                "There are no outcomes `{other}`: ask for all, failed, succeeded or unprocessed"
            ))),
        }
    }

    /// The columns of Salesforce's that such records have in front.
    fn extra(self, plan: &Plan) -> &'static [&'static str] {
        match self {
            Self::Failed if plan.error_columns => &[ID, ERROR],
            Self::Succeeded => &[ID],
            Self::Failed | Self::Unprocessed => &[],
        }
    }
}

/// What comes next of the records of a kind.
pub enum Next<D> {
    /// A document that they stand in.
    Document(D),
    /// Nothing to be read: what there was has been written.
    Written,
    /// Nothing more; what was emitted has been noted.
    End,
}

/// Where records of a kind stand, job after job or batch after batch.
pub trait RecordSource<P: JobProtocol> {
    /// A document of the org's that holds some of them.
    type Document;
    /// Finds where they stand.
    fn new(load: &Load<P>, which: Which) -> Self;
    /// Begins with what comes next.
    fn begin(&mut self, out: &mut RecordWriter) -> Result<Next<Self::Document>, Fault>;
    /// Reads the next record of a document and writes it if it is of this kind; false at the end.
    fn copy(
        &mut self,
        document: &mut Self::Document,
        out: &mut RecordWriter,
    ) -> Result<bool, Fault>;
}

/// Writes records in the form of the load's input.
pub struct RecordWriter {
    csv: bool,
    /// How CSV is written.
    pub dialect: Dialect,
    /// Columns of Salesforce's in front of the records' own.
    pub extra: &'static [&'static str],
    bytes: Vec<u8>,
}

impl RecordWriter {
    /// Returns the names of all columns of records with these of their own.
    pub fn names(&self, own: &[String]) -> Vec<String> {
        let extra = self.extra.iter().map(|name| (*name).to_owned());
        extra.chain(own.iter().cloned()).collect()
    }

    /// Writes a record as it was given, with its error where that is wanted.
    pub fn original(&mut self, record: &[u8], error: Option<&str>) {
        let dialect = self.csv.then_some(self.dialect);
        let error = error.filter(|_| !self.extra.is_empty());
        original::write(record, error, dialect, &mut self.bytes);
    }

    /// Writes records that were rejected here.
    pub fn rejected(&mut self, rejections: &[LocalRejection]) {
        let with_error = !self.extra.is_empty();
        for rejection in rejections {
            let error = with_error.then(|| rejection.error());
            self.original(&rejection.record, error.as_deref());
        }
    }

    /// Writes the values of columns of these names.
    pub fn values<'v>(&mut self, names: &[String], values: impl Iterator<Item = &'v [u8]>) {
        if self.csv {
            line(values, self.dialect, &mut self.bytes);
        } else {
            let object = Value::Object(nested(names.iter().zip(values)));
            self.bytes.extend_from_slice(object.to_string().as_bytes());
            self.bytes.push(b'\n');
        }
    }
}

/// Records of one kind as a document.
pub struct Records<P: JobProtocol> {
    org: Rc<Org>,
    state: Rc<RefCell<P::State>>,
    source: P::Records,
    /// Whether the header of records that were not saved is among what is emitted.
    begins_failed: bool,
    current: Option<<P::Records as RecordSource<P>>::Document>,
    writer: RecordWriter,
}

impl<P: JobProtocol> Records<P> {
    /// Begins with the first job or batch.
    pub fn open(load: &Load<P>, which: Which) -> Result<Chunks<Self>, Fault> {
        let state = load.state.borrow();
        let failed = which == Which::Failed;
        if !failed && !state.is_done() {
            return Err(Fault::new(
                FaultKind::Conflict,
                format!(
                    "Which records these are is known once all {} are done: watch the load until it is",
                    P::State::UNITS
                ),
            ));
        }
        let head = state.head();
        let mut writer = RecordWriter {
            csv: is_csv(load.plan.format),
            dialect: head.shape.dialect.unwrap_or_default(),
            extra: which.extra(&load.plan),
            bytes: Vec::new(),
        };
        let has_header = failed && head.failed_begun;
        let names = head.shape.head_of(failed);
        if let Some(names) = names.filter(|_| writer.csv && !has_header) {
            let names = writer.names(names);
            line(
                names.iter().map(String::as_bytes),
                writer.dialect,
                &mut writer.bytes,
            );
        }
        Ok(Chunks::new(Self {
            org: Rc::clone(&load.org),
            state: Rc::clone(&load.state),
            source: P::Records::new(load, which),
            begins_failed: failed && writer.csv && !head.shape.columns.is_empty(),
            current: None,
            writer,
        }))
    }
}

impl<P: JobProtocol> Produce for Records<P> {
    fn produce(&mut self, out: &mut Vec<u8>) -> Result<bool, Fault> {
        if self.current.is_none() {
            match self.source.begin(&mut self.writer)? {
                Next::Document(document) => self.current = Some(document),
                Next::Written => {}
                Next::End => {
                    let mut state = self.state.borrow_mut();
                    state.head_mut().failed_begun |= self.begins_failed;
                    out.append(&mut self.writer.bytes);
                    return Ok(!out.is_empty());
                }
            }
        }
        while let Some(document) = &mut self.current
            && self.writer.bytes.len() < BATCH_BYTES
        {
            if !self.source.copy(document, &mut self.writer)? {
                self.current = None;
            }
        }
        out.append(&mut self.writer.bytes);
        Ok(true)
    }

    fn head(&self) -> Message {
        Message {
            media_type: media_type(self.writer.csv).into(),
            body: Vec::new(),
            attributes: self.org.attributes(&Metadata::default()),
        }
    }
}
