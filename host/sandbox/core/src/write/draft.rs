//! What a client wants a record to become.

use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::column::Column;
use super::reference::{ParentKey, key_of, no_such_column, parent_object};
use sandbox_model::api_error::ApiError;
use sandbox_model::json::{Body, Members};
use sandbox_model::schema::{Field, Object, Schema};
use sandbox_model::value::{Value, from_json, from_text};

/// Values for some fields of a record, read but not yet checked against the rules.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Places in the object's fields, with the values to be.
    pub values: Vec<(usize, Value)>,
    /// References given by a key of the parent instead of its id.
    pub parents: Vec<ParentKey>,
}

impl Draft {
    /// Reads a record of `object` from a JSON object; `attributes` is passed over.
    ///
    /// # Errors
    /// `INVALID_FIELD` for a field that does not exist, `JSON_PARSER_ERROR` with the place for a value of the wrong type.
    pub fn from_json(
        schema: &Schema,
        object: &Object,
        body: Body<'_>,
        members: &Members<'_>,
    ) -> Result<Self, ApiError> {
        let mut draft = Self::default();
        for (name, raw) in members.0.iter().filter(|(name, _)| name != "attributes") {
            if let Some(index) = object.field_index(name) {
                let field = object
                    .fields()
                    .get(index)
                    .ok_or_else(|| no_such_column(object, name))?;
                draft.values.push((index, read(field, body, raw)?));
            } else if let Some(reference) = object.relationship(name) {
                draft
                    .parents
                    .extend(parent_key(schema, object, reference, body, raw)?);
            } else {
                return Err(no_such_column(object, name));
            }
        }
        Ok(draft)
    }

    /// Adds the value of a CSV column or XML element; `column` may be a field or `Parent__r.Key__c`
    /// (`Type:Parent.Key__c` where the reference is polymorphic). `None` is an explicit null.
    ///
    /// # Errors
    /// `INVALID_FIELD` for what does not exist, `INVALID_TYPE_ON_FIELD_IN_RECORD` for text that is no such value.
    pub fn set_text(
        &mut self,
        schema: &Schema,
        object: &Object,
        column: &str,
        text: Option<&str>,
    ) -> Result<(), ApiError> {
        let column = Column::find(schema, object, column)?;
        self.put(object, &column, text)
    }

    /// Adds a value of a column that was looked up before; `None` is an explicit null.
    ///
    /// # Errors
    /// `INVALID_TYPE_ON_FIELD_IN_RECORD` for text that is no such value.
    pub fn put(
        &mut self,
        object: &Object,
        column: &Column,
        text: Option<&str>,
    ) -> Result<(), ApiError> {
        match (column, text) {
            (Column::Field(at) | Column::Parent { field: at, .. }, None) => {
                self.values.push((*at, Value::Null));
            }
            (Column::Field(at), Some(text)) => {
                let field = object.fields().get(*at).ok_or_else(ApiError::not_found)?;
                self.values.push((*at, from_text(field, text)?));
            }
            (Column::Parent { field, object, key }, Some(text)) => self.parents.push(ParentKey {
                field: *field,
                object: object.clone(),
                key: key.clone(),
                value: text.to_owned(),
            }),
        }
        Ok(())
    }

    /// Sets a field by name to a value that has the column's form already.
    pub fn set(&mut self, object: &Object, field: &str, value: Value) {
        if let Some(index) = object.field_index(field) {
            self.values.push((index, value));
        }
    }

    /// Forgets a field whose value is null.
    pub(super) fn drop_null(&mut self, object: &Object, field: &str) {
        let index = object.field_index(field);
        self.values
            .retain(|(at, value)| Some(*at) != index || !value.is_null());
    }

    /// Returns whether the draft names this field.
    #[must_use]
    pub fn names(&self, object: &Object, field: &str) -> bool {
        let index = object.field_index(field);
        self.values.iter().any(|(at, _)| Some(*at) == index)
    }
}

fn read(field: &Field, body: Body<'_>, raw: &RawValue) -> Result<Value, ApiError> {
    let json: Json =
        serde_json::from_str(raw.get()).map_err(|error| ApiError::json(error.to_string()))?;
    from_json(field, &json).map_err(|wrong| ApiError::json(wrong.at(&body.place(raw))))
}

/// Returns the key under a relationship's name; null there clears the reference and needs no key.
fn parent_key<'a>(
    schema: &Schema,
    object: &Object,
    field: &Field,
    body: Body<'a>,
    raw: &'a RawValue,
) -> Result<Option<ParentKey>, ApiError> {
    let members = body.object(raw)?;
    let text = |raw: &RawValue| serde_json::from_str::<Json>(raw.get()).unwrap_or_default();
    let mut of = None;
    let mut key = None;
    for (name, raw) in &members.0 {
        if name == "attributes" {
            of = text(raw)
                .get("type")
                .and_then(Json::as_str)
                .map(str::to_owned);
        } else if name != "type" {
            key = Some((name.to_string(), text(raw)));
        }
    }
    let parent = parent_object(schema, object, field, of.as_deref())?;
    let Some((key, value)) = key else {
        return Ok(None);
    };
    let value = match value {
        Json::String(text) => text,
        Json::Number(number) => number.to_string(),
        Json::Bool(truth) => truth.to_string(),
        _ => String::new(),
    };
    key_of(object, field, parent, &key, value).map(Some)
}
