//! The one place where the faults of an operation are completed before they leave the component: faults that arose outside of a request
//! know nothing of the requests before them.

use super::names::explain;
use crate::table::Config;
use salesforce_client::client::Client;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::mediation::connector::mediator::{
    OutcomeSet, Progress,
};
use salesforce_contract::message::Head;
use salesforce_contract::sink::Sink;
use salesforce_contract::source::Source;
use std::rc::Rc;

/// What completes the faults of an operation: the requests that it has sent, and the names that there are in the org.
#[derive(Clone)]
pub struct Completion {
    client: Rc<Client>,
    /// The sObject of the config.
    object: Option<String>,
}

impl Completion {
    /// What completes the faults of an operation with this config.
    pub fn new(client: &Rc<Client>, config: &Config) -> Self {
        Self {
            client: Rc::clone(client),
            object: config.object(),
        }
    }

    /// Completes a fault.
    pub fn complete(&self, fault: Fault) -> Fault {
        explain(
            &self.client,
            self.object.as_deref(),
            self.client.complete(fault),
        )
    }
}

/// A source or sink with what completes its faults.
pub struct Completed<T> {
    inner: T,
    completion: Completion,
}

impl<T> Completed<T> {
    /// Completes the faults of what was opened.
    pub fn new(inner: T, completion: Completion) -> Self {
        Self { inner, completion }
    }

    fn run<U>(&mut self, step: impl FnOnce(&mut T) -> Result<U, Fault>) -> Result<U, Fault> {
        step(&mut self.inner).map_err(|fault| self.completion.complete(fault))
    }
}

impl Source for Completed<Box<dyn Source>> {
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault> {
        self.run(|source| source.read(max))
    }

    fn head(&self) -> Head {
        self.inner.head()
    }
}

impl Sink for Completed<Box<dyn Sink>> {
    fn write(&mut self, chunk: &[u8]) -> Result<(), Fault> {
        self.run(|sink| sink.write(chunk))
    }

    fn close(&mut self) -> Result<(), Fault> {
        self.run(|sink| sink.close())
    }

    fn watch(&mut self, wait_ms: u32) -> Result<Progress, Fault> {
        self.run(|sink| sink.watch(wait_ms))
    }

    fn journal(&self) -> String {
        self.inner.journal()
    }

    fn outcomes(&mut self, which: OutcomeSet) -> Result<Box<dyn Source>, Fault> {
        let outcomes = self.run(|sink| sink.outcomes(which))?;
        Ok(Box::new(Completed::new(outcomes, self.completion.clone())))
    }

    fn abort(&mut self) -> Result<(), Fault> {
        self.run(|sink| sink.abort())
    }
}
