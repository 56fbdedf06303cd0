//! The fields of a record as change events show them.

use serde_json::{Map, Value as Json, json};

use super::change::Change;
use super::coalesce::Content;
use crate::write::Row;
use sandbox_model::schema::{Field, FieldType, Object};
use sandbox_model::value::{self, Value, dates};

/// Fields that change events leave out (Change Data Capture guide, "Change Event Fields"): the id is in the header,
/// the others are not on the record itself.
const NOT_PUBLISHED: &[&str] = &[
    "Id",
    "IsDeleted",
    "SystemModstamp",
    "LastActivityDate",
    "LastReferencedDate",
    "LastViewedDate",
    "PhotoUrl",
];

/// Returns the record's fields as the event shows them, and the names of those that an update changed.
pub(super) fn content_of(change: &Change<'_>, now: i64) -> Content {
    let mut fields = Map::new();
    let mut changed = Vec::new();
    match change {
        Change::Deleted { .. } => {}
        Change::Created(row) | Change::Undeleted(row) => {
            for (field, value) in published_fields(row).filter(|(_, value)| !value.is_null()) {
                put(&mut fields, row.object, field, shown(field, value));
            }
        }
        Change::Updated { row, before } => {
            let pairs = published_fields(row).filter(|(field, value)| {
                if field.name == "LastModifiedDate" {
                    return !is_conversion(row, before);
                }
                *value != before.get(&field.name)
            });
            for (field, value) in pairs {
                let name = put(&mut fields, row.object, field, shown(field, value));
                changed.push(name);
            }
        }
    }
    if let Change::Undeleted(_) = change {
        let stamp = json!(dates::format_datetime_z(now));
        fields.insert("LastModifiedDate".into(), stamp);
    }
    Content { fields, changed }
}

/// Change events of a lead's conversion lack `LastModifiedDate` (Change Data Capture guide, "Change Events for Lead
/// Conversion").
fn is_conversion(row: &Row<'_>, before: &Row<'_>) -> bool {
    let converted = "IsConverted";
    row.object.name == "Lead" && row.get(converted) != before.get(converted)
}

fn published_fields<'r>(row: &'r Row<'r>) -> impl Iterator<Item = (&'r Field, &'r Value)> {
    row.iter()
        .filter(|(field, _)| is_published(row.object, field))
}

/// Returns whether events contain a field; a compound is represented by its parts.
pub(super) fn is_published(object: &Object, field: &Field) -> bool {
    !NOT_PUBLISHED.contains(&field.name.as_str())
        && !field.calculated
        && !field.is_compound()
        && field.field_type != FieldType::Base64
        && object.parts_of(field).next().is_none()
}

/// Puts a value in its place, parts of compounds into theirs; gives the name that `changedFields` uses.
fn put(fields: &mut Map<String, Json>, object: &Object, field: &Field, value: Json) -> String {
    let Some((compound, part)) = compound_part(object, field) else {
        fields.insert(field.name.clone(), value);
        return field.name.clone();
    };
    let name = format!("{compound}.{part}");
    let parts = fields
        .entry(compound)
        .or_insert_with(|| Json::Object(Map::new()));
    if let Some(parts) = parts.as_object_mut() {
        parts.insert(part, value);
    }
    name
}

/// `BillingAddress` and `City` for `BillingCity`, `Name` and `LastName` for `LastName`.
pub(super) fn compound_part(object: &Object, field: &Field) -> Option<(String, String)> {
    let compound = object.field(field.compound_field_name.as_deref()?)?;
    let stem = compound.name.strip_suffix("Address").unwrap_or_default();
    let part = field.name.strip_prefix(stem).unwrap_or(&field.name);
    Some((compound.name.clone(), part.to_owned()))
}

/// Returns a value as events show it: instants end with `Z`.
pub(super) fn shown(field: &Field, value: &Value) -> Json {
    match (&field.field_type, value) {
        (FieldType::DateTime, Value::Int(ms)) => json!(dates::format_datetime_z(*ms)),
        (field_type, value) => value::to_json(field_type, value),
    }
}
