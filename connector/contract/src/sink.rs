//! What goes in in chunks.

use crate::bindings::Fault;
use crate::bindings::exports::mediation::connector::mediator::{OutcomeSet, Progress};
use crate::source::Source;

/// An operation of style `sink`, under way. The rules of its journal and of its outcomes are those of
/// `mediation:connector/mediator`.
pub trait Sink {
    /// Takes the next bytes of the input. At most one border (a job that is created, a part that is sent) is passed
    /// per call, so that the host can keep the journal of each.
    fn write(&mut self, chunk: &[u8]) -> Result<(), Fault>;
    /// No more input follows. Closing what is closed changes nothing.
    fn close(&mut self) -> Result<(), Fault>;
    /// Waits up to `wait_ms` milliseconds for progress.
    fn watch(&mut self, wait_ms: u32) -> Result<Progress, Fault>;
    /// What must be kept to take this up again: a JSON object with the member `taken`.
    fn journal(&self) -> String;
    /// The outcomes of this kind.
    fn outcomes(&mut self, which: OutcomeSet) -> Result<Box<dyn Source>, Fault>;
    /// Gives up.
    fn abort(&mut self) -> Result<(), Fault>;
}

impl std::fmt::Debug for dyn Sink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sink")
    }
}
