//! Fields as records: `FieldDefinition` and `CustomField`.

use super::names::{Names, field_name};
use super::{CreatedBy, Record, audit, text};
use sandbox_model::schema::{Field, FieldType, Object, OnDelete};
use sandbox_model::value::Value;

/// Returns a field as the Tooling API guide's "FieldDefinition" describes it.
pub(super) fn definition(
    object: &Object,
    field: &Field,
    names: &Names,
    made: CreatedBy<'_>,
) -> Record {
    let durable = names.field(object, field);
    let relationship = field
        .reference()
        .and_then(|reference| reference.relationship_name.as_deref());
    let mut record = vec![
        ("Id", text(&durable)),
        ("DurableId", text(&durable)),
        ("EntityDefinitionId", text(&names.entity(object))),
        ("QualifiedApiName", text(&field.name)),
        ("DeveloperName", text(field_name(field))),
        ("MasterLabel", text(&field.label)),
        ("Label", text(&field.label)),
        ("DataType", text(&data_type(object, field))),
        ("ValueTypeId", text(value_type(&field.field_type))),
        ("RelationshipName", relationship.map_or(Value::Null, text)),
        (
            "PublisherId",
            text(if field.custom { "<local>" } else { "System" }),
        ),
        ("LastModifiedDate", Value::Int(made.at)),
        ("LastModifiedById", text(made.by)),
    ];
    record.extend(sizes(field));
    let flags = flags(field);
    record.extend(flags.into_iter().map(|(name, it)| (name, Value::Bool(it))));
    record
}

fn sizes(field: &Field) -> [(&'static str, Value); 3] {
    let number = |it: u32| Value::Int(i64::from(it));
    [
        ("Length", number(field.length)),
        ("Precision", number(field.precision)),
        ("Scale", number(field.scale)),
    ]
}

fn flags(field: &Field) -> [(&'static str, bool); 15] {
    let reference = field.reference();
    let polymorphic = reference.is_some_and(sandbox_model::schema::Reference::is_polymorphic);
    let indexed = field.unique || field.external_id || field.id_lookup || reference.is_some();
    [
        ("IsCalculated", field.calculated),
        ("IsNameField", field.name_field),
        ("IsNillable", field.nillable),
        ("IsIndexed", indexed),
        ("IsHtmlFormatted", field.field_type == FieldType::Html),
        ("IsHighScaleNumber", false),
        ("IsFieldHistoryTracked", false),
        ("IsWorkflowFilterable", field.filterable),
        ("IsCompactLayoutable", field.sortable),
        ("IsApiFilterable", field.filterable),
        ("IsApiSortable", field.sortable),
        ("IsApiGroupable", field.groupable),
        ("IsListFilterable", field.filterable),
        ("IsListSortable", field.sortable),
        ("IsPolymorphicForeignKey", polymorphic),
    ]
}

/// Returns a custom field as the Tooling API guide's "CustomField" describes it.
pub(super) fn custom(
    object: &Object,
    field: &Field,
    names: &Names,
    made: CreatedBy<'_>,
) -> Option<Record> {
    let id = names.custom_field(object, field)?;
    let of_object = names.custom_object(object);
    let table = of_object.map_or(object.name.as_str(), |id| id.as_str());
    let mut record = vec![
        ("Id", text(id.as_str())),
        ("DeveloperName", text(field_name(field))),
        ("TableEnumOrId", text(table)),
        ("EntityDefinitionId", text(&names.entity(object))),
        ("ManageableState", text("unmanaged")),
        (
            "InlineHelpText",
            field.inline_help_text.as_deref().map_or(Value::Null, text),
        ),
    ];
    record.extend(sizes(field));
    record.extend(audit(made));
    Some(record)
}

/// Returns the type as setup shows it: `Text(80)`, `Number(16, 2)`, `Lookup(User,Group)`.
fn data_type(object: &Object, field: &Field) -> String {
    let sized = |word: &str| format!("{word}({})", field.length);
    let number = |word: &str| {
        let whole = field.precision.saturating_sub(field.scale);
        format!("{word}({whole}, {})", field.scale)
    };
    match &field.field_type {
        FieldType::Id => "Id".into(),
        FieldType::String if field.name == "Name" && object.parts_of(field).next().is_some() => {
            "Name".into()
        }
        FieldType::String => sized("Text"),
        FieldType::AutoNumber { .. } => "Auto Number".into(),
        FieldType::TextArea => sized("Text Area"),
        FieldType::LongTextArea => sized("Long Text Area"),
        FieldType::Html => sized("Rich Text Area"),
        FieldType::EncryptedString => sized("Text (Encrypted)"),
        FieldType::Boolean => "Checkbox".into(),
        FieldType::Int => format!("Number({}, 0)", field.digits),
        FieldType::Double => number("Number"),
        FieldType::Currency => number("Currency"),
        FieldType::Percent => number("Percent"),
        FieldType::Date => "Date".into(),
        FieldType::DateTime => "Date/Time".into(),
        FieldType::Time => "Time".into(),
        FieldType::Email => "Email".into(),
        FieldType::Phone => "Phone".into(),
        FieldType::Url => sized("URL"),
        FieldType::Picklist { .. } | FieldType::Combobox => "Picklist".into(),
        FieldType::MultiPicklist { .. } => "Picklist (Multi-Select)".into(),
        FieldType::Base64 => "Base64".into(),
        FieldType::Address => "Address".into(),
        FieldType::AnyType => "Unknown".into(),
        FieldType::Reference(reference) => {
            let master = field.custom && reference.on_delete == OnDelete::Cascade;
            let word = if master { "Master-Detail" } else { "Lookup" };
            format!("{word}({})", reference.to.join(","))
        }
    }
}

/// Returns the type of values, as `ValueTypeId` names it.
fn value_type(field_type: &FieldType) -> &'static str {
    match field_type {
        FieldType::Id | FieldType::Reference(_) => "id",
        FieldType::Boolean => "boolean",
        FieldType::Int => "integer",
        FieldType::Double | FieldType::Currency | FieldType::Percent => "double",
        FieldType::Date => "date",
        FieldType::DateTime => "datetime",
        FieldType::Time => "time",
        FieldType::Base64 => "base64",
        FieldType::Address => "address",
        _ => "string",
    }
}
