//! Every write to the org's records: create, update, upsert, delete, undelete, with Salesforce's rules.
//!
//! REST's single records, collections, composite calls, bulk jobs and SOAP all come through [`Writer`]; they differ in
//! how they read a [`Draft`] and how they show a [`Saved`] or a [`Problem`].

mod batch;
mod check;
mod column;
mod consequence;
mod content;
mod convert;
mod defaults;
mod delete;
mod derive;
mod draft;
mod lookup;
mod merge;
mod owner;
mod purge;
mod record_type;
mod rich_text;
mod row;
mod save;
mod terms;
mod undelete;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

pub use batch::Batch;
pub use column::Column;
pub use convert::{Conversion, Converted};
pub use draft::{Draft, ParentKey};
pub(crate) use lookup::{find_by_key, key_field};
pub use merge::Merged;
pub(crate) use rich_text::image;
pub use row::Row;

use crate::events::{Feed, Origin};
use crate::id::RecordId;
use crate::problem::Problem;
use crate::rules::{Assignment, DuplicateOptions, assignment, duplicates, lock};
use crate::schema::{Object, Schema};
use crate::store::quoted;

/// What became of a record that was not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Its id.
    pub id: RecordId,
    /// Whether it is new.
    pub created: bool,
}

/// What became of a record.
pub type Outcome = Result<Saved, Problem>;

/// What a request may ask of its writes.
#[derive(Debug, Clone, Copy, Default)]
pub struct WriteOptions {
    /// Cut text that is too long instead of refusing it (SOAP's `AllowFieldTruncationHeader`).
    pub allow_truncation: bool,
    /// Whether an assignment rule gives leads and cases to a queue.
    pub assignment: Assignment,
    /// What becomes of duplicates.
    pub duplicates: DuplicateOptions,
    /// Which API they come through.
    pub origin: Origin,
}

/// The highest number given to a record of each object, by key prefix.
#[derive(Debug, Default)]
pub struct IdCounters(Mutex<HashMap<String, u64>>);

impl IdCounters {
    fn next(&self, connection: &Connection, object: &Object) -> Result<RecordId, Problem> {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = match counters.get_mut(&object.key_prefix) {
            Some(last) => last,
            None => {
                let highest = highest(connection, object)?;
                counters.entry(object.key_prefix.clone()).or_insert(highest)
            }
        };
        *last += 1;
        Ok(RecordId::new(&object.key_prefix, *last))
    }
}

fn highest(connection: &Connection, object: &Object) -> Result<u64, Problem> {
    let sql = format!("SELECT max(\"Id\") FROM {}", quoted(&object.name));
    let id: Option<String> = connection.query_row(&sql, [], |row| row.get(0))?;
    Ok(id
        .and_then(|id| RecordId::parse(&id))
        .and_then(|id| id.number())
        .unwrap_or(0))
}

/// Writes records within one transaction, as one user at one moment.
#[derive(Debug)]
pub struct Writer<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) connection: &'a Connection,
    pub(crate) ids: &'a IdCounters,
    /// The org's clock in milliseconds since 1970, cut to the whole seconds that records are stamped with.
    pub(crate) now: i64,
    /// Who writes.
    pub(crate) user: &'a RecordId,
    pub(crate) options: WriteOptions,
    /// The way to the event bus; none while the org is being made.
    pub(crate) feed: Option<Feed<'a>>,
}

impl Writer<'_> {
    /// Creates a record.
    ///
    /// # Errors
    /// Any of Salesforce's refusals: missing, read-only, malformed, too long, duplicate, dangling.
    pub fn insert(&self, object: &Object, mut draft: Draft) -> Outcome {
        if !object.createable {
            return Err(unsupported(object, "create"));
        }
        draft.drop_null(object, "Id");
        save::refuse_unsettable(object, &draft)?;
        let names_owner = draft.names(object, "OwnerId");
        let concerns = duplicates::concerns(object, &draft);
        let saved = self.create(object, draft)?;
        self.apply_rules(object, &saved, names_owner, concerns)?;
        Ok(saved)
    }

    /// What the org's rules make of a record just written.
    fn apply_rules(
        &self,
        object: &Object,
        saved: &Saved,
        names_owner: bool,
        concerns_duplicates: bool,
    ) -> Result<(), Problem> {
        if concerns_duplicates {
            duplicates::refuse(self, object, &saved.id)?;
        }
        assignment::run(self, object, &saved.id, names_owner, saved.created)
    }

    /// Changes the fields that the draft names.
    ///
    /// # Errors
    /// As [`Writer::insert`]; also `NOT_FOUND` and `ENTITY_IS_DELETED`.
    pub fn update(&self, object: &Object, id: &RecordId, draft: Draft) -> Outcome {
        if !object.updateable {
            return Err(unsupported(object, "update"));
        }
        lock::refuse(self, object, id)?;
        let names_owner = draft.names(object, "OwnerId");
        let concerns = duplicates::concerns(object, &draft);
        let saved = self.change(object, id, draft)?;
        self.apply_rules(object, &saved, names_owner, concerns)?;
        Ok(saved)
    }

    /// Changes the one record whose `key` field has this value, or creates it.
    ///
    /// # Errors
    /// As [`Writer::insert`]; `DUPLICATE_EXTERNAL_ID` if several records have the value.
    pub fn upsert(&self, object: &Object, key: &str, value: &str, mut draft: Draft) -> Outcome {
        let field = self.key_field(object, key)?;
        let matches = self.find_by_key(object, field, value)?;
        match matches.as_slice() {
            [id] => self.update(object, id, draft),
            [] if field.name == "Id" => Err(Problem::not_found()),
            [] => {
                let index = object.field_index(&field.name).unwrap_or_default();
                draft.values.retain(|(at, _)| *at != index);
                draft.values.push((index, lookup::key_value(field, value)?));
                self.insert(object, draft)
            }
            several => Err(lookup::several(field, value, several)),
        }
    }
}

fn unsupported(object: &Object, verb: &str) -> Problem {
    let message = format!("entity type {} does not support {verb}", object.name);
    Problem::of_record("INVALID_TYPE_FOR_OPERATION", message, [])
}

#[cfg(test)]
mod tests;
