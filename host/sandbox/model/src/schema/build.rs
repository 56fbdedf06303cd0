//! How definitions become objects: types read, flags filled in from the type, standard fields added.

use super::definition::{FieldDefinition, ObjectDefinition, PicklistDefinition};
use super::field::{Field, FieldType, OnDelete, PicklistValue, Reference};
use super::{Object, SchemaError, compound, system};

/// Longest text in a field of a type that gives no length of its own.
const DEFAULT_LENGTH: u32 = 255;
/// Longest value of a standard pick-list to which no values can be added.
const FIXED_PICKLIST_LENGTH: u32 = 40;

/// Makes the object: own fields between the system's, parts of compounds added.
pub(super) fn build(definition: &ObjectDefinition) -> Result<Object, SchemaError> {
    let prefix = definition
        .key_prefix
        .clone()
        .filter(|prefix| definition.view.is_some() || is_key_prefix(prefix))
        .ok_or_else(|| {
            SchemaError(format!(
                "{}: keyPrefix must be three letters or digits",
                definition.name
            ))
        })?;
    if definition.is_event() {
        return event(definition, prefix);
    }
    let mut fields = vec![system::id(definition)];
    if definition.recycled {
        fields.push(system::is_deleted());
    }
    let (custom, standard): (Vec<_>, Vec<_>) = definition
        .fields
        .iter()
        .partition(|field| field.name.ends_with("__c"));
    if definition.person {
        fields.extend(compound::person_name());
    }
    if definition.is_custom() && !standard.iter().any(|field| field.name == "Name") {
        fields.push(system::custom_name(definition.label()));
    }
    for field in standard {
        fields.extend(build_field(definition, field)?);
    }
    if definition.audited {
        fields.extend(system::audit(definition));
    }
    for field in custom {
        fields.extend(build_field(definition, field)?);
    }
    Object::new(definition, prefix, fields)
}

/// Builds a platform event, which has its own fields and those of the event bus.
fn event(definition: &ObjectDefinition, prefix: String) -> Result<Object, SchemaError> {
    let mut fields = system::event();
    for field in &definition.fields {
        fields.extend(build_field(definition, field)?);
    }
    Object::new(definition, prefix, fields)
}

fn is_key_prefix(prefix: &str) -> bool {
    prefix.len() == 3 && prefix.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn build_field(
    object: &ObjectDefinition,
    field: &FieldDefinition,
) -> Result<Vec<Field>, SchemaError> {
    let field_type = field_type(object, field)?;
    if field_type == FieldType::Address {
        return Ok(compound::address(&field.name, field.label.as_deref()));
    }
    Ok(vec![field.build(field_type)])
}

fn field_type(
    object: &ObjectDefinition,
    field: &FieldDefinition,
) -> Result<FieldType, SchemaError> {
    let restricted = field.restricted_picklist;
    Ok(match field.field_type.as_str() {
        "string" => FieldType::String,
        "textarea" if field.length.unwrap_or(DEFAULT_LENGTH) > DEFAULT_LENGTH => {
            FieldType::LongTextArea
        }
        "textarea" => FieldType::TextArea,
        "longtextarea" => FieldType::LongTextArea,
        "html" => FieldType::Html,
        "boolean" => FieldType::Boolean,
        "int" => FieldType::Int,
        "double" => FieldType::Double,
        "currency" => FieldType::Currency,
        "percent" => FieldType::Percent,
        "date" => FieldType::Date,
        "datetime" => FieldType::DateTime,
        "time" => FieldType::Time,
        "email" => FieldType::Email,
        "phone" => FieldType::Phone,
        "url" => FieldType::Url,
        "picklist" => FieldType::Picklist { restricted },
        "multipicklist" => FieldType::MultiPicklist { restricted },
        "combobox" => FieldType::Combobox,
        "base64" => FieldType::Base64,
        "address" => FieldType::Address,
        "encryptedstring" => FieldType::EncryptedString,
        "anyType" => FieldType::AnyType,
        "autonumber" => FieldType::AutoNumber {
            format: field.display_format.clone().unwrap_or_else(|| "{0}".into()),
        },
        "reference" => FieldType::Reference(field.reference(object)?),
        other => {
            let place = format!("{}.{}", object.name, field.name);
            return Err(SchemaError(format!(
                "{place}: there is no field type {other}; use a type of Salesforce's describe"
            )));
        }
    })
}

impl FieldDefinition {
    fn reference(&self, object: &ObjectDefinition) -> Result<Reference, SchemaError> {
        if self.reference_to.is_empty() {
            return Err(SchemaError(format!(
                "{}.{}: a reference needs referenceTo",
                object.name, self.name
            )));
        }
        Ok(Reference {
            to: self.reference_to.clone(),
            relationship_name: self
                .relationship_name
                .clone()
                .or_else(|| relationship_name(&self.name)),
            child_relationship_name: self.child_relationship_name.clone(),
            child_relationship_of: self
                .child_relationship_of
                .clone()
                .unwrap_or_else(|| self.reference_to.clone()),
            on_delete: match self.on_delete.as_deref() {
                None | Some("setNull") => OnDelete::SetNull,
                Some("restrict") => OnDelete::Restrict,
                Some("cascade") => OnDelete::Cascade,
                Some(other) => {
                    let place = format!("{}.{}", object.name, self.name);
                    return Err(SchemaError(format!(
                        "{place}: onDelete is setNull, restrict or cascade, not {other}"
                    )));
                }
            },
        })
    }

    fn build(&self, field_type: FieldType) -> Field {
        let is_boolean = field_type == FieldType::Boolean;
        let given = matches!(field_type, FieldType::AutoNumber { .. });
        let writable = !(self.read_only || self.calculated || given);
        let default_value = self
            .default_value
            .clone()
            .or_else(|| is_boolean.then_some(serde_json::Value::Bool(false)));
        let picklist: Vec<_> = self
            .picklist_values
            .iter()
            .map(PicklistDefinition::build)
            .collect();
        let has_default =
            default_value.is_some() || picklist.iter().any(|value| value.default_value);
        let flags = Flags::from_field_type(&field_type);
        Field {
            label: self.label.clone().unwrap_or_else(|| label_of(&self.name)),
            length: self.length.unwrap_or_else(|| {
                let is_fixed = field_type == FieldType::Picklist { restricted: true };
                if is_fixed && !self.name.ends_with("__c") {
                    FIXED_PICKLIST_LENGTH
                } else {
                    default_length(&field_type)
                }
            }),
            precision: self
                .precision
                .unwrap_or(if field_type.is_decimal() { 18 } else { 0 }),
            scale: self.scale.unwrap_or(0),
            digits: if field_type == FieldType::Int {
                self.length.unwrap_or(9)
            } else {
                0
            },
            nillable: self.nillable.unwrap_or(!is_boolean && !given),
            createable: self.createable.unwrap_or(writable),
            updateable: self.updateable.unwrap_or(writable),
            unique: self.unique,
            case_sensitive: self.case_sensitive,
            external_id: self.external_id,
            id_lookup: self.id_lookup.unwrap_or(self.external_id),
            name_field: self.name_field,
            custom: self.name.ends_with("__c"),
            defaulted_on_create: self.defaulted_on_create.unwrap_or(has_default || given),
            default_value,
            calculated: self.calculated,
            picklist,
            filterable: self.filterable.unwrap_or(flags.filterable),
            sortable: self.sortable.unwrap_or(flags.sortable),
            groupable: self.groupable.unwrap_or(flags.groupable),
            aggregatable: flags.sortable && !is_boolean,
            compound_field_name: self.compound_field_name.clone(),
            inline_help_text: self.inline_help_text.clone(),
            name: self.name.clone(),
            field_type,
        }
    }

    /// Makes a field in code; `change` says what differs from the type's defaults.
    pub(super) fn make(
        name: &str,
        label: &str,
        field_type: FieldType,
        change: impl FnOnce(&mut Field),
    ) -> Field {
        let definition = Self {
            name: name.into(),
            label: Some(label.into()),
            ..Self::default()
        };
        let mut field = definition.build(field_type);
        change(&mut field);
        field
    }
}

/// Which clauses of SOQL may use a field, by its type.
struct Flags {
    filterable: bool,
    sortable: bool,
    groupable: bool,
}

impl Flags {
    fn from_field_type(field_type: &FieldType) -> Self {
        use FieldType as T;
        let long = matches!(
            field_type,
            T::LongTextArea | T::Html | T::Base64 | T::EncryptedString
        );
        let measured = matches!(
            field_type,
            T::Double | T::Currency | T::Percent | T::DateTime | T::Time
        );
        let several = matches!(field_type, T::MultiPicklist { .. } | T::Address);
        Self {
            filterable: !long,
            sortable: !long && !several,
            groupable: !long
                && !several
                && !measured
                && !matches!(field_type, T::AutoNumber { .. }),
        }
    }
}

impl PicklistDefinition {
    fn build(&self) -> PicklistValue {
        match self.clone() {
            Self::Value(value) => PicklistValue {
                label: value.clone(),
                value,
                active: true,
                default_value: false,
            },
            Self::Full {
                value,
                label,
                active,
                default,
            } => PicklistValue {
                label: label.unwrap_or_else(|| value.clone()),
                value,
                active,
                default_value: default,
            },
        }
    }
}

fn default_length(field_type: &FieldType) -> u32 {
    match field_type {
        FieldType::Id | FieldType::Reference(_) => 18,
        FieldType::LongTextArea | FieldType::Html => 32_768,
        FieldType::Email => 80,
        FieldType::Phone => 40,
        FieldType::AutoNumber { .. } => 30,
        FieldType::MultiPicklist { .. } => 4_099,
        field_type if field_type.is_text() => DEFAULT_LENGTH,
        _ => 0,
    }
}

/// `Account` for `AccountId`, `Account__r` for `Account__c`.
fn relationship_name(field: &str) -> Option<String> {
    if let Some(stem) = field.strip_suffix("__c") {
        return Some(format!("{stem}__r"));
    }
    field
        .strip_suffix("Id")
        .filter(|stem| !stem.is_empty())
        .map(str::to_owned)
}

/// `Annual Revenue` for `AnnualRevenue`, `Tracking Number` for `Tracking_Number__c`.
fn label_of(name: &str) -> String {
    let mut label = String::new();
    let mut before = ' ';
    for c in name.trim_end_matches("__c").chars() {
        if c.is_uppercase() && before.is_lowercase() {
            label.push(' ');
        }
        label.push(if c == '_' { ' ' } else { c });
        before = c;
    }
    label
}
