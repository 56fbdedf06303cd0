//! Definitions of objects in JSON files.

use serde::Deserialize;

use super::{SchemaError, View};

/// An object as a file defines it, with the member names of describe. Only `name` and `fields` are needed.
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
    /// Whether changes of fields can be tracked (Metadata API, `CustomObject`).
    #[serde(default)]
    pub enable_history: bool,
    /// Whether recently used records are kept: adds LastViewedDate and LastReferencedDate.
    #[serde(default = "yes")]
    pub mru_enabled: bool,
    /// Whether the Tooling API has it.
    #[serde(default)]
    pub tooling: bool,
    /// Whether the APIs for data (REST, SOAP, Bulk) have it.
    #[serde(default = "yes")]
    pub data: bool,
    /// Whether its records describe the schema itself: they are called by a `DurableId` and have no id of their own.
    #[serde(default)]
    pub derived: bool,
    /// Whether records have audit fields.
    #[serde(default = "yes")]
    pub audited: bool,
    /// Whether the replication calls, getUpdated and getDeleted, know it; objects that keep when records changed unless
    /// given.
    pub replicateable: Option<bool>,
    /// What it shows if it has no records of its own; never in a file.
    #[serde(skip)]
    pub view: Option<View>,
    /// The fields but those that every object has.
    #[serde(default)]
    pub fields: Vec<FieldDefinition>,
}

/// A field as a file defines it, with the member names of describe. Only `name` and `type` are needed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FieldDefinition {
    /// API name.
    pub name: String,
    /// What people see; made from the name unless given.
    pub label: Option<String>,
    /// Describe's type, or `longtextarea`, `html`, `autonumber`, which describe expresses by other flags.
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
    /// Whether values outside the list are rejected.
    #[serde(default)]
    pub restricted_picklist: bool,
    /// Objects a reference may point to.
    #[serde(default)]
    pub reference_to: Vec<String>,
    /// Name of the way to the parent; `Account` for `AccountId` and `Account__r` for `Account__c` unless given.
    pub relationship_name: Option<String>,
    /// Name of the way to the children.
    pub child_relationship_name: Option<String>,
    /// Objects that have children by this field; all of `referenceTo` unless given.
    pub child_relationship_of: Option<Vec<String>>,
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
    /// Help text of the field.
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

/// Gives each definition without a key prefix the next free one of the custom kind: a00, a01 ... a09, a0A ...; platform events get
/// e00, e02 ...
pub(super) fn assign_key_prefixes(definitions: &mut [ObjectDefinition]) {
    let mut taken: Vec<String> = definitions
        .iter()
        .filter_map(|object| object.key_prefix.clone())
        .collect();
    for object in definitions
        .iter_mut()
        .filter(|object| object.key_prefix.is_none())
    {
        let first = if object.is_event() { 'e' } else { 'a' };
        let free = (0..62 * 62)
            .map(|n| format!("{first}{}", crate::id::base62(n, 2)))
            .find(|prefix| !taken.contains(prefix));
        taken.extend(free.clone());
        object.key_prefix = free;
    }
}

impl ObjectDefinition {
    pub(super) fn is_custom(&self) -> bool {
        self.name.ends_with("__c") || self.is_event()
    }

    /// Returns whether it is a platform event: published, never stored.
    pub(super) fn is_event(&self) -> bool {
        self.name.ends_with("__e")
    }

    pub(super) fn label(&self) -> &str {
        self.label
            .as_deref()
            .unwrap_or_else(|| self.name.trim_end_matches("__c").trim_end_matches("__e"))
    }

    pub(super) fn label_plural(&self) -> String {
        self.label_plural
            .clone()
            .unwrap_or_else(|| format!("{}s", self.label()))
    }
}
