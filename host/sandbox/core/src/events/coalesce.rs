//! One change event for each record and transaction.
//!
//! However often a transaction writes a record, one event is written: with the first kind of change, with the values
//! that are there in the end (Change Data Capture guide, "Change Event Generation in a Transaction with Multiple Changes
//! for the Same Record").

use serde_json::{Map, Value as Json, json};

use super::change::{Change, MAX_EVENT_BYTES};
use super::log;
use crate::write::Writer;
use sandbox_model::api_error::ApiError;

/// Content of an event about a record: its fields, and the names of those that an update changed.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    pub fields: Map<String, Json>,
    pub changed: Vec<String>,
}

/// Merges a change into the earlier event of the record; returns the content where it needs an event of its own.
pub(super) fn merge(
    writer: &Writer<'_>,
    earlier: i64,
    change: &Change<'_>,
    content: Content,
) -> Result<Option<Content>, ApiError> {
    let Some(event) = log::body(writer.connection, earlier)?
        .as_deref()
        .and_then(Event::read)
        .filter(|event| event.ids().any(|id| id == change.id()))
    else {
        return Ok(Some(content));
    };
    let mut event = event;
    let alone = event.ids().count() == 1;
    match (event.kind(), change) {
        // A gap event has no fields to which more could be added (Change Data Capture guide, "Gap Events").
        (kind, _) if kind.starts_with("GAP_") => return Ok(None),
        ("CREATE" | "UNDELETE", Change::Updated { .. }) if alone => {
            overlay(&mut event.payload, content.fields, false);
        }
        ("UPDATE", Change::Updated { .. }) if alone => {
            overlay(&mut event.payload, content.fields, true);
            event.add_changed(content.changed);
        }
        ("UPDATE", Change::Deleted { .. }) if alone => event.strip_fields("DELETE"),
        // The event is shared with other records, which did not change again: this one gets an event of its own.
        ("UPDATE", Change::Updated { .. } | Change::Deleted { .. }) => {
            let shared = event.content();
            event.remove_record(change.id());
            let body = event.write();
            log::rewrite(writer.connection, earlier, |_| Some(body))?;
            return Ok(Some(match change {
                Change::Deleted { .. } => content,
                _ => shared.with(content),
            }));
        }
        _ => return Ok(Some(content)),
    }
    // What came in later may make the event too large (Change Data Capture guide, "Gap Events": 1 MB).
    let mut body = event.write();
    if body.len() > MAX_EVENT_BYTES {
        let gap = format!("GAP_{}", event.kind());
        event.strip_fields(&gap);
        body = event.write();
    }
    log::replace(writer.connection, earlier, &body)?;
    Ok(None)
}

impl Content {
    /// This, and over it what came later.
    fn with(mut self, later: Self) -> Self {
        overlay(&mut self.fields, later.fields, true);
        for name in later.changed {
            if !self.changed.contains(&name) {
                self.changed.push(name);
            }
        }
        self
    }
}

/// A change event, taken apart.
struct Event {
    data: Map<String, Json>,
    header: Map<String, Json>,
    /// The fields alone.
    payload: Map<String, Json>,
}

impl Event {
    fn read(body: &str) -> Option<Self> {
        let mut data: Map<String, Json> = serde_json::from_str(body).ok()?;
        let Some(Json::Object(mut payload)) = data.remove("payload") else {
            return None;
        };
        let Some(Json::Object(header)) = payload.remove("ChangeEventHeader") else {
            return None;
        };
        Some(Self {
            data,
            header,
            payload,
        })
    }

    fn write(&self) -> String {
        let (mut data, mut payload) = (self.data.clone(), self.payload.clone());
        payload.insert("ChangeEventHeader".into(), json!(self.header));
        data.insert("payload".into(), Json::Object(payload));
        Json::Object(data).to_string()
    }

    fn kind(&self) -> &str {
        let kind = self.header.get("changeType");
        kind.and_then(Json::as_str).unwrap_or_default()
    }

    fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let list = self.header.get(name).and_then(Json::as_array);
        list.into_iter().flatten().filter_map(Json::as_str)
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        self.texts("recordIds")
    }

    fn content(&self) -> Content {
        Content {
            fields: self.payload.clone(),
            changed: self.texts("changedFields").map(str::to_owned).collect(),
        }
    }

    fn add_changed(&mut self, more: Vec<String>) {
        let all = self.content().with(Content {
            changed: more,
            ..Content::default()
        });
        self.header
            .insert("changedFields".into(), json!(all.changed));
    }

    /// Removes this record.
    fn remove_record(&mut self, id: &str) {
        let others: Vec<&str> = self.ids().filter(|other| *other != id).collect();
        let others = json!(others);
        self.header.insert("recordIds".into(), others);
    }

    /// Turns it into another kind of change, without fields.
    fn strip_fields(&mut self, kind: &str) {
        self.payload.clear();
        self.header.insert("changeType".into(), json!(kind));
        self.header.insert("changedFields".into(), json!([]));
    }
}

/// Puts later values over earlier ones, parts of compounds one by one. Only updates contain what became null.
fn overlay(fields: &mut Map<String, Json>, later: Map<String, Json>, nulls: bool) {
    for (name, value) in later {
        match (fields.get_mut(&name), value) {
            (Some(Json::Object(parts)), Json::Object(later)) => overlay(parts, later, nulls),
            (_, Json::Null) if !nulls => {
                fields.remove(&name);
            }
            (_, value) => {
                fields.insert(name, value);
            }
        }
    }
    if !nulls {
        fields.retain(|_, value| value.as_object().is_none_or(|parts| !parts.is_empty()));
    }
}
