//! A record as the sObject resources show it.

use serde_json::{Map, Value as Json, json};

use crate::problem::Problem;
use crate::schema::{Field, FieldType, Object};
use crate::value::{self, Value};
use crate::write::Row;

/// Members of an address in answers, and the ends of the names of the fields they come from.
const ADDRESS: &[(&str, &str)] = &[
    ("city", "City"),
    ("country", "Country"),
    ("geocodeAccuracy", "GeocodeAccuracy"),
    ("latitude", "Latitude"),
    ("longitude", "Longitude"),
    ("postalCode", "PostalCode"),
    ("state", "State"),
    ("street", "Street"),
];

/// The record with all its fields, or with those asked for and the id.
///
/// # Errors
/// `INVALID_FIELD` if a field asked for does not exist.
pub(super) fn record(
    row: &Row<'_>,
    base: &str,
    fields: Option<&[String]>,
) -> Result<Json, Problem> {
    let id = row.get("Id").as_str().unwrap_or_default();
    let url = format!("{base}/sobjects/{}/{id}", row.object.name);
    let mut members = Map::new();
    members.insert(
        "attributes".into(),
        json!({"type": row.object.name, "url": url}),
    );
    match fields {
        None => {
            for field in row.object.fields() {
                members.insert(field.name.clone(), shown(row, field, &url));
            }
        }
        Some(names) => {
            for name in names {
                let field = row
                    .object
                    .field(name)
                    .ok_or_else(|| no_such_column(row.object, name))?;
                members.insert(field.name.clone(), shown(row, field, &url));
            }
            members.insert("Id".into(), json!(id));
        }
    }
    Ok(Json::Object(members))
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

/// All members, or null if none has a value.
fn address(row: &Row<'_>, field: &Field) -> Json {
    let mut members = Map::new();
    for (member, ending) in ADDRESS {
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

fn no_such_column(object: &Object, name: &str) -> Problem {
    let message = format!(
        "No such column '{name}' on entity '{}'. If you are attempting to use a custom field, be sure to append the \
         '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.",
        object.name
    );
    Problem::new("INVALID_FIELD", message)
}
