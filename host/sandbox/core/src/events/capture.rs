//! Change data capture: the content of a change event.

use serde_json::{Map, Value as Json, json};

use super::change::{Change, MAX_EVENT_BYTES};
use super::coalesce::{self, Content};
use super::feed::Feed;
use super::fields::content_of;
use super::log::{self, Entry, EventPosition, Kind};
use super::names::{channel, is_captured};
use super::schema;
use super::uuid::uuid_of;
use crate::write::Writer;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::Object;

/// Changes of one transaction that get single events; more are an overflow (Change Data Capture guide, "Overflow
/// Events": 100,000).
const MAX_CHANGES: i64 = 100_000;
/// The record id of overflow events (same place).
pub(super) const NO_ID: &str = "000000000000000AAA";
/// Records in one merged event.
const MAX_MERGED: usize = 100;

/// Writes the event of a change, if its object is captured.
pub(super) fn capture(
    writer: &Writer<'_>,
    feed: Feed<'_>,
    change: &Change<'_>,
) -> Result<(), ApiError> {
    let settings = feed.events.settings();
    let object = change.object();
    if !is_captured(object, &settings) {
        return Ok(());
    }
    let (transaction, id) = (feed.transaction(), change.id());
    let mut content = content_of(change, writer.now);
    if let Some(earlier) = feed.events.delivered.replay_id(transaction, id) {
        match coalesce::merge(writer, earlier, change, content)? {
            None => return Ok(()),
            Some(rest) => content = rest,
        }
    }
    let Content { fields, changed } = content;
    let same = match change {
        Change::Updated { .. } | Change::Deleted { .. } if settings.merge => {
            same(object, change.name(), &fields)
        }
        _ => 0,
    };
    // The same change of several records is one event with several ids (Change Data Capture guide, "Change Event Header Fields": `recordIds`).
    let place = log::place(writer.connection, feed.transaction(), same)?;
    if let Some(same_change) = place.same_change
        && log::rewrite(writer.connection, same_change, |body| merged(body, id))?
    {
        feed.events.delivered.insert(transaction, id, same_change);
        return Ok(());
    }
    feed.events.delivered.insert(transaction, id, place.replay);
    let header = Header {
        entity: &object.name,
        change: change.name(),
        ids: &[id],
        changed,
    };
    write(writer, place, object, header, fields, same)
}

/// What the header says beyond the transaction.
pub(super) struct Header<'a> {
    pub entity: &'a str,
    pub change: &'a str,
    pub ids: &'a [&'a str],
    pub changed: Vec<String>,
}

/// Writes an event, or in its place what Salesforce sends for changes too many or too large.
pub(super) fn write(
    writer: &Writer<'_>,
    place: EventPosition,
    object: &Object,
    mut header: Header<'_>,
    fields: Map<String, Json>,
    same: i64,
) -> Result<(), ApiError> {
    let channel = channel(&object.name);
    let (mut fields, mut same) = (fields, same);
    if place.sequence > MAX_CHANGES {
        if log::beyond(writer.connection, place, MAX_CHANGES, &channel)? > 0 {
            return Ok(());
        }
        header = Header {
            change: "GAP_OVERFLOW",
            ids: &[NO_ID],
            changed: Vec::new(),
            ..header
        };
        (fields, same) = (Map::new(), 0);
    }
    let mut body = render(writer, place, object, &header, fields);
    if body.len() > MAX_EVENT_BYTES {
        let change = format!("GAP_{}", header.change);
        let gap = Header {
            change: &change,
            changed: Vec::new(),
            ..header
        };
        body = render(writer, place, object, &gap, Map::new());
        same = 0;
    }
    let entry = Entry {
        kind: Kind::Change,
        channel: &channel,
        at: writer.now,
        same,
        body: &body,
    };
    log::append(writer.connection, place, &entry)
}

/// Returns the message's `data`. CometD shows neither `nulledFields` nor `diffFields` (Change Data Capture guide,
/// "ChangeEventHeader Fields").
fn render(
    writer: &Writer<'_>,
    place: EventPosition,
    object: &Object,
    header: &Header<'_>,
    fields: Map<String, Json>,
) -> String {
    let mut payload = fields;
    let header = json!({
        "entityName": header.entity,
        "recordIds": header.ids,
        "changeType": header.change,
        "changeOrigin": writer.options.origin.to_string(),
        "transactionKey": uuid_of(&place.transaction.to_string()),
        "sequenceNumber": place.sequence,
        "commitTimestamp": writer.now / 1_000 * 1_000,
        "commitNumber": place.transaction,
        "commitUser": writer.user.as_str(),
        "changedFields": header.changed,
    });
    payload.insert("ChangeEventHeader".into(), header);
    let data = json!({
        "schema": schema::change_id(object),
        "payload": payload,
        "event": {"replayId": place.replay},
    });
    data.to_string()
}

/// Returns the event with one more record id; `None` if it is full.
fn merged(body: &str, id: &str) -> Option<String> {
    let mut data: Json = serde_json::from_str(body).ok()?;
    let ids = data
        .pointer_mut("/payload/ChangeEventHeader/recordIds")?
        .as_array_mut()?;
    if ids.len() >= MAX_MERGED || ids.iter().any(|known| known == id) {
        return None;
    }
    ids.push(json!(id));
    Some(data.to_string())
}

/// Returns a number that is equal for the same change of other records; never 0.
fn same(object: &Object, change: &str, fields: &Map<String, Json>) -> i64 {
    use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
    let fields = Json::Object(fields.clone()).to_string();
    let hash =
        BuildHasherDefault::<DefaultHasher>::default().hash_one((&object.name, change, fields));
    (i64::from_ne_bytes(hash.to_ne_bytes()) & i64::MAX).max(1)
}
