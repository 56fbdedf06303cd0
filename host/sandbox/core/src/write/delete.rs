//! Deleting: moves a record and its children into the recycle bin.

use rusqlite::params;

use super::cascade::AuditStamp;
use super::writer::unsupported;
use super::{Outcome, Row, Saved, Writer};
use crate::events::Change;
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::{Object, OnDelete};
use sandbox_model::store::quoted;
use sandbox_model::value::Value;

/// Children named at most in an error.
const NAMED: usize = 10;
/// Levels of children a delete follows before it gives up; a cycle of master-detail cannot be deeper.
pub(super) const DEPTH: usize = 32;

impl Writer<'_> {
    /// Puts a record into the recycle bin, with its children; lookups to it become null.
    ///
    /// # Errors
    /// `INVALID_CROSS_REFERENCE_KEY`, `ENTITY_IS_DELETED`, `DELETE_FAILED` if a record refers to it that may not lose it.
    pub fn delete(&self, object: &Object, id: &RecordId) -> Outcome {
        if !object.deletable {
            return Err(unsupported(object, "delete"));
        }
        let known = self
            .schema
            .object_by_prefix(id.key_prefix())
            .filter(|of| of.name == object.name);
        match known
            .map(|object| self.is_deleted(object, id.as_str()))
            .transpose()?
            .flatten()
        {
            None => return Err(ApiError::no_such_record()),
            Some(true) => return Err(ApiError::deleted()),
            Some(false) => {}
        }
        crate::rules::lock::reject(self, object, id)?;
        // All children are collected first: one that restricts the delete leaves everything as it was.
        let mut doomed = vec![(object, id.as_str().to_owned())];
        self.collect(object, id.as_str(), &mut doomed, 0)?;
        for (object, doomed) in &doomed {
            self.release_lookups(object, doomed)?;
            // Marked with the root of the delete, so that undelete restores exactly these.
            self.mark(object, doomed, Some(id.as_str()))?;
        }
        Ok(Saved {
            id: id.clone(),
            created: false,
        })
    }

    /// Gathers the records that go along, and rejects the delete if one restricts it.
    fn collect<'s>(
        &'s self,
        object: &Object,
        id: &str,
        doomed: &mut Vec<(&'s Object, String)>,
        depth: usize,
    ) -> Result<(), ApiError>
    where
        Self: 's,
    {
        for child in object
            .stored_relationships()
            .filter(|child| child.on_delete != OnDelete::SetNull)
        {
            let Some(child_object) = self.schema.object(&child.child_object) else {
                continue;
            };
            let children = self.children(child, id)?;
            if child.on_delete == OnDelete::Restrict && !children.is_empty() {
                return Err(self.delete_restricted(object, id, child_object, &children));
            }
            for child in children {
                if depth < DEPTH && !doomed.iter().any(|(_, known)| *known == child) {
                    doomed.push((child_object, child.clone()));
                    self.collect(child_object, &child, doomed, depth + 1)?;
                }
            }
        }
        Ok(())
    }

    fn delete_restricted(
        &self,
        object: &Object,
        id: &str,
        by: &Object,
        children: &[String],
    ) -> ApiError {
        let label = |object: &Object, id: &str| {
            let name = object
                .name_field()
                .map(|field| quoted(&field.name))
                .unwrap_or_else(|| "\"Id\"".into());
            let sql = format!(
                "SELECT {name} FROM {} WHERE \"Id\" = ?1",
                quoted(&object.name)
            );
            self.connection
                .query_row(&sql, [id], |row| row.get::<_, String>(0))
                .unwrap_or_else(|_| id.to_owned())
        };
        let names: Vec<_> = children
            .iter()
            .take(NAMED)
            .map(|child| label(by, child))
            .collect();
        let message = format!(
            "Your attempt to delete {} could not be completed because it is associated with the following {}.: {}\n",
            label(object, id),
            by.label_plural.to_lowercase(),
            names.join(", ")
        );
        ApiError::for_record("DELETE_FAILED", message, [])
    }

    fn release_lookups(&self, object: &Object, id: &str) -> Result<(), ApiError> {
        for child in object
            .stored_relationships()
            .filter(|child| child.on_delete == OnDelete::SetNull)
        {
            let Some(child_object) = self.schema.object(&child.child_object) else {
                continue;
            };
            for orphan in self.children(child, id)? {
                self.cascade_update(child_object, &orphan, AuditStamp::System, |row| {
                    row.set(&child.field, Value::Null);
                })?;
            }
        }
        Ok(())
    }

    /// Marks a record as deleted by the delete of `root`, or as not deleted.
    pub(super) fn mark(
        &self,
        object: &Object,
        id: &str,
        root: Option<&str>,
    ) -> Result<(), ApiError> {
        let sql = format!(
            "UPDATE {} SET \"IsDeleted\" = ?2, \"__deletion\" = ?3, \"LastModifiedDate\" = ?4, \
             \"LastModifiedById\" = ?5, \"SystemModstamp\" = ?4 WHERE \"Id\" = ?1",
            quoted(&object.name)
        );
        let values = params![id, root.is_some(), root, self.now, self.user.as_str()];
        self.connection.prepare_cached(&sql)?.execute(values)?;
        if root.is_some() {
            return self.publish_change(&Change::Deleted { object, id });
        }
        match Row::load(self.connection, object, id)? {
            Some((row, _)) => self.publish_change(&Change::Undeleted(&row)),
            None => Ok(()),
        }
    }
}
