//! What objects and fields the org has: the describe resources.

use super::path::segment;
use crate::bindings::exports::salesforce::connector::schema::{DescribeConfig, ObjectsConfig};
use crate::bindings::{Fault, Message};
use crate::connection::settings::check_headers;
use crate::org::{Call, Org, Unusable};
use serde_json::Value;

/// GET sobjects, with only the objects asked for.
pub fn objects(org: &Org, config: &ObjectsConfig) -> Result<Message, Fault> {
    let wanted = [
        ("queryable", config.queryable),
        ("createable", config.createable),
        ("updateable", config.updateable),
        ("deletable", config.deletable),
        ("custom", config.custom),
    ];
    let wanted: Vec<&str> = wanted
        .into_iter()
        .filter_map(|(flag, asked)| asked.then_some(flag))
        .collect();
    let reply = org.send_as(&Call::get(org.path("sobjects")?), None, |mut reply, _| {
        if !wanted.is_empty() {
            reply.body = only(&reply.body, &wanted)
                .map_err(|error| Unusable(format!("The list of objects is not JSON: {error}")))?;
        }
        Ok(reply)
    })?;
    Ok(org.message(reply))
}

/// Keeps the objects whose flags are all true.
fn only(body: &[u8], flags: &[&str]) -> serde_json::Result<Vec<u8>> {
    let mut global: Value = serde_json::from_slice(body)?;
    if let Some(objects) = global.get_mut("sobjects").and_then(Value::as_array_mut) {
        objects.retain(|object| {
            flags
                .iter()
                .all(|flag| object.get(flag) == Some(&Value::Bool(true)))
        });
    }
    serde_json::to_vec(&global)
}

/// GET sobjects/{object}/describe.
pub fn describe(org: &Org, config: &DescribeConfig) -> Result<Message, Fault> {
    let path = org.path(&format!(
        "sobjects/{}/describe",
        segment("object", &config.object)?
    ))?;
    let mut call = Call {
        fine: &[304],
        ..Call::get(path)
    };
    if let Some(date) = &config.if_modified_since {
        call = call.with_header("if-modified-since", date);
        check_headers("config.if-modified-since", &call.headers)?;
    }
    Ok(org.message(org.send(&call)?))
}
