//! Style `call`: `echo/call` needs no connection, `connection/test` does.

use super::bindings::exports::mediation::connector::types::{
    Body, Content, Fault, FaultKind, Message,
};
use super::connection::Greeting;
use super::fault::{fault, parse, unknown, within};
use super::message::{no_metadata, text};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Config {
    #[serde(default = "one")]
    repeat: u64,
    #[serde(default)]
    as_bytes: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

const fn one() -> u64 {
    1
}

/// Runs an operation of style `call`.
pub(crate) fn call(
    connection: Option<&Greeting>,
    operation: &str,
    config: &str,
    input: Option<Content>,
) -> Result<Message, Fault> {
    match operation {
        "echo/call" => echo(&parse("config", config)?, input),
        "connection/test" => test(connection, &parse("config", config)?),
        _ => Err(unknown(operation, "call")),
    }
}

/// Returns the input, text as text and bytes as bytes.
fn echo(config: &Config, input: Option<Content>) -> Result<Message, Fault> {
    within("repeat", config.repeat, 1, 100)?;
    let input = input.ok_or_else(|| fault(FaultKind::Config, "`echo/call` needs an input."))?;
    let bytes = match input.body {
        Body::Text(text) => text.into_bytes(),
        Body::Binary(bytes) => bytes,
    };
    let times = usize::try_from(config.repeat).unwrap_or(1);
    let bytes = bytes.repeat(times);
    if config.as_bytes {
        return Ok(Message {
            media_type: "application/octet-stream".into(),
            body: Body::Binary(bytes),
            metadata: no_metadata(),
        });
    }
    match String::from_utf8(bytes) {
        Ok(body) => Ok(text("text/plain", body)),
        Err(_) => Err(fault(
            FaultKind::Invalid,
            "The input is not UTF-8: set `as-bytes`.",
        )),
    }
}

fn test(connection: Option<&Greeting>, Nothing {}: &Nothing) -> Result<Message, Fault> {
    let connection = connection
        .ok_or_else(|| fault(FaultKind::Config, "`connection/test` needs a connection."))?;
    let reply = serde_json::json!({"greeting": connection.greeting()});
    Ok(text("application/json", reply.to_string()))
}
