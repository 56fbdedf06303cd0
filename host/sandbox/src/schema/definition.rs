//! Definitions of objects as they stand in JSON files, and how they become [`Object`]s.

use serde::Deserialize;

use super::field::{Field, FieldType, OnDelete, PicklistValue, Reference};
use super::{Object, SchemaError, compound, system};

/// Longest text in a field of a type that gives no length of its own.
const DEFAULT_LENGTH: u32 = 255;

/// An object as a file defines it, in the words of describe. Only `name` and `fields` are needed.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectDefinition {
    /// API name; custom objects end with `__c`.
    pub name: String,
    /// What people call one of it; the name without `__c` unless given.
    pub label: Option<String>,
    /// What people call many of it.
    pub label_plural: Option<String>,
    /// First three characters of ids; a free one (`a00`, `a01`...) unless given.
    pub key_prefix: Option<String>,
    /// Whether records have an `OwnerId` (a user, or a queue where `queues` is set).
    #[serde(default = "yes")]
    pub owned: bool,
    /// Whether a queue (`Group`) may own records.
    #[serde(default)]
    pub queues: bool,
    /// Whether records carry a person's name: Salutation, FirstName, LastName and the Name made of them.
    #[serde(default)]
    pub person: bool,
    /// Whether records can be created, updated and deleted at all; the next four refine it.
    #[serde(default = "yes")]
    pub writable: bool,
    /// Whether records can be created.
    pub createable: Option<bool>,
    /// Whether records can be updated.
    pub updateable: Option<bool>,
    /// Whether records can be deleted.
    pub deletable: Option<bool>,
    /// Whether records can be undeleted.
    pub undeletable: Option<bool>,
    /// Whether deleted records stay visible as deleted: false for users and settings.
    #[serde(default = "yes")]
    pub recycled: bool,
    /// Whether SOSL finds records.
    #[serde(default = "yes")]
    pub searchable: bool,
    /// Whether records can be merged.
    #[serde(default)]
    pub mergeable: bool,
    /// Whether Chatter feeds are on.
    #[serde(default)]
    pub feed_enabled: bool,
    /// Whether recently used records are kept: adds LastViewedDate and LastReferencedDate.
    #[serde(default = "yes")]
    pub mru_enabled: bool,
    /// The fields but those that every object has.
    #[serde(default)]
    pub fields: Vec<FieldDefinition>,
}

/// A field as a file defines it, in the words of describe. Only `name` and `type` are needed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FieldDefinition {
    /// API name.
    pub name: String,
    /// What people see; made from the name unless given.
    pub label: Option<String>,
    /// Describe's type, or `longtextarea`, `html`, `autonumber`, which describe tells by other flags.
    #[serde(rename = "type")]
    pub field_type: String,
    /// Longest text in characters.
    pub length: Option<u32>,
    /// Digits in all.
    pub precision: Option<u32>,
    /// Digits after the point.
    pub scale: Option<u32>,
    /// Whether null is a value; true unless given, false for booleans.
    pub nillable: Option<bool>,
    /// Whether a create may set it.
    pub createable: Option<bool>,
    /// Whether an update may set it.
    pub updateable: Option<bool>,
    /// Shorthand for neither createable nor updateable.
    #[serde(default)]
    pub read_only: bool,
    /// Whether two records may not have the same value.
    #[serde(default)]
    pub unique: bool,
    /// Whether comparing minds the case.
    #[serde(default)]
    pub case_sensitive: bool,
    /// Whether it can be the key of an upsert.
    #[serde(default)]
    pub external_id: bool,
    /// Whether a record can be found by it in upserts; as `externalId` unless given.
    pub id_lookup: Option<bool>,
    /// Whether it names the record.
    #[serde(default)]
    pub name_field: bool,
    /// What a create takes when nothing is given.
    pub default_value: Option<serde_json::Value>,
    /// Whether the org fills it when nothing is given.
    pub defaulted_on_create: Option<bool>,
    /// Whether it is computed.
    #[serde(default)]
    pub calculated: bool,
    /// Values of a pick-list: texts, or records with value, label, active, default.
    #[serde(default)]
    pub picklist_values: Vec<PicklistDefinition>,
    /// Whether values outside the list are refused.
    #[serde(default)]
    pub restricted_picklist: bool,
    /// Objects a reference may point to.
    #[serde(default)]
    pub reference_to: Vec<String>,
    /// Name of the way to the parent; `Account` for `AccountId` and `Account__r` for `Account__c` unless given.
    pub relationship_name: Option<String>,
    /// Name of the way to the children.
    pub child_relationship_name: Option<String>,
    /// `setNull` (unless given), `restrict` or `cascade`.
    pub on_delete: Option<String>,
    /// Compound field this one is a part of.
    pub compound_field_name: Option<String>,
    /// Pattern of an auto-number, `SHP-{00000}`.
    pub display_format: Option<String>,
    /// Whether a WHERE may use it.
    pub filterable: Option<bool>,
    /// Whether an ORDER BY may use it.
    pub sortable: Option<bool>,
    /// Whether a GROUP BY may use it.
    pub groupable: Option<bool>,
    /// Help shown beside the field.
    pub inline_help_text: Option<String>,
}

/// One value of a pick-list in a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum PicklistDefinition {
    /// The value, which is its label too.
    Value(String),
    /// All of it.
    Full {
        /// What is stored.
        value: String,
        /// What is shown; the value unless given.
        label: Option<String>,
        /// Whether new records may take it.
        #[serde(default = "yes")]
        active: bool,
        /// Whether new records take it when nothing is given.
        #[serde(default)]
        default: bool,
    },
}

const fn yes() -> bool {
    true
}

/// Reads one file.
pub(super) fn parse(file: &str, text: &str) -> Result<ObjectDefinition, SchemaError> {
    serde_json::from_str(text)
        .map_err(|error| SchemaError(format!("object definition {file}: {error}")))
}

/// Adds `more` to the known definitions: as a new object, or as fields of a known one.
pub(super) fn merge(known: &mut Vec<ObjectDefinition>, more: ObjectDefinition) {
    let Some(object) = known
        .iter_mut()
        .find(|object| object.name.eq_ignore_ascii_case(&more.name))
    else {
        known.push(more);
        return;
    };
    for field in more.fields {
        object
            .fields
            .retain(|old| !old.name.eq_ignore_ascii_case(&field.name));
        object.fields.push(field);
    }
}

/// Gives each definition without a key prefix the next free one of the custom kind: a00, a01 ... a09, a0A ...
pub(super) fn assign_key_prefixes(definitions: &mut [ObjectDefinition]) {
    let mut taken: Vec<String> = definitions
        .iter()
        .filter_map(|object| object.key_prefix.clone())
        .collect();
    for object in definitions
        .iter_mut()
        .filter(|object| object.key_prefix.is_none())
    {
        let free = (0..62 * 62)
            .map(|n| format!("a{}", crate::id::base62(n, 2)))
            .find(|prefix| !taken.contains(prefix));
        taken.extend(free.clone());
        object.key_prefix = free;
    }
}

/// Makes the object: own fields between the system's, parts of compounds added.
pub(super) fn build(definition: &ObjectDefinition) -> Result<Object, SchemaError> {
    let prefix = definition
        .key_prefix
        .clone()
        .filter(|prefix| is_key_prefix(prefix))
        .ok_or_else(|| {
            SchemaError(format!(
                "{}: keyPrefix must be three letters or digits",
                definition.name
            ))
        })?;
    let mut fields = vec![system::id()];
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
    fields.extend(system::audit(definition));
    for field in custom {
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
        let flags = Flags::of(&field_type);
        Field {
            label: self.label.clone().unwrap_or_else(|| label_of(&self.name)),
            length: self.length.unwrap_or_else(|| default_length(&field_type)),
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
    fn of(field_type: &FieldType) -> Self {
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

impl ObjectDefinition {
    pub(super) fn is_custom(&self) -> bool {
        self.name.ends_with("__c")
    }

    pub(super) fn label(&self) -> &str {
        self.label
            .as_deref()
            .unwrap_or_else(|| self.name.trim_end_matches("__c"))
    }

    pub(super) fn label_plural(&self) -> String {
        self.label_plural
            .clone()
            .unwrap_or_else(|| format!("{}s", self.label()))
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
