//! Invocable actions: standard ones, flows, Apex, alerts.

use crate::rest::ask::{self, Object, Parameters};
use salesforce_client::client::Client;
use salesforce_client::exchange::Idempotency;
use salesforce_client::expected::Expected;
use salesforce_client::path::segment;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::process::{
    InvocableActionConfig, InvocableActionsConfig,
};
use salesforce_contract::limits::MAX_ACTION_INPUTS;
use salesforce_contract::message::Message;
use serde_json::Value;

/// GET actions/standard, actions/custom or actions/custom/{type}.
pub fn invocable_actions(
    client: &Client,
    config: &InvocableActionsConfig,
) -> Result<Message, Fault> {
    const ACTIONS: Expected = Expected::Object(&["actions"]);
    let (path, expected) = match &config.custom_type {
        Some(custom) => (of_type(Some(custom))?, ACTIONS),
        // A member per type, whatever types the org has.
        None if config.custom => ("actions/custom".into(), Expected::OBJECT),
        None => (of_type(None)?, ACTIONS),
    };
    ask::get(client, &path, Parameters::none(), expected)
}

/// GET actions/standard/{name} or actions/custom/{type}/{name}.
pub fn describe_action(client: &Client, config: &InvocableActionConfig) -> Result<Message, Fault> {
    ask::get(
        client,
        &named(config)?,
        Parameters::none(),
        Expected::Object(&["inputs"]),
    )
}

/// POST actions/standard/{name} or actions/custom/{type}/{name}.
pub fn invoke_action(
    client: &Client,
    config: &InvocableActionConfig,
    input: &Message,
) -> Result<Message, Fault> {
    let inputs = inputs(ask::json_of(input)?)?;
    let count = inputs.len();
    let body = Object::new().put("inputs", inputs);
    let body = Value::from(body).to_string();
    let call = ask::post_call(
        client,
        &named(config)?,
        Idempotency::NonIdempotent,
        body.as_bytes(),
    )?;
    ask::send_for_results(client, call, "isSuccess", count)
}

/// The inputs of a bare list or of Salesforce's own body.
fn inputs(mut body: Value) -> Result<Vec<Value>, Fault> {
    let list = match body.get_mut("inputs") {
        Some(inputs) => inputs.take(),
        None => body,
    };
    match list {
        Value::Array(inputs) if (1..=MAX_ACTION_INPUTS).contains(&inputs.len()) => Ok(inputs),
        Value::Array(inputs) => Err(bad_input(format!(
            "An action takes 1 to {MAX_ACTION_INPUTS} inputs at once, not {}: split them",
            inputs.len()
        ))),
        _ => Err(bad_input(
            "The input must be a JSON array of objects, one per run of the action, such as [{\"text\": \"Hello\"}]",
        )),
    }
}

fn named(config: &InvocableActionConfig) -> Result<String, Fault> {
    let actions = of_type(config.custom_type.as_deref())?;
    Ok(format!("{actions}/{}", segment("name", &config.name)?))
}

fn of_type(custom: Option<&str>) -> Result<String, Fault> {
    Ok(match custom {
        Some(custom) => format!("actions/custom/{}", segment("custom-type", custom)?),
        None => "actions/standard".into(),
    })
}
