//! What the operations on many records differ in: how a record becomes a row of a call, and what an answer says of the rows.

use crate::typing::RecordError;
use salesforce_client::client::{Request, Unusable};
use salesforce_client::exchange::Reply;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::limits::MAX_COLLECTION_CHUNKS;
use salesforce_contract::message::bounded;
use salesforce_formats::message::input::Node;

/// A record, or a tree of records, ready to be sent.
#[derive(Clone)]
pub(crate) struct Row {
    /// The index of its first record among all records of the input.
    pub index: u32,
    /// How many records it is.
    pub size: usize,
    /// The sObjects in it.
    pub objects: Vec<String>,
    /// What is sent of it, without line breaks.
    pub body: Vec<u8>,
}

impl Row {
    /// A row of one record.
    pub fn new(index: u32, object: Option<String>, body: Vec<u8>) -> Self {
        Self {
            index,
            size: 1,
            objects: object.into_iter().collect(),
            body,
        }
    }

    /// The indexes of its records.
    pub fn indexes(&self) -> std::ops::Range<u32> {
        self.index..self.index + bounded(self.size as u64)
    }
}

/// What an answer says: one outcome per record, or that the call was refused.
pub(crate) type Answered = Result<Vec<Outcome>, Fault>;

/// An operation on many records.
pub(crate) trait BatchOperation {
    /// Tells whether a call is saved whole or not at all.
    fn is_atomic(&self) -> bool;

    /// Tells whether a record that cannot be sent keeps the others of its call from being sent.
    fn needs_every_record(&self) -> bool {
        self.is_atomic()
    }

    /// Tells whether these sObjects may follow one another in one call.
    fn fits(&self, objects: &[String]) -> bool {
        // Salesforce takes several sObjects in one call, but counts each change from one to another as the begin of a chunk.
        let changes = objects
            .windows(2)
            .filter(|pair| pair.first() != pair.last());
        changes.count() < MAX_COLLECTION_CHUNKS
    }

    /// Counts the records in a record of the document.
    fn size(&self, _: &Node) -> usize {
        1
    }

    /// Encodes a record.
    fn row(&self, node: Node, index: u32) -> Result<Row, RecordError>;

    /// Makes the request for these rows. Where it has a JSON body, each row stands on a line of its own, from the second on:
    /// Salesforce names the line that it cannot read, and thereby the row.
    fn call(&self, rows: &[Row]) -> Result<Request, Fault>;

    /// Returns what the answer tells beside its results.
    fn metadata(&self, reply: &Reply) -> Metadata {
        Metadata::from(reply)
    }

    /// Reads the answer; `repeated` says that an earlier attempt may have been acted on.
    fn read(&self, reply: &Reply, rows: &[Row], repeated: bool) -> Result<Answered, Unusable>;
}

/// Checks that the org has answered for each record of a call.
pub(crate) fn check_count(answers: usize, records: usize) -> Result<(), Unusable> {
    if answers == records {
        return Ok(());
    }
    Err(Unusable(format!(
        "The org answered for {answers} of {records} records"
    )))
}
