//! Making the tables, and adding to those of an older file what the schema has gained since.

use std::collections::HashSet;

use rusqlite::Connection;

use super::{ColumnKind, StoreError, quoted, views};
use crate::schema::{Field, Object, Schema};

/// Tables of the store's own: settings of the org by name, and images of rich text.
const OWN_TABLES: &str = r#"
CREATE TABLE IF NOT EXISTS "__org" ("key" TEXT PRIMARY KEY, "value" TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "__images"
    ("id" TEXT PRIMARY KEY, "record" TEXT, "field" TEXT, "media_type" TEXT, "content" BLOB)"#;

/// Columns without a field, with the values of rows that are older than they.
/// `__deletion` is the id of the record whose delete put this one into the recycle bin: an undelete finds by it what
/// went along.
const OWN_COLUMNS: &[(&str, &str)] = &[
    ("IsDeleted", "INTEGER NOT NULL DEFAULT 0"),
    ("__deletion", "TEXT"),
];

/// Brings the tables to the state that `schema` asks for.
pub(super) fn migrate(connection: &Connection, schema: &Schema) -> Result<(), StoreError> {
    connection.execute_batch(OWN_TABLES)?;
    let objects = schema.all_objects().iter();
    for object in objects.clone().filter(|object| object.view.is_none()) {
        let known = known_columns(connection, object)?;
        if known.is_empty() {
            connection.execute_batch(&create_table(object))?;
        } else {
            add_columns(connection, object, &known)?;
        }
        for index in object
            .fields()
            .iter()
            .filter_map(|field| create_index(object, field))
        {
            connection.execute_batch(&index)?;
        }
    }
    for object in objects {
        if let Some(view) = object.view {
            views::create(connection, schema, object, view)?;
        }
    }
    Ok(())
}

fn columns(object: &Object) -> Vec<(String, &'static str)> {
    let mut columns = vec![("Id".to_owned(), "TEXT NOT NULL PRIMARY KEY")];
    for field in object
        .fields()
        .iter()
        .filter(|field| field.name != "Id" && field.name != "IsDeleted")
    {
        columns.extend(
            ColumnKind::from_field(field).map(|kind| (field.name.clone(), kind.declaration())),
        );
    }
    columns.extend(
        OWN_COLUMNS
            .iter()
            .map(|(name, declaration)| ((*name).to_owned(), *declaration)),
    );
    columns
}

fn create_table(object: &Object) -> String {
    let columns: Vec<_> = columns(object)
        .iter()
        .map(|(name, declaration)| format!("{} {declaration}", quoted(name)))
        .collect();
    format!(
        "CREATE TABLE {} ({})",
        quoted(&object.name),
        columns.join(", ")
    )
}

/// Names of the table's columns in lower case; none if there is no such table.
fn known_columns(connection: &Connection, object: &Object) -> Result<HashSet<String>, StoreError> {
    let mut statement = connection.prepare("SELECT lower(name) FROM pragma_table_info(?1)")?;
    statement
        .query_map([&object.name], |row| row.get(0))?
        .collect()
}

fn add_columns(
    connection: &Connection,
    object: &Object,
    known: &HashSet<String>,
) -> Result<(), StoreError> {
    for (name, declaration) in columns(object) {
        if !known.contains(&name.to_ascii_lowercase()) {
            let table = quoted(&object.name);
            connection.execute_batch(&format!(
                "ALTER TABLE {table} ADD COLUMN {} {declaration}",
                quoted(&name)
            ))?;
        }
    }
    Ok(())
}

/// Unique fields are unique among what is not deleted; other keys are plain. NULLs are left out: most references are.
fn create_index(object: &Object, field: &Field) -> Option<String> {
    let column = quoted(&field.name);
    let (kind, rows) = if field.name == "Id" {
        return None;
    } else if field.unique {
        (
            "UNIQUE INDEX",
            format!(" WHERE {column} IS NOT NULL AND \"IsDeleted\" = 0"),
        )
    } else if field.external_id || field.id_lookup || is_indexed_reference(field) {
        ("INDEX", format!(" WHERE {column} IS NOT NULL"))
    } else if field.name == "SystemModstamp" {
        ("INDEX", String::new())
    } else {
        return None;
    };
    let name = quoted(&format!("{}.{}", object.name, field.name));
    Some(format!(
        "CREATE {kind} IF NOT EXISTS {name} ON {} ({column}){rows}",
        quoted(&object.name)
    ))
}

/// Few users own many records: an index over them costs every write and helps no read.
fn is_indexed_reference(field: &Field) -> bool {
    field
        .reference()
        .is_some_and(|reference| reference.to.iter().any(|to| to != "User" && to != "Group"))
}
