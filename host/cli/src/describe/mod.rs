//! `mediate describe`: the operations of a connector, for people and as JSON.

mod example;
pub(super) mod list;
pub(super) mod operation;
mod wrap;

use serde_json::{Value, json};

use super::args::{Describe, Global};
use super::console::{print, print_json};
use super::context::load;
use super::failure::Failure;
use mediate::contract::{ConnectorInfo, OperationInfo};
use mediate::profile::HostSettings;
use mediate::session::{find_operation, schema_of};

pub(super) async fn run(args: &Describe, global: &Global) -> Result<(), Failure> {
    let (_, info) = load(global, &HostSettings::default()).await?;
    match (&args.operation, args.json) {
        (None, false) => print(&list::text(&info)),
        (None, true) => print_json(&catalog(&info)?),
        (Some(name), false) => {
            let operation = find_operation(&info, name)?;
            let schema = schema_of(&format!("`{name}`"), &operation.config_schema)?;
            print(&operation::text(operation, &schema))
        }
        (Some(name), true) => print_json(&one(find_operation(&info, name)?)?),
    }
}

/// Gives the catalog as JSON, with its schemas as JSON too instead of as text.
fn catalog(info: &ConnectorInfo) -> Result<Value, Failure> {
    Ok(json!({
        "name": info.name,
        "version": info.version,
        "connection-schema": schema_of("the connection", &info.connection_schema)?,
        "operations": info.operations.iter().map(one).collect::<Result<Vec<_>, _>>()?,
    }))
}

fn one(operation: &OperationInfo) -> Result<Value, Failure> {
    let what = format!("`{}`", operation.name);
    let reply = operation
        .reply_schema
        .as_deref()
        .map(|schema| schema_of(&what, schema))
        .transpose()?;
    Ok(json!({
        "name": operation.name,
        "summary": operation.summary,
        "description": operation.description,
        "style": operation.style,
        "effect": operation.effect,
        "config-schema": schema_of(&what, &operation.config_schema)?,
        "accepts": operation.accepts,
        "returns": operation.returns,
        "reply-schema": reply,
    }))
}
