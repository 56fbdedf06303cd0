//! Which events are returned: by what they say of a change, by the sObject, by a filter over their fields.

mod compare;
mod condition;
mod fields;
mod pattern;
mod value;

use condition::Condition;
use fields::{Fields, Missing};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::events::{
    ChangeOperation, SubscribeConfig, UndecidedPolicy,
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The filter of a subscription.
#[derive(Clone, Debug)]
pub struct EventFilter {
    operations: Option<Vec<ChangeOperation>>,
    entities: Option<Vec<String>>,
    condition: Option<Condition>,
    undecided: UndecidedPolicy,
}

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is returned.
    Deliver,
    /// It is returned, marked as one of which the filter cannot tell whether it matches.
    Undecided,
    /// It is passed over.
    PassOver,
}

/// What of an event decides.
#[derive(Default, Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
    /// The record of a PushTopic.
    #[serde(borrow)]
    sobject: Option<&'a RawValue>,
    event: Option<Head>,
}

/// What a PushTopic says of a change.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// The payload of a change event.
#[derive(Default, Deserialize)]
struct Payload {
    #[serde(rename = "ChangeEventHeader")]
    header: Option<ChangeHeader>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChangeHeader {
    entity_name: Option<String>,
    change_type: Option<String>,
}

impl EventFilter {
    /// Reads the filter of a config, if it has one.
    pub fn parse(config: &SubscribeConfig) -> Result<Option<Self>, Fault> {
        check_channels(config)?;
        let condition = config.filter.as_deref();
        let condition = condition
            .map(|json| Condition::parse(json, "config.filter"))
            .transpose()
            .map_err(|wrong| Fault::config(wrong.0))?;
        if config.operations.is_none() && config.entities.is_none() && condition.is_none() {
            return Ok(None);
        }
        Ok(Some(Self {
            operations: config.operations.clone(),
            entities: config.entities.clone(),
            condition,
            undecided: config.undecided.unwrap_or(UndecidedPolicy::Deliver),
        }))
    }

    /// Decides what becomes of an event. One that cannot be read is returned.
    pub fn judge(&self, data: &RawValue) -> Verdict {
        let Ok(event) = serde_json::from_str::<Event<'_>>(data.get()) else {
            return Verdict::Deliver;
        };
        let header = event.payload.map(RawValue::get);
        let header = header.and_then(|text| serde_json::from_str::<Payload>(text).ok());
        let header = header.and_then(|payload| payload.header);
        let kind = header
            .as_ref()
            .and_then(|header| header.change_type.as_deref());
        // What stands for changes that were not sent may stand for one that matches.
        if kind.is_some_and(|kind| kind.starts_with("GAP_")) {
            return Verdict::Deliver;
        }
        let entity = header
            .as_ref()
            .and_then(|header| header.entity_name.as_deref());
        let topic = event.event.as_ref().and_then(|head| head.kind.as_deref());
        if self.excludes_operation(kind.or(topic)) || self.excludes_entity(entity) {
            return Verdict::PassOver;
        }
        let missing = match operation(kind.unwrap_or_default()) {
            Some(ChangeOperation::Created | ChangeOperation::Undeleted) => Missing::Null,
            _ => Missing::Unknown,
        };
        self.judge_fields(
            event
                .payload
                .filter(|_| event.sobject.is_none())
                .or(event.sobject),
            missing,
        )
    }

    fn judge_fields(&self, record: Option<&RawValue>, missing: Missing) -> Verdict {
        let Some(condition) = &self.condition else {
            return Verdict::Deliver;
        };
        let fields = record.and_then(|record| Fields::read(record.get(), missing));
        match fields.and_then(|fields| condition.holds(&fields)) {
            Some(true) => Verdict::Deliver,
            Some(false) => Verdict::PassOver,
            None if self.undecided == UndecidedPolicy::PassOver => Verdict::PassOver,
            None => Verdict::Undecided,
        }
    }

    /// Tells whether a change is of a kind that is not asked for. A kind that is not known is no reason.
    fn excludes_operation(&self, kind: Option<&str>) -> bool {
        let operation = kind.and_then(operation);
        let wanted = self.operations.as_ref().zip(operation);
        wanted.is_some_and(|(wanted, operation)| !wanted.contains(&operation))
    }

    fn excludes_entity(&self, entity: Option<&str>) -> bool {
        let wanted = self.entities.as_ref().zip(entity);
        wanted.is_some_and(|(wanted, entity)| {
            !wanted.iter().any(|name| name.eq_ignore_ascii_case(entity))
        })
    }
}

/// The change that Salesforce means: `CREATE` in change events, `created` in PushTopics.
fn operation(kind: &str) -> Option<ChangeOperation> {
    match kind {
        "CREATE" | "created" => Some(ChangeOperation::Created),
        "UPDATE" | "updated" => Some(ChangeOperation::Updated),
        "DELETE" | "deleted" => Some(ChangeOperation::Deleted),
        "UNDELETE" | "undeleted" => Some(ChangeOperation::Undeleted),
        _ => None,
    }
}

/// Refuses filters that no channel's events could meet.
fn check_channels(config: &SubscribeConfig) -> Result<(), Fault> {
    let has = |kinds: &[&str]| {
        let mut channels = config.channels.iter();
        channels.any(|channel| kinds.iter().any(|kind| channel.starts_with(kind)))
    };
    if config.operations.is_some() && !has(&["/data/", "/topic/"]) {
        return Err(Fault::config(
            "config.operations goes with change data capture (/data/…) and PushTopics (/topic/…), and config.channels names neither: leave it out, or narrow other events by config.filter",
        ));
    }
    if config.entities.is_some() && !has(&["/data/"]) {
        return Err(Fault::config(
            "config.entities goes with change data capture (/data/…), and config.channels names no such channel: leave it out",
        ));
    }
    if config.filter.is_some() && has(&["/u/"]) {
        return Err(Fault::config(
            "config.filter goes with events that have fields, and generic events (/u/…) have none: subscribe to those without a filter",
        ));
    }
    Ok(())
}
