//! The typed interface: records in, records out. They take the way of the generic interface, as the JSON that a host would have sent, so
//! that bounds, defaults and input are checked once, and for both.

use super::{Sink, Source};
use crate::table::Answer;
use salesforce_client::client::Connection;
use salesforce_client::context::Context;
use salesforce_contract::message::{Batch, Message};

use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use salesforce_contract::catalog::{self, Effect, FromJson, Operation, Shape};
use serde::Serialize;
use serde_json::Value;
use std::rc::Rc;

/// Checks a connection, given as a record. Nothing is sent.
pub fn connect(context: Rc<Context>, config: &ConnectionConfig) -> Result<Connection, Fault> {
    let text = text(&catalog::connection().shape, config, "connection")?;
    super::connect(context, &text)
}

/// An operation with its connection and config.
pub struct Called<'a> {
    connection: Option<&'a Connection>,
    name: &'a str,
    config: String,
}

impl<'a> Called<'a> {
    /// Puts a config into JSON. An operation without config has `()`.
    pub fn new(
        connection: Option<&'a Connection>,
        name: &'a str,
        config: &impl Serialize,
    ) -> Result<Self, Fault> {
        let operation = super::known(name)?;
        Ok(Self {
            connection,
            name,
            config: text(&operation.config.shape, config, "config")?,
        })
    }

    /// Runs an operation that answers with a message.
    pub fn message(self, input: Option<Message>) -> Result<Message, Fault> {
        super::call(self.connection, self.name, &self.config, input.as_ref())
    }

    /// Runs an operation that answers with a record, or nothing.
    pub fn reply<T: FromJson>(self, input: Option<Message>) -> Result<T, Fault> {
        let (operation, answer) =
            super::answer(self.connection, self.name, &self.config, input.as_ref())?;
        let value = match answer {
            Answer::Record(record) => Ok(record.value),
            Answer::Message(message) => read(operation, &message.body),
        };
        let record = value.map_err(|error| error.to_string());
        let record =
            record.and_then(|value| T::from_json(&value).map_err(|error| error.to_string()));
        // A write that was answered in another form was answered all the same.
        record.map_err(|error| Fault {
            maybe_applied: operation.effect == Effect::Write,
            attempts: 1,
            ..Fault::protocol(format!("The reply of {} does not fit: {error}", self.name))
        })
    }

    /// Starts an operation that gives bytes.
    pub fn source(self, input: Option<Message>) -> Result<Box<dyn Source>, Fault> {
        super::open_source(self.connection, self.name, &self.config, input.as_ref())
    }

    /// Starts an operation that takes bytes.
    pub fn sink(self, journal: Option<&str>) -> Result<Box<dyn Sink>, Fault> {
        super::open_sink(self.connection, self.name, &self.config, journal)
    }

    /// Asks a trigger for what is new.
    pub fn poll(self, checkpoint: Option<&str>, wait_ms: u32) -> Result<Batch, Fault> {
        super::poll(
            self.connection,
            self.name,
            &self.config,
            checkpoint,
            wait_ms,
        )
    }
}

/// A document of Salesforce's as the JSON of a record; null where the contract has nothing, whatever came.
fn read(operation: &Operation, body: &[u8]) -> serde_json::Result<Value> {
    let Some(document) = &operation.reply else {
        return Ok(Value::Null);
    };
    let value = serde_json::from_slice(body)?;
    Ok(catalog::read(&document.shape, &value))
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
