//! Values that the org gives where the client gave none.

use super::{Row, Writer};
use sandbox_model::id::RecordId;
use sandbox_model::schema::{Field, FieldType, Object};
use sandbox_model::value::{Value, from_json};

/// Fills what has a default: booleans, default values, default pick-list entries, the owner.
pub(super) fn fill(writer: &Writer<'_>, row: &mut Row<'_>) {
    let object: &Object = row.object;
    for (field, value) in object
        .fields()
        .iter()
        .zip(&mut row.values)
        .filter(|(_, value)| value.is_null())
    {
        if let Some(default) = default_of(field) {
            *value = default;
        }
    }
    if object.field("OwnerId").is_some() && row.get("OwnerId").is_null() {
        row.set("OwnerId", Value::Text(writer.user.as_str().to_owned()));
    }
}

fn default_of(field: &Field) -> Option<Value> {
    if field.field_type == FieldType::Boolean && field.default_value.is_none() {
        return Some(Value::Bool(false));
    }
    match &field.default_value {
        Some(json) => from_json(field, json).ok(),
        None => field
            .picklist
            .iter()
            .find(|value| value.default_value)
            .map(|value| Value::Text(value.value.clone())),
    }
}

/// Id, auto-numbers and audit fields of a new record.
pub(super) fn stamp_new(writer: &Writer<'_>, row: &mut Row<'_>, id: &RecordId) {
    row.set("Id", Value::Text(id.as_str().to_owned()));
    row.set("CreatedDate", Value::Int(writer.now));
    row.set("CreatedById", Value::Text(writer.user.as_str().to_owned()));
    stamp_changed(writer, row);
    let object: &Object = row.object;
    for (field, value) in object.fields().iter().zip(&mut row.values) {
        if let FieldType::AutoNumber { format } = &field.field_type {
            *value = Value::Text(auto_number(format, id.number().unwrap_or_default()));
        }
    }
    if object.custom && row.get("Name").is_null() {
        row.set("Name", Value::Text(id.as_str().to_owned()));
    }
}

/// Audit fields of a changed record.
pub(super) fn stamp_changed(writer: &Writer<'_>, row: &mut Row<'_>) {
    row.set("LastModifiedDate", Value::Int(writer.now));
    row.set(
        "LastModifiedById",
        Value::Text(writer.user.as_str().to_owned()),
    );
    row.set("SystemModstamp", Value::Int(writer.now));
}

/// `SHP-00007` for the pattern `SHP-{00000}` and 7.
fn auto_number(format: &str, number: u64) -> String {
    let (before, rest) = format.split_once('{').unwrap_or((format, "}"));
    let (zeros, after) = rest.split_once('}').unwrap_or((rest, ""));
    format!("{before}{number:0width$}{after}", width = zeros.len())
}

#[cfg(test)]
mod tests {
    #[test]
    fn auto_numbers_follow_their_pattern() {
        assert_eq!(super::auto_number("SHP-{00000}/x", 7), "SHP-00007/x");
        assert_eq!(super::auto_number("{0}", 123), "123");
    }
}
