//! `mediation:connector`.

use super::{Component, context};
use crate::bindings::exports::mediation::connector::catalog::{
    ConnectorInfo, Effect, Guest as Catalog, OperationInfo, Style,
};
use crate::bindings::exports::mediation::connector::mediator::{
    Batch, Guest as Mediator, GuestSink, GuestSource, Progress, Sink, Source,
};
use crate::bindings::{Fault, Message};
use crate::{catalog, door, source};
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
    type Sink = NoSink;

    fn authenticate(connection: String) -> Result<String, Fault> {
        door::authenticate(context(), &connection)
    }

    fn call(
        connection: String,
        operation: String,
        config: String,
        input: Option<Message>,
    ) -> Result<Message, Fault> {
        door::call(context(), &connection, &operation, &config, input)
    }

    fn poll(
        _: String,
        operation: String,
        _: String,
        _: Option<String>,
        _: u32,
    ) -> Result<Batch, Fault> {
        Err(door::unused_door(&operation, "poll"))
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
        Ok(Self::handle(door::open_source(
            context(),
            &connection,
            &operation,
            &config,
            input,
        )?))
    }

    fn read(&self, max_bytes: u32) -> Result<Option<Vec<u8>>, Fault> {
        self.0.borrow_mut().read(max_bytes.max(1) as usize)
    }

    fn head(&self) -> Message {
        self.0.borrow().head()
    }
}

/// No operation of this version takes its input in chunks: opening one says by which door it is run instead.
pub enum NoSink {}

impl GuestSink for NoSink {
    fn open(_: String, operation: String, _: String, _: Option<String>) -> Result<Sink, Fault> {
        Err(door::unused_door(&operation, "sink"))
    }

    fn write(&self, _: Vec<u8>) -> Result<(), Fault> {
        match *self {}
    }

    fn close(&self) -> Result<(), Fault> {
        match *self {}
    }

    fn watch(&self, _: u32) -> Result<Progress, Fault> {
        match *self {}
    }

    fn journal(&self) -> String {
        match *self {}
    }

    fn outcomes(&self, _: String) -> Result<Source, Fault> {
        match *self {}
    }

    fn abort(&self) -> Result<(), Fault> {
        match *self {}
    }
}
