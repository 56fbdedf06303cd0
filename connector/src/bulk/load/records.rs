//! The records of a load themselves, by what became of them, in a form that can be loaded again.

use super::journal::{Journal, Part};
use super::plan::Plan;
use super::results::Results;
use super::sort::{ERROR, ID};
use crate::bindings::{Fault, FaultKind, Message};
use crate::bulk::dialect::Dialect;
use crate::bulk::input::{cells, is_csv};
use crate::bulk::results::{FAILED, SUCCESSFUL, UNPROCESSED, ingest_call};
use crate::message::input::NULL_CELL;
use crate::org::Org;
use crate::source::{Source, handed_out};
use csv::ByteRecord;
use serde_json::{Map, Value};
use std::rc::Rc;

/// Bytes made at once.
const BATCH_BYTES: usize = 256 << 10;

/// Records of one kind, job after job.
pub struct Records {
    org: Rc<Org>,
    resource: &'static str,
    csv: bool,
    dialect: Dialect,
    columns: Vec<Vec<String>>,
    /// Columns of Salesforce's in front of the records' own.
    extra: &'static [&'static str],
    parts: std::vec::IntoIter<Part>,
    /// The document at hand, with the columns of its records.
    current: Option<(Results, Vec<String>)>,
    out: Vec<u8>,
    taken: usize,
}

impl Records {
    /// Begins with the first job.
    pub fn open(org: &Rc<Org>, plan: &Plan, journal: &Journal, which: &str) -> Result<Self, Fault> {
        let resource = match which {
            "failed" => FAILED,
            "succeeded" => SUCCESSFUL,
            "unprocessed" => UNPROCESSED,
            other => {
                return Err(Fault::config(format!(
                    "There are no outcomes `{other}`: ask for all, failed, succeeded or unprocessed"
                )));
            }
        };
        if !journal.is_done() {
            return Err(Fault::new(
                FaultKind::Conflict,
                format!(
                    "The records that {which} are known once all jobs are done: watch the load until it is"
                ),
            ));
        }
        let csv = is_csv(plan.format);
        let extra: &[&str] = match resource {
            FAILED if plan.error_columns => &[ID, ERROR],
            SUCCESSFUL => &[ID],
            _ => &[],
        };
        let sent = |part: &&Part| part.rows > part.unfit;
        let parts: Vec<Part> = journal.parts.iter().filter(sent).cloned().collect();
        let mut records = Self {
            org: Rc::clone(org),
            resource,
            csv,
            dialect: journal.shape.dialect.unwrap_or_default(),
            columns: journal.shape.columns.clone(),
            extra,
            parts: parts.into_iter(),
            current: None,
            out: Vec::new(),
            taken: 0,
        };
        if let Some(names) = records.columns.first().cloned().filter(|_| csv) {
            records.head_line(&names);
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
        let Some(part) = self.parts.next() else {
            return Ok(false);
        };
        let own = self.columns.get(part.columns).cloned().unwrap_or_default();
        let names: Vec<&str> = self
            .extra
            .iter()
            .copied()
            .chain(own.iter().map(String::as_str))
            .collect();
        let call = ingest_call(&self.org, &part.job, self.resource)?;
        let results = Results::open(&self.org, call, self.dialect.delimiter, &names)?;
        if !results.is_complete() {
            return Err(Fault::protocol(format!(
                "The results of job {} lack columns that were sent",
                part.job
            )));
        }
        let names = names.into_iter().map(str::to_owned).collect();
        self.current = Some((results, names));
        Ok(true)
    }

    fn batch(&mut self) -> Result<(), Fault> {
        let Some((results, names)) = &mut self.current else {
            return Ok(());
        };
        let mut record = ByteRecord::new();
        while self.out.len() < BATCH_BYTES {
            if !results.next(&mut record)? {
                self.current = None;
                return Ok(());
            }
            if self.csv {
                line(results.values(&record), self.dialect, &mut self.out);
            } else {
                let values = names.iter().zip(results.values(&record));
                let object = Value::Object(nested(values));
                self.out.extend_from_slice(object.to_string().as_bytes());
                self.out.push(b'\n');
            }
        }
        Ok(())
    }
}

/// Writes values as a line of CSV.
pub fn line<'v>(values: impl Iterator<Item = &'v [u8]>, dialect: Dialect, out: &mut Vec<u8>) {
    let start = out.len();
    for (index, value) in values.enumerate() {
        if index > 0 {
            out.push(dialect.delimiter);
        }
        cells::write(value, dialect.delimiter, out);
    }
    if out.len() == start {
        out.extend_from_slice(b"\"\"");
    }
    out.extend_from_slice(dialect.ending());
}

/// A record as JSON: references nested, empty values left out, `#N/A` as null.
pub fn nested<'v>(values: impl Iterator<Item = (&'v String, &'v [u8])>) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, value) in values {
        let value = match value {
            b"" => continue,
            value if value == NULL_CELL.as_bytes() => Value::Null,
            value => String::from_utf8_lossy(value).into(),
        };
        let Some((relationship, key)) = name.split_once('.') else {
            object.insert(name.clone(), value);
            continue;
        };
        let (told, relationship) = match relationship.split_once(':') {
            Some((told, relationship)) => (Some(told), relationship),
            None => (None, relationship),
        };
        let parent = object
            .entry(relationship)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(parent) = parent {
            if let Some(told) = told {
                parent.insert("attributes".into(), serde_json::json!({ "type": told }));
            }
            parent.insert(key.into(), value);
        }
    }
    object
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
            "text/csv; charset=utf-8; header=present"
        } else {
            "application/x-ndjson"
        };
        Message {
            media_type: media_type.into(),
            body: Vec::new(),
            attributes: self.org.attributes(),
        }
    }
}
