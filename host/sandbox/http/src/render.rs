//! A record as the sObject resources show it.

use rusqlite::Connection;
use serde_json::{Map, Value as Json, json};

use sandbox_core::write::Row;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{ADDRESS_MEMBERS, Field, FieldType, Object, Schema};
use sandbox_model::value::{self, Value};
use sandbox_soql::limits::PARENT_LEVELS;

/// Shows records, and of the records that they refer to what is asked for by dotted paths (`Account.Owner.Name`).
pub(super) struct Renderer<'r> {
    pub connection: &'r Connection,
    pub schema: &'r Schema,
    /// The path of the version, as URLs of records begin.
    pub base: &'r str,
}

impl Renderer<'_> {
    /// Returns the record with all its fields, or with those asked for and the id.
    ///
    /// # Errors
    /// `INVALID_FIELD` if a field asked for does not exist; the database's.
    pub(super) fn record(
        &self,
        row: &Row<'_>,
        fields: Option<&[String]>,
    ) -> Result<Json, ApiError> {
        let Some(names) = fields else {
            let mut members = self.head(row);
            let url = self.url(row);
            for field in row.object.fields() {
                members.insert(field.name.clone(), shown(row, field, &url));
            }
            return Ok(Json::Object(members));
        };
        if let Some(name) = names.iter().find(|name| levels(name) > PARENT_LEVELS) {
            return Err(no_such_column(row.object, name));
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut members = self.some(row, &names)?;
        members.insert("Id".into(), json!(row.get("Id").as_str()));
        Ok(Json::Object(members))
    }

    /// Returns the fields of these names, those of parents inside an object of the relationship's name.
    fn some(&self, row: &Row<'_>, names: &[&str]) -> Result<Map<String, Json>, ApiError> {
        let mut members = self.head(row);
        let url = self.url(row);
        for name in names {
            let Some((relationship, _)) = name.split_once('.') else {
                let field = row.object.field(name);
                let field = field.ok_or_else(|| no_such_column(row.object, name))?;
                members.insert(field.name.clone(), shown(row, field, &url));
                continue;
            };
            let field = row.object.relationship(relationship);
            let field = field.ok_or_else(|| no_such_column(row.object, name))?;
            let key = field
                .reference()
                .and_then(|reference| reference.relationship_name.as_deref())
                .unwrap_or(relationship);
            if !members.contains_key(key) {
                let parent = self.parent(row, field, &below(names, relationship))?;
                members.insert(key.to_owned(), parent);
            }
        }
        Ok(members)
    }

    /// Returns the record that a field refers to, or null; its fields have to exist in any case.
    fn parent(&self, row: &Row<'_>, field: &Field, names: &[&str]) -> Result<Json, ApiError> {
        let id = row.get(&field.name).as_str();
        let to = field.reference().and_then(|reference| reference.to.first());
        let object = match id {
            Some(id) => self.schema.object_of_id(id),
            None => to.and_then(|to| self.schema.object(to)),
        };
        let object = object.ok_or_else(ApiError::not_found)?;
        let found = match id {
            Some(id) => Row::load(self.connection, object, id)?,
            None => None,
        };
        match found {
            Some((parent, false)) => Ok(Json::Object(self.some(&parent, names)?)),
            _ => {
                self.some(&Row::empty(object), names)?;
                Ok(Json::Null)
            }
        }
    }

    fn head(&self, row: &Row<'_>) -> Map<String, Json> {
        let attributes = json!({"type": row.object.name, "url": self.url(row)});
        Map::from_iter([("attributes".to_owned(), attributes)])
    }

    fn url(&self, row: &Row<'_>) -> String {
        let id = row.get("Id").as_str().unwrap_or_default();
        format!("{}/sobjects/{}/{id}", self.base, row.object.name)
    }
}

fn levels(name: &str) -> usize {
    name.matches('.').count()
}

/// Returns what is asked for of the parent that this relationship leads to.
fn below<'n>(names: &[&'n str], relationship: &str) -> Vec<&'n str> {
    let paths = names.iter().filter_map(|name| name.split_once('.'));
    paths
        .filter(|(first, _)| first.eq_ignore_ascii_case(relationship))
        .map(|(_, rest)| rest)
        .collect()
}

fn shown(row: &Row<'_>, field: &Field, url: &str) -> Json {
    match (&field.field_type, row.get(&field.name)) {
        (FieldType::Address, _) => address(row, field),
        (FieldType::Base64, Value::Blob(_) | Value::File(_)) => {
            json!(format!("{url}/{}", field.name))
        }
        (field_type, value) => value::to_json(field_type, value),
    }
}

/// Returns all members, or null if none has a value.
fn address(row: &Row<'_>, field: &Field) -> Json {
    let mut members = Map::new();
    for (member, ending) in ADDRESS_MEMBERS {
        let part = row
            .object
            .parts_of(field)
            .find(|part| part.name.trim_end_matches("__c").ends_with(ending));
        let value = part.map_or(Json::Null, |part| {
            value::to_json(&part.field_type, row.get(&part.name))
        });
        members.insert((*member).to_owned(), value);
    }
    if members.values().all(Json::is_null) {
        Json::Null
    } else {
        Json::Object(members)
    }
}

fn no_such_column(object: &Object, name: &str) -> ApiError {
    let message = format!(
        "No such column '{name}' on entity '{}'. If you are attempting to use a custom field, be sure to append the \
         '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.",
        object.name
    );
    ApiError::new("INVALID_FIELD", message)
}
