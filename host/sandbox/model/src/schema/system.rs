//! Fields that Salesforce keeps itself: who made the record, who changed it last, and when.

use super::definition::{FieldDefinition, ObjectDefinition};
use super::field::{Field, FieldType, OnDelete, Reference};

/// Returns the record's id.
pub(super) fn id(object: &ObjectDefinition) -> Field {
    let label = if object.is_custom() {
        "Record ID".to_owned()
    } else {
        format!("{} ID", object.label())
    };
    kept("Id", &label, FieldType::Id, |field| field.id_lookup = true)
}

/// Returns whether the record is in the recycle bin.
pub(super) fn is_deleted() -> Field {
    kept("IsDeleted", "Deleted", FieldType::Boolean, |_| ())
}

/// Returns the name that every custom object has; a record without one is called by its id.
pub(super) fn custom_name(label: &str) -> Field {
    FieldDefinition::make(
        "Name",
        &format!("{label} Name"),
        FieldType::String,
        |field| {
            (field.length, field.defaulted_on_create) = (80, true);
            (field.name_field, field.id_lookup) = (true, true);
        },
    )
}

/// Returns what the event bus gives a platform event (Platform Events guide, "Platform Event Fields").
pub(super) fn event() -> Vec<Field> {
    let text = |name: &str, label: &str, length: u32| {
        kept(name, label, FieldType::String, |field| {
            (field.length, field.nillable) = (length, true);
        })
    };
    vec![
        text("ReplayId", "Replay ID", 1_000),
        kept("CreatedDate", "Created Date", FieldType::DateTime, |_| ()),
        kept("CreatedById", "Created By ID", user("CreatedBy"), |_| ()),
        text("EventUuid", "Event UUID", 36),
    ]
}

/// Returns the fields after an object's own: owner, audit fields, and the dates of last use.
pub(super) fn audit(object: &ObjectDefinition) -> Vec<Field> {
    let mut fields = Vec::new();
    if object.owned {
        fields.push(owner(object.queues));
    }
    fields.push(kept(
        "CreatedDate",
        "Created Date",
        FieldType::DateTime,
        |_| (),
    ));
    fields.push(kept(
        "CreatedById",
        "Created By ID",
        user("CreatedBy"),
        |_| (),
    ));
    fields.push(kept(
        "LastModifiedDate",
        "Last Modified Date",
        FieldType::DateTime,
        |_| (),
    ));
    fields.push(kept(
        "LastModifiedById",
        "Last Modified By ID",
        user("LastModifiedBy"),
        |_| (),
    ));
    fields.push(kept(
        "SystemModstamp",
        "System Modstamp",
        FieldType::DateTime,
        |_| (),
    ));
    if object.mru_enabled {
        for (name, label) in [
            ("LastViewedDate", "Last Viewed Date"),
            ("LastReferencedDate", "Last Referenced Date"),
        ] {
            fields.push(kept(name, label, FieldType::DateTime, |field| {
                (field.nillable, field.defaulted_on_create) = (true, false);
            }));
        }
    }
    fields
}

fn owner(queues: bool) -> Field {
    let to = if queues {
        vec!["Group".to_owned(), "User".to_owned()]
    } else {
        vec!["User".to_owned()]
    };
    let reference = Reference {
        child_relationship_of: to.clone(),
        to,
        relationship_name: Some("Owner".into()),
        child_relationship_name: None,
        on_delete: OnDelete::Restrict,
    };
    FieldDefinition::make(
        "OwnerId",
        "Owner ID",
        FieldType::Reference(reference),
        |field| {
            (field.nillable, field.defaulted_on_create) = (false, true);
        },
    )
}

fn user(relationship: &str) -> FieldType {
    FieldType::Reference(Reference {
        to: vec!["User".into()],
        child_relationship_of: vec!["User".into()],
        relationship_name: Some(relationship.to_owned()),
        child_relationship_name: None,
        on_delete: OnDelete::Restrict,
    })
}

fn kept(name: &str, label: &str, field_type: FieldType, change: impl FnOnce(&mut Field)) -> Field {
    FieldDefinition::make(name, label, field_type, |field| {
        (field.createable, field.updateable, field.nillable) = (false, false, false);
        field.defaulted_on_create = true;
        change(field);
    })
}
