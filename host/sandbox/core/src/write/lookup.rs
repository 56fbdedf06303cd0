//! Finding records: by key, and the parents that references name.

use rusqlite::OptionalExtension;

use super::{ParentKey, Row, Writer, check};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::{Field, FieldType, Object};
use sandbox_model::store::quoted;
use sandbox_model::value::{Value, from_text};

/// Matches listed at most when a key is not unique.
const CANDIDATES: usize = 100;

impl Writer<'_> {
    /// Returns the field by which an upsert, or a URL, names records.
    ///
    /// # Errors
    /// `NOT_FOUND`, as REST says it, if there is no such field or if it is no key.
    pub fn key_field<'o>(&self, object: &'o Object, name: &str) -> Result<&'o Field, ApiError> {
        key_field(object, name)
    }

    /// Returns the records (not deleted) whose key field has this value.
    ///
    /// # Errors
    /// The database's, or a value that the key cannot have.
    pub fn find_by_key(
        &self,
        object: &Object,
        field: &Field,
        value: &str,
    ) -> Result<Vec<RecordId>, ApiError> {
        find_by_key(self.connection, object, field, value)
    }

    /// Turns parents named by key into ids.
    pub(super) fn resolve(&self, parent: &ParentKey) -> Result<Value, ApiError> {
        let object = self
            .schema
            .object(&parent.object)
            .ok_or_else(ApiError::not_found)?;
        let field = key_field(object, &parent.key)?;
        match find_by_key(self.connection, object, field, &parent.value)?.as_slice() {
            [id] => Ok(Value::Text(id.as_str().to_owned())),
            [] => {
                let (value, key, of) = (&parent.value, &parent.key, &parent.object);
                let message = format!(
                    "Foreign key external ID: {value} not found for field {key} in entity {of}"
                );
                Err(ApiError::for_record("INVALID_FIELD", message, []))
            }
            several => Err(self::several(field, &parent.value, several)),
        }
    }

    /// Checks that a reference names a record that existsthat is not deleted, and of an object the field points to.
    pub(super) fn check_reference(&self, field: &Field, id: &str) -> Result<(), ApiError> {
        let targets = field
            .reference()
            .map(|reference| reference.to.as_slice())
            .unwrap_or_default();
        let object = self
            .schema
            .object_of_id(id)
            .filter(|object| targets.contains(&object.name));
        let object =
            object.ok_or_else(|| check::wrong_id("FIELD_INTEGRITY_EXCEPTION", field, id))?;
        match self.is_deleted(object, id)? {
            Some(false) => Ok(()),
            Some(true) => Err(ApiError::deleted()),
            None => {
                let fields = [field.name.as_str()];
                Err(ApiError::for_record(
                    "INVALID_CROSS_REFERENCE_KEY",
                    "invalid cross reference id",
                    fields,
                ))
            }
        }
    }

    /// Returns whether a record is in the recycle bin; `None` if there is no such record.
    pub(super) fn is_deleted(&self, object: &Object, id: &str) -> Result<Option<bool>, ApiError> {
        let sql = format!(
            "SELECT \"IsDeleted\" FROM {} WHERE \"Id\" = ?1",
            quoted(&object.name)
        );
        Ok(self
            .connection
            .prepare_cached(&sql)?
            .query_row([id], |row| row.get(0))
            .optional()?)
    }

    /// No other record may have the same value in a unique field.
    pub(super) fn check_unique(
        &self,
        row: &Row<'_>,
        before: Option<&Row<'_>>,
    ) -> Result<(), ApiError> {
        for (at, (field, value)) in row
            .iter()
            .enumerate()
            .filter(|(_, (field, value))| field.unique && !value.is_null())
        {
            if before.and_then(|before| before.values.get(at)) == Some(value) {
                continue;
            }
            let (table, column) = (quoted(&row.object.name), quoted(&field.name));
            let sql =
                format!("SELECT \"Id\" FROM {table} WHERE {column} = ?1 AND \"IsDeleted\" = 0");
            let found: Option<String> = self
                .connection
                .prepare_cached(&sql)?
                .query_row([value], |row| row.get(0))
                .optional()?;
            if let Some(other) = found.filter(|id| Some(id.as_str()) != row.get("Id").as_str()) {
                return Err(duplicate(field, &other));
            }
        }
        Ok(())
    }
}

/// Returns the field by which a URL names records.
pub fn key_field<'o>(object: &'o Object, name: &str) -> Result<&'o Field, ApiError> {
    object
        .field(name)
        .filter(|field| field.id_lookup)
        .ok_or_else(|| ApiError::no_external_id(name))
}

/// Returns the records (not deleted) whose key field has this value.
pub fn find_by_key(
    connection: &rusqlite::Connection,
    object: &Object,
    field: &Field,
    value: &str,
) -> Result<Vec<RecordId>, ApiError> {
    let (table, column) = (quoted(&object.name), quoted(&field.name));
    let sql = format!(
        "SELECT \"Id\" FROM {table} WHERE {column} = ?1 AND \"IsDeleted\" = 0 LIMIT {CANDIDATES}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let ids = statement.query_map([key_value(field, value)?], |row| row.get::<_, String>(0))?;
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    Ok(ids.iter().filter_map(|id| RecordId::parse(id)).collect())
}

/// Returns a key's text in the form its column has.
pub(super) fn key_value(field: &Field, text: &str) -> Result<Value, ApiError> {
    match (&field.field_type, RecordId::parse(text)) {
        (FieldType::Id, Some(id)) => Ok(Value::Text(id.as_str().to_owned())),
        _ => from_text(field, text),
    }
}

pub(super) fn several(field: &Field, value: &str, ids: &[RecordId]) -> ApiError {
    let ids: Vec<_> = ids.iter().map(RecordId::short).collect();
    let message = format!(
        "{}: more than one record found for external id field: {value} [{}]",
        field.name,
        ids.join(", ")
    );
    ApiError::for_record("DUPLICATE_EXTERNAL_ID", message, [field.name.as_str()])
}

pub(super) fn duplicate(field: &Field, other: &str) -> ApiError {
    let other = other.get(..sandbox_model::id::SHORT).unwrap_or(other);
    let message = format!(
        "duplicate value found: {} duplicates value on record with id: {other}",
        field.name
    );
    ApiError::for_record("DUPLICATE_VALUE", message, [])
}
