//! Bringing records back from the recycle bin.

use rusqlite::OptionalExtension;

use super::{Outcome, Row, Saved, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::{Object, OnDelete};
use sandbox_model::store::quoted;

impl Writer<'_> {
    /// Brings a record back, with all that its delete took along.
    ///
    /// # Errors
    /// `UNDELETE_FAILED` if the record is not in the recycle bin in its own right; `DUPLICATE_VALUE` if another record
    /// has taken its unique value.
    pub fn undelete(&self, object: &Object, id: &RecordId) -> Outcome {
        let sql = format!(
            "SELECT \"__deletion\" FROM {} WHERE \"Id\" = ?1 AND \"IsDeleted\" = 1",
            quoted(&object.name)
        );
        let root: Option<String> = self
            .connection
            .prepare_cached(&sql)?
            .query_row([id.as_str()], |row| row.get(0))
            .optional()?;
        if root.as_deref() != Some(id.as_str()) {
            return Err(ApiError::for_record(
                "UNDELETE_FAILED",
                "Entity is not in the recycle bin",
                [],
            ));
        }
        self.restore(object, id.as_str(), id.as_str())?;
        Ok(Saved {
            id: id.clone(),
            created: false,
        })
    }

    fn restore(&self, object: &Object, id: &str, root: &str) -> Result<(), ApiError> {
        if let Some((row, _)) = Row::load(self.connection, object, id)? {
            self.check_unique(&row, None)?;
        }
        self.mark(object, id, None)?;
        for way in object
            .stored_relationships()
            .filter(|way| way.on_delete == OnDelete::Cascade)
        {
            let Some(child_object) = self.schema.object(&way.child_object) else {
                continue;
            };
            for child in self.deleted_with(way, id, root)? {
                self.restore(child_object, &child, root)?;
            }
        }
        Ok(())
    }
}
