//! Records that change because another one was written: they move to another parent or owner, or lose a parent.

use super::{Row, Writer, defaults};
use crate::events::Change;
use sandbox_model::problem::Problem;
use sandbox_model::schema::{ChildRelationship, Object};
use sandbox_model::store::quoted;
use sandbox_model::value::Value;

/// Which audit fields a consequence leaves its mark in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stamp {
    /// Those of a change by the user who writes.
    User,
    /// `SystemModstamp` alone: the org itself did it.
    System,
}

impl Writer<'_> {
    /// The records, not deleted, that refer to this one in this way.
    pub(super) fn children(
        &self,
        way: &ChildRelationship,
        id: &str,
    ) -> Result<Vec<String>, Problem> {
        self.children_by(&way.child_object, &way.field, id)
    }

    /// The records of an object, not deleted, that refer to this one by a field.
    pub(super) fn children_by(
        &self,
        object: &str,
        field: &str,
        id: &str,
    ) -> Result<Vec<String>, Problem> {
        let (table, column) = (quoted(object), quoted(field));
        let sql = format!("SELECT \"Id\" FROM {table} WHERE {column} = ?1 AND \"IsDeleted\" = 0");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let ids = statement.query_map([id], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// Changes a record without rules, checks or locks, and tells the event bus. Nothing happens if there is no such
    /// record or nothing changes.
    pub(super) fn follow(
        &self,
        object: &Object,
        id: &str,
        stamp: Stamp,
        change: impl FnOnce(&mut Row<'_>),
    ) -> Result<(), Problem> {
        let Some((before, false)) = Row::load(self.connection, object, id)? else {
            return Ok(());
        };
        let mut row = before.clone();
        change(&mut row);
        if row.values == before.values {
            return Ok(());
        }
        match stamp {
            Stamp::User => defaults::stamp_changed(self, &mut row),
            Stamp::System => row.set("SystemModstamp", Value::Int(self.now)),
        }
        row.update(self.connection, &before)?;
        self.tell_consequence(&Change::Updated {
            row: &row,
            before: &before,
        })
    }
}
