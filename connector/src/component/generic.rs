//! `mediation:connector`, with or without the typed interfaces beside it.
#![cfg_attr(
    feature = "typed",
    allow(
        clippy::useless_conversion,
        clippy::needless_question_mark,
        reason = "without the typed interfaces the bindings have types of their own"
    )
)]

use super::bindings::exports::mediation::connector::catalog::{
    ConnectorInfo, Effect, Guest as Catalog, OperationInfo, Style,
};
use super::bindings::exports::mediation::connector::connections::{
    Connection, Guest as Connections, GuestConnection,
};
use super::bindings::exports::mediation::connector::mediator::{
    Batch, ConnectionBorrow, Content, Fault, Guest as Mediator, GuestSink, GuestSource, Head,
    Message, OutcomeSet, Progress, Sink, Source,
};
use super::{Component, context};
use salesforce_client::client;
use salesforce_contract::reader::Reader;
use salesforce_contract::{catalog, sink, source};
use salesforce_operations::dispatch;
use std::cell::RefCell;

impl Catalog for Component {
    fn describe() -> ConnectorInfo {
        let description = catalog::describe();
        ConnectorInfo {
            name: description.name.into(),
            version: description.version.into(),
            connection_schema: description.connection.schema.read().into(),
            operations: description.operations.iter().map(info).collect(),
        }
    }
}

fn info(operation: &catalog::Operation) -> OperationInfo {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    OperationInfo {
        name: operation.name.into(),
        summary: operation.summary.read().into(),
        description: operation.description.read().into(),
        style: match operation.style {
            catalog::Style::Call => Style::Call,
            catalog::Style::Source => Style::Source,
            catalog::Style::Sink => Style::Sink,
            catalog::Style::Trigger => Style::Trigger,
        },
        effect: match operation.effect {
            catalog::Effect::Pure => Effect::Pure,
            catalog::Effect::Read => Effect::Read,
            catalog::Effect::Write => Effect::Write,
        },
        config_schema: operation.config.schema.read().into(),
        accepts: owned(operation.accepts),
        returns: owned(operation.returns),
        reply_schema: operation
            .reply
            .as_ref()
            .map(|reply| reply.schema.read().into()),
    }
}

impl Connections for Component {
    type Connection = OpenConnection;

    fn connect(config: String) -> Result<Connection, Fault> {
        Ok(OpenConnection::handle(dispatch::connect(
            context(),
            &config,
        )?))
    }
}

/// A connection that a host holds.
pub struct OpenConnection(client::Connection);

impl OpenConnection {
    /// Wraps a connection for the host.
    pub fn handle(connection: client::Connection) -> Connection {
        Connection::new(Self(connection))
    }
}

/// The connection behind a handle.
pub fn connection<'a>(handle: &'a ConnectionBorrow<'_>) -> &'a client::Connection {
    &handle.get::<OpenConnection>().0
}

impl GuestConnection for OpenConnection {
    fn session(&self) -> Result<String, Fault> {
        Ok(dispatch::session(&self.0)?)
    }
}

impl Mediator for Component {
    type Source = OpenSource;
    type Sink = OpenSink;

    fn call(
        handle: Option<ConnectionBorrow<'_>>,
        operation: String,
        config: String,
        input: Option<Content>,
    ) -> Result<Message, Fault> {
        let connection = handle.as_ref().map(connection);
        let input = input.map(Into::into);
        Ok(dispatch::call(connection, &operation, &config, input.as_ref())?.into())
    }

    fn open_source(
        handle: Option<ConnectionBorrow<'_>>,
        operation: String,
        config: String,
        input: Option<Content>,
    ) -> Result<Source, Fault> {
        let connection = handle.as_ref().map(connection);
        let input = input.map(Into::into);
        let source = dispatch::open_source(connection, &operation, &config, input.as_ref())?;
        Ok(OpenSource::handle(source))
    }

    fn open_sink(
        handle: Option<ConnectionBorrow<'_>>,
        operation: String,
        config: String,
        journal: Option<String>,
    ) -> Result<Sink, Fault> {
        let connection = handle.as_ref().map(connection);
        let sink = dispatch::open_sink(connection, &operation, &config, journal.as_deref())?;
        Ok(OpenSink::handle(sink))
    }

    fn poll(
        handle: Option<ConnectionBorrow<'_>>,
        operation: String,
        config: String,
        checkpoint: Option<String>,
        wait_ms: u32,
    ) -> Result<Batch, Fault> {
        let connection = handle.as_ref().map(connection);
        let checkpoint = checkpoint.as_deref();
        Ok(dispatch::poll(connection, &operation, &config, checkpoint, wait_ms)?.into())
    }
}

/// A source that a host reads.
pub struct OpenSource(RefCell<Reader>);

impl OpenSource {
    /// Wraps a source for the host.
    pub fn handle(source: Box<dyn source::Source>) -> Source {
        Source::new(Self(RefCell::new(Reader::new(source))))
    }
}

impl GuestSource for OpenSource {
    fn read(&self, max_bytes: u32) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.0.borrow_mut().read(max_bytes)?)
    }

    fn read_text(&self, max_bytes: u32) -> Result<Option<String>, Fault> {
        Ok(self.0.borrow_mut().read_text(max_bytes)?)
    }

    fn head(&self) -> Head {
        self.0.borrow().head().into()
    }
}

/// A sink that a host fills.
pub struct OpenSink(RefCell<Box<dyn sink::Sink>>);

impl OpenSink {
    /// Wraps a sink for the host.
    pub fn handle(sink: Box<dyn sink::Sink>) -> Sink {
        Sink::new(Self(RefCell::new(sink)))
    }
}

impl GuestSink for OpenSink {
    fn write(&self, chunk: Vec<u8>) -> Result<(), Fault> {
        Ok(self.0.borrow_mut().write(&chunk)?)
    }

    fn write_text(&self, chunk: String) -> Result<(), Fault> {
        Ok(self.0.borrow_mut().write(chunk.as_bytes())?)
    }

    fn close(&self) -> Result<(), Fault> {
        Ok(self.0.borrow_mut().close()?)
    }

    fn watch(&self, wait_ms: u32) -> Result<Progress, Fault> {
        Ok(self.0.borrow_mut().watch(wait_ms)?.into())
    }

    fn journal(&self) -> String {
        self.0.borrow().journal()
    }

    fn outcomes(&self, which: OutcomeSet) -> Result<Source, Fault> {
        let outcomes = self.0.borrow_mut().outcomes(which.into())?;
        Ok(OpenSource::handle(outcomes))
    }

    fn abort(&self) -> Result<(), Fault> {
        Ok(self.0.borrow_mut().abort()?)
    }
}
