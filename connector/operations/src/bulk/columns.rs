//! The columns of a load: checked against the object's describe before anything is sent, and what is checked of their values.
//!
//! Results repeat a column only under the org's own spelling of its name, so that is what is sent.

mod field;
mod rules;

pub use field::{Check, Target, listed, target_of};
pub use rules::Rules;

use rules::invalid;

use super::ingest::word;
use super::input::fingerprint::Key;
use super::mapping::{Constant, Mapping};
use crate::typing::scalar;
use salesforce_client::client::Client;
use salesforce_client::describe::{Described, Kind, described};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    EmptyValues, JobOperation, NullText,
};
use salesforce_formats::message::input::header::{DUPLICATE, column_error};
use salesforce_formats::message::input::{NULL_CELL, Value};
use salesforce_formats::soql::date;
use salesforce_formats::zone::Zone;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

/// What becomes of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is sent as it is.
    Same,
    /// It empties the field.
    Null,
    /// It is sent in another form.
    As(String),
}

/// What a column of the input goes into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Use {
    /// The column of this number.
    Column(usize),
    /// None: it is left out.
    Nothing,
    /// The parts of a compound field, which are the columns from a number on, so many of them.
    Parts(String, Range<usize>),
}

/// The columns of rows.
#[derive(Debug)]
pub struct Columns {
    names: Vec<String>,
    checks: Vec<Check>,
    by_name: HashMap<String, usize>,
    /// What the columns of the input go into, in its order.
    uses: Vec<Use>,
    /// The columns that have the same value in every record, behind those of the input.
    constants: Vec<(usize, Option<String>)>,
    /// Whether the mapping makes other columns of them.
    mapped: bool,
    empty: EmptyValues,
    null_text: NullText,
    /// The zone of date-times that come without an offset.
    zone: Option<Zone>,
    key: Option<Key>,
}

impl Columns {
    /// Checks the names of fields against the describe.
    pub fn new(client: &Client, rules: &Rules, asked: &[String]) -> Result<Self, Fault> {
        Self::mapped(client, rules, &Mapping::default(), asked)
    }

    /// Checks the columns of an input against the mapping and the describe.
    pub fn mapped(
        client: &Client,
        rules: &Rules,
        mapping: &Mapping,
        header: &[String],
    ) -> Result<Self, Fault> {
        mapping.check_columns(header)?;
        let object = described(client, &rules.object)?;
        let mut columns = Self::empty(client, rules, !mapping.is_empty());
        for (index, original) in header.iter().enumerate() {
            let Some(name) = mapping.field(original) else {
                columns.uses.push(Use::Nothing);
                continue;
            };
            let target = target_of(client, rules, &object, name)
                .map_err(|error| error.told_as(|what| told_of(index, original, name, what)))?;
            columns
                .add(target)
                .map_err(|name| invalid(told_of(index, original, &name, DUPLICATE)))?;
        }
        for constant in mapping.constants() {
            columns.add_constant(client, rules, &object, constant)?;
        }
        columns.fits(rules)?;
        columns.key = rules.key(&columns.names);
        Ok(columns)
    }

    fn empty(client: &Client, rules: &Rules, mapped: bool) -> Self {
        Self {
            names: Vec::new(),
            checks: Vec::new(),
            by_name: HashMap::new(),
            uses: Vec::new(),
            constants: Vec::new(),
            mapped,
            empty: rules.empty,
            null_text: rules.null_text,
            zone: client.settings().zone.clone(),
            key: None,
        }
    }

    /// Adds what a column of the input goes into. The error is the name of a column that is there already.
    fn add(&mut self, target: Target) -> Result<(), String> {
        let first = self.names.len();
        let used = match target {
            Target::Field(name, check) => {
                self.push(name, check)?;
                Use::Column(first)
            }
            Target::Compound(compound, parts) => {
                for (name, check) in parts {
                    self.push(name, check)?;
                }
                Use::Parts(compound, first..self.names.len())
            }
        };
        self.uses.push(used);
        Ok(())
    }

    /// Adds a column that has the same value in every record.
    fn add_constant(
        &mut self,
        client: &Client,
        rules: &Rules,
        object: &Rc<Described>,
        constant: &Constant,
    ) -> Result<(), Fault> {
        let at = self.names.len();
        let (name, value) = constant.column(client, rules, object)?;
        self.push(name, Check::Text).map_err(|name| {
            invalid(format!(
                "config.constants sets `{name}`, which a column of the input goes into, too: take one of the two out"
            ))
        })?;
        self.constants.push((at, value));
        Ok(())
    }

    fn push(&mut self, name: String, check: Check) -> Result<(), String> {
        let folded = name.to_ascii_lowercase();
        if self.by_name.insert(folded, self.names.len()).is_some() {
            return Err(name);
        }
        self.names.push(name);
        self.checks.push(check);
        Ok(())
    }

    /// Returns what the columns of the input go into, in its order.
    pub fn uses(&self) -> &[Use] {
        &self.uses
    }

    /// Returns the columns that have the same value in every record, with it; `None` empties the field.
    pub fn constants(&self) -> &[(usize, Option<String>)] {
        &self.constants
    }

    /// Returns whether every column of the input is sent as it stands, under the name that it has.
    pub fn is_plain(&self) -> bool {
        !self.mapped && self.keeps_cells()
    }

    /// Returns whether the columns of the input are those that are sent.
    pub fn keeps_cells(&self) -> bool {
        self.constants.is_empty() && self.uses.iter().all(|used| matches!(used, Use::Column(_)))
    }

    /// Says whether the operation can do with these columns.
    fn fits(&self, rules: &Rules) -> Result<(), Fault> {
        let has = |name: &str| self.by_name.contains_key(&name.to_ascii_lowercase());
        let missing = |name: &str| {
            Err(invalid(format!(
                "The input has no column `{name}`, which a job of operation `{}` needs",
                word(rules.operation)
            )))
        };
        if self.names.is_empty() {
            return Err(invalid(
                "config.mapping leaves every column of the input out: nothing would be sent".into(),
            ));
        }
        match (rules.operation, rules.external_id_field.as_deref()) {
            (JobOperation::Insert, _) if has("Id") => Err(invalid(
                "The input has a column `Id`, which an insert cannot set: take it out, or update".into(),
            )),
            (JobOperation::Insert, _) => Ok(()),
            (JobOperation::Upsert, Some(field)) if !has(field) => missing(field),
            (JobOperation::Upsert, _) => Ok(()),
            (_, _) if !has("Id") => missing("Id"),
            (JobOperation::Update, _) => Ok(()),
            (_, _) if self.names.len() > 1 => Err(invalid(
                "The input has columns besides `Id`, and Salesforce deletes by a file of ids alone: take them out".into(),
            )),
            _ => Ok(()),
        }
    }

    /// Returns the column by which records are told apart.
    pub fn key(&self) -> Option<Key> {
        self.key
    }

    /// Returns the names as they are sent.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the place of a column, by its name in any case.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.by_name.get(&name.to_ascii_lowercase()).copied()
    }

    /// Checks the value of a cell, where `#N/A` and empty have their own meaning. The error reads on from the line.
    pub fn settle(&self, index: usize, value: &[u8]) -> Result<Settled, String> {
        if value.is_empty() {
            return Ok(match self.empty {
                EmptyValues::Keep => Settled::Same,
                EmptyValues::Clear => Settled::Null,
            });
        }
        if value == NULL_CELL.as_bytes() {
            return match self.null_text {
                NullText::Clear => Ok(Settled::Same),
                NullText::Refuse => Err(format!(
                    "`{}` is the text `#N/A`, which Salesforce takes for null: set config.null-text to `clear` if that is meant, or change the text",
                    self.name(index)
                )),
            };
        }
        self.settle_text(index, value)
    }

    /// Checks a value that is text, whatever it says.
    pub fn settle_text(&self, index: usize, value: &[u8]) -> Result<Settled, String> {
        let check = self.checks.get(index).copied().unwrap_or(Check::Text);
        settle_as(check, value, self.zone.as_ref())
            .map_err(|what| format!("`{}` {what}", self.name(index)))
    }

    fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }
}

/// Checks a value that is text. The error reads on from the name of its column.
pub fn settle_as(check: Check, value: &[u8], zone: Option<&Zone>) -> Result<Settled, String> {
    if check == Check::Text {
        return Ok(Settled::Same);
    }
    let text = String::from_utf8_lossy(value);
    let kind = match check {
        Check::Boolean if matches!(value, b"true" | b"false") => return Ok(Settled::Same),
        Check::Date if date::date(&text).is_some() => return Ok(Settled::Same),
        Check::Boolean => Kind::Boolean,
        Check::Date => Kind::Date,
        Check::Time => Kind::Time,
        _ => Kind::DateTime,
    };
    match scalar::typed(kind, text.clone().into_owned(), zone)? {
        Value::Bool(flag) => Ok(Settled::As(flag.to_string())),
        Value::Text(settled) if settled == text => Ok(Settled::Same),
        Value::Text(settled) => Ok(Settled::As(settled)),
        _ => Ok(Settled::Same),
    }
}

/// Returns what is said of a column of the input, which goes into the field `name`.
fn told_of(index: usize, original: &str, name: &str, what: &str) -> String {
    if original.is_empty() || original.eq_ignore_ascii_case(name) {
        column_error(index, original, what)
    } else {
        column_error(
            index,
            original,
            &format!("goes into `{name}`, which {what}"),
        )
    }
}
