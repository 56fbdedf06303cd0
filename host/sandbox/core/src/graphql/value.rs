//! Values of fields: the value itself and what people see of it.

use async_graphql_parser::Pos;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value as Json, json};

use super::document::Selected;
use super::error::{GraphError, Result};
use sandbox_model::schema::{Field, FieldType};
use sandbox_model::value::dates;
use sandbox_soql::projection::{Style, ValueKind};
use sandbox_soql::render::human;

/// A field of a record, ready to be shown.
#[derive(Debug, Clone)]
pub(super) struct ResolvedField {
    value: Json,
    display: Json,
}

impl ResolvedField {
    /// Reads a column.
    pub(super) fn new(field: &Field, kind: &ValueKind, value: ValueRef<'_>) -> Self {
        Self {
            display: display(field, kind, value),
            value: plain(kind, value),
        }
    }

    /// Returns the value alone.
    pub(super) fn value(&self) -> &Json {
        &self.value
    }

    /// Returns the members asked for.
    pub(super) fn members(&self, field: &Field, fields: &[Selected]) -> Json {
        let member = |name: &str| match name {
            "value" => self.value.clone(),
            "__typename" => json!(type_name(&field.field_type)),
            // `label` of pick-lists; `displayValue` and `format` of everything.
            _ => self.display.clone(),
        };
        let members = fields.iter().map(|it| (it.key.clone(), member(&it.name)));
        Json::Object(members.collect::<Map<_, _>>())
    }
}

/// Rejects members that values of this type do not have.
pub(super) fn check(field: &Field, at: Pos, fields: &[Selected], path: &[String]) -> Result<()> {
    let type_name = type_name(&field.field_type);
    if fields.is_empty() {
        let message = format!(
            "Subselection required for type '{type_name}' of field '{}'",
            field.name
        );
        return Err(GraphError::invalid("SubselectionRequired", path, message).at(at));
    }
    for member in fields {
        let known = match member.name.as_str() {
            "value" | "displayValue" | "__typename" => true,
            "label" => matches!(
                field.field_type,
                FieldType::Picklist { .. } | FieldType::MultiPicklist { .. }
            ),
            "format" => {
                field.field_type.is_decimal()
                    || matches!(
                        field.field_type,
                        FieldType::Date | FieldType::DateTime | FieldType::Int
                    )
            }
            _ => false,
        };
        if !known {
            let path = [path, std::slice::from_ref(&member.key)].concat();
            return Err(GraphError::undefined(&path, &member.name, type_name).at(member.at));
        }
    }
    Ok(())
}

/// Returns the name of the type in the GraphQL schema (GraphQL API guide, "Field Types").
fn type_name(field_type: &FieldType) -> &'static str {
    match field_type {
        FieldType::Id | FieldType::Reference(_) => "IDValue",
        FieldType::TextArea => "TextAreaValue",
        FieldType::LongTextArea => "LongTextAreaValue",
        FieldType::Html => "RichTextAreaValue",
        FieldType::Boolean => "BooleanValue",
        FieldType::Int => "IntValue",
        FieldType::Double => "DoubleValue",
        FieldType::Currency => "CurrencyValue",
        FieldType::Percent => "PercentValue",
        FieldType::Date => "DateValue",
        FieldType::DateTime => "DateTimeValue",
        FieldType::Time => "TimeValue",
        FieldType::Email => "EmailValue",
        FieldType::Phone => "PhoneNumberValue",
        FieldType::Url => "UrlValue",
        FieldType::Picklist { .. } => "PicklistValue",
        FieldType::MultiPicklist { .. } => "MultiPicklistValue",
        FieldType::EncryptedString => "EncryptedStringValue",
        _ => "StringValue",
    }
}

fn plain(kind: &ValueKind, value: ValueRef<'_>) -> Json {
    match (value, kind) {
        (ValueRef::Null | ValueRef::Blob(_), _) => Json::Null,
        (ValueRef::Integer(truth), ValueKind::Boolean) => json!(truth != 0),
        (ValueRef::Integer(ms), ValueKind::DateTime) => json!(dates::format_datetime_z(ms)),
        (ValueRef::Integer(ms), ValueKind::Time) => json!(dates::format_time(ms)),
        (ValueRef::Integer(number), ValueKind::Double) => json!(number as f64),
        (ValueRef::Integer(number), _) => json!(number),
        (ValueRef::Real(number), ValueKind::Integer) if number.fract() == 0.0 => {
            json!(number as i64)
        }
        (ValueRef::Real(number), _) => json!(number),
        (ValueRef::Text(text), _) => json!(String::from_utf8_lossy(text)),
    }
}

/// As the UI API shows values: null where people see just the value.
fn display(field: &Field, kind: &ValueKind, value: ValueRef<'_>) -> Json {
    if value == ValueRef::Null {
        return Json::Null;
    }
    let human = |style| human::formatted(value, kind, style);
    match &field.field_type {
        FieldType::Currency => json!(human(Style::Money)),
        FieldType::Percent => json!(format!("{}%", human(Style::Digits(field.scale)))),
        FieldType::Double => json!(human(Style::Digits(field.scale))),
        FieldType::Int | FieldType::DateTime | FieldType::Time => json!(human(Style::Plain)),
        FieldType::Date => json!(human(Style::Day)),
        FieldType::Picklist { .. } | FieldType::MultiPicklist { .. } => {
            let text = human(Style::Plain);
            let label = |value: &str| {
                let known = field.picklist.iter().find(|known| known.value == value);
                known.map_or_else(|| value.to_owned(), |known| known.label.clone())
            };
            json!(text.split(';').map(label).collect::<Vec<_>>().join(";"))
        }
        _ => Json::Null,
    }
}
