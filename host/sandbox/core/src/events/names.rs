//! Which objects have events, and what the events and their channels are called.

use super::settings::Settings;
use sandbox_model::schema::Object;

/// The channel of all change events.
pub(super) const ALL_CHANGES: &str = "/data/ChangeEvents";
/// Standard objects without change events (Object Reference, "StandardObjectNameChangeEvent" lists those with).
const NOT_CAPTURED: &[&str] = &[
    "ApexClass",
    "AssignmentRule",
    "Attachment",
    "Document",
    "DuplicateRule",
    "EventLogFile",
    "FeedItem",
    "Folder",
    "Group",
    "ListView",
    "Organization",
    "ProcessDefinition",
    "ProcessInstance",
    "ProcessInstanceStep",
    "ProcessInstanceWorkitem",
    "Profile",
    "PushTopic",
    "Report",
    "SelfServiceUser",
    "StreamingChannel",
];

/// Returns whether an object is a platform event.
#[must_use]
pub fn is_event(object: &Object) -> bool {
    object.name.ends_with("__e")
}

/// Returns whether changes of this object yield change events.
#[must_use]
pub fn is_captured(object: &Object, settings: &Settings) -> bool {
    let is_stored = object.view.is_none() && !is_event(object);
    let possible = is_stored && !NOT_CAPTURED.contains(&object.name.as_str());
    let selected = settings.entities.as_ref().is_none_or(|names| {
        names
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&object.name))
    });
    possible && selected
}

/// `AccountChangeEvent` for `Account`, `Shipment__ChangeEvent` for `Shipment__c`.
pub(super) fn event_name(object: &str) -> String {
    match object.strip_suffix("__c") {
        Some(stem) => format!("{stem}__ChangeEvent"),
        None => format!("{object}ChangeEvent"),
    }
}

/// Returns the channel of an object's change events.
pub(super) fn channel(object: &str) -> String {
    format!("/data/{}", event_name(object))
}
