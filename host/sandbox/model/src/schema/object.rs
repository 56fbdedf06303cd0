//! One sObject: its flags, its fields, and who refers to it.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::{Field, OnDelete, Reference, SchemaError, View};

/// One sObject of the org.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags of Salesforce's describe, one by one"
)]
pub struct Object {
    /// API name, `Shipment__c`; the name of its table too.
    pub name: String,
    /// What people call one of it.
    pub label: String,
    /// What people call many of it.
    pub label_plural: String,
    /// First three characters of its records' ids; empty for activities, which are tasks or events.
    pub key_prefix: String,
    /// Whether the org's owner added it (`__c`).
    pub custom: bool,
    /// Whether records can be created.
    pub createable: bool,
    /// Whether records can be updated.
    pub updateable: bool,
    /// Whether records can be deleted.
    pub deletable: bool,
    /// Whether SOQL can read it.
    pub queryable: bool,
    /// Whether SOSL can search it.
    pub searchable: bool,
    /// Whether deleted records can be brought back from the recycle bin.
    pub undeletable: bool,
    /// Whether records can be merged.
    pub mergeable: bool,
    /// Whether Chatter feeds are on.
    pub feed_enabled: bool,
    /// Whether recently used records are kept.
    pub mru_enabled: bool,
    /// Whether the Tooling API has it.
    pub tooling: bool,
    /// Whether the APIs for data have it.
    pub data: bool,
    /// Whether getUpdated and getDeleted know it.
    pub replicateable: bool,
    /// Whether its records describe the schema itself; they are called by their `DurableId`.
    pub derived: bool,
    /// What it shows if it has no records of its own.
    pub view: Option<View>,
    fields: Vec<Field>,
    by_name: HashMap<String, usize>,
    by_relationship: HashMap<String, usize>,
    child_relationships: Vec<ChildRelationship>,
    children_by_name: HashMap<String, usize>,
    /// The statement that reads a record by its id; made when it is first needed.
    pub load: OnceLock<String>,
    /// The schema id of its change events; made when it is first needed.
    pub change_schema: OnceLock<String>,
}

/// A reference to this object, seen from this object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildRelationship {
    /// API name of the object that refers here.
    pub child_object: String,
    /// Its reference field.
    pub field: String,
    /// The way's name in SOQL sub-queries (`Contacts`), if it has one.
    pub relationship_name: Option<String>,
    /// What deleting the parent does to the children.
    pub on_delete: OnDelete,
    /// Whether the field names people (who made the child, who owns it), who cannot be deleted.
    pub is_to_user: bool,
    /// Whether the children are records; a view follows the records that it shows.
    pub is_stored: bool,
}

impl ChildRelationship {
    pub(super) fn new(object: &Object, field: &Field, reference: &Reference) -> Self {
        Self {
            child_object: object.name.clone(),
            field: field.name.clone(),
            relationship_name: reference.child_relationship_name.clone(),
            on_delete: reference.on_delete,
            is_to_user: reference.to.iter().any(|to| to == "User"),
            is_stored: object.view.is_none(),
        }
    }
}

/// Everything of an object but its fields and relations.
pub(super) type Head = super::definition::ObjectDefinition;

impl Object {
    pub(super) fn new(
        head: &Head,
        key_prefix: String,
        fields: Vec<Field>,
    ) -> Result<Self, SchemaError> {
        let by_name = index(head, &fields, |field| Some(field.name.as_str()))?;
        let by_relationship = index(head, &fields, |field| {
            field.reference()?.relationship_name.as_deref()
        })?;
        let writable = head.writable;
        Ok(Self {
            name: head.name.clone(),
            label: head.label().to_owned(),
            label_plural: head.label_plural(),
            key_prefix,
            custom: head.is_custom(),
            createable: head.createable.unwrap_or(writable),
            updateable: head.updateable.unwrap_or(writable && !head.is_event()),
            deletable: head.deletable.unwrap_or(writable && !head.is_event()),
            queryable: !head.is_event() && head.view.is_none_or(View::is_queryable),
            searchable: head.searchable && !head.is_event(),
            undeletable: head.undeletable.unwrap_or(writable && !head.is_event()),
            mergeable: head.mergeable,
            feed_enabled: head.feed_enabled,
            mru_enabled: head.mru_enabled && !head.is_event(),
            tooling: head.tooling,
            data: head.data,
            replicateable: head
                .replicateable
                .unwrap_or(head.audited && !head.is_event()),
            derived: head.derived,
            view: head.view,
            fields,
            by_name,
            by_relationship,
            child_relationships: Vec::new(),
            children_by_name: HashMap::new(),
            load: OnceLock::new(),
            change_schema: OnceLock::new(),
        })
    }

    pub(super) fn add_child_relationship(
        &mut self,
        child: ChildRelationship,
    ) -> Result<(), SchemaError> {
        if let Some(name) = &child.relationship_name {
            let key = name.to_ascii_lowercase();
            let taken = self
                .children_by_name
                .insert(key, self.child_relationships.len());
            if let Some(other) = taken.and_then(|at| self.child_relationships.get(at)) {
                return Err(SchemaError(format!(
                    "{}.{} and {}.{} both call their children of {} {name}: give one another childRelationshipName",
                    other.child_object, other.field, child.child_object, child.field, self.name
                )));
            }
        }
        self.child_relationships.push(child);
        Ok(())
    }

    /// Returns all fields, in describe's order: the id first, the custom ones last.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Returns the field called `name`, in any case.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.field_index(name).and_then(|at| self.fields.get(at))
    }

    /// Place of the field called `name` in [`Object::fields`].
    #[must_use]
    pub fn field_index(&self, name: &str) -> Option<usize> {
        match self.by_name.get(name) {
            Some(at) => Some(*at),
            None => self.by_name.get(&name.to_ascii_lowercase()).copied(),
        }
    }

    /// Returns the reference field whose way to the parent is called `name` (`Account`, `Who`, `Account__r`), in any case.
    #[must_use]
    pub fn relationship(&self, name: &str) -> Option<&Field> {
        self.by_relationship
            .get(&name.to_ascii_lowercase())
            .and_then(|at| self.fields.get(*at))
    }

    /// Returns all references to this object.
    #[must_use]
    pub fn child_relationships(&self) -> &[ChildRelationship] {
        &self.child_relationships
    }

    /// Returns the references of records to this object: what changes with a record.
    pub fn stored_relationships(&self) -> impl Iterator<Item = &ChildRelationship> {
        let all = self.child_relationships.iter();
        all.filter(|child| child.is_stored)
    }

    /// Returns the prefix that describe shows: none where records have that of another object.
    #[must_use]
    pub fn shown_prefix(&self) -> Option<&str> {
        let is_own = self.view.is_none_or(|view| view == View::History);
        is_own.then_some(self.key_prefix.as_str())
    }

    /// Returns the way to the children called `name` (`Contacts`, `Shipments__r`), in any case.
    #[must_use]
    pub fn child_relationship(&self, name: &str) -> Option<&ChildRelationship> {
        self.children_by_name
            .get(&name.to_ascii_lowercase())
            .and_then(|at| self.child_relationships.get(*at))
    }

    /// Returns the field that names a record: `Name` mostly, `CaseNumber`, `Subject`.
    #[must_use]
    pub fn name_field(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.name_field)
    }

    /// Returns the parts of a compound field, in describe's order.
    pub fn parts_of<'a>(&'a self, compound: &'a Field) -> impl Iterator<Item = &'a Field> {
        self.fields
            .iter()
            .filter(|field| field.compound_field_name.as_deref() == Some(compound.name.as_str()))
    }

    /// Every reference field with its reference.
    pub fn references(&self) -> impl Iterator<Item = (&Field, &Reference)> {
        self.fields
            .iter()
            .filter_map(|field| field.reference().map(|reference| (field, reference)))
    }
}

fn index(
    head: &Head,
    fields: &[Field],
    key: impl Fn(&Field) -> Option<&str>,
) -> Result<HashMap<String, usize>, SchemaError> {
    let mut found = HashMap::new();
    for (at, field) in fields.iter().enumerate() {
        let Some(key) = key(field) else { continue };
        if found.insert(key.to_ascii_lowercase(), at).is_some() {
            return Err(SchemaError(format!(
                "{}: {key} stands twice among the fields",
                head.name
            )));
        }
    }
    Ok(found)
}
