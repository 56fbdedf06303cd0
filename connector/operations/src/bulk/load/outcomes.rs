//! One outcome per record of the input, in its order.

use super::documents::Document;
use super::fate::Fate;
use super::journal::{Part, Stage};
use super::load_state::LoadState;
use super::plan::Plan;
use super::sort::{Sorted, id_text};
use crate::bulk::columns::Rules;
use crate::bulk::error::split;
use salesforce_client::metadata::Metadata;
use salesforce_client::org::Org;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::LoadOutcomes;
use salesforce_contract::bindings::{Fault, Message};
use salesforce_contract::source::{Source, handed_out};
use salesforce_formats::message::RowFormat;
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;

/// Bytes made at once.
const BATCH_BYTES: usize = 256 << 10;

/// The header of outcomes as CSV.
pub const HEADER: &[u8] = b"row,id,success,created,code,message,fields,unprocessed\n";

/// What became of a record, as it is written.
#[derive(Default, Serialize)]
pub struct Outcome<'a> {
    /// Its number in the input, from 1.
    pub row: u64,
    /// Its id, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    /// Whether it was saved.
    pub success: bool,
    /// Whether it is new.
    pub created: bool,
    /// Why it was not saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'a str>,
    /// The sentence beside the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<&'a str>,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<&'a str>,
    /// Whether Salesforce did not get to it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unprocessed: bool,
}

/// The outcomes that became known since the last time.
pub struct All {
    org: Rc<Org>,
    format: LoadOutcomes,
    rules: Rules,
    load_state: Rc<RefCell<LoadState>>,
    /// Parts whose outcomes are known, in order; those before `next` have been begun.
    parts: Vec<usize>,
    next: usize,
    current: Option<Writing>,
    out: Vec<u8>,
    taken: usize,
}

/// A part whose outcomes are being written.
struct Writing {
    part: Part,
    sorted: Sorted,
    at: usize,
}

impl All {
    /// Finds the parts whose outcomes are known.
    pub fn open(org: &Rc<Org>, plan: &Plan, load_state: &Rc<RefCell<LoadState>>) -> Self {
        let parts: Vec<usize> = load_state.borrow().known().collect();
        let mut out = Vec::new();
        if plan.outcomes == LoadOutcomes::Csv && parts.first() == Some(&0) {
            out.extend_from_slice(HEADER);
        }
        Self {
            org: Rc::clone(org),
            format: plan.outcomes,
            rules: plan.rules.clone(),
            load_state: Rc::clone(load_state),
            parts,
            next: 0,
            current: None,
            out,
            taken: 0,
        }
    }

    /// Makes the next bytes; false at the end.
    fn refill(&mut self) -> Result<bool, Fault> {
        self.out.clear();
        self.taken = 0;
        while self.out.is_empty() {
            if self.current.is_none() && !self.begin()? {
                self.load_state.borrow_mut().collected(&self.parts);
                return Ok(false);
            }
            self.batch()?;
        }
        Ok(true)
    }

    /// Reads the results of the next part; false where there is none.
    fn begin(&mut self) -> Result<bool, Fault> {
        let Some(index) = self.parts.get(self.next).copied() else {
            return Ok(false);
        };
        let mut load_state = self.load_state.borrow_mut();
        let dialect = load_state.journal.shape.dialect.unwrap_or_default();
        let part = load_state.journal.parts.get(index).cloned();
        let rows = load_state.kept.rows.get(&index);
        if let (Some(part), Some(rows)) = (part, rows) {
            let columns = load_state.journal.shape.columns.get(part.columns);
            let columns = columns.map(Vec::as_slice).unwrap_or_default();
            let document = Document {
                columns,
                key: self.rules.key(columns),
                dialect,
            };
            let sorted = Sorted::read(&self.org, &part, rows, &document)?;
            load_state.sorted(index, &sorted);
            self.current = Some(Writing {
                part,
                sorted,
                at: 0,
            });
        }
        self.next += 1;
        Ok(true)
    }

    fn batch(&mut self) -> Result<(), Fault> {
        let Some(writing) = &mut self.current else {
            return Ok(());
        };
        while self.out.len() < BATCH_BYTES {
            let Some(fate) = writing.sorted.fates.get(writing.at) else {
                self.current = None;
                return Ok(());
            };
            let row = writing.part.first_row + writing.at as u64 + 1;
            write(self.format, &writing.outcome(row, fate), &mut self.out)?;
            writing.at += 1;
        }
        Ok(())
    }
}

impl Writing {
    fn outcome<'a>(&'a self, row: u64, fate: &'a Fate) -> Outcome<'a> {
        let blank = Outcome {
            row,
            ..Outcome::default()
        };
        let reason = |number: &u32| {
            let found = usize::try_from(*number).ok();
            let found = found.and_then(|at| self.sorted.reasons.get(at));
            found.map_or("", AsRef::as_ref)
        };
        match fate {
            Fate::Saved { id, created } => Outcome {
                id: id_text(id),
                success: true,
                created: *created,
                ..blank
            },
            Fate::Failed { id, reason: number } => {
                let (code, message, fields) = split(reason(number));
                Outcome {
                    id: id_text(id),
                    code: Some(code),
                    message: Some(message),
                    fields,
                    ..blank
                }
            }
            Fate::Unfit { reason: number } => Outcome {
                code: Some("NOT_SENT"),
                message: Some(reason(number)),
                ..blank
            },
            Fate::Unprocessed => {
                let (code, why) = self.part.why_unprocessed();
                Outcome {
                    code: Some(code),
                    message: Some(why),
                    unprocessed: true,
                    ..blank
                }
            }
            Fate::Open if self.part.stage == Stage::Gone => Outcome {
                code: Some("JOB_GONE"),
                message: Some(
                    "The job was deleted in the org before its results were read: whether this record was saved is not known",
                ),
                ..blank
            },
            Fate::Open => Outcome {
                code: Some("UNMATCHED"),
                message: Some(if self.sorted.unmatched > 0 {
                    "The job has results that fit no record as it was sent, one of which may be this one's: see the results of the job"
                } else {
                    "The job has no result for this record: whether it was saved is not known"
                }),
                ..blank
            },
        }
    }
}

/// Writes an outcome in its form.
pub fn write(format: LoadOutcomes, outcome: &Outcome<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
    let unwritable = |error: &dyn std::fmt::Display| {
        Fault::protocol(format!("The outcomes cannot be written: {error}"))
    };
    if format == LoadOutcomes::Ndjson {
        serde_json::to_writer(&mut *out, outcome).map_err(|error| unwritable(&error))?;
        out.push(b'\n');
        return Ok(());
    }
    let flag = |flag: bool| if flag { "true" } else { "false" };
    let (row, fields) = (outcome.row.to_string(), outcome.fields.join(", "));
    let cells = [
        row.as_str(),
        outcome.id.unwrap_or_default(),
        flag(outcome.success),
        flag(outcome.created),
        outcome.code.unwrap_or_default(),
        outcome.message.unwrap_or_default(),
        fields.as_str(),
        flag(outcome.unprocessed),
    ];
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        crate::bulk::input::cells::write(cell.as_bytes(), b',', out);
    }
    out.push(b'\n');
    Ok(())
}

/// The media type of outcomes.
pub fn media_type(format: LoadOutcomes) -> &'static str {
    match format {
        LoadOutcomes::Ndjson => "application/x-ndjson",
        LoadOutcomes::Csv => RowFormat::Csv.media_type(),
    }
}

impl Source for All {
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault> {
        while self.taken == self.out.len() {
            if !self.refill()? {
                return Ok(None);
            }
        }
        Ok(Some(handed_out(&mut self.out, &mut self.taken, max)))
    }

    fn head(&self) -> Message {
        Message {
            media_type: media_type(self.format).into(),
            body: Vec::new(),
            attributes: self.org.attributes(&Metadata::default()),
        }
    }
}
