//! What describes tell of the fields that filters compare.

use salesforce_client::client::Client;
use salesforce_client::describe::{Described, Field, Kind, described};
use salesforce_contract::bindings::Fault;
use salesforce_contract::catalog::nearest;
use salesforce_formats::soql::build::{Types, ValueType, Wrong};
use salesforce_formats::zone::Zone;
use std::cell::RefCell;
use std::rc::Rc;

/// Types of fields by the describes of their objects, each asked for once.
pub struct DescribedTypes<'c> {
    client: &'c Client,
    known: RefCell<Vec<Rc<Described>>>,
    /// Why a describe could not be had.
    failed: RefCell<Option<Fault>>,
}

impl<'c> DescribedTypes<'c> {
    /// Nothing is known, and nothing sent yet.
    pub fn new(client: &'c Client) -> Self {
        Self {
            client,
            known: RefCell::default(),
            failed: RefCell::default(),
        }
    }

    /// The fault of a query that could not be built: a describe that failed, or the wrong part.
    pub fn fault(&self, wrong: &Wrong) -> Fault {
        let failed = self.failed.borrow_mut().take();
        failed.unwrap_or_else(|| Fault::config(wrong.to_string()))
    }

    fn object(&self, name: &str) -> Result<Rc<Described>, Wrong> {
        let is_it = |known: &&Rc<Described>| known.name.eq_ignore_ascii_case(name);
        if let Some(known) = self.known.borrow().iter().find(is_it) {
            return Ok(Rc::clone(known));
        }
        let found = described(self.client, name).map_err(|fault| {
            let wrong = Wrong(fault.message.clone());
            self.failed.replace(Some(fault));
            wrong
        })?;
        self.known.borrow_mut().push(Rc::clone(&found));
        Ok(found)
    }
}

impl Types for DescribedTypes<'_> {
    fn child(&self, object: &str, relationship: &str, place: &str) -> Result<String, Wrong> {
        let object = self.object(object)?;
        let child = object.child(relationship).map(str::to_owned);
        child.ok_or_else(|| {
            Wrong(format!(
                "{place} `{relationship}` is no relationship of {} to children that this user may see",
                object.name
            ))
        })
    }

    fn field(&self, object: &str, path: &str, place: &str) -> Result<ValueType, Wrong> {
        let mut holder = self.object(object)?;
        let mut steps = path.split('.').peekable();
        // The object itself may stand before its fields.
        if path.contains('.')
            && steps
                .peek()
                .is_some_and(|step| step.eq_ignore_ascii_case(&holder.name))
            && holder.reference(&holder.name).is_none()
        {
            steps.next();
        }
        while let Some(step) = steps.next() {
            if steps.peek().is_none() {
                let field = holder.field(step);
                return field
                    .map(value_type)
                    .ok_or_else(|| unknown(&holder, step, place));
            }
            let reference = holder.reference(step);
            let parents = reference.map(|field| field.refers_to.as_slice());
            holder = match parents {
                None | Some([]) => return Err(unknown_parent(&holder, step, place)),
                Some([parent]) => self.object(parent)?,
                // What a reference to several objects has without TYPEOF is what `Name` has (SOQL and SOSL Reference, "Polymorphic
                // Relationships"): all of it is text but the flags of users, so that any of the objects tells its type.
                Some(parents) => self.any(parents, steps.peek().copied().unwrap_or_default())?,
            };
        }
        Err(unknown(&holder, path, place))
    }

    fn zone(&self) -> Option<&Zone> {
        self.client.settings().zone.as_ref()
    }
}

impl DescribedTypes<'_> {
    /// The first of these objects that has a field, or else the last.
    fn any(&self, objects: &[String], field: &str) -> Result<Rc<Described>, Wrong> {
        let mut last = None;
        for name in objects.iter().rev() {
            let object = self.object(name)?;
            if object.field(field).is_some() || object.reference(field).is_some() {
                return Ok(object);
            }
            last = Some(object);
        }
        last.ok_or_else(|| Wrong("A reference refers to nothing".to_owned()))
    }
}

fn value_type(field: &Field) -> ValueType {
    match field.kind {
        Kind::Boolean => ValueType::Boolean,
        Kind::Whole | Kind::Decimal => ValueType::Number,
        Kind::Date => ValueType::Date,
        Kind::DateTime => ValueType::DateTime,
        Kind::Time => ValueType::Time,
        Kind::Compound | Kind::Text => ValueType::Text,
    }
}

fn unknown(object: &Described, field: &str, place: &str) -> Wrong {
    let hint = nearest(field, object.field_names())
        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Wrong(format!(
        "{place} names `{field}`, and {} has no such field that this user may see{hint}",
        object.name
    ))
}

fn unknown_parent(object: &Described, step: &str, place: &str) -> Wrong {
    Wrong(format!(
        "{place} goes over `{step}`, and {} has no such reference that this user may see",
        object.name
    ))
}
