//! What comes out in chunks.

use crate::bindings::{Fault, Message};

/// The result of an operation of style `source`.
pub trait Source {
    /// The next chunk, at most `max` bytes and never empty; `None` at the end.
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault>;
    /// Media type and the facts known so far, with an empty body.
    fn head(&self) -> Message;
}
