//! Whole records as the org shows them, and the addresses in them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::rows::{RECORD, end, nil, start};
use sandbox_core::write::Row;
use sandbox_model::schema::{Field, FieldType};
use sandbox_model::value::{Value, dates, number};
use sandbox_model::xml::{Out, escape};

/// Members of `address` in the order of the schema; those of its base, `location`, come first.
const ADDRESS: [&str; 8] = [
    "latitude",
    "longitude",
    "city",
    "country",
    "geocodeAccuracy",
    "postalCode",
    "state",
    "street",
];
/// Members that come with state and country pick-lists, which this org does not use; the schema has them after these.
const CODES: [(&str, &str); 2] = [("country", "countryCode"), ("state", "stateCode")];

/// `values` are written already.
pub(super) fn write_address(out: &mut Vec<u8>, tag: &str, values: &[(&str, Option<Vec<u8>>)]) {
    if values.iter().all(|(_, value)| value.is_none()) {
        nil(out, tag);
        return;
    }
    start(out, tag, " xsi:type=\"address\"");
    for member in ADDRESS {
        let value = values.iter().find(|(name, _)| *name == member);
        match value.and_then(|(_, value)| value.as_ref()) {
            Some(value) => {
                start(out, member, "");
                out.extend_from_slice(value);
                end(out, member);
            }
            None => nil(out, member),
        }
        if let Some((_, code)) = CODES.iter().find(|(before, _)| *before == member) {
            nil(out, code);
        }
    }
    end(out, tag);
}

/// A record that was read whole, with these fields of it.
pub(super) fn record(out: &mut Out, tag: &str, row: &Row<'_>, fields: &[&Field]) {
    out.element(tag, RECORD, |out| {
        out.text("sf:type", &row.object.name);
        out.text("sf:Id", row.get("Id").as_str().unwrap_or_default());
        for field in fields {
            field_of(out, row, field);
        }
    });
}

/// A field's element, nil where it has no value.
pub(crate) fn field_of(out: &mut Out, row: &Row<'_>, field: &Field) {
    let tag = format!("sf:{}", field.name);
    if field.is_compound() {
        let values: Vec<_> = row.object.parts_of(field).collect();
        let values: Vec<_> = values
            .iter()
            .map(|part| (member_of(&part.name), written(part, row.get(&part.name))))
            .collect();
        return write_address(out.bytes(), &tag, &values);
    }
    match written(field, row.get(&field.name)) {
        Some(value) => out.element(&tag, "", |out| out.raw(value)),
        None => out.nil(&tag),
    }
}

/// `postalCode` for `BillingPostalCode`.
fn member_of(part: &str) -> &'static str {
    let is_it = |member: &&&str| {
        part.len() >= member.len()
            && part
                .get(part.len() - member.len()..)
                .is_some_and(|end| end.eq_ignore_ascii_case(member))
    };
    ADDRESS.iter().find(is_it).copied().unwrap_or_default()
}

/// Returns the text of a value, escaped; `None` for null.
fn written(field: &Field, value: &Value) -> Option<Vec<u8>> {
    let text = plain(field, value)?;
    let mut out = Vec::with_capacity(text.len());
    escape(&mut out, &text);
    Some(out)
}

/// Returns the text of a value; `None` for null.
pub(super) fn plain(field: &Field, value: &Value) -> Option<String> {
    Some(match (value, &field.field_type) {
        (Value::Null | Value::File(_), _) => return None,
        (Value::Bool(truth), _) => truth.to_string(),
        (Value::Int(ms), FieldType::DateTime) => dates::format_datetime_z(*ms),
        (Value::Int(ms), FieldType::Time) => dates::format_time(*ms),
        (Value::Int(value), _) => value.to_string(),
        (Value::Real(value), _) => number(*value),
        (Value::Text(text), _) => text.clone(),
        (Value::Blob(bytes), _) => BASE64.encode(bytes),
    })
}
