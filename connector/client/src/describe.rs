//! What the connector itself needs of an object's describe: types of fields, references, children. Asked for once per
//! operation at most, and kept in the instance: `If-Modified-Since` makes asking again cheap.

use crate::cache::BoundedCache;
use crate::client::{Client, Request, Unusable};
use crate::expected::Expected;
use crate::path::segment;
use salesforce_contract::bindings::Fault;
use salesforce_contract::limits::MAX_DESCRIBES;
use serde::Deserialize;
use std::collections::HashMap;
use std::rc::Rc;

/// How the values of a field are written in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// A number without decimals.
    Whole,
    /// A number: double, currency, percent.
    Decimal,
    /// `2026-01-31`.
    Date,
    /// `2026-01-31T10:00:00Z`.
    DateTime,
    /// `10:00:00.000Z`.
    Time,
    /// An address or a location: written through its parts.
    Compound,
    /// Any other text.
    Text,
}

/// A field of an object.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its API name, as the org spells it.
    pub name: String,
    /// How its values are written.
    pub kind: Kind,
    /// The name of its reference (`Owner` of `OwnerId`), as the org spells it.
    pub relationship: Option<String>,
    /// The sObjects that it may refer to.
    pub refers_to: Vec<String>,
    /// Whether a reference may use it to find its record: an external id, or another field that the org finds records by.
    pub finds: bool,
    /// Whether its values are ids of Salesforce: those of external objects, and of what describes objects, have other forms.
    pub holds_id: bool,
    /// Whether new records may have it.
    pub createable: bool,
    /// Whether it may be changed.
    pub updateable: bool,
    /// Whether the org has made it, and not Salesforce.
    pub custom: bool,
    /// Whether it holds bytes, written as base64.
    pub binary: bool,
}

/// An object of the org, as its user sees it.
#[derive(Debug, Default)]
pub struct Described {
    /// Its API name, as the org spells it.
    pub name: String,
    fields: HashMap<String, Field>,
    /// The names of the fields in small letters, in the order of the describe.
    order: Vec<String>,
    /// Names of references (`Owner`, `Account__r`) with the fields that they go through.
    references: HashMap<String, String>,
    children: HashMap<String, String>,
    /// Names of fields by the field that they are parts of.
    parts: HashMap<String, Vec<String>>,
}

impl Described {
    /// The field of this name, in any case.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.get(&name.to_ascii_lowercase())
    }

    /// The field behind a reference such as `Owner` or `Account__r`.
    pub fn reference(&self, relationship: &str) -> Option<&Field> {
        self.field(self.references.get(&relationship.to_ascii_lowercase())?)
    }

    /// The sObject of the children behind a relationship such as `Contacts`.
    pub fn child(&self, relationship: &str) -> Option<&str> {
        let known = self.children.get(&relationship.to_ascii_lowercase());
        known.map(String::as_str)
    }

    /// The API names of the fields that a field is made up of; none for most.
    pub fn parts(&self, field: &str) -> &[String] {
        let parts = self.parts.get(&field.to_ascii_lowercase());
        parts.map(Vec::as_slice).unwrap_or_default()
    }

    /// All fields, in the order of the describe.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.order.iter().filter_map(|name| self.fields.get(name))
    }

    /// The API names of all fields.
    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        self.fields().map(|field| field.name.as_str())
    }
}

impl From<WireObject> for Described {
    fn from(wire: WireObject) -> Self {
        let mut described = Self {
            name: wire.name,
            ..Self::default()
        };
        for field in wire.fields {
            let folded = field.name.to_ascii_lowercase();
            if let Some(relationship) = &field.relationship_name {
                described
                    .references
                    .insert(relationship.to_ascii_lowercase(), folded.clone());
            }
            if let Some(whole) = field.part_of() {
                let parts = described.parts.entry(whole).or_default();
                parts.push(field.name.clone());
            }
            described.order.push(folded.clone());
            described.fields.insert(folded, Field::from(field));
        }
        for child in wire.child_relationships {
            let name = child
                .relationship_name
                .map(|name| name.to_ascii_lowercase());
            described
                .children
                .extend(name.map(|name| (name, child.child_sobject)));
        }
        described
    }
}

impl From<WireField> for Field {
    fn from(wire: WireField) -> Self {
        Self {
            kind: kind(&wire.kind),
            holds_id: holds_id(&wire.kind, &wire.reference_to),
            name: wire.name,
            relationship: wire.relationship_name,
            refers_to: wire.reference_to,
            finds: wire.external_id || wire.id_lookup,
            createable: wire.createable,
            updateable: wire.updateable,
            custom: wire.custom,
            binary: wire.kind == "base64",
        }
    }
}

/// Field types with another form in JSON than text (Object Reference, "Field Types").
fn kind(name: &str) -> Kind {
    match name {
        "boolean" => Kind::Boolean,
        "int" | "long" => Kind::Whole,
        "double" | "currency" | "percent" => Kind::Decimal,
        "date" => Kind::Date,
        "datetime" => Kind::DateTime,
        "time" => Kind::Time,
        "address" | "location" => Kind::Compound,
        _ => Kind::Text,
    }
}

/// Ends of the names of objects whose records live elsewhere, under keys of their own.
const EXTERNAL: [&str; 2] = ["__x", "__dlm"];

/// Objects that describe objects: their records are named, too.
const DESCRIBING: [&str; 3] = ["EntityDefinition", "FieldDefinition", "EntityParticle"];

fn holds_id(kind: &str, refers_to: &[String]) -> bool {
    let by_id = |target: &String| {
        let external = EXTERNAL.iter().any(|end| target.ends_with(end));
        !external && !DESCRIBING.contains(&target.as_str())
    };
    kind == "id" || kind == "reference" && refers_to.iter().all(by_id)
}

/// What matters of a describe.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireObject {
    name: String,
    fields: Vec<WireField>,
    #[serde(default)]
    child_relationships: Vec<WireChild>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireField {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    reference_to: Vec<String>,
    relationship_name: Option<String>,
    #[serde(default)]
    external_id: bool,
    #[serde(default)]
    id_lookup: bool,
    #[serde(default = "yes")]
    createable: bool,
    #[serde(default = "yes")]
    updateable: bool,
    #[serde(default)]
    custom: bool,
    compound_field_name: Option<String>,
}

/// What is not told is not held against a field.
fn yes() -> bool {
    true
}

impl WireField {
    /// The field that this one is a part of, in small letters; a field is no part of itself.
    fn part_of(&self) -> Option<String> {
        let whole = self.compound_field_name.as_ref()?.to_ascii_lowercase();
        (whole != self.name.to_ascii_lowercase()).then_some(whole)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireChild {
    #[serde(rename = "childSObject")]
    child_sobject: String,
    relationship_name: Option<String>,
}

/// A describe with the date that asks for changes since.
#[derive(Clone)]
struct Kept {
    last_modified: String,
    described: Rc<Described>,
}

/// The describes of an instance; the oldest goes first.
type Describes = BoundedCache<Kept, MAX_DESCRIBES>;

/// GET sobjects/{object}/describe, or the describe that is kept if the object has not changed since.
pub fn described(client: &Client, object: &str) -> Result<Rc<Described>, Fault> {
    let path = client.path(&format!("sobjects/{}/describe", segment("object", object)?))?;
    let key = format!("{} {path}", client.settings().session_key());
    let describes = client.context().cache::<Describes>();
    let known = describes.get(&key);
    let mut call = Request::get(path).expecting(Expected::DESCRIBE);
    if let Some(known) = &known {
        call = call.with_header("if-modified-since", &known.last_modified);
        call.accepted_statuses = &[304];
    }
    call.prerequisite = true;
    client.send_as(&call, None, |reply, _| {
        if let (304, Some(known)) = (reply.status, &known) {
            return Ok(known.described.clone());
        }
        let wire: WireObject = serde_json::from_slice(&reply.body).map_err(|error| {
            Unusable(format!(
                "The describe of {object} is not as documented: {error}"
            ))
        })?;
        let described = Rc::new(Described::from(wire));
        if let Some(date) = reply.header("last-modified") {
            let kept = Kept {
                last_modified: date.to_owned(),
                described: described.clone(),
            };
            describes.keep(key.clone(), kept);
        }
        Ok(described)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{account, client, describe_of};
    use crate::transport::scripted::Play;

    #[test]
    fn a_describe_is_kept_and_asked_for_again_only_if_it_changed() {
        let (client, script, _) = client([account(), Play::json(304, "")]);
        let first = described(&client, "Account").unwrap();
        let again = described(&client, "Account").unwrap();
        assert!(Rc::ptr_eq(&first, &again));
        let headers = &script.requests()[2].headers;
        assert!(headers.contains(&(
            "if-modified-since".into(),
            "Wed, 21 Oct 2026 07:28:00 GMT".into()
        )));
    }

    #[test]
    fn fields_references_and_children_are_found_in_any_case() {
        let (client, ..) = client([account()]);
        let account = described(&client, "Account").unwrap();
        assert_eq!(account.field("ANNUALREVENUE").unwrap().kind, Kind::Decimal);
        assert_eq!(account.reference("owner").unwrap().name, "OwnerId");
        assert_eq!(account.child("contacts"), Some("Contact"));
        assert!(account.field("Nmae").is_none());
    }

    #[test]
    fn no_more_describes_are_kept_than_the_limit() {
        let objects: Vec<String> = (0..=MAX_DESCRIBES)
            .map(|number| format!("O{number}__c"))
            .collect();
        let (client, ..) = client(objects.iter().map(|name| describe_of(name, "[]", "[]")));
        for name in &objects {
            described(&client, name).unwrap();
        }
        let kept = client.context().cache::<Describes>();
        assert_eq!(kept.len(), MAX_DESCRIBES);
    }
}
