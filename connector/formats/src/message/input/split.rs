//! What all readers of documents have in common: records come out as soon as they are whole, whether a document is there as a whole or comes
//! in pieces, so that it is judged the same either way.

use super::buffer::Buffer;
use super::{InputError, Node};

/// A record, found at its end.
#[derive(Debug)]
pub struct Found {
    /// The record, or what is wrong with it alone.
    pub node: Result<Node, String>,
    /// The line on which it begins.
    pub line: u64,
    /// How many of the bytes that were stepped over last are its own.
    pub len: usize,
}

/// What a reader has next; `None` until more is pushed.
pub type Next = Result<Option<Found>, InputError>;

/// What is wrong with a record.
#[derive(Debug)]
pub enum Flaw {
    /// It cannot be read, so that it is not certain where it ends.
    Text(String),
    /// It is none that can be sent.
    Record(String),
}

/// Splits a document into records.
pub trait Split {
    /// Finds the next record, if it is whole.
    fn next(&mut self, buffer: &mut Buffer<'_>) -> Next;

    /// Returns what is missing at the place reached, if the document ended there.
    fn missing(&self) -> Option<&'static str>;
}

/// What is missing where a document ends in its middle.
pub const CUT_SHORT: &str = "is cut short: it ends in the middle";

/// Refuses a document that has come to its end in the middle.
pub fn check_end(split: &dyn Split, buffer: &Buffer<'_>) -> Result<(), InputError> {
    if !buffer.ended {
        return Ok(());
    }
    let left = !buffer.rest().trim_ascii().is_empty();
    match left.then_some(CUT_SHORT).or(split.missing()) {
        Some(what) => Err(buffer.error(what)),
        None => Ok(()),
    }
}

/// Says that more is needed, unless the record at hand is too long already.
pub fn waiting(buffer: &Buffer<'_>) -> Next {
    buffer.check_length(buffer.rest().len()).map(|()| None)
}
