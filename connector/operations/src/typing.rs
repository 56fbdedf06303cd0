//! From what a document says to what Salesforce's JSON takes: values without types are typed by the object's describe,
//! references and compound fields are put into the form that writes need.
//!
//! What does not fit is told of the record alone, before it is sent: in a call of many records, one value of the wrong type would
//! make Salesforce refuse them all (JSON_PARSER_ERROR).

mod compound;
mod object;
mod reference;
pub(crate) mod scalar;

pub use object::object_of;

use salesforce_client::client::Client;
use salesforce_client::describe::{Described, Field, Kind, described};
use salesforce_contract::bindings::Fault;
use salesforce_contract::catalog::nearest;
use salesforce_formats::message::input::{Node, Value, json_object};
use salesforce_formats::record_id::looks_like_id;
use salesforce_formats::soql::date;
use salesforce_formats::zone::{Zone, lacks_offset};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Why a record cannot be encoded.
#[derive(Debug)]
pub enum RecordError {
    /// The record is wrong.
    Record(FieldError),
    /// The org could not be asked for a describe.
    Fault(Fault),
}

/// What is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The column, element or member.
    pub field: String,
    /// One sentence that begins with it.
    pub message: String,
}

/// The error of a record for one of its fields; `what` reads on from its name.
pub fn field_error(field: &str, what: impl std::fmt::Display) -> RecordError {
    RecordError::Record(FieldError {
        field: field.to_owned(),
        message: format!("`{field}` {what}"),
    })
}

impl From<Fault> for RecordError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Members that are ready to be sent.
type Members = Vec<(String, Value)>;

/// Describes that were asked for, for as long as one operation lasts.
#[derive(Clone, Default)]
pub struct Known(Rc<RefCell<HashMap<String, Rc<Described>>>>);

/// Encodes the records of one document as the org takes them.
pub struct RecordEncoder<'a> {
    client: &'a Client,
    /// Whether every name is looked up; otherwise only those whose value does not say how it is written: null may stand for a
    /// field, for a parent, or for an address.
    every: bool,
    /// Whether a date-time that does not tell its offset is left to the org, where the connection names no zone.
    open_times: bool,
    /// Whether lists of child records may stand in a record.
    children: bool,
    known: Known,
}

impl<'a> RecordEncoder<'a> {
    /// An encoder for a document whose values have types or not.
    pub fn new(client: &'a Client, untyped: bool) -> Self {
        Self {
            client,
            every: untyped,
            open_times: false,
            children: false,
            known: Known::default(),
        }
    }

    /// Looks every name up, also where values have types: a record then has the org's spelling, nothing but fields, and no value
    /// for which the org refuses the records beside it, too.
    pub fn by_describe(mut self) -> Self {
        self.every = true;
        self
    }

    /// Leaves to the org what a date-time without an offset means: JSON that is sent as JSON says what it says.
    pub fn with_open_times(mut self) -> Self {
        self.open_times = true;
        self
    }

    /// Takes lists of child records, too: sObject Tree does.
    pub fn with_children(mut self) -> Self {
        self.children = true;
        self
    }

    /// Uses describes that another encoder of the same operation has asked for.
    pub fn with_known(mut self, known: &Known) -> Self {
        self.known = known.clone();
        self
    }

    /// The describe of an object, asked for once.
    pub fn described(&self, object: &str) -> Result<Rc<Described>, Fault> {
        if let Some(known) = self.known.0.borrow().get(object) {
            return Ok(known.clone());
        }
        let asked = described(self.client, object)?;
        self.known
            .0
            .borrow_mut()
            .insert(object.to_owned(), asked.clone());
        Ok(asked)
    }

    /// Encodes a record of this sObject.
    pub fn encode(&self, node: Node, object: &str) -> Result<Node, RecordError> {
        let mut members = Vec::with_capacity(node.members.len());
        for (name, value) in node.members {
            self.member(object, name, value, &mut members)?;
        }
        Ok(Node {
            sobject: node.sobject,
            // Only trees have a use for it.
            reference_id: node.reference_id.filter(|_| self.children),
            members: without_twins(members)?,
        })
    }

    fn member(
        &self,
        object: &str,
        name: String,
        value: Value,
        out: &mut Members,
    ) -> Result<(), RecordError> {
        // Where the sObject is not known, what has types goes out as it is.
        let lookup = !object.is_empty() && (self.every || value == Value::Null);
        match value {
            Value::List(list) => out.push(self.child_list(object, name, list)?),
            value if lookup => self.described_member(object, &name, value, out)?,
            Value::Object(node) if compound::is_compound(&name, &node) => {
                out.extend(compound::expanded(&name, node, |_| true)?);
            }
            Value::Text(text) => {
                let text = self.placed(object, &name, text)?;
                out.push((name, Value::Text(text)));
            }
            value => out.push((name, value)),
        }
        Ok(())
    }

    /// A text that has its type; where the connection names a zone, a date-time without an offset gets one.
    fn placed(&self, object: &str, name: &str, text: String) -> Result<String, RecordError> {
        if self.zone().is_none() || !lacks_offset(&text) {
            return Ok(text);
        }
        let object = self.described(object)?;
        match object.field(name).map(|field| field.kind) {
            Some(Kind::DateTime) => scalar::date_time(&text, self.zone())
                .map_err(|what| field_error(name, format_args!("is `{text}`, {what}"))),
            _ => Ok(text),
        }
    }

    fn zone(&self) -> Option<&'a Zone> {
        self.client.settings().zone.as_ref()
    }

    /// Writes a member as the describe says: a field, the parts of a compound field, or a reference.
    fn described_member(
        &self,
        object: &str,
        name: &str,
        value: Value,
        out: &mut Members,
    ) -> Result<(), RecordError> {
        let object = self.described(object)?;
        let parent = object.reference(name);
        match (object.field(name), value) {
            (Some(field), value) if field.kind == Kind::Compound => {
                self.compound(&object, field, name, value, out)?;
            }
            (Some(field), value) if parent.is_none() || !matches!(value, Value::Object(_)) => {
                out.push((field.name.clone(), self.scalar(field, name, value)?));
            }
            (_, Value::Object(node)) => out.extend(self.reference(&object, name, node)?),
            (None, Value::Null) if parent.is_some() => {
                out.extend(parent.map(|field| (field.name.clone(), Value::Null)));
            }
            // Rows tell null of children where there are none.
            (None, Value::Null) if object.child(name).is_some() => {}
            _ => {
                known_field(&object, name)?;
            }
        }
        Ok(())
    }

    /// A value as its field takes it.
    fn scalar(&self, field: &Field, name: &str, value: Value) -> Result<Value, RecordError> {
        let (text, is_number) = match value {
            Value::Text(text) | Value::Untyped(text) => (text, false),
            Value::Number(digits) => (digits, true),
            Value::Bool(_) if !matches!(field.kind, Kind::Boolean | Kind::Text) => {
                return Err(field_error(name, "is true or false, and the field is not"));
            }
            Value::Object(_) | Value::List(_) => {
                return Err(field_error(
                    name,
                    "is no single value, and the field takes one",
                ));
            }
            value => return Ok(value),
        };
        match field.kind {
            // A number keeps the digits that it was written with.
            Kind::Text | Kind::Decimal if is_number => Ok(Value::Number(text)),
            Kind::DateTime if self.open_times && self.zone().is_none() && is_open(&text) => {
                Ok(Value::Text(text))
            }
            Kind::Text if field.holds_id && !is_id(&text) => Err(field_error(
                name,
                format_args!(
                    "is `{}`, which is no id: ids have 15 or 18 letters and digits",
                    scalar::shortened(&text)
                ),
            )),
            kind => scalar::typed(kind, text, self.zone()).map_err(|what| field_error(name, what)),
        }
    }

    /// Writes a compound field through its parts, and types those.
    fn compound(
        &self,
        object: &Described,
        field: &Field,
        name: &str,
        value: Value,
        out: &mut Members,
    ) -> Result<(), RecordError> {
        let parts = match value {
            Value::Null => {
                out.extend(compound::emptied(field, object));
                return Ok(());
            }
            Value::Object(parts) => Some(parts),
            // Rows as CSV hold a compound field as JSON; what they hold can come back.
            Value::Text(text) | Value::Untyped(text) => json_object(&text),
            _ => None,
        };
        let parts = parts.ok_or_else(|| {
            field_error(
                name,
                "is a compound field: write its parts, such as BillingCity, in fields of their own",
            )
        })?;
        let exists = |name: &str| object.field(name).is_some();
        for (name, value) in compound::expanded(&field.name, parts, exists)? {
            let part = known_field(object, &name)?;
            out.push((part.name.clone(), self.scalar(part, &name, value)?));
        }
        Ok(())
    }

    /// Encodes child records and tells each its sObject.
    fn child_list(
        &self,
        object: &str,
        name: String,
        list: Vec<Value>,
    ) -> Result<(String, Value), RecordError> {
        if !self.children {
            return Err(field_error(
                &name,
                "is a list of child records: only `collections/create-tree` takes those",
            ));
        }
        let mut children = Vec::with_capacity(list.len());
        for child in list {
            let Value::Object(mut child) = child else {
                return Err(field_error(
                    &name,
                    "holds something else than child records",
                ));
            };
            let sobject = match child.sobject.take() {
                Some(sobject) => sobject,
                None => self.child_object(object, &name)?,
            };
            child = self.encode(child, &sobject)?;
            child.sobject = Some(sobject);
            children.push(Value::Object(child));
        }
        Ok((name, Value::List(children)))
    }

    fn child_object(&self, object: &str, relationship: &str) -> Result<String, RecordError> {
        let object = self.described(object)?;
        let child = object.child(relationship).map(str::to_owned);
        child.ok_or_else(|| {
            field_error(
                relationship,
                format_args!("is no relationship of {} to child records", object.name),
            )
        })
    }
}

/// The parts of a compound field that an object tells, as fields of the record. The error is what is wrong with it.
pub fn compound_parts(
    compound: &str,
    parts: Node,
    exists: impl Fn(&str) -> bool,
) -> Result<Vec<(String, Value)>, String> {
    compound::expanded(compound, parts, exists).map_err(|error| match error {
        RecordError::Record(field_error) => field_error.message,
        RecordError::Fault(fault) => fault.message,
    })
}

/// The names of the parts of a compound field that the org has.
pub fn parts_of(field: &Field, object: &Described) -> Vec<String> {
    let parts = compound::emptied(field, object);
    parts.into_iter().map(|(name, _)| name).collect()
}

/// Whether a text may be a date-time whose offset is not told: it has the form of one, or is a day.
fn is_open(text: &str) -> bool {
    date::date_time(&format!("{text}Z")).is_some() || date::date(text).is_some()
}

/// Whether a text may stand in a field that holds an id: nothing does, for it empties the field.
fn is_id(text: &str) -> bool {
    text.is_empty() || looks_like_id(text.trim_ascii())
}

/// Members without those that say the same of a field again; a field that is told two values is refused.
fn without_twins(members: Members) -> Result<Members, RecordError> {
    let mut kept: Members = Vec::with_capacity(members.len());
    for (name, value) in members {
        let twin = kept
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(&name));
        match twin {
            None => kept.push((name, value)),
            Some((_, known)) if *known == value => {}
            Some(_) => {
                return Err(field_error(
                    &name,
                    "is there twice with different values: keep one of the two",
                ));
            }
        }
    }
    Ok(kept)
}

/// A field of the object, or an error that names the nearest one.
fn known_field<'o>(object: &'o Described, name: &str) -> Result<&'o Field, RecordError> {
    object.field(name).ok_or_else(|| {
        let near = nearest(name, object.field_names());
        let hint = near.map(|near| format!("; did you mean `{near}`?"));
        field_error(
            name,
            format_args!(
                "is no field of {} that the user may see{}",
                object.name,
                hint.unwrap_or_default()
            ),
        )
    })
}

#[cfg(test)]
mod tests;
