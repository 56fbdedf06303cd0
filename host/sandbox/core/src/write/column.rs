//! Columns of tabular data: the meaning of a name in a CSV header or an XML element.

use super::reference::{key_of, no_such_column, parent_object};
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{Object, Schema};

/// A column's meaning, looked up once for many records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// A field, by its place among the object's fields.
    Field(usize),
    /// A reference given by a key of its parent: `Account.External_Id__c`, `Contact:Who.Email`.
    Parent {
        /// Place of the reference field.
        field: usize,
        /// API name of the parent's object.
        object: String,
        /// API name of the parent's key field.
        key: String,
    },
}

impl Column {
    /// Finds the column called `name`: a field, or `Parent__r.Key__c` (`Type:Parent.Key__c` where the reference is polymorphic).
    ///
    /// # Errors
    /// `INVALID_FIELD` for what does not exist, or is no key of the parent.
    pub fn find(schema: &Schema, object: &Object, name: &str) -> Result<Self, ApiError> {
        let Some((way, key)) = name.split_once('.') else {
            let at = object.field_index(name);
            return at
                .map(Self::Field)
                .ok_or_else(|| no_such_column(object, name));
        };
        let (of, way) = way
            .split_once(':')
            .map_or((None, way), |(of, way)| (Some(of), way));
        let field = object
            .relationship(way)
            .ok_or_else(|| no_such_column(object, name))?;
        let parent = parent_object(schema, object, field, of)?;
        let known = key_of(object, field, parent, key, String::new())?;
        Ok(Self::Parent {
            field: known.field,
            object: known.object,
            key: known.key,
        })
    }

    /// Place of the field that the column sets.
    #[must_use]
    pub fn field(&self) -> usize {
        match self {
            Self::Field(at) | Self::Parent { field: at, .. } => *at,
        }
    }
}
