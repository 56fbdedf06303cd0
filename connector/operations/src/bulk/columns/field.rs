//! What a column stands for: a field, `Relationship.Field`, `Type:Relationship.Field`, or the parts of a compound field.

use super::rules::{Rules, invalid};
use crate::typing::parts_of;
use salesforce_client::client::Client;
use salesforce_client::describe::{Described, Field, Kind, described};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::JobOperation;
use salesforce_contract::catalog::nearest;
use salesforce_formats::message::input::header::NAMELESS;
use std::rc::Rc;

/// What is checked of the values of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Nothing: Salesforce does.
    Text,
    /// A boolean.
    Boolean,
    /// A date.
    Date,
    /// A date-time.
    DateTime,
    /// A time.
    Time,
}

/// What a column goes into: a name as the org spells it, and what is checked of values.
pub enum Target {
    /// One field.
    Field(String, Check),
    /// A compound field of this name: its parts.
    Compound(String, Vec<(String, Check)>),
}

/// Why a column cannot be.
pub enum ColumnError {
    /// The column is wrong: what is said of it.
    Column(String),
    /// The org could not be asked.
    Fault(Fault),
}

impl ColumnError {
    /// As a fault, worded around what is said of the column.
    pub fn told_as(self, words: impl FnOnce(&str) -> String) -> Fault {
        match self {
            Self::Column(what) => invalid(words(&what)),
            Self::Fault(fault) => fault,
        }
    }
}

/// Finds what a column stands for.
///
/// # Errors
/// Names of no field, fields that the operation cannot write, and an org that cannot be asked.
pub fn target_of(
    client: &Client,
    rules: &Rules,
    object: &Rc<Described>,
    name: &str,
) -> Result<Target, ColumnError> {
    if name.is_empty() {
        return Err(ColumnError::Column(NAMELESS.into()));
    }
    match name.split_once('.') {
        Some((relationship, key)) => reference(client, object, name, relationship, key),
        None => field(rules.operation, object, name),
    }
}

fn field(operation: JobOperation, object: &Described, name: &str) -> Result<Target, ColumnError> {
    let field = object
        .field(name)
        .ok_or_else(|| ColumnError::Column(unknown(object, name)))?;
    let parts = object.parts(&field.name);
    if let Some(check) = check(field.kind) {
        return if parts.is_empty() || is_written(operation, field) {
            Ok(Target::Field(field.name.clone(), check))
        } else {
            Err(ColumnError::Column(format!(
                "is made up of other fields, and is not written itself: give {} instead",
                listed(parts)
            )))
        };
    }
    let parts = parts_of(field, object);
    let check = |name: String| {
        let kind = object.field(&name).map_or(Kind::Text, |field| field.kind);
        (name, check(kind).unwrap_or(Check::Text))
    };
    let parts = parts.into_iter().map(check).collect();
    Ok(Target::Compound(field.name.clone(), parts))
}

/// Returns whether an operation writes a field.
fn is_written(operation: JobOperation, field: &Field) -> bool {
    match operation {
        JobOperation::Insert => field.createable,
        JobOperation::Update => field.updateable,
        _ => field.createable || field.updateable,
    }
}

fn reference(
    client: &Client,
    object: &Described,
    name: &str,
    relationship: &str,
    key: &str,
) -> Result<Target, ColumnError> {
    let (told, relationship) = match relationship.split_once(':') {
        Some((told, relationship)) => (Some(told), relationship),
        None => (None, relationship),
    };
    let field = object.reference(relationship).ok_or_else(|| {
        ColumnError::Column(format!(
            "begins with `{relationship}`, which is no reference of {} to a parent",
            object.name
        ))
    })?;
    let target = parent_of(field, told, name)?;
    let parent = described(client, target).map_err(ColumnError::Fault)?;
    let by = parent
        .field(key)
        .ok_or_else(|| ColumnError::Column(unknown(&parent, key)))?;
    let prefix = told
        .map(|_| format!("{}:", parent.name))
        .unwrap_or_default();
    let relationship = field.relationship.as_deref().unwrap_or(relationship);
    Ok(Target::Field(
        format!("{prefix}{relationship}.{}", by.name),
        check(by.kind).unwrap_or(Check::Text),
    ))
}

/// Returns the sObject that a reference goes to.
fn parent_of<'a>(
    field: &'a Field,
    told: Option<&'a str>,
    name: &str,
) -> Result<&'a str, ColumnError> {
    match (told, field.refers_to.as_slice()) {
        (Some(told), several) => {
            let known = several.iter().find(|name| name.eq_ignore_ascii_case(told));
            Ok(known.map_or(told, String::as_str))
        }
        (None, [only]) => Ok(only),
        (None, several) => {
            let first = several.first().map_or("Type", String::as_str);
            Err(ColumnError::Column(format!(
                "may refer to several objects ({}): name one, as `{first}:{name}`",
                several.join(", ")
            )))
        }
    }
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

/// Returns the names of fields in one text.
pub fn listed(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// Returns what is checked of the values of a kind; `None` for compound fields.
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
