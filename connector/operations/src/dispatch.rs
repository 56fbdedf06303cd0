//! The generic interface: names and JSON in, the same operations as behind the typed interface, which comes through here.

use crate::rest;
use crate::table::{self, Answer, Config, Run};
use complete::{Completed, Completion};
use salesforce_client::client::Connection;
use salesforce_client::context::Context;
use salesforce_client::media_type::essence;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::message::{Batch, Message};

use salesforce_contract::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::catalog::{self, Document, FromJson, Input, Operation, Style};
use salesforce_contract::sink::Sink;
use salesforce_contract::source::Source;
use serde_json::Value;
use std::rc::Rc;

mod complete;
mod dry_run;
mod names;
pub mod typed;

pub use dry_run::dry_run;

/// Checks a connection, given as JSON. Nothing is sent.
pub fn connect(context: Rc<Context>, config: &str) -> Result<Connection, Fault> {
    let value = accept(catalog::connection(), config, "connection")?;
    // serde's own message could quote a value of the connection.
    let config = ConnectionConfig::from_json(&value)
        .map_err(|_| Fault::config("The connection does not fit its schema"))?;
    Connection::open(context, &config)
}

/// Opens a session, or returns the open one, as the JSON of `connection.session`.
pub fn session(connection: &Connection) -> Result<String, Fault> {
    let session = rest::connection::authenticate(&connection.client())?;
    let value =
        serde_json::to_value(session).map_err(|error| Fault::protocol(error.to_string()))?;
    let operation = known("connection/authenticate")?;
    Ok(present(operation, &value))
}

/// Runs an operation of style `call`.
pub fn call(
    connection: Option<&Connection>,
    name: &str,
    config: &str,
    input: Option<&Message>,
) -> Result<Message, Fault> {
    let (operation, answer) = answer(connection, name, config, input)?;
    match answer {
        Answer::Message(message) => Ok(message),
        Answer::Record(record) => Ok(Message {
            media_type: "application/json".into(),
            body: present(operation, &record.value).into_bytes(),
            metadata: record.metadata,
        }),
    }
}

fn answer(
    connection: Option<&Connection>,
    name: &str,
    config: &str,
    input: Option<&Message>,
) -> Result<(&'static Operation, Answer), Fault> {
    let (operation, run) = lookup(name)?;
    check_input(operation, input)?;
    let config = settle(operation, config)?;
    let run = match run {
        Run::Pure(run) => return Ok((operation, run(config, input)?)),
        Run::Call(run) => run,
        _ => return Err(wrong_style(operation, "call")),
    };
    let client = needed(connection, operation)?.client();
    let object = config.object();
    match run(&client, config, input) {
        Ok(answer) => Ok((operation, answer.told_by(&client))),
        Err(fault) => {
            let fault = client.complete(fault);
            let fault = Fault {
                maybe_applied: fault.maybe_applied || client.has_written(),
                ..fault
            };
            Err(names::explain(&client, object.as_deref(), fault))
        }
    }
}

/// Starts an operation of style `source`.
pub fn open_source(
    connection: Option<&Connection>,
    name: &str,
    config: &str,
    input: Option<&Message>,
) -> Result<Box<dyn Source>, Fault> {
    let (operation, run) = lookup(name)?;
    let Run::Source(run) = run else {
        return Err(wrong_style(operation, "open-source"));
    };
    check_input(operation, input)?;
    let config = settle(operation, config)?;
    let client = Rc::new(needed(connection, operation)?.client());
    let completion = Completion::new(&client, &config);
    let source = run(client, config, input).map_err(|fault| completion.complete(fault))?;
    Ok(Box::new(Completed::new(source, completion)))
}

/// Starts an operation of style `sink`, or takes one up again from its journal.
pub fn open_sink(
    connection: Option<&Connection>,
    name: &str,
    config: &str,
    journal: Option<&str>,
) -> Result<Box<dyn Sink>, Fault> {
    let (operation, run) = lookup(name)?;
    let Run::Sink(run) = run else {
        return Err(wrong_style(operation, "open-sink"));
    };
    let config = settle(operation, config)?;
    let client = Rc::new(needed(connection, operation)?.client());
    let completion = Completion::new(&client, &config);
    let sink = run(client, config, journal).map_err(|fault| completion.complete(fault))?;
    Ok(Box::new(Completed::new(sink, completion)))
}

/// Asks an operation of style `trigger` for what is new.
pub fn poll(
    connection: Option<&Connection>,
    name: &str,
    config: &str,
    checkpoint: Option<&str>,
    wait_ms: u32,
) -> Result<Batch, Fault> {
    let (operation, run) = lookup(name)?;
    let Run::Trigger(run) = run else {
        return Err(wrong_style(operation, "poll"));
    };
    let config = settle(operation, config)?;
    let client = Rc::new(needed(connection, operation)?.client());
    let completion = Completion::new(&client, &config);
    run(client, config, checkpoint, wait_ms).map_err(|fault| completion.complete(fault))
}

/// Checks a config before anything is sent.
fn settle(operation: &Operation, config: &str) -> Result<Config, Fault> {
    accept(&operation.config, config, "config").map(Config)
}

/// The connection, without which only pure operations run.
fn needed<'a>(
    connection: Option<&'a Connection>,
    operation: &Operation,
) -> Result<&'a Connection, Fault> {
    connection.ok_or_else(|| {
        Fault::config(format!(
            "{} needs a connection: make one by `connect`",
            operation.name
        ))
    })
}

fn check_input(operation: &Operation, input: Option<&Message>) -> Result<(), Fault> {
    let name = operation.name;
    match (operation.input, input) {
        (Input::None, Some(_)) => Err(bad_input(format!("{name} takes no input"))),
        (Input::Required, None) => Err(bad_input(format!(
            "{name} needs an input ({})",
            operation.accepts.join(" or ")
        ))),
        (Input::Required, Some(input))
            if !operation.accepts.contains(&essence(&input.media_type)) =>
        {
            Err(bad_input(format!(
                "{name} takes {}, not `{}`",
                operation.accepts.join(" or "),
                input.media_type
            )))
        }
        _ => Ok(()),
    }
}

fn accept(document: &Document, text: &str, what: &str) -> Result<Value, Fault> {
    catalog::accept(&document.shape, text, what)
        .map_err(|upstream_error| Fault::config(upstream_error.to_string()))
}

fn present(operation: &Operation, value: &Value) -> String {
    match &operation.reply {
        Some(document) => catalog::present(&document.shape, value),
        None => value.to_string(),
    }
}

fn lookup(name: &str) -> Result<(&'static Operation, Run), Fault> {
    let run = table::find(name).ok_or_else(|| unknown(name))?;
    Ok((known(name)?, run))
}

fn known(name: &str) -> Result<&'static Operation, Fault> {
    catalog::find(name).ok_or_else(|| unknown(name))
}

fn unknown(name: &str) -> Fault {
    let hint = catalog::suggest(name).map(|near| format!("; did you mean `{near}`?"));
    Fault::config(format!(
        "There is no operation `{name}`{}",
        hint.unwrap_or_default()
    ))
}

fn wrong_style(operation: &Operation, asked: &str) -> Fault {
    let style = match operation.style {
        Style::Call => "call",
        Style::Source => "open-source",
        Style::Sink => "open-sink",
        Style::Trigger => "poll",
    };
    Fault::new(
        FaultKind::Config,
        format!("{} is run by `{style}`, not by `{asked}`", operation.name),
    )
}

#[cfg(test)]
mod tests;
