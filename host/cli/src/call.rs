//! `mediate call`: one request, one reply.

use serde_json::Value;

use super::args::{Call, Global};
use super::console::Console;
use super::context::CommandContext;
use super::failure::Failure;
use super::format::{self, Data};
use super::input;
use super::output::{self, Output};
use mediate::contract::{Message, Metadata, OperationInfo, Style};
use mediate::output::Role;
use mediate::schema::Schema;

/// Replacement for a secret that is not shown.
const HIDDEN: &str = "***";

/// Headers that open a session for whoever has them.
const SECRET_ATTRIBUTES: [&str; 1] = ["header/set-cookie"];

pub(super) async fn run(args: &Call, global: &Global, console: Console) -> Result<(), Failure> {
    let run = &args.run;
    let context = CommandContext::prepare(global, &run.connection, console).await?;
    let operation = context.operation(&run.operation, Style::Call)?;
    let config = context.config(run.config.as_deref(), &run.pairs, operation)?;
    let path = run.output.as_deref();
    let config = format::by_ending(config, operation, Data::Output, path)?;
    output::apart(&[
        ("--input", run.input.as_deref(), Role::Read),
        ("--output", path, Role::Write),
    ])?;
    let gzip = path.is_some_and(|path| format::is_gzip(path, &operation.returns));
    let destination = output::destination(path, gzip)?;
    let input = input::read(run.input.as_deref(), run.input_type.as_deref(), operation).await?;
    if !args.show_secrets && is_secret(operation) {
        return Err(Failure::usage(format!(
            "the reply of `{0}` is a secret, and nobody could see it afterwards: give --show-secrets, and --output FILE to keep it \
             off the screen; nothing was sent",
            operation.name
        )));
    }
    let mut output = Output::open(destination, args.show_secrets).await?;
    let session = context.session().await?;
    let answer = session.call(&operation.name, &config, input).await;
    let reply = answer.map_err(|error| context.failure(error, &session))?;
    if run.attributes {
        attributes(&reply.media_type, &reply.metadata, console);
    }
    let body = if args.show_secrets {
        None
    } else {
        without_secrets(&reply, operation)
    };
    output.write(body.as_deref().unwrap_or(&reply.body)).await?;
    output.finish().await?;
    some_failed(&reply)
}

/// Tells scripts of records that did not succeed; the reply has the outcome of each.
fn some_failed(reply: &Message) -> Result<(), Failure> {
    let unknown = reply.metadata.extra("unknown");
    let unknown: u64 = unknown.and_then(|text| text.parse().ok()).unwrap_or(0);
    match u64::from(reply.metadata.failed.unwrap_or(0)) + unknown {
        0 => Ok(()),
        failed => Err(Failure::SomeFailed {
            failed,
            total: None,
            load_status: None,
        }),
    }
}

/// Prints the facts about an exchange.
pub(super) fn attributes(media_type: &str, metadata: &Metadata, console: Console) {
    if !media_type.is_empty() {
        console.attribute("media-type", media_type);
    }
    for (name, value) in metadata.attributes() {
        let is_secret = SECRET_ATTRIBUTES.contains(&name.as_str());
        console.attribute(&name, if is_secret { HIDDEN } else { &value });
    }
}

/// Says whether the reply as a whole is a secret.
fn is_secret(operation: &OperationInfo) -> bool {
    let schema = operation.reply_schema.as_deref();
    schema
        .and_then(|schema| serde_json::from_str::<Value>(schema).ok())
        .is_some_and(|schema| Schema::new(&schema).is_secret())
}

/// Returns the reply with its secrets hidden, if it has any: those that the reply's schema marks.
fn without_secrets(reply: &Message, operation: &OperationInfo) -> Option<Vec<u8>> {
    let schema: Value = serde_json::from_str(operation.reply_schema.as_deref()?).ok()?;
    let mut document: Value = serde_json::from_slice(&reply.body).ok()?;
    let secrets = Schema::new(&schema).secrets(&document);
    for pointer in &secrets {
        if let Some(secret) = document
            .pointer_mut(pointer)
            .filter(|secret| !secret.is_null())
        {
            *secret = Value::String(HIDDEN.to_owned());
        }
    }
    (!secrets.is_empty()).then(|| document.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediate::contract::Effect;

    fn operation(reply_schema: Option<&str>) -> OperationInfo {
        OperationInfo {
            name: "connection/authenticate".into(),
            summary: String::new(),
            description: String::new(),
            style: Style::Call,
            effect: Effect::Read,
            config_schema: "{}".into(),
            accepts: vec![],
            returns: vec!["application/json".into()],
            reply_schema: reply_schema.map(str::to_owned),
        }
    }

    #[test]
    fn secrets_of_a_reply_are_hidden() {
        let schema = r#"{"properties": {"access-token": {"type": "string", "writeOnly": true}}}"#;
        let reply = Message::new(
            "application/json",
            r#"{"access-token": "00D!x", "scope": "api"}"#,
        );
        let shown = without_secrets(&reply, &operation(Some(schema))).expect("it has a secret");
        assert_eq!(
            String::from_utf8_lossy(&shown),
            r#"{"access-token":"***","scope":"api"}"#
        );
    }

    #[test]
    fn a_reply_without_secrets_stays_byte_for_byte() {
        let reply = Message::new("application/json", r#"{ "a" : 1.10 }"#);
        assert_eq!(
            without_secrets(&reply, &operation(Some(r#"{"properties": {"a": {}}}"#))),
            None
        );
        assert_eq!(without_secrets(&reply, &operation(None)), None);
    }
}
