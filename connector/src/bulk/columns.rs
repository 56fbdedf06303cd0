//! The columns of a load: checked against the object's describe before anything is sent, and what is checked of their values.
//!
//! Results repeat a column only under the org's own spelling of its name, so that is what is sent.

use super::ingest::word;
use super::input::signature::Key;
use crate::bindings::exports::salesforce::connector::bulk::{EmptyValues, JobOperation, NullText};
use crate::bindings::{Fault, FaultKind};
use crate::catalog::nearest;
use crate::connection::zone::Zone;
use crate::describe::{Described, Kind, described};
use crate::message::input::{NULL_CELL, Value};
use crate::org::Org;
use crate::soql::date;
use crate::typing::scalar;
use std::collections::HashMap;
use std::rc::Rc;

/// What a load wants of its columns and values.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The sObject.
    pub object: String,
    /// What is done with the records.
    pub operation: JobOperation,
    /// The external id field of an upsert.
    pub external_id_field: Option<String>,
    /// What an empty value does.
    pub empty: EmptyValues,
    /// What the text `#N/A` means.
    pub null_text: NullText,
}

impl Rules {
    /// The column by which records are told apart; new records have none.
    pub fn key(&self, names: &[String]) -> Option<Key> {
        let named = |wanted: &str| {
            let mut names = names.iter();
            names.position(|name| name.eq_ignore_ascii_case(wanted))
        };
        match (self.operation, self.external_id_field.as_deref()) {
            (JobOperation::Insert, _) => None,
            (JobOperation::Upsert, Some(field)) if !field.eq_ignore_ascii_case("Id") => {
                named(field).map(Key::External)
            }
            _ => named("Id").map(Key::Id),
        }
    }
}

/// What is checked of the values of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Check {
    /// Nothing: Salesforce does.
    Text,
    Boolean,
    Date,
    DateTime,
    Time,
}

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

/// The columns of rows.
#[derive(Debug)]
pub struct Columns {
    names: Vec<String>,
    checks: Vec<Check>,
    by_name: HashMap<String, usize>,
    empty: EmptyValues,
    null_text: NullText,
    /// The zone of date-times that come without an offset.
    zone: Option<Zone>,
    key: Option<Key>,
}

impl Columns {
    /// Checks names against the describe.
    pub fn of(org: &Org, rules: &Rules, asked: &[String]) -> Result<Self, Fault> {
        let object = described(org, &rules.object)?;
        let mut columns = Self {
            names: Vec::with_capacity(asked.len()),
            checks: Vec::with_capacity(asked.len()),
            by_name: HashMap::with_capacity(asked.len()),
            empty: rules.empty,
            null_text: rules.null_text,
            zone: org.settings().zone.clone(),
            key: None,
        };
        for (index, name) in asked.iter().enumerate() {
            let (name, check) =
                column(org, &object, name).map_err(|trouble| trouble.told_of(index))?;
            let folded = name.to_ascii_lowercase();
            if columns.by_name.insert(folded, index).is_some() {
                return Err(unfit(index, &name, "is there twice: keep one of the two"));
            }
            columns.names.push(name);
            columns.checks.push(check);
        }
        columns.fits(rules)?;
        columns.key = rules.key(&columns.names);
        Ok(columns)
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

    /// The column by which records are told apart.
    pub fn key(&self) -> Option<Key> {
        self.key
    }

    /// The names as they are sent.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The place of a column, by its name in any case.
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
        match scalar::typed(kind, text.clone().into_owned(), self.zone.as_ref()) {
            Ok(Value::Bool(flag)) => Ok(Settled::As(flag.to_string())),
            Ok(Value::Text(settled)) if settled == text => Ok(Settled::Same),
            Ok(Value::Text(settled)) => Ok(Settled::As(settled)),
            Ok(_) => Ok(Settled::Same),
            Err(what) => Err(format!("`{}` {what}", self.name(index))),
        }
    }

    fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }
}

/// Why a column cannot be.
enum Trouble {
    Column(String, String),
    Org(Fault),
}

impl Trouble {
    fn told_of(self, index: usize) -> Fault {
        match self {
            Self::Column(name, what) => unfit(index, &name, &what),
            Self::Org(fault) => fault,
        }
    }
}

fn unfit(index: usize, name: &str, what: &str) -> Fault {
    invalid(format!(
        "Column {} of the input, `{name}`, {what}",
        index + 1
    ))
}

fn invalid(message: String) -> Fault {
    Fault::new(FaultKind::Invalid, message)
}

/// Finds what a column stands for: a field, or `Relationship.Field`, or `Type:Relationship.Field`.
fn column(org: &Org, object: &Rc<Described>, name: &str) -> Result<(String, Check), Trouble> {
    let trouble = |what: String| Trouble::Column(name.to_owned(), what);
    if name.is_empty() {
        return Err(trouble(
            "has no name: name the field that its cells hold".into(),
        ));
    }
    let Some((relationship, key)) = name.split_once('.') else {
        let field = object
            .field(name)
            .ok_or_else(|| trouble(unknown(object, name)))?;
        return match check(field.kind) {
            Some(check) => Ok((field.name.clone(), check)),
            None => Err(trouble(
                "is a compound field: write its parts, such as BillingCity, in columns of their own".into(),
            )),
        };
    };
    let (told, relationship) = match relationship.split_once(':') {
        Some((told, relationship)) => (Some(told), relationship),
        None => (None, relationship),
    };
    let field = object.reference(relationship).ok_or_else(|| {
        trouble(format!(
            "begins with `{relationship}`, which is no reference of {} to a parent",
            object.name
        ))
    })?;
    let target = match (told, field.refers_to.as_slice()) {
        (Some(told), several) => {
            let known = several.iter().find(|name| name.eq_ignore_ascii_case(told));
            known.map_or(told, String::as_str)
        }
        (None, [only]) => only,
        (None, several) => {
            let first = several.first().map_or("Type", String::as_str);
            return Err(trouble(format!(
                "may refer to several objects ({}): name one, as `{first}:{name}`",
                several.join(", ")
            )));
        }
    };
    let parent = described(org, target).map_err(Trouble::Org)?;
    let by = parent
        .field(key)
        .ok_or_else(|| trouble(unknown(&parent, key)))?;
    let prefix = told
        .map(|_| format!("{}:", parent.name))
        .unwrap_or_default();
    let relationship = field.relationship.as_deref().unwrap_or(relationship);
    Ok((
        format!("{prefix}{relationship}.{}", by.name),
        check(by.kind).unwrap_or(Check::Text),
    ))
}

fn unknown(object: &Described, name: &str) -> String {
    let near = nearest(name, object.field_names());
    let hint = near.map(|near| format!("; did you mean `{near}`?"));
    format!(
        "is no field of {} that the user may see{}",
        object.name,
        hint.unwrap_or_default()
    )
}

fn check(kind: Kind) -> Option<Check> {
    match kind {
        Kind::Boolean => Some(Check::Boolean),
        Kind::Date => Some(Check::Date),
        Kind::DateTime => Some(Check::DateTime),
        Kind::Time => Some(Check::Time),
        Kind::Whole | Kind::Decimal | Kind::Text => Some(Check::Text),
        Kind::Compound => None,
    }
}
