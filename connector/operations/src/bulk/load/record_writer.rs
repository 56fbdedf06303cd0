//! Records of a load, written in the form of its input.

use super::local_rejection::LocalRejection;
use super::original::{self, line, nested};
use super::plan::Plan;
use super::result_document::{ERROR, ID};
use super::row_reader::Shape;
use crate::bulk::dialect::Dialect;
use crate::bulk::input::is_csv;
use crate::bulk::output::media_type;
use salesforce_contract::bindings::Fault;
use serde_json::Value;

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
    /// Returns the columns of Salesforce's that such records have in front.
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
pub trait RecordSource {
    /// A document of the org's that holds some of them.
    type Document;
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
    /// Writes records of a kind as the plan of their load wants them.
    pub fn new(plan: &Plan, shape: &Shape, which: Which) -> Self {
        Self {
            csv: is_csv(plan.format),
            dialect: shape.dialect.unwrap_or_default(),
            extra: which.extra(plan),
            bytes: Vec::new(),
        }
    }

    /// Writes the header of a CSV whose records have these columns of their own, once these are known; returns whether it is CSV at all.
    pub fn begin(&mut self, names: Option<&[String]>) -> bool {
        if let Some(names) = names.filter(|_| self.csv) {
            let names = self.names(names);
            let names = names.iter().map(String::as_bytes);
            line(names, self.dialect, &mut self.bytes);
        }
        self.csv
    }

    /// Returns the number of bytes that have been written.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Moves what has been written.
    pub fn drain(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.bytes);
    }

    /// Returns the media type of what it writes.
    pub fn media_type(&self) -> &'static str {
        media_type(self.csv)
    }

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
