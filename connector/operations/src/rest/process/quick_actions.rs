//! Quick actions: global ones and those of an object.

use crate::rest::ask::{self, Object, Parameters};
use salesforce_client::client::Client;
use salesforce_client::exchange::Idempotency;
use salesforce_client::expected::Expected;
use salesforce_client::path::segment;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::process::{
    QuickActionConfig, QuickActionDefaultsConfig, QuickActionsConfig, RunQuickActionConfig,
};
use salesforce_contract::message::Message;
use serde_json::Value;

/// GET quickActions, or those of an object.
pub fn quick_actions(client: &Client, config: &QuickActionsConfig) -> Result<Message, Fault> {
    let path = of_object(config.object.as_deref())?;
    ask::get(client, &path, Parameters::none(), Expected::List)
}

/// GET quickActions/{name}.
pub fn quick_action(client: &Client, config: &QuickActionConfig) -> Result<Message, Fault> {
    let path = named(config.object.as_deref(), &config.name)?;
    ask::get(
        client,
        &path,
        Parameters::none(),
        Expected::Object(&["name"]),
    )
}

/// GET quickActions/{name}/describe.
pub fn describe_quick_action(
    client: &Client,
    config: &QuickActionConfig,
) -> Result<Message, Fault> {
    let action = named(config.object.as_deref(), &config.name)?;
    ask::get(
        client,
        &format!("{action}/describe"),
        Parameters::none(),
        Expected::OBJECT,
    )
}

/// GET quickActions/{name}/defaultValues, for one record or none.
pub fn quick_action_defaults(
    client: &Client,
    config: &QuickActionDefaultsConfig,
) -> Result<Message, Fault> {
    let action = named(config.object.as_deref(), &config.name)?;
    let path = match &config.context_id {
        Some(id) => format!("{action}/defaultValues/{}", segment("context-id", id)?),
        None => format!("{action}/defaultValues"),
    };
    ask::get(client, &path, Parameters::none(), Expected::OBJECT)
}

/// POST quickActions/{name}.
pub fn run_quick_action(
    client: &Client,
    config: &RunQuickActionConfig,
    input: &Message,
) -> Result<Message, Fault> {
    let Value::Object(record) = ask::json_of(input)? else {
        return Err(bad_input(
            "The input must be one JSON object of field values, such as {\"LastName\": \"Smith\"}",
        ));
    };
    let body = Object::new()
        .some("contextId", config.context_id.as_deref())
        .put("record", record);
    let body = Value::from(body).to_string();
    let path = named(config.object.as_deref(), &config.name)?;
    let call = ask::post_call(client, &path, Idempotency::NonIdempotent, body.as_bytes())?;
    ask::send_for_results(client, call, "success", 1)
}

fn named(object: Option<&str>, name: &str) -> Result<String, Fault> {
    Ok(format!("{}/{}", of_object(object)?, segment("name", name)?))
}

fn of_object(object: Option<&str>) -> Result<String, Fault> {
    Ok(match object {
        Some(object) => format!("sobjects/{}/quickActions", segment("object", object)?),
        None => "quickActions".into(),
    })
}
