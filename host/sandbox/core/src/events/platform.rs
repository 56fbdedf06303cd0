//! Platform events: objects called `…__e`, whose records are published rather than stored.

use std::sync::atomic::Ordering;

use serde_json::{Map, json};

use super::feed::Feed;
use super::log::{self, Entry, Kind};
use super::uuid::uuid_of;
use super::{fields, schema};
use crate::write::{Row, Saved, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::value::dates;

/// Key prefix of the ids that publishing returns.
const KEY_PREFIX: &str = "e01";

/// Returns the `EventUuid` of a published event; `None` if the id is not one of those that publishing returns.
#[must_use]
pub fn event_uuid(id: &RecordId) -> Option<String> {
    (id.key_prefix() == KEY_PREFIX).then(|| uuid_of(id.as_str()))
}

/// Publishes an event with the row's values; subscribers see it once the transaction is committed.
pub(crate) fn publish(writer: &Writer<'_>, row: &Row<'_>) -> Result<Saved, ApiError> {
    let feed: Feed<'_> = writer.feed.ok_or_else(ApiError::not_found)?;
    let number = feed.events.published.fetch_add(1, Ordering::Relaxed);
    let first = u64::try_from(feed.events.first_transaction).unwrap_or_default();
    let id = RecordId::new(KEY_PREFIX, first.wrapping_add(number));
    let uuid = uuid_of(id.as_str());
    let mut payload = Map::new();
    for (field, value) in row.iter().filter(|(field, _)| field.custom) {
        payload.insert(field.name.clone(), fields::shown(field, value));
    }
    let now = dates::format_datetime_z(writer.now);
    payload.insert("CreatedDate".into(), json!(now));
    payload.insert("CreatedById".into(), json!(writer.user.as_str()));
    let place = log::place(writer.connection, feed.transaction(), 0)?;
    let data = json!({
        "schema": schema::platform_id(row.object),
        "payload": payload,
        "event": {"EventUuid": uuid, "replayId": place.replay},
    });
    let entry = Entry {
        kind: Kind::Platform,
        channel: &format!("/event/{}", row.object.name),
        at: writer.now,
        same: 0,
        body: &data.to_string(),
    };
    log::append(writer.connection, place, &entry)?;
    feed.events
        .enforce_retention(writer.connection, writer.now)?;
    Ok(Saved { id, created: true })
}
