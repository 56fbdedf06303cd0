//! Creating, changing and upserting a record, with the org's rules around it.

use super::draft::Draft;
use super::writer::{Outcome, Saved, Writer, unsupported};
use super::{lookup, save};
use crate::rules::{assignment, duplicates, lock};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::Object;

impl Writer<'_> {
    /// Creates a record.
    ///
    /// # Errors
    /// Any of Salesforce's errors: missing, read-only, malformed, too long, duplicate, dangling.
    pub fn insert(&self, object: &Object, mut draft: Draft) -> Outcome {
        if !object.createable {
            return Err(unsupported(object, "create"));
        }
        draft.drop_null(object, "Id");
        save::reject_unsettable(object, &draft)?;
        let names_owner = draft.names(object, "OwnerId");
        let concerns = duplicates::concerns(object, &draft);
        let saved = self.create(object, draft)?;
        self.apply_rules(object, &saved, names_owner, concerns)?;
        Ok(saved)
    }

    /// Applies the org's rules to a record just written.
    fn apply_rules(
        &self,
        object: &Object,
        saved: &Saved,
        names_owner: bool,
        concerns_duplicates: bool,
    ) -> Result<(), ApiError> {
        if concerns_duplicates {
            duplicates::reject(self, object, &saved.id)?;
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
        lock::reject(self, object, id)?;
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
            [] if field.name == "Id" => Err(ApiError::not_found()),
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
