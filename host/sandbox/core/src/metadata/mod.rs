//! The org's own schema in SOQL: `EntityDefinition` and `FieldDefinition`, and the Tooling API's
//! `CustomObject` and `CustomField`.
//!
//! They are records like others, made anew from the schema whenever the org starts. Those of the schema itself are called
//! by a `DurableId` (`Account`, `Account.Owner`, `01I….00N…`), which stands where others have their id.

mod entity;
mod field;
mod names;

use rusqlite::Connection;

use sandbox_model::schema::Schema;
use sandbox_model::store::{StoreError, quoted};
use sandbox_model::value::Value;

/// A record to be: names of columns with their values.
type Record = Vec<(&'static str, Value)>;

/// User and time for the audit fields of all records.
#[derive(Debug, Clone, Copy)]
pub struct CreatedBy<'a> {
    /// Id of the user.
    pub by: &'a str,
    /// In ms since 1970.
    pub at: i64,
}

/// Writes the records that describe `schema`, in place of those of an earlier start.
///
/// # Errors
/// The database's.
pub fn fill(
    connection: &Connection,
    schema: &Schema,
    made: CreatedBy<'_>,
) -> Result<(), StoreError> {
    let names = names::Names::new(schema);
    let objects = || schema.objects().iter();
    let fields = || objects().flat_map(|object| object.fields().iter().map(move |it| (object, it)));
    replace(
        connection,
        "EntityDefinition",
        objects().map(|object| entity::definition(object, &names, made)),
    )?;
    replace(
        connection,
        "FieldDefinition",
        fields().map(|(object, it)| field::definition(object, it, &names, made)),
    )?;
    replace(
        connection,
        "CustomObject",
        objects().filter_map(|object| entity::custom(object, &names, made)),
    )?;
    replace(
        connection,
        "CustomField",
        fields().filter_map(|(object, it)| field::custom(object, it, &names, made)),
    )
}

fn replace(
    connection: &Connection,
    object: &str,
    records: impl Iterator<Item = Record>,
) -> Result<(), StoreError> {
    let table = quoted(object);
    connection.execute_batch(&format!("DELETE FROM {table}"))?;
    for record in records {
        let columns: Vec<String> = record.iter().map(|(name, _)| quoted(name)).collect();
        let places = vec!["?"; columns.len()].join(", ");
        let sql = format!(
            "INSERT INTO {table} ({}) VALUES ({places})",
            columns.join(", ")
        );
        let values = record.iter().map(|(_, value)| value);
        connection
            .prepare_cached(&sql)?
            .execute(rusqlite::params_from_iter(values))?;
    }
    Ok(())
}

fn text(text: &str) -> Value {
    Value::text(text)
}

/// Returns the fields with the creator of a record of the Tooling API.
fn audit(made: CreatedBy<'_>) -> Record {
    vec![
        ("CreatedDate", Value::Int(made.at)),
        ("CreatedById", text(made.by)),
        ("LastModifiedDate", Value::Int(made.at)),
        ("LastModifiedById", text(made.by)),
        ("SystemModstamp", Value::Int(made.at)),
    ]
}
