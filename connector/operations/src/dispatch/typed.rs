//! The typed interface: records in, records out. They take the way of the generic interface, as the JSON that a host would have sent, so
//! that bounds, defaults and input are checked once, and for both.

use super::{Sink, Source};
use crate::table::Answer;
use salesforce_client::context::Context;
use salesforce_contract::bindings::exports::mediation::connector::mediator::Batch;
use salesforce_contract::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use salesforce_contract::bindings::{Fault, Message};
use salesforce_contract::catalog::{self, Shape};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::rc::Rc;

/// An operation with its connection and config.
pub struct Called<'a> {
    context: Rc<Context>,
    name: &'a str,
    connection: String,
    config: String,
}

impl<'a> Called<'a> {
    /// Puts records into JSON. An operation without config has `()`.
    pub fn new(
        context: Rc<Context>,
        name: &'a str,
        connection: &ConnectionConfig,
        config: &impl Serialize,
    ) -> Result<Self, Fault> {
        let operation = super::known(name)?;
        Ok(Self {
            context,
            name,
            connection: text(&catalog::connection().shape, connection, "connection")?,
            config: text(&operation.config.shape, config, "config")?,
        })
    }

    /// Runs an operation that answers with a message.
    pub fn message(self, input: Option<Message>) -> Result<Message, Fault> {
        super::call(
            self.context,
            &self.connection,
            self.name,
            &self.config,
            input.as_ref(),
        )
    }

    /// Runs an operation that answers with a record.
    pub fn reply<T: DeserializeOwned>(self, input: Option<Message>) -> Result<T, Fault> {
        let (.., answer) = super::answer(
            self.context,
            &self.connection,
            self.name,
            &self.config,
            input.as_ref(),
        )?;
        let value = match answer {
            Answer::Record(record) => record.value,
            Answer::Message(message) => serde_json::from_slice(&message.body).unwrap_or_default(),
        };
        serde_json::from_value(value).map_err(|error| {
            Fault::protocol(format!("The reply of {} does not fit: {error}", self.name))
        })
    }

    /// Starts an operation that gives bytes.
    pub fn source(self, input: Option<Message>) -> Result<Box<dyn Source>, Fault> {
        super::open_source(
            self.context,
            &self.connection,
            self.name,
            &self.config,
            input.as_ref(),
        )
    }

    /// Starts an operation that takes bytes.
    pub fn sink(self, journal: Option<&str>) -> Result<Box<dyn Sink>, Fault> {
        super::open_sink(
            self.context,
            &self.connection,
            self.name,
            &self.config,
            journal,
        )
    }

    /// Asks a trigger for what is new.
    pub fn poll(self, checkpoint: Option<&str>, wait_ms: u32) -> Result<Batch, Fault> {
        super::poll(
            self.context,
            &self.connection,
            self.name,
            &self.config,
            checkpoint,
            wait_ms,
        )
    }
}

/// A record as the JSON that a host would have sent.
fn text(shape: &Shape, record: &impl Serialize, what: &str) -> Result<String, Fault> {
    // serde's own message could quote a value of the connection.
    let value = serde_json::to_value(record)
        .map_err(|_| Fault::config(format!("{what} cannot be written as JSON")))?;
    match value.is_null() {
        true => Ok("{}".to_owned()),
        false => Ok(catalog::present(shape, &value)),
    }
}

#[cfg(test)]
mod tests;
