//! `salesforce:connector`: typed records in, the same operations behind them. The exports are generated from the WIT; each names
//! its operation and hands its records to one of these functions.

use super::generic::{OpenSink, OpenSource};
use super::{Component, context};
use salesforce_contract::bindings::exports::mediation::connector::mediator::{Batch, Sink, Source};
use salesforce_contract::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use salesforce_contract::bindings::{Fault, Message};
use salesforce_operations::dispatch::typed::Called;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn message(
    name: &str,
    connection: &ConnectionConfig,
    config: &impl Serialize,
    input: Option<Message>,
) -> Result<Message, Fault> {
    Called::new(context(), name, connection, config)?.message(input)
}

fn reply<T: DeserializeOwned>(
    name: &str,
    connection: &ConnectionConfig,
    config: &impl Serialize,
    input: Option<Message>,
) -> Result<T, Fault> {
    Called::new(context(), name, connection, config)?.reply(input)
}

fn source(
    name: &str,
    connection: &ConnectionConfig,
    config: &impl Serialize,
    input: Option<Message>,
) -> Result<Source, Fault> {
    let source = Called::new(context(), name, connection, config)?.source(input)?;
    Ok(OpenSource::handle(source))
}

fn sink(
    name: &str,
    connection: &ConnectionConfig,
    config: &impl Serialize,
    journal: Option<String>,
) -> Result<Sink, Fault> {
    let sink = Called::new(context(), name, connection, config)?.sink(journal.as_deref())?;
    Ok(OpenSink::handle(sink))
}

fn poll(
    name: &str,
    connection: &ConnectionConfig,
    config: &impl Serialize,
    checkpoint: Option<String>,
    wait_ms: u32,
) -> Result<Batch, Fault> {
    Called::new(context(), name, connection, config)?.poll(checkpoint.as_deref(), wait_ms)
}

salesforce_contract::typed_exports!();
