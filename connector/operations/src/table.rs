//! The operation table, generated from the WIT: it ties each name of the catalog to the function of the same name.

mod functions;

use salesforce_client::client::Client;
use salesforce_client::metadata::Replied;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::mediation::connector::mediator::Batch;
use salesforce_contract::bindings::{Fault, Message};
use salesforce_contract::sink::Sink;
use salesforce_contract::source::Source;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::rc::Rc;

/// A config that the catalog's walk has accepted.
pub struct Config(pub Value);

impl Config {
    /// The sObject that it names.
    pub fn object(&self) -> Option<String> {
        self.0.get("object")?.as_str().map(str::to_owned)
    }

    /// The config record of the operation.
    fn read<T: DeserializeOwned>(self) -> Result<T, Fault> {
        serde_json::from_value(self.0)
            .map_err(|error| Fault::config(format!("config does not fit the operation: {error}")))
    }
}

/// What an operation answers.
pub enum Answer {
    /// A message as the org sent it.
    Message(Message),
    /// A record of the contract, serialised.
    Record(Replied<Value>),
}

impl Answer {
    /// A record of the contract as an answer.
    fn record<T: Serialize>(record: impl Into<Replied<T>>) -> Result<Self, Fault> {
        let Replied { value, metadata } = record.into();
        let value = serde_json::to_value(value).map_err(|error| {
            Fault::protocol(format!("The reply cannot be written as JSON: {error}"))
        })?;
        Ok(Self::Record(Replied { value, metadata }))
    }
}

/// How an operation is run.
#[derive(Clone, Copy)]
pub enum Run {
    /// One request, one reply.
    Call(fn(&Client, Config, Option<&Message>) -> Result<Answer, Fault>),
    /// Bytes in chunks.
    Source(fn(Rc<Client>, Config, Option<&Message>) -> Opened),
    /// Bytes in, in chunks; begun anew, or resumed from a journal.
    Sink(fn(Rc<Client>, Config, Option<&str>) -> Begun),
    /// What is new since a checkpoint, waiting for it as many milliseconds at most.
    Trigger(fn(Rc<Client>, Config, Option<&str>, u32) -> Found),
}

/// A source that has been started.
type Opened = Result<Box<dyn Source>, Fault>;

/// A sink that has been begun, or resumed.
type Begun = Result<Box<dyn Sink>, Fault>;

/// What a trigger found.
type Found = Result<Batch, Fault>;

/// All operations.
const TABLE: &[(&str, Run)] = salesforce_contract::operation_table!(functions);

/// How the operation of this name is run.
pub fn find(name: &str) -> Option<Run> {
    let found = TABLE.iter().find(|(known, _)| *known == name);
    found.map(|(_, run)| *run)
}

fn needed(input: Option<&Message>) -> Result<&Message, Fault> {
    input.ok_or_else(|| bad_input("The operation needs an input and got none"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use salesforce_contract::catalog::{self, Style};

    fn style(run: Run) -> Style {
        match run {
            Run::Call(_) => Style::Call,
            Run::Source(_) => Style::Source,
            Run::Sink(_) => Style::Sink,
            Run::Trigger(_) => Style::Trigger,
        }
    }

    #[test]
    fn table_and_catalog_name_the_same_operations() {
        for operation in catalog::operations() {
            let run = find(operation.name)
                .unwrap_or_else(|| panic!("{} is not in the table", operation.name));
            assert_eq!(style(run), operation.style, "{}", operation.name);
        }
        for (name, _) in TABLE {
            assert!(
                catalog::find(name).is_some(),
                "{name} is not in the catalog"
            );
        }
    }
}
