//! From what a document says to what Salesforce's JSON takes: values without types are typed by the object's describe,
//! references and compound fields are put into the form that writes need.
//!
//! What does not fit is told of the record alone, before it is sent: in a call of many records, one value of the wrong type would
//! make Salesforce refuse them all (JSON_PARSER_ERROR).

mod compound;
mod reference;
pub(crate) mod scalar;

pub use compound::compound_part;

use crate::bindings::Fault;
use crate::catalog::nearest;
use crate::connection::zone::{Zone, lacks_offset};
use crate::describe::{Described, Field, Kind, described};
use crate::message::input::{Node, Value, json_object};
use crate::org::Org;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Why a record cannot be put into form.
#[derive(Debug)]
pub enum Trouble {
    /// The record is wrong.
    Record(Complaint),
    /// The org could not be asked for a describe.
    Org(Fault),
}

/// What is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The column, element or member.
    pub field: String,
    /// One sentence that begins with it.
    pub message: String,
}

impl Complaint {
    fn of(field: &str, what: impl std::fmt::Display) -> Trouble {
        Trouble::Record(Self {
            field: field.to_owned(),
            message: format!("`{field}` {what}"),
        })
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Org(fault)
    }
}

/// Members that are ready to be sent.
type Members = Vec<(String, Value)>;

/// Puts the records of one document into form.
pub struct Typist<'a> {
    org: &'a Org,
    /// Whether values come without types, so that every name is looked up.
    untyped: bool,
    /// Whether lists of child records may stand in a record.
    children: bool,
    known: RefCell<HashMap<String, Rc<Described>>>,
}

impl<'a> Typist<'a> {
    /// A typist for a document whose values have types or not.
    pub fn new(org: &'a Org, untyped: bool) -> Self {
        Self {
            org,
            untyped,
            children: false,
            known: RefCell::default(),
        }
    }

    /// Takes lists of child records, too: sObject Tree does.
    pub fn with_children(mut self) -> Self {
        self.children = true;
        self
    }

    /// The describe of an object, asked for once.
    pub fn described(&self, object: &str) -> Result<Rc<Described>, Fault> {
        if let Some(known) = self.known.borrow().get(object) {
            return Ok(known.clone());
        }
        let asked = described(self.org, object)?;
        self.known
            .borrow_mut()
            .insert(object.to_owned(), asked.clone());
        Ok(asked)
    }

    /// Puts a record of this sObject into form.
    pub fn settle(&self, node: Node, object: &str) -> Result<Node, Trouble> {
        let mut members = Vec::with_capacity(node.members.len());
        for (name, value) in node.members {
            self.member(object, name, value, &mut members)?;
        }
        Ok(Node {
            sobject: node.sobject,
            reference_id: node.reference_id,
            members,
        })
    }

    fn member(
        &self,
        object: &str,
        name: String,
        value: Value,
        out: &mut Members,
    ) -> Result<(), Trouble> {
        match value {
            Value::List(list) => out.push(self.child_list(object, name, list)?),
            Value::Object(node) => self.object(object, name, node, out)?,
            Value::Untyped(text) => self.text(object, &name, text, out)?,
            Value::Null if self.untyped => {
                let object = self.described(object)?;
                let field = known_field(&object, &name)?;
                if field.kind == Kind::Compound {
                    out.extend(compound::emptied(field, &object));
                } else {
                    out.push((field.name.clone(), Value::Null));
                }
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
    fn placed(&self, object: &str, name: &str, text: String) -> Result<String, Trouble> {
        if self.zone().is_none() || !lacks_offset(&text) {
            return Ok(text);
        }
        let object = self.described(object)?;
        match object.field(name).map(|field| field.kind) {
            Some(Kind::DateTime) => scalar::date_time(&text, self.zone())
                .map_err(|what| Complaint::of(name, format_args!("is `{text}`, {what}"))),
            _ => Ok(text),
        }
    }

    fn zone(&self) -> Option<&'a Zone> {
        self.org.settings().zone.as_ref()
    }

    /// Types a text by its field.
    fn text(
        &self,
        object: &str,
        name: &str,
        text: String,
        out: &mut Members,
    ) -> Result<(), Trouble> {
        let object = self.described(object)?;
        let field = known_field(&object, name)?;
        if field.kind != Kind::Compound {
            let value = scalar::typed(field.kind, text, self.zone());
            let value = value.map_err(|what| Complaint::of(name, what))?;
            out.push((field.name.clone(), value));
            return Ok(());
        }
        // Rows as CSV hold a compound field as JSON; what they hold can come back.
        let parts = json_object(&text).ok_or_else(|| {
            Complaint::of(
                name,
                "is a compound field: write its parts, such as BillingCity, in fields of their own",
            )
        })?;
        self.compound(&object, field, parts, out)
    }

    fn object(
        &self,
        object: &str,
        name: String,
        node: Node,
        out: &mut Members,
    ) -> Result<(), Trouble> {
        if !self.untyped {
            match compound::prefix_by_name(&name, &node) {
                Some(_) => out.extend(compound::expanded(&name, node, |_| true)?),
                None => out.push((name, Value::Object(node))),
            }
            return Ok(());
        }
        let object = self.described(object)?;
        match object.field(&name) {
            Some(field) if field.kind == Kind::Compound => self.compound(&object, field, node, out),
            _ => {
                out.extend(self.reference(&object, &name, node)?);
                Ok(())
            }
        }
    }

    /// Writes a compound field through its parts, and types those.
    fn compound(
        &self,
        object: &Described,
        field: &Field,
        parts: Node,
        out: &mut Members,
    ) -> Result<(), Trouble> {
        let exists = |name: &str| object.field(name).is_some();
        for (name, value) in compound::expanded(&field.name, parts, exists)? {
            let Value::Untyped(text) = value else {
                out.push((name, value));
                continue;
            };
            let kind = known_field(object, &name)?.kind;
            let value = scalar::typed(kind, text, self.zone())
                .map_err(|what| Complaint::of(&name, what))?;
            out.push((name, value));
        }
        Ok(())
    }

    /// Puts child records into form and tells each its sObject.
    fn child_list(
        &self,
        object: &str,
        name: String,
        list: Vec<Value>,
    ) -> Result<(String, Value), Trouble> {
        if !self.children {
            return Err(Complaint::of(
                &name,
                "is a list of child records: only `collections/create-tree` takes those",
            ));
        }
        let mut children = Vec::with_capacity(list.len());
        for child in list {
            let Value::Object(mut child) = child else {
                return Err(Complaint::of(
                    &name,
                    "holds something else than child records",
                ));
            };
            let sobject = match child.sobject.take() {
                Some(sobject) => sobject,
                None => self.child_object(object, &name)?,
            };
            child = self.settle(child, &sobject)?;
            child.sobject = Some(sobject);
            children.push(Value::Object(child));
        }
        Ok((name, Value::List(children)))
    }

    fn child_object(&self, object: &str, relationship: &str) -> Result<String, Trouble> {
        let object = self.described(object)?;
        let child = object.child(relationship).map(str::to_owned);
        child.ok_or_else(|| {
            Complaint::of(
                relationship,
                format_args!("is no relationship of {} to child records", object.name),
            )
        })
    }
}

/// The names of the parts of a compound field that the org has.
pub fn parts_of(field: &Field, object: &Described) -> Vec<String> {
    let parts = compound::emptied(field, object);
    parts.into_iter().map(|(name, _)| name).collect()
}

/// A field of the object, or a complaint that names the nearest one.
fn known_field<'o>(object: &'o Described, name: &str) -> Result<&'o Field, Trouble> {
    object.field(name).ok_or_else(|| {
        let near = nearest(name, object.field_names());
        let hint = near.map(|near| format!("; did you mean `{near}`?"));
        Complaint::of(
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
