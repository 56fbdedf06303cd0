//! A describe as Salesforce sends it, as far as shapes of records need it.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The describe of an sObject (REST API Developer Guide, "sObject Describe").
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WireObject {
    /// Its API name.
    pub name: String,
    /// Its name for people.
    #[serde(default)]
    pub label: String,
    /// Its fields, in the org's order.
    pub fields: Vec<WireField>,
    /// What refers to it.
    #[serde(default)]
    pub child_relationships: Vec<WireChild>,
}

/// A field of a describe (SOAP API Developer Guide, "DescribeSObjectResult", "Field").
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WireField {
    /// Its API name.
    pub name: String,
    /// Its type: `string`, `picklist`, `reference`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name for people.
    #[serde(default)]
    pub label: String,
    /// What an administrator wrote for those who fill it in.
    #[serde(default)]
    pub inline_help_text: Option<String>,
    /// Most characters of a text; 0 where that means nothing.
    #[serde(default)]
    pub length: u32,
    /// Most digits of a whole number; 0 for others.
    #[serde(default)]
    pub digits: u32,
    /// Most digits of a number, those after the point included.
    #[serde(default)]
    pub precision: u32,
    /// Digits after the point.
    #[serde(default)]
    pub scale: u32,
    /// Whether it may be empty.
    #[serde(default)]
    pub nillable: bool,
    /// Whether the org fills it in on creation.
    #[serde(default)]
    pub defaulted_on_create: bool,
    /// What the org fills in, where that is fixed.
    #[serde(default)]
    pub default_value: Value,
    /// Whether it may be set on creation.
    #[serde(default)]
    pub createable: bool,
    /// Whether it may be changed.
    #[serde(default)]
    pub updateable: bool,
    /// Whether it is a formula or a summary.
    #[serde(default)]
    pub calculated: bool,
    /// Whether the org numbers records in it.
    #[serde(default)]
    pub auto_number: bool,
    /// Whether it was made for this org.
    #[serde(default)]
    pub custom: bool,
    /// Whether it holds an id of another system.
    #[serde(default)]
    pub external_id: bool,
    /// Whether upserts may find records by it.
    #[serde(default)]
    pub id_lookup: bool,
    /// Whether no two records may have the same value.
    #[serde(default)]
    pub unique: bool,
    /// Whether upper and lower case are different in it.
    #[serde(default)]
    pub case_sensitive: bool,
    /// Whether its text is HTML.
    #[serde(default)]
    pub html_formatted: bool,
    /// The compound field that it is a part of.
    #[serde(default)]
    pub compound_field_name: Option<String>,
    /// The objects that it refers to.
    #[serde(default, deserialize_with = "list")]
    pub reference_to: Vec<String>,
    /// The name of the reference in queries.
    #[serde(default)]
    pub relationship_name: Option<String>,
    /// The values of a pick-list.
    #[serde(default, deserialize_with = "list")]
    pub picklist_values: Vec<WirePick>,
    /// Whether other values are refused.
    #[serde(default)]
    pub restricted_picklist: bool,
    /// Whether its values depend on another field.
    #[serde(default)]
    pub dependent_picklist: bool,
    /// That other field.
    #[serde(default)]
    pub controller_name: Option<String>,
}

/// A value of a pick-list.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WirePick {
    /// What is stored.
    pub value: String,
    /// What people see.
    #[serde(default)]
    pub label: Option<String>,
    /// Whether it may still be chosen.
    #[serde(default = "yes")]
    pub active: bool,
    /// Whether it is chosen already.
    #[serde(default)]
    pub default_value: bool,
    /// Bits, one per value of the controlling field, as base64.
    #[serde(default)]
    pub valid_for: Option<String>,
}

/// A relationship to child records.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WireChild {
    /// The object of the children.
    #[serde(rename = "childSObject")]
    pub child_sobject: String,
    /// Their field that refers here.
    #[serde(default)]
    pub field: String,
    /// Its name in queries, where it has one.
    #[serde(default)]
    pub relationship_name: Option<String>,
}

impl WireObject {
    /// The field of this name, in any case.
    pub fn field(&self, name: &str) -> Option<&WireField> {
        self.fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// The field behind a reference such as `Owner`, in any case.
    pub fn parent(&self, relationship: &str) -> Option<&WireField> {
        self.fields
            .iter()
            .find(|field| is(field.relationship_name.as_deref(), relationship))
    }

    /// The relationship to children of this name, in any case.
    pub fn child(&self, relationship: &str) -> Option<&WireChild> {
        self.child_relationships
            .iter()
            .find(|child| is(child.relationship_name.as_deref(), relationship))
    }

    /// The parts of a compound field.
    pub fn parts<'o>(&'o self, compound: &'o str) -> impl Iterator<Item = &'o WireField> {
        self.fields
            .iter()
            .filter(move |field| is(field.compound_field_name.as_deref(), compound))
            .filter(move |field| !field.name.eq_ignore_ascii_case(compound))
    }
}

impl WireField {
    /// Whether references and upserts may find records by it.
    pub fn finds(&self) -> bool {
        self.external_id || self.id_lookup
    }

    /// Whether a record cannot be created without it.
    pub fn is_required(&self) -> bool {
        self.createable && !self.nillable && !self.defaulted_on_create
    }
}

fn is(known: Option<&str>, name: &str) -> bool {
    known.is_some_and(|known| known.eq_ignore_ascii_case(name))
}

fn yes() -> bool {
    true
}

/// A list that may be null.
fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
