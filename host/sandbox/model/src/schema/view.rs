//! Objects that only show records of others: activities, feeds, histories of fields.
//!
//! Activities are about everything that tasks and events are about. An object with `feedEnabled` has a feed, one with
//! `enableHistory` a history: `AccountFeed` and `AccountHistory` for `Account`, `Shipment__Feed` and `Shipment__History` for `Shipment__c`.

use super::SchemaError;
use super::definition::{self, ObjectDefinition};

const ACTIVITIES: &str = include_str!("views/ActivityHistory.json");
const FEED: &str = include_str!("views/Feed.json");
const HISTORY: &str = include_str!("views/History.json");
/// The field by which feeds and histories belong to a record.
const PARENT: &str = "ParentId";

/// What an object shows that has no records of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Closed tasks and past events. SOQL reads it through a parent only.
    ActivityHistory,
    /// Open tasks and coming events. SOQL reads it through a parent only.
    OpenActivity,
    /// What was posted to the feeds of one object's records.
    Feed,
    /// The changes of tracked fields. No org of this sandbox tracks any.
    History,
}

impl View {
    /// Returns whether a query may begin with it.
    pub(super) fn is_queryable(self) -> bool {
        matches!(self, Self::Feed | Self::History)
    }
}

/// Makes the views of the objects known so far.
pub(super) fn definitions(
    objects: &[ObjectDefinition],
) -> Result<Vec<ObjectDefinition>, SchemaError> {
    let mut views = vec![past_activities()?, open_activities()?];
    for object in objects {
        if object.feed_enabled {
            views.push(feed(object)?);
        }
        if object.enable_history {
            views.push(history(object)?);
        }
    }
    Ok(views)
}

fn past_activities() -> Result<ObjectDefinition, SchemaError> {
    let mut view = definition::parse("ActivityHistory", ACTIVITIES)?;
    view.view = Some(View::ActivityHistory);
    Ok(view)
}

fn open_activities() -> Result<ObjectDefinition, SchemaError> {
    let mut view = past_activities()?;
    view.view = Some(View::OpenActivity);
    view.name = "OpenActivity".into();
    view.label = Some("Open Activity".into());
    view.label_plural = Some("Open Activities".into());
    for field in &mut view.fields {
        if let Some(name) = &mut field.child_relationship_name {
            *name = "OpenActivities".into();
        }
    }
    Ok(view)
}

fn feed(object: &ObjectDefinition) -> Result<ObjectDefinition, SchemaError> {
    let mut view = definition::parse("Feed", FEED)?;
    view.view = Some(View::Feed);
    belong(&mut view, object, "Feed");
    Ok(view)
}

/// Returns the histories of standard objects name their parent as everything else does, those of custom objects by `ParentId`.
/// `OpportunityHistory` is another thing, so that the history of fields has a name of its own.
fn history(object: &ObjectDefinition) -> Result<ObjectDefinition, SchemaError> {
    let mut view = definition::parse("History", HISTORY)?;
    view.view = Some(View::History);
    let is_opportunity = object.name == "Opportunity";
    belong(
        &mut view,
        object,
        if is_opportunity {
            "FieldHistory"
        } else {
            "History"
        },
    );
    if let Some(parent) = view.fields.iter_mut().find(|field| field.name == PARENT)
        && !object.is_custom()
    {
        parent.name = format!("{}Id", object.name);
        parent.label = Some(format!("{} ID", object.label()));
    }
    Ok(view)
}

/// Names a view after an object, and refers its parent field to it.
fn belong(view: &mut ObjectDefinition, object: &ObjectDefinition, what: &str) {
    view.name = match object.name.strip_suffix("__c") {
        Some(stem) => format!("{stem}__{what}"),
        None => format!("{}{what}", object.name),
    };
    view.label = Some(format!("{} {what}", object.label()));
    view.label_plural = view.label.clone();
    for field in &mut view.fields {
        if field.name == PARENT {
            field.reference_to = vec![object.name.clone()];
        }
    }
}
