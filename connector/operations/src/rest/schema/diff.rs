//! A stored describe against the org.

use crate::rest::ask::refused;
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::expected::Expected;
use salesforce_client::fault::is_absent;
use salesforce_client::metadata::Replied;
use salesforce_client::path::segment;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::schema::{
    DiffConfig, SchemaChange, SchemaDiff,
};
use salesforce_contract::message::Message;
use salesforce_formats::shapes::diff::{changes, gone};
use serde_json::{Map, Value};

/// What changed since the describe in the input.
pub fn diff(
    client: &Client,
    config: &DiffConfig,
    input: &Message,
) -> Result<Replied<SchemaDiff>, Fault> {
    let stored = stored(input)?;
    let object = match &config.object {
        Some(object) => object.clone(),
        None => name(&stored).to_owned(),
    };
    let Replied { value, metadata } = now(client, &object)?;
    let changes = match value {
        Some(now) => changes(&stored, &now),
        None => vec![gone(&stored)],
    };
    let breaking = changes.iter().any(|change| change.breaking);
    let wanted = |change: &SchemaChange| change.breaking || !config.breaking_only;
    let diff = SchemaDiff {
        object,
        breaking,
        changes: changes.into_iter().filter(wanted).collect(),
    };
    Ok(Replied::new(diff, metadata))
}

/// The describe that was kept.
fn stored(input: &Message) -> Result<Map<String, Value>, Fault> {
    let invalid = |what: &str| {
        bad_input(format!(
            "The input is no describe of an object: {what}; give a reply of `schema/describe` that was kept"
        ))
    };
    let value: Value =
        serde_json::from_slice(&input.body).map_err(|error| invalid(&error.to_string()))?;
    match value {
        Value::Object(map)
            if !name(&map).is_empty() && map.get("fields").is_some_and(Value::is_array) =>
        {
            Ok(map)
        }
        _ => Err(invalid("it has no `name` with `fields`")),
    }
}

fn name(describe: &Map<String, Value>) -> &str {
    let name = describe.get("name").and_then(Value::as_str);
    name.unwrap_or_default()
}

/// The describe of today; `None` if the org has no such object.
fn now(client: &Client, object: &str) -> Result<Replied<Option<Map<String, Value>>>, Fault> {
    let path = client.path(&format!("sobjects/{}/describe", segment("object", object)?))?;
    let call = Request {
        accepted_statuses: &[404],
        expected: Expected::DESCRIBE,
        ..Request::get(path)
    };
    client.send_as(&call, None, |reply, _| {
        if reply.status == 404 {
            let fault = refused(404, &reply.body);
            return Ok(if is_absent(&fault) {
                Ok(Replied::new(None, &reply))
            } else {
                Err(fault)
            });
        }
        serde_json::from_slice(&reply.body)
            .map(|found| Ok(Replied::new(Some(found), &reply)))
            .map_err(|error| {
                Unusable(format!(
                    "The describe of {object} is not as documented: {error}"
                ))
            })
    })?
}
