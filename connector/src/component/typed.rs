//! `salesforce:connector`: typed records in, the same operations behind them. The exports are generated from the WIT; each names
//! its operation and hands its records to one of these functions.

use super::generic::{OpenConnection, OpenSink, OpenSource, connection};
use super::{Component, context};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::mediation::connector::connections::{
    Connection, ConnectionBorrow,
};
use salesforce_contract::bindings::exports::mediation::connector::mediator::{
    Batch, Content, Message, Sink, Source,
};
use salesforce_contract::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use salesforce_contract::catalog::FromJson;
use salesforce_operations::dispatch::typed::{self, Called};
use serde::Serialize;

/// A connection, where the operation needs one.
type Handle<'a> = Option<ConnectionBorrow<'a>>;

fn connect(config: &ConnectionConfig) -> Result<Connection, Fault> {
    Ok(OpenConnection::handle(typed::connect(context(), config)?))
}

fn message(
    name: &str,
    handle: Handle<'_>,
    config: &impl Serialize,
    input: Option<Content>,
) -> Result<Message, Fault> {
    let called = Called::new(handle.as_ref().map(connection), name, config)?;
    Ok(called.message(input.map(Into::into))?.into())
}

fn reply<T: FromJson>(
    name: &str,
    handle: Handle<'_>,
    config: &impl Serialize,
    input: Option<Content>,
) -> Result<T, Fault> {
    Called::new(handle.as_ref().map(connection), name, config)?.reply(input.map(Into::into))
}

fn source(
    name: &str,
    handle: Handle<'_>,
    config: &impl Serialize,
    input: Option<Content>,
) -> Result<Source, Fault> {
    let called = Called::new(handle.as_ref().map(connection), name, config)?;
    Ok(OpenSource::handle(called.source(input.map(Into::into))?))
}

fn sink(
    name: &str,
    handle: Handle<'_>,
    config: &impl Serialize,
    journal: Option<String>,
) -> Result<Sink, Fault> {
    let called = Called::new(handle.as_ref().map(connection), name, config)?;
    Ok(OpenSink::handle(called.sink(journal.as_deref())?))
}

fn poll(
    name: &str,
    handle: Handle<'_>,
    config: &impl Serialize,
    checkpoint: Option<String>,
    wait_ms: u32,
) -> Result<Batch, Fault> {
    let called = Called::new(handle.as_ref().map(connection), name, config)?;
    Ok(called.poll(checkpoint.as_deref(), wait_ms)?.into())
}

salesforce_contract::typed_exports!();
