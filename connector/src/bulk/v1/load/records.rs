//! The records of a load themselves, by what became of them, in a form that can be loaded again.

use super::Load;
use super::documents::{self, Verdict, Verdicts};
use super::journal::Part;
use crate::bindings::{Fault, FaultKind, Message};
use crate::bulk::dialect::Dialect;
use crate::bulk::input::is_csv;
use crate::bulk::load::records::{line, nested};
use crate::bulk::load::results::Results;
use crate::bulk::load::{ERROR, ID};
use crate::org::Org;
use crate::source::{Source, handed_out};
use csv::ByteRecord;
use serde_json::Value;
use std::rc::Rc;

/// Bytes made at once.
const BATCH_BYTES: usize = 256 << 10;

/// Which records are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Succeeded,
    Failed,
    Unprocessed,
}

impl Which {
    fn takes(self, verdict: &Verdict) -> bool {
        match verdict {
            Verdict::Saved { .. } => self == Self::Succeeded,
            Verdict::Failed { .. } => self == Self::Failed,
            Verdict::Unprocessed => self == Self::Unprocessed,
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
    /// Parts with the number of their columns.
    parts: std::vec::IntoIter<(usize, Part)>,
    current: Option<Current>,
    out: Vec<u8>,
    taken: usize,
}

/// The part at hand: its records, and what became of them.
struct Current {
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
        let journal = load.journal.borrow();
        if !journal.is_settled(load.max_splits) {
            return Err(Fault::new(
                FaultKind::Conflict,
                "What became of the records is known once all batches are done: watch the load until it is",
            ));
        }
        let parts: Vec<(usize, Part)> = journal
            .batches
            .iter()
            .flat_map(|batch| batch.parts.iter().map(|part| (batch.columns, part.clone())))
            .filter(|(_, part)| may_have(part, which))
            .collect();
        let mut records = Self {
            org: Rc::clone(&load.org),
            which,
            job: journal.job.clone().unwrap_or_default(),
            csv: is_csv(load.plan.format),
            dialect: journal.shape.dialect.unwrap_or_default(),
            columns: journal.shape.columns.clone(),
            extra,
            parts: parts.into_iter(),
            current: None,
            out: Vec::new(),
            taken: 0,
        };
        if let Some(names) = records.columns.first().filter(|_| records.csv) {
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
        let Some((columns, part)) = self.parts.next() else {
            return Ok(false);
        };
        let own = self.columns.get(columns).cloned().unwrap_or_default();
        let wanted: Vec<&str> = own.iter().map(String::as_str).collect();
        let batch = part.id.clone().unwrap_or_default();
        let extra = self.extra.iter().map(|name| (*name).to_owned());
        self.current = Some(Current {
            request: documents::request(&self.org, &self.job, &batch, &wanted)?,
            verdicts: Verdicts::open(&self.org, &self.job, &part)?,
            names: extra.chain(own.iter().cloned()).collect(),
        });
        Ok(true)
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
            let extra = told(self.extra, &verdict);
            let values = extra.into_iter().chain(current.request.values(&record));
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
}

/// Whether any record of a part may be of this kind.
fn may_have(part: &Part, which: Which) -> bool {
    use crate::bulk::v1::wire::State;
    let complete = part.state == State::Completed;
    match which {
        Which::Succeeded => part.processed > part.failed,
        // A part that is the settled beginning of another counts as that one does.
        Which::Failed => part.failed > 0,
        Which::Unprocessed => !complete,
    }
}

/// The values of Salesforce's own columns.
fn told<'v>(extra: &[&str], verdict: &'v Verdict) -> Vec<&'v [u8]> {
    let (id, error) = match verdict {
        Verdict::Saved { id, .. } => (id.as_str(), ""),
        Verdict::Failed { id, error } => (id.as_str(), error.as_str()),
        Verdict::Unprocessed => ("", ""),
    };
    let values = [id.as_bytes(), error.as_bytes()];
    values.into_iter().take(extra.len()).collect()
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
