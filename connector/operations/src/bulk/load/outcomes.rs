//! One outcome per record of the input, in its order.

use super::Load;
use super::protocol::{JobProtocol, JobState, RowResults};
use crate::bulk::chunks::{BATCH_BYTES, Chunks, Produce, media_type};
use crate::bulk::columns::Rules;
use crate::bulk::error::split;
use crate::bulk::input::cells;
use salesforce_client::metadata::Metadata;
use salesforce_client::org::Org;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::LoadOutcomes;
use salesforce_contract::bindings::{Fault, Message};
use serde::Serialize;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

/// The header of outcomes as CSV.
const HEADER: &[u8] = b"row,id,success,created,code,message,fields,unprocessed\n";

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

impl<'a> Outcome<'a> {
    /// The outcome of a record that was saved.
    pub fn saved(id: Option<&'a str>, created: bool) -> Self {
        Self {
            id,
            success: true,
            created,
            ..Self::default()
        }
    }

    /// The outcome of a record that failed with an error of Salesforce's.
    pub fn failed(id: Option<&'a str>, error: &'a str) -> Self {
        let (code, message, fields) = split(error);
        Self {
            id,
            fields,
            ..Self::unknown(code, message)
        }
    }

    /// The outcome of a record that was rejected here.
    pub fn rejected(why: &'a str) -> Self {
        Self::unknown("NOT_SENT", why)
    }

    /// The outcome of a record that Salesforce did not process.
    pub fn unprocessed((code, why): (&'a str, &'a str)) -> Self {
        Self {
            unprocessed: true,
            ..Self::unknown(code, why)
        }
    }

    /// The outcome of a record that may have been saved.
    pub fn unknown(code: &'a str, message: &'a str) -> Self {
        Self {
            code: Some(code),
            message: Some(message),
            ..Self::default()
        }
    }
}

/// The outcomes that became known since the last time.
pub struct All<P: JobProtocol> {
    org: Rc<Org>,
    format: LoadOutcomes,
    rules: Rules,
    state: Rc<RefCell<P::State>>,
    /// Jobs or batches whose outcomes are known, in order; those before `next` have been begun.
    known: Range<usize>,
    next: usize,
    /// The one whose outcomes are being written, with the rows of it that have been.
    current: Option<(P::RowResults, u64)>,
}

/// Finds what has become known.
pub fn all<P: JobProtocol>(load: &Load<P>) -> Chunks<All<P>> {
    let known = load.state.borrow().known();
    Chunks::new(All {
        org: Rc::clone(&load.org),
        format: load.plan.outcomes,
        rules: load.plan.rules.clone(),
        state: Rc::clone(&load.state),
        next: known.start,
        known,
        current: None,
    })
}

impl<P: JobProtocol> All<P> {
    /// Begins with the next job or batch; false where there is none.
    fn begin(&mut self) -> Result<bool, Fault> {
        if self.next >= self.known.end {
            self.state.borrow_mut().collected(self.known.clone());
            return Ok(false);
        }
        let mut state = self.state.borrow_mut();
        let results = P::RowResults::open(&self.org, &self.rules, &mut state, self.next)?;
        self.current = results.map(|results| (results, 0));
        self.next += 1;
        Ok(true)
    }
}

impl<P: JobProtocol> Produce for All<P> {
    fn produce(&mut self, out: &mut Vec<u8>) -> Result<bool, Fault> {
        if self.current.is_none() {
            let is_first = self.next == 0 && !self.known.is_empty();
            if is_first && self.format == LoadOutcomes::Csv {
                out.extend_from_slice(HEADER);
            }
            return self.begin();
        }
        while let Some((results, at)) = &mut self.current
            && out.len() < BATCH_BYTES
        {
            *at += 1;
            let row = results.first_row() + *at;
            if let Some(outcome) = results.next()? {
                write(self.format, &Outcome { row, ..outcome }, out)?;
            } else if let Some((results, _)) = self.current.take() {
                results.finish(&mut self.state.borrow_mut());
            }
        }
        Ok(true)
    }

    fn head(&self) -> Message {
        Message {
            media_type: media_type(self.format == LoadOutcomes::Csv).into(),
            body: Vec::new(),
            attributes: self.org.attributes(&Metadata::default()),
        }
    }
}

/// Writes an outcome in its form.
fn write(format: LoadOutcomes, outcome: &Outcome<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
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
        cells::write(cell.as_bytes(), b',', out);
    }
    out.push(b'\n');
    Ok(())
}
