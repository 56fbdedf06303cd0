//! What became of a record, as callers read it.

use super::original::line;
use crate::bulk::columns::Rules;
use crate::bulk::dialect::Dialect;
use crate::bulk::error::split;
use salesforce_client::client::Client;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::LoadOutcomes;
use serde::Serialize;
use std::rc::Rc;

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
    /// Whether Salesforce did not process it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unprocessed: bool,
}

impl<'a> Outcome<'a> {
    /// Returns the outcome of a record that was saved.
    pub fn saved(id: Option<&'a str>, created: bool) -> Self {
        Self {
            id,
            success: true,
            created,
            ..Self::default()
        }
    }

    /// Returns the outcome of a record that failed with an error of Salesforce's.
    pub fn failed(id: Option<&'a str>, error: &'a str) -> Self {
        let (code, message, fields) = split(error);
        Self {
            id,
            fields,
            ..Self::unknown(code, message)
        }
    }

    /// Returns the outcome of a record that was rejected here.
    pub fn rejected(why: &'a str) -> Self {
        Self::unknown("NOT_SENT", why)
    }

    /// Returns the outcome of a record that Salesforce did not process.
    pub fn unprocessed((code, why): (&'a str, &'a str)) -> Self {
        Self {
            unprocessed: true,
            ..Self::unknown(code, why)
        }
    }

    /// Returns the outcome of a record that may have been saved.
    pub fn unknown(code: &'a str, message: &'a str) -> Self {
        Self {
            code: Some(code),
            message: Some(message),
            ..Self::default()
        }
    }
}

/// What became of the rows of one job or batch, in their order.
pub trait RowResults<S>: Sized {
    /// Begins with the first row of the job or batch of this index, where its rows are kept.
    fn open(
        client: &Rc<Client>,
        rules: &Rules,
        state: &mut S,
        index: usize,
    ) -> Result<Option<Self>, Fault>;
    /// Returns how many records of the input come before its first row.
    fn first_row(&self) -> u64;
    /// Returns the outcome of the next row, its number left out; `None` behind the last.
    fn next(&mut self) -> Result<Option<Outcome<'_>>, Fault>;
    /// Notes what was found, once all rows have had their outcome.
    fn finish(self, state: &mut S);
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
    line(
        cells.into_iter().map(str::as_bytes),
        Dialect::default(),
        out,
    );
    Ok(())
}
