//! Objects that show records of others, as views of SQL. They have the columns of tables, `rowid` among them.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::{ColumnKind, StoreError, quoted};
use crate::clock::Clock;
use crate::schema::{Field, Object, Schema, View};

/// Columns that readers of any table may ask for, also where the object has no such field.
const EXPECTED: [&str; 3] = ["IsDeleted", "LastModifiedById", "SystemModstamp"];
/// When an event is over: at its end, or on its day.
const EVENT_END: &str = "coalesce(\"EndDateTime\", \"ActivityDateTime\", unixepoch(\"ActivityDate\", '+1 day') * 1000, 0)";

/// Gives `org_now()` to a connection: milliseconds since 1970 by the org's clock.
pub(super) fn register(connection: &Connection, clock: &Arc<Clock>) -> Result<(), StoreError> {
    let clock = Arc::clone(clock);
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("org_now", 0, flags, move |_| Ok(clock.now()))
}

/// Makes the view of an object, in the place of an older one.
pub(super) fn create(
    connection: &Connection,
    schema: &Schema,
    object: &Object,
    view: View,
) -> Result<(), StoreError> {
    let sources = sources(schema, object, view);
    let parts: Vec<_> = sources.iter().map(|it| it.select(object)).collect();
    let name = quoted(&object.name);
    let sql = format!(
        "DROP VIEW IF EXISTS {name}; CREATE VIEW {name} AS {}",
        parts.join(" UNION ALL ")
    );
    connection.execute_batch(&sql)
}

/// Records that a view shows.
struct Source<'a> {
    /// None: no records at all.
    table: Option<&'a Object>,
    /// Distinguishes the rows of several sources.
    row_id: &'static str,
    /// Columns that are called otherwise, or that are nothing that the table has, in SQL.
    columns: &'static [(&'static str, &'static str)],
    filter: String,
}

const TASK_COLUMNS: &[(&str, &str)] = &[("IsTask", "1"), ("ActivitySubtype", "\"TaskSubtype\"")];
const EVENT_COLUMNS: &[(&str, &str)] = &[("ActivitySubtype", "\"EventSubtype\"")];
const FEED_COLUMNS: &[(&str, &str)] = &[("InsertedById", "\"CreatedById\"")];

fn sources<'a>(schema: &'a Schema, object: &Object, view: View) -> Vec<Source<'a>> {
    let source = |table, row_id, columns, filter| Source {
        table: schema.object(table),
        row_id,
        columns,
        filter,
    };
    let activities = |is_closed: &str, is_over: &str| {
        let (tasks, events) = (
            format!("\"IsClosed\" = {is_closed}"),
            format!("{EVENT_END} {is_over} org_now()"),
        );
        vec![
            source("Task", "2 * rowid", TASK_COLUMNS, tasks),
            source("Event", "2 * rowid + 1", EVENT_COLUMNS, events),
        ]
    };
    match view {
        View::ActivityHistory => activities("1", "<"),
        View::OpenActivity => activities("0", ">="),
        View::Feed => vec![source(
            "FeedItem",
            "rowid",
            FEED_COLUMNS,
            posted_to(schema, object),
        )],
        View::History => vec![source("", "0", &[], "0".to_owned())],
    }
}

/// Posts about records of the object that the feed belongs to.
fn posted_to(schema: &Schema, feed: &Object) -> String {
    let parent = feed.field("ParentId").and_then(Field::reference);
    let parent = parent.and_then(|it| schema.object(it.to.first()?));
    let prefix = parent.map_or("", |parent| parent.key_prefix.as_str());
    format!("substr(\"ParentId\", 1, 3) = '{prefix}'")
}

impl Source<'_> {
    fn select(&self, object: &Object) -> String {
        let fields = object.fields().iter();
        let mut columns: Vec<String> = fields
            .filter_map(|field| {
                let kind = ColumnKind::from_field(field)?;
                let name = quoted(&field.name);
                Some(format!("{} AS {name}", self.column(&field.name, kind)))
            })
            .collect();
        let more = EXPECTED.iter().filter(|name| object.field(name).is_none());
        columns.extend(more.map(|name| {
            let kind = ColumnKind::ExactText;
            format!("{} AS {}", self.column(name, kind), quoted(name))
        }));
        let from = self
            .table
            .map(|table| format!(" FROM {}", quoted(&table.name)));
        format!(
            "SELECT {} AS rowid, {}{} WHERE {}",
            self.row_id,
            columns.join(", "),
            from.unwrap_or_default(),
            self.filter
        )
    }

    /// Returns the value of a column; false or NULL where the records shown have no such field.
    fn column(&self, name: &str, kind: ColumnKind) -> String {
        let otherwise = self.columns.iter().find(|(known, _)| *known == name);
        if let Some((_, sql)) = otherwise {
            return (*sql).to_owned();
        }
        let is_there = |table: &Object| name == "IsDeleted" || table.field(name).is_some();
        match kind {
            _ if self.table.is_some_and(is_there) => quoted(name),
            ColumnKind::Boolean => "0".to_owned(),
            _ => "NULL".to_owned(),
        }
    }
}
