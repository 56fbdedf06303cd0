//! The one place where the faults of an operation are completed before they leave the component: faults that arose outside of a request
//! know nothing of the requests before them.

use crate::bindings::exports::mediation::connector::mediator::Progress;
use crate::bindings::{Fault, Message};
use crate::org::Org;
use crate::sink::Sink;
use crate::source::Source;
use std::rc::Rc;

/// A source or sink with the org that its requests go to.
pub struct Completed<T> {
    inner: T,
    org: Rc<Org>,
}

impl<T> Completed<T> {
    /// Completes the faults of what was opened.
    pub fn new(inner: T, org: Rc<Org>) -> Self {
        Self { inner, org }
    }

    fn run<U>(&mut self, step: impl FnOnce(&mut T) -> Result<U, Fault>) -> Result<U, Fault> {
        step(&mut self.inner).map_err(|fault| self.org.complete(fault))
    }
}

impl Source for Completed<Box<dyn Source>> {
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault> {
        self.run(|source| source.read(max))
    }

    fn head(&self) -> Message {
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

    fn outcomes(&mut self, which: &str) -> Result<Box<dyn Source>, Fault> {
        let outcomes = self.run(|sink| sink.outcomes(which))?;
        Ok(Box::new(Completed::new(outcomes, Rc::clone(&self.org))))
    }

    fn abort(&mut self) -> Result<(), Fault> {
        self.run(|sink| sink.abort())
    }
}
