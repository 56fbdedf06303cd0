//! The connector that others copy. It shows every style of operation and keeps every promise of the contract; nothing is behind it.
//!
//! It exists only as a component; built natively, this crate is empty.
#![cfg(target_family = "wasm")]

mod call;
mod catalog;
mod collect;
mod connection;
mod count;
mod fault;
#[allow(unsafe_code, reason = "symbols of the C library have no other form")]
mod libc;
mod message;
mod tick;

#[allow(
    missing_docs,
    unsafe_code,
    clippy::all,
    clippy::restriction,
    reason = "generated code"
)]
mod bindings {
    wit_bindgen::generate!({ path: "../../../wit/deps/mediation-connector", pub_export_macro: true });
}

use bindings::exports::mediation::connector::{
    catalog::{ConnectorInfo, Guest as Catalog},
    connections::{Connection, Guest as Connections},
    mediator::{Batch, ConnectionBorrow, Guest as Mediator, Sink, Source},
    types::{Content, Fault, Message},
};

struct Reference;

#[allow(unsafe_code, reason = "generated code")]
mod export {
    super::bindings::export!(Reference with_types_in super::bindings);
    use super::Reference;
}

impl Catalog for Reference {
    fn describe() -> ConnectorInfo {
        catalog::describe()
    }
}

impl Connections for Reference {
    type Connection = connection::Greeting;

    fn connect(config: String) -> Result<Connection, Fault> {
        connection::Greeting::parse(&config).map(Connection::new)
    }
}

impl Mediator for Reference {
    type Source = count::Text;
    type Sink = collect::Collected;

    fn call(
        connection: Option<ConnectionBorrow<'_>>,
        operation: String,
        config: String,
        input: Option<Content>,
    ) -> Result<Message, Fault> {
        let connection = connection.as_ref().map(|borrowed| borrowed.get());
        call::call(connection, &operation, &config, input)
    }

    fn open_source(
        _connection: Option<ConnectionBorrow<'_>>,
        operation: String,
        config: String,
        _input: Option<Content>,
    ) -> Result<Source, Fault> {
        count::Text::open(&operation, &config).map(Source::new)
    }

    fn open_sink(
        _connection: Option<ConnectionBorrow<'_>>,
        operation: String,
        config: String,
        journal: Option<String>,
    ) -> Result<Sink, Fault> {
        let sink = collect::Collected::open(&operation, &config, journal.as_deref());
        sink.map(Sink::new)
    }

    fn poll(
        _connection: Option<ConnectionBorrow<'_>>,
        operation: String,
        config: String,
        checkpoint: Option<String>,
        wait_ms: u32,
    ) -> Result<Batch, Fault> {
        tick::poll(&operation, &config, checkpoint.as_deref(), wait_ms)
    }
}
