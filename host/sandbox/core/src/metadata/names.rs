//! How objects and fields are called in metadata: `DurableId`, `DeveloperName`, ids of what was added.

use std::collections::HashMap;

use sandbox_model::id::RecordId;
use sandbox_model::schema::{Field, Object, Schema};

/// First characters of the ids of custom objects and custom fields.
const CUSTOM_OBJECT: &str = "01I";
const CUSTOM_FIELD: &str = "00N";
/// What names of custom things end with; platform events are custom, too.
const SUFFIXES: [&str; 2] = ["__c", "__e"];

/// The ids of custom objects and fields: they are numbered in the order of the schema.
#[derive(Debug)]
pub(super) struct Names {
    objects: HashMap<String, RecordId>,
    fields: HashMap<(String, String), RecordId>,
}

impl Names {
    pub(super) fn new(schema: &Schema) -> Self {
        let objects = schema.objects().iter();
        let custom = objects.clone().filter(|object| object.custom);
        let fields = objects.flat_map(|object| object.fields().iter().map(move |it| (object, it)));
        let custom_fields = fields.filter(|(_, field)| field.custom);
        let key = |(object, field): (&Object, &Field)| (object.name.clone(), field.name.clone());
        Self {
            objects: numbered(CUSTOM_OBJECT, custom.map(|object| object.name.clone())),
            fields: numbered(CUSTOM_FIELD, custom_fields.map(key)),
        }
    }

    /// Returns the id of a custom object.
    pub(super) fn custom_object(&self, object: &Object) -> Option<&RecordId> {
        self.objects.get(&object.name)
    }

    /// Returns the id of a custom field.
    pub(super) fn custom_field(&self, object: &Object, field: &Field) -> Option<&RecordId> {
        let key = (object.name.clone(), field.name.clone());
        self.fields.get(&key)
    }

    /// `Account`, or the short id of a custom object.
    pub(super) fn entity(&self, object: &Object) -> String {
        let id = self.custom_object(object).map(RecordId::short);
        id.unwrap_or(&object.name).to_owned()
    }

    /// `Contact.Account` for `AccountId`, `01I….00N…` for what was added.
    pub(super) fn field(&self, object: &Object, field: &Field) -> String {
        let id = self.custom_field(object, field).map(RecordId::short);
        let name = id.unwrap_or_else(|| field_name(field));
        format!("{}.{name}", self.entity(object))
    }
}

fn numbered<K: std::hash::Hash + Eq>(
    prefix: &str,
    names: impl Iterator<Item = K>,
) -> HashMap<K, RecordId> {
    names
        .zip(1..)
        .map(|(name, number)| (name, RecordId::new(prefix, number)))
        .collect()
}

/// Returns the name of an object without what marks it as custom.
pub(super) fn object_name(object: &Object) -> &str {
    without_suffix(&object.name)
}

/// Returns the name of a field in metadata: `Account` for `AccountId`, `Value` for `Value__c`.
pub(super) fn field_name(field: &Field) -> &str {
    if field.custom {
        return without_suffix(&field.name);
    }
    let stem = field
        .reference()
        .and_then(|_| field.name.strip_suffix("Id"));
    stem.filter(|stem| !stem.is_empty()).unwrap_or(&field.name)
}

fn without_suffix(name: &str) -> &str {
    let mut stems = SUFFIXES.iter().filter_map(|end| name.strip_suffix(end));
    stems.next().unwrap_or(name)
}
