//! PushTopics: queries kept as records, whose channels deliver changes of matching records.

mod filter;
mod query;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value as Json, json};

pub use filter::Filter;
use query::{TopicQuery, invalid};

use super::change::Change;
use super::feed::Feed;
use super::fields;
use super::log::{self, Entry, Kind};
use crate::org::Org;
use crate::write::{Row, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{Field, Object};
use sandbox_model::value::{Value, dates};
use sandbox_soql::Options;

/// The object whose records are PushTopics.
pub const OBJECT: &str = "PushTopic";
/// What channels of PushTopics begin with.
pub(super) const CHANNELS: &str = "/topic/";
/// Oldest version of the API a query may ask for (Object Reference, "PushTopic": greater than 20.0).
const OLDEST_VERSION: f64 = 20.0;
/// Active PushTopics of an org (Streaming API guide, "Streaming API Limits": 100 in the largest editions).
const MAX_ACTIVE: usize = 100;
/// Fields that Salesforce fills in itself: their changes alone cause no event (Streaming API guide, "Supported PushTopic
/// Queries").
const SYSTEM_FIELDS: &[&str] = &[
    "LastActivityDate",
    "LastModifiedById",
    "LastModifiedDate",
    "LastReferencedDate",
    "LastViewedDate",
    "SystemModstamp",
];

/// A PushTopic as in its record.
struct Topic {
    name: String,
    query: String,
    /// `All`, `Referenced`, `Select` or `Where`.
    fields: String,
}

/// Completes a PushTopic that is about to be saved, and rejects one that cannot be.
pub(crate) fn before_save(writer: &Writer<'_>, row: &mut Row<'_>) -> Result<(), ApiError> {
    if row.object.name != OBJECT {
        return Ok(());
    }
    let version = row.get("ApiVersion").as_f64().unwrap_or_default();
    if version <= OLDEST_VERSION {
        let message = format!("ApiVersion must be greater than {OLDEST_VERSION:.1}");
        return Err(ApiError::for_record(
            "INVALID_FIELD",
            message,
            ["ApiVersion"],
        ));
    }
    let options = Options::new(writer.user.as_str(), writer.now);
    let soql = row.get("Query").as_str().unwrap_or_default();
    let query = TopicQuery::checked(soql, writer.schema, &options)?;
    reject_without_fields(row, &query)?;
    reject_too_many(writer, row)?;
    let all = Value::Bool(true);
    let is_on = |operation: &str| *row.get(&format!("NotifyForOperation{operation}")) == all;
    let operations = match (is_on("Create"), is_on("Update")) {
        (true, true) => "All",
        (true, false) => "Create",
        (false, true) => "Update",
        (false, false) => "Extended",
    };
    row.set("NotifyForOperations", Value::text(operations));
    Ok(())
}

/// Rejects a query whose relevant clauses name no field besides the id (Streaming API guide, "NotifyForFields Set to …").
fn reject_without_fields(row: &Row<'_>, query: &TopicQuery) -> Result<(), ApiError> {
    let beside_id = |names: &[String]| names.iter().any(|name| name != "Id");
    let (selects, asks) = (beside_id(&query.selected), beside_id(&query.filtered));
    let (is_fine, clauses) = match row.get("NotifyForFields").as_str() {
        Some("Select") => (selects, "SELECT clause"),
        Some("Where") => (asks, "WHERE clause"),
        Some("Referenced") => (selects || asks, "SELECT or WHERE clause"),
        _ => return Ok(()),
    };
    if is_fine {
        return Ok(());
    }
    Err(invalid(format!(
        "NotifyForFields requires a field other than Id in the {clauses}"
    )))
}

fn reject_too_many(writer: &Writer<'_>, row: &Row<'_>) -> Result<(), ApiError> {
    if *row.get("IsActive") != Value::Bool(true) {
        return Ok(());
    }
    let own = row.get("Id").as_str().unwrap_or_default();
    let sql = "SELECT count(*) FROM \"PushTopic\" WHERE \"IsActive\" = 1 AND \"IsDeleted\" = 0 AND \"Id\" <> ?1";
    let active: i64 = writer
        .connection
        .prepare_cached(sql)?
        .query_row([own], |row| row.get(0))?;
    if usize::try_from(active).unwrap_or_default() < MAX_ACTIVE {
        return Ok(());
    }
    let message = format!("The maximum number of active PushTopics ({MAX_ACTIVE}) is reached");
    Err(ApiError::for_record("LIMIT_EXCEEDED", message, []))
}

/// Writes the events of a change: one for each active topic that it concerns.
pub(super) fn notify(
    writer: &Writer<'_>,
    feed: Feed<'_>,
    change: &Change<'_>,
) -> Result<(), ApiError> {
    for topic in active(writer, change)? {
        let query = TopicQuery::read(&topic.query, writer.schema)?;
        let concerns = query.object == change.object().name
            && topic.selects(&query, change)
            && query.finds(writer, change.id())?;
        if concerns {
            publish(writer, feed, &topic.name, &query, change)?;
        }
    }
    Ok(())
}

/// Returns the active topics that notify about this kind of change and name the object at all.
fn active(writer: &Writer<'_>, change: &Change<'_>) -> Result<Vec<Topic>, ApiError> {
    let operation = match change {
        Change::Created(_) => "Create",
        Change::Updated { .. } => "Update",
        Change::Deleted { .. } => "Delete",
        Change::Undeleted(_) => "Undelete",
    };
    let sql = format!(
        "SELECT \"Name\", \"Query\", \"NotifyForFields\" FROM \"PushTopic\" WHERE \"IsActive\" = 1 \
         AND \"IsDeleted\" = 0 AND \"NotifyForOperation{operation}\" = 1 AND instr(lower(\"Query\"), lower(?1)) > 0"
    );
    let mut statement = writer.connection.prepare_cached(&sql)?;
    let topics = statement.query_map([&change.object().name], |row| {
        Ok(Topic {
            name: row.get(0)?,
            query: row.get(1)?,
            fields: row.get(2)?,
        })
    })?;
    Ok(topics.collect::<Result<_, _>>()?)
}

impl Topic {
    /// Returns whether an update changed a field that counts; other changes always do.
    fn selects(&self, query: &TopicQuery, change: &Change<'_>) -> bool {
        let Change::Updated { row, before } = change else {
            return true;
        };
        let object = row.object;
        let moved = |field: &Field| row.get(&field.name) != before.get(&field.name);
        let moved_at_all = |name: &String| {
            object
                .field(name)
                .is_some_and(|field| moved(field) || object.parts_of(field).any(moved))
        };
        let (select, ask) = (&query.selected, &query.filtered);
        match self.fields.as_str() {
            "All" => object
                .fields()
                .iter()
                .any(|field| !SYSTEM_FIELDS.contains(&field.name.as_str()) && moved(field)),
            "Select" => select.iter().any(moved_at_all),
            "Where" => ask.iter().any(moved_at_all),
            _ => select.iter().chain(ask).any(moved_at_all),
        }
    }
}

fn publish(
    writer: &Writer<'_>,
    feed: Feed<'_>,
    name: &str,
    query: &TopicQuery,
    change: &Change<'_>,
) -> Result<(), ApiError> {
    let (kind, record) = match change {
        Change::Created(row) => ("created", shown(row, query)),
        Change::Updated { row, .. } => ("updated", shown(row, query)),
        Change::Undeleted(row) => ("undeleted", shown(row, query)),
        Change::Deleted { id, .. } => ("deleted", Map::from_iter([("Id".to_owned(), json!(id))])),
    };
    let place = log::place(writer.connection, feed.transaction(), 0)?;
    let created = dates::format_datetime_z(writer.now);
    let data = json!({
        "event": {"createdDate": created, "replayId": place.replay, "type": kind},
        "sobject": record,
    });
    let entry = Entry {
        kind: Kind::Topic,
        channel: &format!("{CHANNELS}{name}"),
        at: writer.now,
        same: 0,
        body: &data.to_string(),
    };
    log::append(writer.connection, place, &entry)
}

/// Returns the selected fields of a record.
fn shown(row: &Row<'_>, query: &TopicQuery) -> Map<String, Json> {
    let fields = query.selected.iter();
    let fields = fields.filter_map(|name| row.object.field(name));
    fields
        .map(|field| (field.name.clone(), value(row, field)))
        .collect()
}

/// Returns a field's value; a compound's parts as an object, or null where it has none.
fn value(row: &Row<'_>, field: &Field) -> Json {
    if !field.is_compound() {
        return fields::shown(field, row.get(&field.name));
    }
    let object: &Object = row.object;
    let parts: Map<String, Json> = object
        .parts_of(field)
        .filter_map(|part| {
            let (_, name) = fields::compound_part(object, part)?;
            Some((lower_first(&name), fields::shown(part, row.get(&part.name))))
        })
        .collect();
    if parts.values().all(Json::is_null) {
        return Json::Null;
    }
    Json::Object(parts)
}

/// `postalCode` for `PostalCode`, as REST calls the parts of addresses.
fn lower_first(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

/// Returns what the topic called so (in the exact case) selects; `None` if there is none.
pub(super) fn selected(org: &Org, name: &str) -> Result<Option<Vec<String>>, ApiError> {
    let sql = "SELECT \"Query\" FROM \"PushTopic\" WHERE \"Name\" = ?1 COLLATE BINARY AND \"IsDeleted\" = 0";
    let query: Option<String> = org.store.read(|connection| -> Result<_, ApiError> {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([name])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    })?;
    let Some(soql) = query else {
        return Ok(None);
    };
    TopicQuery::read(&soql, &org.schema).map(|query| Some(query.selected))
}
