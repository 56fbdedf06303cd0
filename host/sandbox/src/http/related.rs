//! What hangs on a record: `GET /sobjects/{object}/{id}/{relationship}`, and the content of its files.

use serde_json::{Value as Json, json};

use super::answer::{self, Reply};
use super::gate::Caller;
use super::records::show;
use super::{download, render};
use crate::id::RecordId;
use crate::org::Org;
use crate::problem::Problem;
use crate::schema::{FieldType, Object};
use crate::store::quoted;
use crate::write::Row;

/// Records shown at most; more are asked for by SOQL.
const PAGE: usize = 2_000;

/// Shows the parent, the children or the file called `name` of a record.
pub(super) fn follow(
    org: &Org,
    object: &Object,
    id: &RecordId,
    name: &str,
    caller: &Caller,
    query: Option<&str>,
) -> Reply {
    let row = org
        .store
        .read(|connection| Row::load(connection, object, id.as_str()))?;
    let row = row
        .filter(|(_, deleted)| !deleted)
        .map(|(row, _)| row)
        .ok_or_else(Problem::not_found)?;
    if let Some(field) = object
        .field(name)
        .filter(|field| field.field_type == FieldType::Base64)
    {
        return download::file(org, &row, &field.name);
    }
    if let Some(field) = object.relationship(name) {
        let parent = row
            .get(&field.name)
            .as_str()
            .and_then(RecordId::parse)
            .ok_or_else(Problem::not_found)?;
        let object = org
            .schema
            .object_by_prefix(parent.key_prefix())
            .ok_or_else(Problem::not_found)?;
        return show(org, object, &parent, caller, query);
    }
    let way = object
        .child_relationship(name)
        .ok_or_else(Problem::not_found)?;
    let child_object = org
        .schema
        .object(&way.child_object)
        .ok_or_else(Problem::not_found)?;
    children(org, child_object, &way.field, id, caller, query)
}

fn children(
    org: &Org,
    object: &Object,
    field: &str,
    id: &RecordId,
    caller: &Caller,
    query: Option<&str>,
) -> Reply {
    let wanted = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "fields");
    let fields: Option<Vec<String>> =
        wanted.map(|(_, list)| list.split(',').map(|name| name.trim().to_owned()).collect());
    let sql = format!(
        "SELECT \"Id\" FROM {} WHERE {} = ?1 AND \"IsDeleted\" = 0 ORDER BY \"Id\" LIMIT {PAGE}",
        quoted(&object.name),
        quoted(field)
    );
    let records: Vec<Json> = org.store.read(|connection| {
        let mut statement = connection.prepare_cached(&sql)?;
        let ids = statement.query_map([id.as_str()], |row| row.get::<_, String>(0))?;
        let mut records = Vec::new();
        for id in ids.collect::<Result<Vec<_>, _>>()? {
            if let Some((row, _)) = Row::load(connection, object, &id)? {
                records.push(render::record(&row, &caller.base(), fields.as_deref())?);
            }
        }
        Ok::<_, Problem>(records)
    })?;
    Ok(answer::ok(
        &json!({"done": true, "totalSize": records.len(), "records": records}),
    ))
}
