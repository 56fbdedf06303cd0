//! Records that change because another one was written: they move to another parent or owner, or lose a parent.

use super::{Row, Writer, defaults};
use crate::events::Change;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{ChildRelationship, Object};
use sandbox_model::store::quoted;
use sandbox_model::value::Value;

/// The audit fields that a cascaded update sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AuditStamp {
    /// Those of a change by the user who writes.
    User,
    /// `SystemModstamp` alone: the org itself did it.
    System,
}

impl Writer<'_> {
    /// Returns the records, not deleted, that refer to this one in this way.
    pub(super) fn children(
        &self,
        way: &ChildRelationship,
        id: &str,
    ) -> Result<Vec<String>, ApiError> {
        self.children_by(&way.child_object, &way.field, id)
    }

    /// Returns the records of an object, not deleted, that refer to this one by a field.
    pub(super) fn children_by(
        &self,
        object: &str,
        field: &str,
        id: &str,
    ) -> Result<Vec<String>, ApiError> {
        let (table, column) = (quoted(object), quoted(field));
        let sql = format!("SELECT \"Id\" FROM {table} WHERE {column} = ?1 AND \"IsDeleted\" = 0");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let ids = statement.query_map([id], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// Returns the children that went into the recycle bin with the delete of `root`.
    pub(super) fn deleted_with(
        &self,
        way: &ChildRelationship,
        id: &str,
        root: &str,
    ) -> Result<Vec<String>, ApiError> {
        let (table, column) = (quoted(&way.child_object), quoted(&way.field));
        let sql = format!("SELECT \"Id\" FROM {table} WHERE {column} = ?1 AND \"__deletion\" = ?2");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let ids = statement.query_map([id, root], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// Changes a record without rules, checks or locks, and publishes the change. Nothing happens if there is no such
    /// record or nothing changes.
    pub(super) fn cascade_update(
        &self,
        object: &Object,
        id: &str,
        stamp: AuditStamp,
        change: impl FnOnce(&mut Row<'_>),
    ) -> Result<(), ApiError> {
        let Some((before, false)) = Row::load(self.connection, object, id)? else {
            return Ok(());
        };
        let mut row = before.clone();
        change(&mut row);
        if row.values == before.values {
            return Ok(());
        }
        match stamp {
            AuditStamp::User => defaults::stamp_changed(self, &mut row),
            AuditStamp::System => row.set("SystemModstamp", Value::Int(self.now)),
        }
        row.update(self.connection, &before)?;
        self.publish_cascade(&Change::Updated {
            row: &row,
            before: &before,
        })
    }
}
