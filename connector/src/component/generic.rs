//! `mediation:connector`.

use super::{Component, context};
use salesforce_contract::bindings::exports::mediation::connector::catalog::{
    ConnectorInfo, Effect, Guest as Catalog, OperationInfo, Style,
};
use salesforce_contract::bindings::exports::mediation::connector::mediator::{
    Batch, Guest as Mediator, GuestSink, GuestSource, Progress, Sink, Source,
};
use salesforce_contract::bindings::{Fault, Message};
use salesforce_contract::{catalog, sink, source};
use salesforce_operations::dispatch;
use std::cell::RefCell;

impl Catalog for Component {
    fn describe() -> ConnectorInfo {
        let description = catalog::describe();
        ConnectorInfo {
            name: description.name.into(),
            version: description.version.into(),
            connection_schema: description.connection.schema.into(),
            operations: description.operations.iter().map(info).collect(),
        }
    }
}

fn info(operation: &catalog::Operation) -> OperationInfo {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    OperationInfo {
        name: operation.name.into(),
        summary: operation.summary.into(),
        description: operation.description.into(),
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
        config_schema: operation.config.schema.into(),
        accepts: owned(operation.accepts),
        returns: owned(operation.returns),
        reply_schema: operation.reply.as_ref().map(|reply| reply.schema.into()),
    }
}

impl Mediator for Component {
    type Source = OpenSource;
    type Sink = OpenSink;

    fn authenticate(connection: String) -> Result<String, Fault> {
        dispatch::authenticate(context(), &connection)
    }

    fn call(
        connection: String,
        operation: String,
        config: String,
        input: Option<Message>,
    ) -> Result<Message, Fault> {
        dispatch::call(context(), &connection, &operation, &config, input.as_ref())
    }

    fn poll(
        connection: String,
        operation: String,
        config: String,
        checkpoint: Option<String>,
        wait_ms: u32,
    ) -> Result<Batch, Fault> {
        dispatch::poll(
            context(),
            &connection,
            &operation,
            &config,
            checkpoint.as_deref(),
            wait_ms,
        )
    }
}

/// A source that a host reads.
pub struct OpenSource(RefCell<Box<dyn source::Source>>);

impl OpenSource {
    /// Wraps a source for the host.
    pub fn handle(source: Box<dyn source::Source>) -> Source {
        Source::new(Self(RefCell::new(source)))
    }
}

impl GuestSource for OpenSource {
    fn open(
        connection: String,
        operation: String,
        config: String,
        input: Option<Message>,
    ) -> Result<Source, Fault> {
        Ok(Self::handle(dispatch::open_source(
            context(),
            &connection,
            &operation,
            &config,
            input.as_ref(),
        )?))
    }

    fn read(&self, max_bytes: u32) -> Result<Option<Vec<u8>>, Fault> {
        self.0.borrow_mut().read(max_bytes.max(1) as usize)
    }

    fn head(&self) -> Message {
        self.0.borrow().head()
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
    fn open(
        connection: String,
        operation: String,
        config: String,
        journal: Option<String>,
    ) -> Result<Sink, Fault> {
        Ok(Self::handle(dispatch::open_sink(
            context(),
            &connection,
            &operation,
            &config,
            journal.as_deref(),
        )?))
    }

    fn write(&self, chunk: Vec<u8>) -> Result<(), Fault> {
        self.0.borrow_mut().write(&chunk)
    }

    fn close(&self) -> Result<(), Fault> {
        self.0.borrow_mut().close()
    }

    fn watch(&self, wait_ms: u32) -> Result<Progress, Fault> {
        self.0.borrow_mut().watch(wait_ms)
    }

    fn journal(&self) -> String {
        self.0.borrow().journal()
    }

    fn outcomes(&self, which: String) -> Result<Source, Fault> {
        Ok(OpenSource::handle(self.0.borrow_mut().outcomes(&which)?))
    }

    fn abort(&self) -> Result<(), Fault> {
        self.0.borrow_mut().abort()
    }
}
