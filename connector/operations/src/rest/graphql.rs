//! GraphQL on the org's records.

use super::ask::{self, Object};
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::exchange::{Idempotency, Reply};
use salesforce_client::expected::Expected;
use salesforce_contract::bindings::exports::salesforce::connector::raw::GraphqlConfig;
use salesforce_contract::bindings::{Fault, FaultKind, UpstreamFault};
use salesforce_contract::message::Message;
use salesforce_contract::message::bounded;
use serde_json::Value;

/// POST graphql.
pub fn graphql(client: &Client, config: &GraphqlConfig) -> Result<Message, Fault> {
    let body = Object::new()
        .put("query", config.query.as_str())
        .some("variables", variables(config)?)
        .some("operationName", config.operation_name.as_deref());
    let body = Value::from(body).to_string();
    let call = ask::post_call(
        client,
        "graphql",
        idempotency(&config.query),
        body.as_bytes(),
    )?
    .expecting(Expected::OBJECT);
    let (reply, answer) = send(client, &call, config.any_status)?;
    let errors = errors(&answer);
    if !config.any_status && !errors.is_empty() && !has_data(&answer) {
        return Err(refused(reply.status, errors));
    }
    let mut message = client.message(reply);
    // As with composite requests, `failed` says that not all of the document succeeded.
    message.metadata.failed = Some(bounded(errors.len() as u64));
    message.metadata.add("errors", errors.len().to_string());
    Ok(message)
}

/// Sends the document. What an error status comes with need not be an answer to it.
fn send(client: &Client, call: &Request, any_status: bool) -> Result<(Reply, Value), Fault> {
    if any_status {
        let reply = client.send_for_any_status(call)?;
        let answer = serde_json::from_slice(&reply.body).unwrap_or_default();
        return Ok((reply, answer));
    }
    client.send_as(call, None, |reply, _| {
        match serde_json::from_slice::<Value>(&reply.body) {
            Ok(answer) if is_answer(&answer) => Ok((reply, answer)),
            Ok(_) => Err(Unusable(
                "The GraphQL answer has neither `data` nor `errors`".into(),
            )),
            Err(error) => Err(Unusable(format!("The GraphQL answer is not JSON: {error}"))),
        }
    })
}

fn variables(config: &GraphqlConfig) -> Result<Option<Value>, Fault> {
    let Some(text) = &config.variables else {
        return Ok(None);
    };
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(Some(Value::Object(members))),
        _ => Err(Fault::config(
            "config.variables must be a JSON object: a member per variable",
        )),
    }
}

/// A document in which the word `mutation` stands may change something, whatever else it says.
fn idempotency(document: &str) -> Idempotency {
    let words = document.split(|char: char| !(char.is_alphanumeric() || char == '_'));
    if words.into_iter().any(|word| word == "mutation") {
        Idempotency::NonIdempotent
    } else {
        Idempotency::Safe
    }
}

/// Whether this is an answer to a document at all (GraphQL specification, "Response Format").
fn is_answer(answer: &Value) -> bool {
    answer.get("data").is_some() || answer.get("errors").is_some()
}

/// Whether any field of `data` came.
fn has_data(answer: &Value) -> bool {
    let fields = answer.get("data").and_then(Value::as_object);
    fields.is_some_and(|fields| fields.values().any(|value| !value.is_null()))
}

fn errors(answer: &Value) -> Vec<UpstreamFault> {
    let list = answer.get("errors").and_then(Value::as_array);
    list.into_iter().flatten().map(upstream_error).collect()
}

fn upstream_error(error: &Value) -> UpstreamFault {
    let text = |pointer: &str| error.pointer(pointer).and_then(Value::as_str);
    let code = text("/extensions/ErrorType").or_else(|| text("/extensions/classification"));
    let path = error.get("path").or_else(|| error.get("paths"));
    let fields = path.and_then(Value::as_array).into_iter().flatten();
    UpstreamFault {
        code: code.unwrap_or("GRAPHQL_ERROR").to_owned(),
        message: text("/message").unwrap_or_default().to_owned(),
        fields: fields
            .filter_map(|field| Some(field.as_str()?.to_owned()))
            .collect(),
    }
}

fn refused(status: u16, upstream: Vec<UpstreamFault>) -> Fault {
    let first = upstream.first().map_or("", |error| error.message.trim());
    let more = match upstream.len() {
        0 | 1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    let message = format!("GraphQL was refused: {first}{more}");
    Fault {
        status: Some(status),
        upstream,
        attempts: 1,
        ..Fault::new(FaultKind::Invalid, message)
    }
}
