//! What comes out in chunks.

use crate::bindings::{Fault, Message};

/// The result of an operation of style `source`.
pub trait Source {
    /// The next chunk, at most `max` bytes and never empty; `None` at the end.
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault>;
    /// Media type and the facts known so far, with an empty body.
    fn head(&self) -> Message;
}

/// The next of the bytes that were made beforehand, of which `taken` have been handed out. What fits as a whole is not copied.
pub fn handed_out(made: &mut Vec<u8>, taken: &mut usize, max: usize) -> Vec<u8> {
    if *taken == 0 && made.len() <= max {
        return std::mem::take(made);
    }
    let rest = made.get(*taken..).unwrap_or_default();
    let chunk = rest.get(..max).unwrap_or(rest).to_vec();
    *taken += chunk.len();
    chunk
}
