//! Messages and their notifications in the org's database.

use std::rc::Rc;

use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, params};
use serde::{Serialize, Serializer};

use super::OutboundMessage;
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::value::dates;

/// The tables, for [`sandbox_model::store`].
pub(crate) const TABLES: &str = r#"
CREATE TABLE IF NOT EXISTS "__outbound"
    ("name" TEXT PRIMARY KEY, "object" TEXT NOT NULL, "definition" TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "__notifications"
    ("id" TEXT PRIMARY KEY, "message" TEXT NOT NULL, "record" TEXT NOT NULL, "tx" INTEGER NOT NULL,
     "queued" INTEGER NOT NULL, "due" INTEGER NOT NULL, "attempts" INTEGER NOT NULL DEFAULT 0, "error" TEXT,
     UNIQUE ("message", "record", "tx"));
CREATE INDEX IF NOT EXISTS "__notifications_due" ON "__notifications" ("message", "due");"#;

/// What is not acknowledged after so long is given up (Salesforce help, "Considerations for Outbound Messages").
const LIFETIME_MS: i64 = 24 * 60 * 60 * 1_000;
/// The longest pause between two attempts (same place).
const MAX_PAUSE_MS: i64 = 2 * 60 * 60 * 1_000;
/// Notifications in one message (same place).
pub const MAX_PER_MESSAGE: usize = 100;

/// A notification to be queued.
pub(crate) struct New<'a> {
    /// Its id.
    pub id: RecordId,
    /// Name of the message.
    pub message: &'a str,
    /// Id of the record.
    pub record: &'a str,
    /// Number of the transaction.
    pub transaction: i64,
}

/// A notification that waits to be acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// Its id, the same in every attempt.
    pub id: String,
    /// Name of the message.
    pub message: String,
    /// The record's id.
    pub record: String,
    /// When it was queued, in ms since 1970 on the org's clock.
    #[serde(serialize_with = "instant")]
    pub queued: i64,
    /// When it is tried next.
    #[serde(serialize_with = "instant")]
    pub due: i64,
    /// Attempts that failed.
    pub attempts: u32,
    /// Why the last one failed.
    pub error: Option<String>,
}

fn instant<S: Serializer>(ms: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&dates::format_datetime_z(*ms))
}

pub(crate) fn define(connection: &Connection, message: &OutboundMessage) -> Result<(), ApiError> {
    let definition = serde_json::to_string(message).unwrap_or_default();
    let sql = "INSERT OR REPLACE INTO \"__outbound\" VALUES (?1, ?2, ?3)";
    connection.execute(sql, params![message.name, message.object, definition])?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, name: &str) -> Result<bool, ApiError> {
    connection.execute(
        "DELETE FROM \"__notifications\" WHERE \"message\" = ?1",
        [name],
    )?;
    let removed = connection.execute("DELETE FROM \"__outbound\" WHERE \"name\" = ?1", [name])?;
    Ok(removed > 0)
}

/// Returns all messages, by name.
pub fn messages(connection: &Connection) -> Result<Vec<OutboundMessage>, ApiError> {
    let sql = "SELECT \"definition\" FROM \"__outbound\" ORDER BY \"name\"";
    let mut statement = connection.prepare_cached(sql)?;
    let texts = statement.query_map([], |row| row.get::<_, String>(0))?;
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    Ok(read_all(&texts))
}

/// Returns the messages of an object.
pub(crate) fn messages_of(
    connection: &Connection,
    object: &str,
) -> Result<Vec<OutboundMessage>, ApiError> {
    let sql = "SELECT \"definition\" FROM \"__outbound\" WHERE \"object\" = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let texts = statement.query_map([object], |row| row.get::<_, String>(0))?;
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    Ok(read_all(&texts))
}

fn read_all(texts: &[String]) -> Vec<OutboundMessage> {
    let read = |text: &String| serde_json::from_str(text).ok();
    texts.iter().filter_map(read).collect()
}

/// Queues a notification; one record is notified of once for each message and transaction.
pub(crate) fn add(connection: &Connection, new: &New<'_>, now: i64) -> Result<(), ApiError> {
    let sql = "INSERT OR IGNORE INTO \"__notifications\" (\"id\", \"message\", \"record\", \"tx\", \"queued\", \"due\") \
               VALUES (?1, ?2, ?3, ?4, ?5, ?5)";
    let values = params![
        new.id.as_str(),
        new.message,
        new.record,
        new.transaction,
        now
    ];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// Returns what waits, oldest first.
pub fn waiting(connection: &Connection, most: usize) -> Result<Vec<Notification>, ApiError> {
    let sql = format!("{SELECT} ORDER BY \"queued\", \"id\" LIMIT ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let found = statement.query_map([most], read)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Returns the notifications of a message that are to be sent now, as many as go together.
pub fn due(
    connection: &Connection,
    message: &str,
    now: i64,
) -> Result<Vec<Notification>, ApiError> {
    let sql = format!(
        "{SELECT} WHERE \"message\" = ?1 AND \"due\" <= ?2 ORDER BY \"due\", \"id\" LIMIT {MAX_PER_MESSAGE}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_map(params![message, now], read)?;
    Ok(found.collect::<Result<_, _>>()?)
}

const SELECT: &str = "SELECT \"id\", \"message\", \"record\", \"queued\", \"due\", \"attempts\", \"error\" \
                      FROM \"__notifications\"";

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Notification> {
    Ok(Notification {
        id: row.get(0)?,
        message: row.get(1)?,
        record: row.get(2)?,
        queued: row.get(3)?,
        due: row.get(4)?,
        attempts: row.get(5)?,
        error: row.get(6)?,
    })
}

fn ids(notifications: &[Notification]) -> Rc<Vec<SqlValue>> {
    let id = |it: &Notification| SqlValue::Text(it.id.clone());
    Rc::new(notifications.iter().map(id).collect())
}

/// They were acknowledged.
pub fn settle(connection: &Connection, sent: &[Notification]) -> Result<(), ApiError> {
    let sql = "DELETE FROM \"__notifications\" WHERE \"id\" IN rarray(?1)";
    connection.prepare_cached(sql)?.execute([ids(sent)])?;
    Ok(())
}

/// They were not acknowledged: each is due again after a pause that grows with its attempts.
pub fn postpone(
    connection: &Connection,
    sent: &[Notification],
    first_pause: i64,
    now: i64,
    error: &str,
) -> Result<(), ApiError> {
    let sql = "UPDATE \"__notifications\" SET \"attempts\" = \"attempts\" + 1, \"error\" = ?3, \"due\" = ?2 \
               WHERE \"id\" = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    for notification in sent {
        let due = now.saturating_add(pause(first_pause, notification.attempts));
        statement.execute(params![notification.id, due, error])?;
    }
    Ok(())
}

/// Returns the pause after an attempt; `before` are the attempts that failed before it.
pub fn pause(first: i64, before: u32) -> i64 {
    let doubled = 1_i64.checked_shl(before.min(62)).unwrap_or(i64::MAX);
    first.saturating_mul(doubled).min(MAX_PAUSE_MS)
}

/// Returns whether a notification is too old.
pub fn has_expired(connection: &Connection, now: i64) -> Result<bool, ApiError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM \"__notifications\" WHERE \"queued\" <= ?1)";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([kept_since(now)], |row| row.get(0))?)
}

/// Gives up what is too old; says how many were.
pub fn expire(connection: &Connection, now: i64) -> Result<usize, ApiError> {
    let sql = "DELETE FROM \"__notifications\" WHERE \"queued\" <= ?1";
    Ok(connection.prepare_cached(sql)?.execute([kept_since(now)])?)
}

const fn kept_since(now: i64) -> i64 {
    now.saturating_sub(LIFETIME_MS)
}

/// Makes all that waits due now, as the button "Retry" of Salesforce's set-up does.
pub fn retry_now(connection: &Connection, now: i64) -> Result<usize, ApiError> {
    let sql = "UPDATE \"__notifications\" SET \"due\" = min(\"due\", ?1)";
    Ok(connection.prepare_cached(sql)?.execute([now])?)
}

/// Returns how many notifications wait.
pub fn len(connection: &Connection) -> Result<i64, ApiError> {
    let sql = "SELECT count(*) FROM \"__notifications\"";
    Ok(connection
        .prepare_cached(sql)?
        .query_row([], |row| row.get(0))?)
}
