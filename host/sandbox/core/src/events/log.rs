//! The log of events in the org's database.
//!
//! Replay ids count up over all channels, with gaps. A row is written in the transaction that causes the event.

use std::rc::Rc;

use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OptionalExtension as _, params};

use sandbox_model::api_error::ApiError;

/// Change events and high-volume platform events are kept for 72 hours (Change Data Capture guide, "Change Event
/// Storage and Delivery").
const LONG_RETENTION_MS: i64 = 72 * 60 * 60 * 1_000;
/// PushTopic and generic events are kept for 24 hours (Streaming API guide, "Message Durability").
const SHORT_RETENTION_MS: i64 = 24 * 60 * 60 * 1_000;
/// The replay id before the first.
const BEFORE_FIRST: i64 = 1_000;
/// Replay ids of different transactions differ by up to so many: they are not contiguous in Salesforce either.
const MAX_GAP: i64 = 5;

/// The table.
pub(crate) const TABLE: &str = r#"
CREATE TABLE IF NOT EXISTS "__events"
    ("replay" INTEGER PRIMARY KEY, "at" INTEGER NOT NULL, "kind" INTEGER NOT NULL, "channel" TEXT NOT NULL,
     "tx" INTEGER NOT NULL, "seq" INTEGER NOT NULL, "same" INTEGER NOT NULL, "body" TEXT NOT NULL);"#;

/// The kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Change data capture: `/data/…`.
    Change,
    /// Platform events: `/event/…`.
    Platform,
    /// PushTopics: `/topic/…`.
    Topic,
    /// Generic streaming: `/u/…`.
    Generic,
}

impl Kind {
    const fn code(self) -> i64 {
        self as i64
    }

    /// Since when events of this kind are kept, in ms since 1970.
    #[must_use]
    pub const fn kept_since(self, now: i64) -> i64 {
        match self {
            Self::Change | Self::Platform => now.saturating_sub(LONG_RETENTION_MS),
            Self::Topic | Self::Generic => now.saturating_sub(SHORT_RETENTION_MS),
        }
    }
}

/// The last event, which the next one follows.
#[derive(Debug, Clone, Copy)]
pub(super) struct LastEvent {
    pub replay: i64,
    transaction: i64,
    sequence: i64,
    same: i64,
}

/// Position of the next event.
#[derive(Debug, Clone, Copy)]
pub(super) struct EventPosition {
    pub replay: i64,
    pub transaction: i64,
    /// From 1 in each transaction; counts change events alone.
    pub sequence: i64,
    /// The change event before, if it is about the same change of another record in the same transaction.
    pub same_change: Option<i64>,
    /// What `same` was for the change event before.
    same_before: i64,
}

/// An event to be written.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub kind: Kind,
    pub channel: &'a str,
    /// When, on the org's clock.
    pub at: i64,
    /// What is equal for the same change of other records; 0 where there is no such thing.
    pub same: i64,
    /// The message's `data`.
    pub body: &'a str,
}

fn last(connection: &Connection) -> Result<Option<LastEvent>, ApiError> {
    let sql = "SELECT \"replay\", \"tx\", \"seq\", \"same\" FROM \"__events\" ORDER BY \"replay\" DESC LIMIT 1";
    let row = connection.prepare_cached(sql)?.query_row([], |row| {
        Ok(LastEvent {
            replay: row.get(0)?,
            transaction: row.get(1)?,
            sequence: row.get(2)?,
            same: row.get(3)?,
        })
    });
    Ok(row.optional()?)
}

/// Creates the highest replay id given so far.
pub fn newest(connection: &Connection) -> Result<i64, ApiError> {
    Ok(last(connection)?.map_or(BEFORE_FIRST, |last| last.replay))
}

/// Position of an event written now.
pub(super) fn place(
    connection: &Connection,
    transaction: i64,
    same: i64,
) -> Result<EventPosition, ApiError> {
    let Some(last) = last(connection)? else {
        return Ok(EventPosition {
            replay: BEFORE_FIRST + 1,
            transaction,
            sequence: 1,
            same_change: None,
            same_before: 0,
        });
    };
    if last.transaction == transaction {
        let has_twin = same != 0 && last.same == same;
        return Ok(EventPosition {
            replay: last.replay + 1,
            transaction,
            sequence: last.sequence + 1,
            same_change: if has_twin {
                same_change(connection, same)?
            } else {
                None
            },
            same_before: last.same,
        });
    }
    Ok(EventPosition {
        replay: last.replay + 1 + transaction.rem_euclid(MAX_GAP),
        transaction,
        sequence: 1,
        same_change: None,
        same_before: 0,
    })
}

/// Returns the newest event, if it is of this change; events that are no change events may follow it.
fn same_change(connection: &Connection, same: i64) -> Result<Option<i64>, ApiError> {
    let sql = "SELECT \"replay\", \"same\" FROM \"__events\" WHERE \"kind\" = 0 ORDER BY \"replay\" DESC LIMIT 1";
    let newest = connection
        .prepare_cached(sql)?
        .query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
    let newest = newest.optional()?;
    Ok(newest.and_then(|(replay, of)| (of == same).then_some(replay)))
}

/// Writes an event. Those that are no change events keep the position of the change event before.
pub(super) fn append(
    connection: &Connection,
    place: EventPosition,
    entry: &Entry<'_>,
) -> Result<(), ApiError> {
    let sql = "INSERT INTO \"__events\" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let (sequence, same) = match entry.kind {
        Kind::Change => (place.sequence, entry.same),
        _ => (place.sequence - 1, place.same_before),
    };
    connection.prepare_cached(sql)?.execute(params![
        place.replay,
        entry.at,
        entry.kind.code(),
        entry.channel,
        place.transaction,
        sequence,
        same,
        entry.body
    ])?;
    Ok(())
}

/// Returns the `data` of a change event; `None` if there is no such event.
pub(super) fn body(connection: &Connection, replay: i64) -> Result<Option<String>, ApiError> {
    let sql = "SELECT \"body\" FROM \"__events\" WHERE \"replay\" = ?1 AND \"kind\" = 0";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([replay], |row| row.get(0)).optional()?)
}

/// Changes the `data` of an event that is not committed yet.
pub(super) fn rewrite(
    connection: &Connection,
    replay: i64,
    change: impl FnOnce(&str) -> Option<String>,
) -> Result<bool, ApiError> {
    let Some(body) = body(connection, replay)?.as_deref().and_then(change) else {
        return Ok(false);
    };
    let sql = "UPDATE \"__events\" SET \"body\" = ?2 WHERE \"replay\" = ?1";
    connection
        .prepare_cached(sql)?
        .execute(params![replay, body])?;
    Ok(true)
}

/// As [`rewrite`], for an event that then is like no other: further records are not added to it.
pub(super) fn replace(connection: &Connection, replay: i64, body: &str) -> Result<(), ApiError> {
    let sql = "UPDATE \"__events\" SET \"body\" = ?2, \"same\" = 0 WHERE \"replay\" = ?1";
    connection
        .prepare_cached(sql)?
        .execute(params![replay, body])?;
    Ok(())
}

/// Returns how many events of a transaction come after `sequence` on this channel.
pub(super) fn beyond(
    connection: &Connection,
    place: EventPosition,
    sequence: i64,
    channel: &str,
) -> Result<i64, ApiError> {
    let sql = "SELECT count(*) FROM \"__events\" WHERE \"replay\" > ?1 AND \"tx\" = ?2 AND \"seq\" > ?3 \
               AND \"channel\" = ?4";
    let from = place.replay - (place.sequence - sequence).max(0) - 1;
    let values = params![from, place.transaction, sequence, channel];
    Ok(connection
        .prepare_cached(sql)?
        .query_row(values, |row| row.get(0))?)
}

/// An event as it is delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its replay id.
    pub replay: i64,
    /// Whether it is a change event.
    pub is_change: bool,
    /// The channel it was published on.
    pub channel: String,
    /// The message's `data`, as JSON.
    pub body: String,
}

/// What a subscriber wants to read.
#[derive(Debug, Clone)]
pub(crate) struct LogQuery {
    /// Names of single channels.
    pub channels: Vec<String>,
    /// Whether all change events are wanted.
    pub all_changes: bool,
    /// Events up to this one are known.
    pub after: i64,
    /// Events wanted at most.
    pub most: usize,
}

/// Returns the next events, oldest first, and the replay id up to which nothing more is to be had. Expired ones are left out.
pub(crate) fn read(
    connection: &Connection,
    wanted: &LogQuery,
    now: i64,
) -> Result<(Vec<Event>, i64), ApiError> {
    let newest = newest(connection)?;
    if newest <= wanted.after {
        return Ok((Vec::new(), wanted.after));
    }
    let sql = "SELECT \"replay\", \"kind\", \"channel\", \"body\" FROM \"__events\" WHERE \"replay\" > ?1 \
               AND (\"channel\" IN rarray(?2) OR (?3 AND \"kind\" = 0)) \
               AND \"at\" > CASE WHEN \"kind\" < 2 THEN ?4 ELSE ?5 END ORDER BY \"replay\" LIMIT ?6";
    let channels: Vec<SqlValue> = wanted
        .channels
        .iter()
        .map(|name| SqlValue::Text(name.clone()))
        .collect();
    let values = params![
        wanted.after,
        Rc::new(channels),
        wanted.all_changes,
        Kind::Change.kept_since(now),
        Kind::Topic.kept_since(now),
        i64::try_from(wanted.most).unwrap_or(i64::MAX)
    ];
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(values, |row| {
        Ok(Event {
            replay: row.get(0)?,
            is_change: row.get::<_, i64>(1)? == Kind::Change.code(),
            channel: row.get(2)?,
            body: row.get(3)?,
        })
    })?;
    let events = rows.collect::<Result<Vec<_>, _>>()?;
    let read = match events.last() {
        Some(last) if events.len() == wanted.most => last.replay,
        Some(last) => last.replay.max(newest),
        None => newest,
    };
    Ok((events, read))
}

/// Returns whether a subscriber may resume after this event: it is of the kind, and still kept.
pub fn is_kept(
    connection: &Connection,
    kind: Kind,
    replay: i64,
    now: i64,
) -> Result<bool, ApiError> {
    let sql =
        "SELECT count(*) FROM \"__events\" WHERE \"replay\" = ?1 AND \"kind\" = ?2 AND \"at\" > ?3";
    let found: i64 = connection
        .prepare_cached(sql)?
        .query_row(params![replay, kind.code(), kind.kept_since(now)], |row| {
            row.get(0)
        })?;
    Ok(found > 0)
}

/// Forgets all but the newest `capacity` events.
pub(super) fn cut(connection: &Connection, capacity: u64) -> Result<(), ApiError> {
    let sql = "DELETE FROM \"__events\" WHERE \"replay\" <= \
               (SELECT \"replay\" FROM \"__events\" ORDER BY \"replay\" DESC LIMIT 1 OFFSET ?1)";
    let capacity = i64::try_from(capacity).unwrap_or(i64::MAX).max(1);
    connection.prepare_cached(sql)?.execute([capacity])?;
    Ok(())
}

/// Forgets the events past their retention, but never the newest: replay ids continue from it.
pub(super) fn expire(connection: &Connection, now: i64) -> Result<(), ApiError> {
    let sql = "DELETE FROM \"__events\" WHERE \"at\" <= CASE WHEN \"kind\" < 2 THEN ?1 ELSE ?2 END \
               AND \"replay\" < (SELECT max(\"replay\") FROM \"__events\")";
    let values = params![Kind::Change.kept_since(now), Kind::Topic.kept_since(now)];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// Returns how many events are kept, and the ids of the oldest and the newest.
pub fn extent(connection: &Connection) -> Result<(i64, Option<i64>, Option<i64>), ApiError> {
    let sql = "SELECT count(*), min(\"replay\"), max(\"replay\") FROM \"__events\"";
    Ok(connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?)
}
