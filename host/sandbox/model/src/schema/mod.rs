//! What the org knows about its objects: the data dictionary behind describe, SOQL, validation and the tables.
//!
//! Objects are data, not code: one JSON file each under `objects/`, with the member names of Salesforce's describe. Fields that
//! every object has ([`system`]) and the parts of compound fields ([`compound`]) are added while loading. More objects,
//! or more fields of known objects, come from files of the same form ([`Schema::load`]).

mod build;
mod compound;
mod definition;
mod field;
mod object;
mod scope;
mod system;
#[cfg(test)]
mod tests;
mod view;

use std::collections::HashMap;

pub use compound::ADDRESS_MEMBERS;
pub use definition::{FieldDefinition, ObjectDefinition, PicklistDefinition};
pub use field::{Field, FieldType, OnDelete, PicklistValue, Reference};
pub use object::{ChildRelationship, Object};
pub use scope::{RecordScope, ScopeKind};
pub use view::View;

/// The objects every sandbox org has.
const SHIPPED: &[(&str, &str)] = &[
    ("Asset", include_str!("objects/Asset.json")),
    ("Campaign", include_str!("objects/Campaign.json")),
    (
        "CampaignMember",
        include_str!("objects/CampaignMember.json"),
    ),
    ("Contract", include_str!("objects/Contract.json")),
    ("Event", include_str!("objects/Event.json")),
    ("Note", include_str!("objects/Note.json")),
    (
        "OpportunityContactRole",
        include_str!("objects/OpportunityContactRole.json"),
    ),
    ("Order", include_str!("objects/Order.json")),
    ("Pricebook2", include_str!("objects/Pricebook2.json")),
    (
        "PricebookEntry",
        include_str!("objects/PricebookEntry.json"),
    ),
    ("Product2", include_str!("objects/Product2.json")),
    ("RecordType", include_str!("objects/RecordType.json")),
    ("UserRole", include_str!("objects/UserRole.json")),
    ("Account", include_str!("objects/Account.json")),
    ("Attachment", include_str!("objects/Attachment.json")),
    ("Case", include_str!("objects/Case.json")),
    ("Contact", include_str!("objects/Contact.json")),
    (
        "ContentDocument",
        include_str!("objects/ContentDocument.json"),
    ),
    (
        "ContentDocumentLink",
        include_str!("objects/ContentDocumentLink.json"),
    ),
    (
        "ContentVersion",
        include_str!("objects/ContentVersion.json"),
    ),
    ("CustomField", include_str!("objects/CustomField.json")),
    ("CustomObject", include_str!("objects/CustomObject.json")),
    ("Document", include_str!("objects/Document.json")),
    (
        "EntityDefinition",
        include_str!("objects/EntityDefinition.json"),
    ),
    ("EventLogFile", include_str!("objects/EventLogFile.json")),
    (
        "FieldDefinition",
        include_str!("objects/FieldDefinition.json"),
    ),
    ("Folder", include_str!("objects/Folder.json")),
    ("Group", include_str!("objects/Group.json")),
    ("Lead", include_str!("objects/Lead.json")),
    ("Opportunity", include_str!("objects/Opportunity.json")),
    (
        "Order_Event__e",
        include_str!("objects/Order_Event__e.json"),
    ),
    ("Organization", include_str!("objects/Organization.json")),
    ("Profile", include_str!("objects/Profile.json")),
    ("Shipment__c", include_str!("objects/Shipment__c.json")),
    ("Task", include_str!("objects/Task.json")),
    ("User", include_str!("objects/User.json")),
    ("ApexClass", include_str!("objects/ApexClass.json")),
    ("ApexTrigger", include_str!("objects/ApexTrigger.json")),
    (
        "AssignmentRule",
        include_str!("objects/AssignmentRule.json"),
    ),
    ("DuplicateRule", include_str!("objects/DuplicateRule.json")),
    ("FeedItem", include_str!("objects/FeedItem.json")),
    ("ListView", include_str!("objects/ListView.json")),
    (
        "ProcessDefinition",
        include_str!("objects/ProcessDefinition.json"),
    ),
    (
        "ProcessInstance",
        include_str!("objects/ProcessInstance.json"),
    ),
    (
        "ProcessInstanceStep",
        include_str!("objects/ProcessInstanceStep.json"),
    ),
    (
        "ProcessInstanceWorkitem",
        include_str!("objects/ProcessInstanceWorkitem.json"),
    ),
    ("PushTopic", include_str!("objects/PushTopic.json")),
    ("Report", include_str!("objects/Report.json")),
    (
        "SelfServiceUser",
        include_str!("objects/SelfServiceUser.json"),
    ),
    ("UserLicense", include_str!("objects/UserLicense.json")),
    ("PermissionSet", include_str!("objects/PermissionSet.json")),
    (
        "PermissionSetAssignment",
        include_str!("objects/PermissionSetAssignment.json"),
    ),
    ("GroupMember", include_str!("objects/GroupMember.json")),
    ("BusinessHours", include_str!("objects/BusinessHours.json")),
    ("CronJobDetail", include_str!("objects/CronJobDetail.json")),
    ("CronTrigger", include_str!("objects/CronTrigger.json")),
    (
        "ApexEmailNotification",
        include_str!("objects/ApexEmailNotification.json"),
    ),
    (
        "StreamingChannel",
        include_str!("objects/StreamingChannel.json"),
    ),
];

/// A definition of an object that cannot be used; the message names the file, the location and the fix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SchemaError(pub String);

/// All objects of an org, found by name in any case or by the first three characters of a record id.
#[derive(Debug, Clone)]
pub struct Schema {
    objects: Vec<Object>,
    /// How many of them the APIs for data have.
    of_data: usize,
    by_name: HashMap<String, usize>,
    by_prefix: HashMap<String, usize>,
}

impl Schema {
    /// Returns the shipped objects alone.
    ///
    /// # Errors
    /// Never with the files as shipped; a test holds them to it.
    pub fn shipped() -> Result<Self, SchemaError> {
        Self::with_definitions(Vec::new())
    }

    /// Creates the shipped objects plus `more`: a name that is known already gains (or replaces) the fields given.
    ///
    /// # Errors
    /// A definition that contradicts itself or another one: unknown type, repeated name or key prefix, reference to
    /// an object that does not exist.
    pub fn with_definitions(more: Vec<ObjectDefinition>) -> Result<Self, SchemaError> {
        let mut definitions = Vec::new();
        for (name, text) in SHIPPED {
            definitions.push(definition::parse(name, text)?);
        }
        for definition in more {
            definition::merge(&mut definitions, definition);
        }
        definition::assign_key_prefixes(&mut definitions);
        definitions.extend(view::definitions(&definitions)?);
        let objects = definitions
            .iter()
            .map(build::build)
            .collect::<Result<Vec<_>, _>>()?;
        Self::link(objects)
    }

    /// Reads object definitions from JSON texts (`(file name, content)`) and adds them to the shipped ones.
    ///
    /// # Errors
    /// As [`Schema::with_definitions`], and JSON that cannot be read: the text names the file and the line.
    pub fn load<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, SchemaError> {
        let more = files
            .into_iter()
            .map(|(name, text)| definition::parse(name, text))
            .collect::<Result<Vec<_>, _>>()?;
        Self::with_definitions(more)
    }

    fn link(mut objects: Vec<Object>) -> Result<Self, SchemaError> {
        // Objects that only the Tooling API has come last: the others are then a slice.
        objects.sort_by(|a, b| (!a.data, &a.name).cmp(&(!b.data, &b.name)));
        let by_name = index(&objects, "name", |object| {
            Some(object.name.to_ascii_lowercase())
        })?;
        // The records that views show have the prefix of their own object.
        let by_prefix = index(&objects, "key prefix", |object| {
            object.view.is_none().then(|| object.key_prefix.clone())
        })?;
        let of_data = objects.partition_point(|object| object.data);
        let mut schema = Self {
            objects,
            of_data,
            by_name,
            by_prefix,
        };
        schema.add_child_relationships()?;
        Ok(schema)
    }

    fn add_child_relationships(&mut self) -> Result<(), SchemaError> {
        let mut found: Vec<(usize, ChildRelationship)> = Vec::new();
        for object in &self.objects {
            for (field, reference) in object.references() {
                for target in &reference.child_relationship_of {
                    let parent =
                        self.by_name
                            .get(&target.to_ascii_lowercase())
                            .ok_or_else(|| {
                                SchemaError(format!(
                                    "{}.{} refers to {target}, which no object is called",
                                    object.name, field.name
                                ))
                            })?;
                    found.push((*parent, ChildRelationship::new(object, field, reference)));
                }
            }
        }
        for (parent, child) in found {
            if let Some(object) = self.objects.get_mut(parent) {
                object.add_child_relationship(child)?;
            }
        }
        Ok(())
    }

    /// Returns all objects of the APIs for data, ordered by API name.
    #[must_use]
    pub fn objects(&self) -> &[Object] {
        self.objects.get(..self.of_data).unwrap_or_default()
    }

    /// Returns all objects of the Tooling API.
    pub fn tooling_objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(|object| object.tooling)
    }

    /// Returns the objects of all APIs.
    pub(crate) fn all_objects(&self) -> &[Object] {
        &self.objects
    }

    /// Returns the object of the APIs for data called `name`; Salesforce does not mind the case.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<&Object> {
        self.any_object(name).filter(|object| object.data)
    }

    /// Returns the object of the Tooling API called `name`, in any case.
    #[must_use]
    pub fn tooling_object(&self, name: &str) -> Option<&Object> {
        self.any_object(name).filter(|object| object.tooling)
    }

    /// Returns the object of any API called `name`, in any case.
    pub fn any_object(&self, name: &str) -> Option<&Object> {
        self.by_name
            .get(&name.to_ascii_lowercase())
            .and_then(|at| self.objects.get(*at))
    }

    /// Returns the object whose record ids start with `prefix` (three characters, case-sensitive).
    #[must_use]
    pub fn object_by_prefix(&self, prefix: &str) -> Option<&Object> {
        self.by_prefix
            .get(prefix)
            .and_then(|at| self.objects.get(*at))
    }

    /// Returns the object that the record with this id belongs to.
    #[must_use]
    pub fn object_of_id(&self, id: &str) -> Option<&Object> {
        self.object_by_prefix(id.get(..3)?)
    }
}

fn index(
    objects: &[Object],
    what: &str,
    key: impl Fn(&Object) -> Option<String>,
) -> Result<HashMap<String, usize>, SchemaError> {
    let mut found = HashMap::new();
    for (at, object) in objects.iter().enumerate() {
        let Some(key) = key(object) else { continue };
        if let Some(other) = found
            .insert(key.clone(), at)
            .and_then(|at: usize| objects.get(at))
        {
            return Err(SchemaError(format!(
                "{} and {} share the {what} {key}",
                other.name, object.name
            )));
        }
    }
    Ok(found)
}
