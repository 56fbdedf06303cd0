//! References given by a key of the parent instead of its id.

use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{Field, Object, Schema};

/// A parent named by one of its keys: `"Account__r": {"External_Id__c": "A-1"}`.
#[derive(Debug, Clone, PartialEq)]
pub struct ParentKey {
    /// Place of the reference field.
    pub field: usize,
    /// API name of the parent's object.
    pub object: String,
    /// API name of the parent's key field.
    pub key: String,
    /// The key's value.
    pub value: String,
}

/// Returns the object at the far end: the only one, or the one named where there are several.
pub(super) fn parent_object<'s>(
    schema: &'s Schema,
    object: &Object,
    field: &Field,
    of: Option<&str>,
) -> Result<&'s Object, ApiError> {
    let targets = field
        .reference()
        .map(|reference| reference.to.as_slice())
        .unwrap_or_default();
    let target = match (of, targets) {
        (None, [only]) => Some(only),
        (None, _) => None,
        (Some(name), several) => several
            .iter()
            .find(|target| target.eq_ignore_ascii_case(name)),
    };
    target.and_then(|name| schema.object(name)).ok_or_else(|| {
        let message = format!(
            "Polymorphic foreign key {} of {} must specify one of the sObject types {}",
            field.name,
            object.name,
            targets.join(", ")
        );
        ApiError::for_record("INVALID_FIELD", message, [field.name.as_str()])
    })
}

pub(super) fn key_of(
    object: &Object,
    field: &Field,
    parent: &Object,
    key: &str,
    value: String,
) -> Result<ParentKey, ApiError> {
    let key = parent
        .field(key)
        .ok_or_else(|| no_such_column(parent, key))?;
    if !key.id_lookup {
        let message = format!(
            "Field name provided, {} is not an External ID or indexed field for {}",
            key.name, parent.name
        );
        return Err(ApiError::for_record(
            "INVALID_FIELD",
            message,
            [key.name.as_str()],
        ));
    }
    Ok(ParentKey {
        field: place(object, field),
        object: parent.name.clone(),
        key: key.name.clone(),
        value,
    })
}

fn place(object: &Object, field: &Field) -> usize {
    object.field_index(&field.name).unwrap_or_default()
}

pub(super) fn no_such_column(object: &Object, name: &str) -> ApiError {
    ApiError::new(
        "INVALID_FIELD",
        format!("No such column '{name}' on sobject of type {}", object.name),
    )
}
