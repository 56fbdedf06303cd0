//! Generic streaming: text pushed to a channel `/u/…`, for all its subscribers or for some users.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::Deserialize;
use serde_json::json;

use super::feed::Feed;
use super::log::{self, Entry, Kind};
use crate::org::Org;
use crate::write::{Draft, Row, WriteOptions, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::Object;
use sandbox_model::value::{Value, dates};

/// The object whose records are the channels.
pub const OBJECT: &str = "StreamingChannel";
/// What channels of generic streaming begin with.
pub(super) const CHANNELS: &str = "/u/";
/// Longest payload, in characters (Streaming API guide, "Streaming Channel Push": 3,000).
const MAX_PAYLOAD: usize = 3_000;
/// Channels of an org (Streaming API guide, "Streaming API Limits": 1,000 in the largest editions).
const MAX_CHANNELS: usize = 1_000;
/// What a push to all subscribers says instead of how many there were.
const BROADCAST: i64 = -1;

/// One event of a push.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Push {
    /// The text.
    pub payload: String,
    /// Whom it is for; all subscribers if empty.
    #[serde(default)]
    pub user_ids: Vec<String>,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Users it went to; `-1` if it went to all, 0 without subscribers.
    pub fanout: i64,
    /// For each user named, whether it listens.
    pub online: BTreeMap<String, bool>,
}

/// Where the log has the events for one user of a channel.
pub(super) fn private(channel: &str, user: &str) -> String {
    format!("{channel}@{user}")
}

/// Rejects a channel that is about to be saved and cannot be.
pub(crate) fn before_save(row: &Row<'_>) -> Result<(), ApiError> {
    let name = row.get("Name").as_str().unwrap_or_default();
    let is_fine = name.len() > CHANNELS.len() && name.starts_with(CHANNELS);
    if row.object.name != OBJECT || is_fine {
        return Ok(());
    }
    let message = format!("Streaming Channel Name: must start with {CHANNELS}: {name}");
    Err(ApiError::for_record("INVALID_FIELD", message, ["Name"]))
}

/// Looks whether a channel is there; makes it where the org lets subscribers do so. The inner error is for the
/// subscriber.
pub(super) fn find(org: &Org, name: &str) -> Result<Result<(), String>, ApiError> {
    match org.store.read(|connection| known(connection, name))? {
        Some(known) if known == name => return Ok(Ok(())),
        Some(_) => return Ok(Err("404::channel names may not vary only by case".into())),
        None => {}
    }
    let count = org.store.read(count)?;
    if !org.events.settings().dynamic_channels || name.len() == CHANNELS.len() {
        return Ok(Err("404::Unknown channel".into()));
    }
    if count >= MAX_CHANNELS {
        return Ok(Err(
            "403::Unable to create channel dynamically, maximum channel limit has been exceeded"
                .into(),
        ));
    }
    let object = org.schema.object(OBJECT).ok_or_else(ApiError::not_found)?;
    org.write(&org.admin, WriteOptions::default(), |writer| {
        make(writer, object, name)
    })?;
    Ok(Ok(()))
}

fn make(writer: &Writer<'_>, object: &Object, name: &str) -> Result<(), ApiError> {
    let mut draft = Draft::from_texts(object, &[("Name", name)]);
    draft.set(object, "IsDynamic", Value::Bool(true));
    writer.create(object, draft).map(drop)
}

/// Returns the name of the channel that is called so but for the case.
fn known(connection: &Connection, name: &str) -> Result<Option<String>, ApiError> {
    let sql = "SELECT \"Name\" FROM \"StreamingChannel\" WHERE \"Name\" = ?1 AND \"IsDeleted\" = 0";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([name])?;
    Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
}

fn count(connection: &Connection) -> Result<usize, ApiError> {
    let sql = "SELECT count(*) FROM \"StreamingChannel\" WHERE \"IsDeleted\" = 0";
    let count: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

impl Writer<'_> {
    /// Pushes an event to a channel; `listening` are the users subscribed to it.
    ///
    /// # Errors
    /// `STRING_TOO_LONG` for a payload of more than 3,000 characters; the database's.
    pub fn push(
        &self,
        channel: &str,
        push: &Push,
        listening: &[String],
    ) -> Result<Pushed, ApiError> {
        let length = push.payload.chars().count();
        if length > MAX_PAYLOAD {
            let message = format!(
                "payload: data value too large: {length} characters (max length={MAX_PAYLOAD})"
            );
            return Err(ApiError::new("STRING_TOO_LONG", message));
        }
        if push.user_ids.is_empty() {
            self.log_push(channel, &push.payload)?;
            let fanout = if listening.is_empty() { 0 } else { BROADCAST };
            let online = BTreeMap::new();
            return Ok(Pushed { fanout, online });
        }
        let mut online = BTreeMap::new();
        for user in &push.user_ids {
            if online
                .insert(user.clone(), listening.contains(user))
                .is_none()
            {
                self.log_push(&private(channel, user), &push.payload)?;
            }
        }
        let there = online.values().filter(|is_there| **is_there).count();
        let fanout = i64::try_from(there).unwrap_or(i64::MAX);
        Ok(Pushed { fanout, online })
    }

    fn log_push(&self, channel: &str, payload: &str) -> Result<(), ApiError> {
        let feed: Feed<'_> = self.feed.ok_or_else(ApiError::not_found)?;
        let place = log::place(self.connection, feed.transaction(), 0)?;
        let created = dates::format_datetime_z(self.now);
        let data = json!({
            "event": {"createdDate": created, "replayId": place.replay},
            "payload": payload,
        });
        let entry = Entry {
            kind: Kind::Generic,
            channel,
            at: self.now,
            same: 0,
            body: &data.to_string(),
        };
        log::append(self.connection, place, &entry)?;
        feed.events.enforce_retention(self.connection, self.now)
    }
}
