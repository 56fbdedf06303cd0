//! Objects as records: `EntityDefinition` and `CustomObject`.

use super::names::{Names, object_name};
use super::{CreatedBy, Record, audit, text};
use sandbox_model::schema::Object;
use sandbox_model::value::Value;

/// Who stands behind an object: the platform, or the org itself.
const PLATFORM: &str = "System";
const ORG: &str = "<local>";

/// Returns an object as the Tooling API guide's "EntityDefinition" describes it.
pub(super) fn definition(object: &Object, names: &Names, made: CreatedBy<'_>) -> Record {
    let durable = names.entity(object);
    let custom = object.custom;
    let mut record = vec![
        ("Id", text(&durable)),
        ("DurableId", text(&durable)),
        ("QualifiedApiName", text(&object.name)),
        ("DeveloperName", text(object_name(object))),
        ("MasterLabel", text(&object.label)),
        ("Label", text(&object.label)),
        ("PluralLabel", text(&object.label_plural)),
        ("KeyPrefix", text(object.shown_prefix().unwrap_or_default())),
        ("PublisherId", text(if custom { ORG } else { PLATFORM })),
        ("LastModifiedDate", Value::Int(made.at)),
        ("LastModifiedById", text(made.by)),
        ("InternalSharingModel", text(sharing(object))),
        ("ExternalSharingModel", text("Private")),
    ];
    let deployed = if custom {
        text("Deployed")
    } else {
        Value::Null
    };
    record.push(("DeploymentStatus", deployed));
    record.extend(
        flags(object)
            .into_iter()
            .map(|(name, it)| (name, Value::Bool(it))),
    );
    record
}

fn sharing(object: &Object) -> &'static str {
    if object.createable {
        "ReadWrite"
    } else {
        "Read"
    }
}

fn flags(object: &Object) -> [(&'static str, bool); 20] {
    let usual = object.createable && object.updateable;
    [
        ("IsCustomizable", usual),
        ("IsCustomSetting", false),
        ("IsApexTriggerable", object.createable),
        ("IsTriggerable", object.createable),
        ("IsWorkflowEnabled", usual),
        ("IsProcessEnabled", usual),
        ("IsCompactLayoutable", object.createable),
        ("IsLayoutable", object.createable),
        ("IsSearchLayoutable", object.searchable),
        ("IsDeprecatedAndHidden", false),
        ("IsReplicateable", object.replicateable),
        ("IsRetrieveable", true),
        ("IsSearchable", object.searchable),
        ("IsIdEnabled", !object.derived),
        ("IsQueryable", object.queryable),
        ("IsEverCreatable", object.createable),
        ("IsEverUpdatable", object.updateable),
        ("IsEverDeletable", object.deletable),
        ("IsFeedEnabled", object.feed_enabled),
        ("IsMruEnabled", object.mru_enabled),
    ]
}

/// Returns a custom object as the Tooling API guide's "CustomObject" describes it.
pub(super) fn custom(object: &Object, names: &Names, made: CreatedBy<'_>) -> Option<Record> {
    let id = names.custom_object(object)?;
    let mut record = vec![
        ("Id", text(id.as_str())),
        ("DeveloperName", text(object_name(object))),
        ("ManageableState", text("unmanaged")),
        ("Language", text("en_US")),
        ("SharingModel", text(sharing(object))),
    ];
    record.extend(audit(made));
    Some(record)
}
