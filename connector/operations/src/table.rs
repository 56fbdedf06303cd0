//! The operation table, generated from the WIT: it ties each name of the catalog to the function of the same name.

mod functions;

use salesforce_client::client::Client;
use salesforce_client::metadata::Replied;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::{connection, query, raw};
use salesforce_contract::catalog::FromJson;
use salesforce_contract::message::{Batch, Message};

use salesforce_contract::bindings::Fault;
use salesforce_contract::sink::Sink;
use salesforce_contract::source::Source;
use serde::Serialize;
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
    fn read<T: FromJson>(self) -> Result<T, Fault> {
        T::from_json(&self.0)
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

/// What a function of an operation returns where the contract has a record.
trait IntoAnswer {
    /// Makes an answer of it.
    fn answer(self) -> Result<Answer, Fault>;
}

/// A document of Salesforce's, which the typed interface reads into the record.
impl IntoAnswer for Message {
    fn answer(self) -> Result<Answer, Fault> {
        Ok(Answer::Message(self))
    }
}

impl<T: Serialize> IntoAnswer for Replied<T> {
    fn answer(self) -> Result<Answer, Fault> {
        let Self { value, metadata } = self;
        let value = serde_json::to_value(value).map_err(|error| {
            Fault::protocol(format!("The reply cannot be written as JSON: {error}"))
        })?;
        Ok(Answer::Record(Replied { value, metadata }))
    }
}

/// Records that no reply tells anything beside of.
macro_rules! untold {
    ($($record:path),*) => { $(
        impl IntoAnswer for $record {
            fn answer(self) -> Result<Answer, Fault> {
                Replied::from(self).answer()
            }
        }
    )* };
}

untold!(
    connection::Session,
    connection::Revocation,
    query::BuiltQuery,
    raw::DryRunReport
);

impl Answer {
    /// The answer with what the client knows besides.
    pub fn told_by(self, client: &Client) -> Self {
        match self {
            Self::Record(record) => Self::Record(Replied {
                metadata: client.metadata(record.metadata),
                ..record
            }),
            message => message,
        }
    }
}

/// How an operation is run.
#[derive(Clone, Copy)]
pub enum Run {
    /// Nothing sent.
    Pure(fn(Config, Option<&Message>) -> Result<Answer, Fault>),
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
            Run::Pure(_) | Run::Call(_) => Style::Call,
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
