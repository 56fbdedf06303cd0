//! Emptying the recycle bin: what was deleted stays deleted.

use super::{Outcome, Saved, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::Object;
use sandbox_model::store::quoted;

impl Writer<'_> {
    /// Deletes a record past the recycle bin, or takes it out of there.
    ///
    /// # Errors
    /// As [`Writer::delete`] but for `ENTITY_IS_DELETED`, and as [`Writer::purge`].
    pub fn hard_delete(&self, object: &Object, id: &RecordId) -> Outcome {
        match self.delete(object, id) {
            Err(error) if error.code == "ENTITY_IS_DELETED" => {}
            other => drop(other?),
        }
        self.purge(object, id)
    }

    /// Takes a record out of the recycle bin permanently, with all that its delete took along. As in Salesforce, queries
    /// over all rows and `getDeleted()` still show it; nothing brings it back.
    ///
    /// # Errors
    /// `INVALID_CROSS_REFERENCE_KEY` if the record is not in the recycle bin in its own right.
    pub fn purge(&self, object: &Object, id: &RecordId) -> Outcome {
        let own = quoted(&object.name);
        let sql = format!(
            "SELECT count(*) FROM {own} WHERE \"Id\" = ?1 AND \"IsDeleted\" = 1 AND \"__deletion\" = ?1"
        );
        let found: i64 = self
            .connection
            .prepare_cached(&sql)?
            .query_row([id.as_str()], |row| row.get(0))?;
        if found == 0 {
            let message = "Entity is not in the recycle bin";
            let code = "INVALID_CROSS_REFERENCE_KEY";
            return Err(ApiError::for_record(code, message, []));
        }
        self.forget(object, id.as_str(), id.as_str(), 0)?;
        let id = id.clone();
        let created = false;
        Ok(Saved { id, created })
    }

    fn forget(&self, object: &Object, id: &str, root: &str, depth: usize) -> Result<(), ApiError> {
        let own = quoted(&object.name);
        let sql = format!("UPDATE {own} SET \"__deletion\" = NULL WHERE \"Id\" = ?1");
        self.connection.prepare_cached(&sql)?.execute([id])?;
        if depth == super::delete::DEPTH {
            return Ok(());
        }
        for way in object.stored_relationships() {
            let Some(child_object) = self.schema.object(&way.child_object) else {
                continue;
            };
            for child in self.deleted_with(way, id, root)? {
                self.forget(child_object, &child, root, depth + 1)?;
            }
        }
        Ok(())
    }
}
