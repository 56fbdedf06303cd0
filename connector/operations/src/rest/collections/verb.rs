//! What the kinds of calls differ in: how a record becomes a row of a call, and what an answer says of the rows.

use crate::typing::RecordError;
use salesforce_client::exchange::Reply;
use salesforce_client::metadata::Metadata;
use salesforce_client::org::{Call, Unusable};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_formats::message::input::Node;

/// A record, or a tree of records, ready to be sent.
pub(crate) struct Row {
    /// Where its first record stands among all records.
    pub index: u64,
    /// How many records it is.
    pub size: usize,
    /// The sObjects in it.
    pub objects: Vec<String>,
    /// What is sent of it, without line breaks.
    pub body: Vec<u8>,
}

impl Row {
    /// The places of its records.
    pub fn indexes(&self) -> std::ops::Range<u64> {
        self.index..self.index + self.size as u64
    }

    /// The same row once more, for another call.
    pub fn copy(&self) -> Self {
        Self {
            index: self.index,
            size: self.size,
            objects: self.objects.clone(),
            body: self.body.clone(),
        }
    }
}

/// What an answer says: one outcome per record, or that the call was refused.
pub(crate) type Answered = Result<Vec<Outcome>, Fault>;

/// A kind of call.
pub(crate) trait Verb {
    /// Whether a call is saved whole or not at all.
    fn atomic(&self) -> bool;

    /// Whether these sObjects may follow one another in one call.
    fn fits(&self, objects: &[String]) -> bool;

    /// Counts the records in a record of the document.
    fn size(&self, _: &Node) -> usize {
        1
    }

    /// Puts a record into form.
    fn row(&self, node: Node, index: u64) -> Result<Row, RecordError>;

    /// The request for these rows. Where it has a JSON body, each row stands on a line of its own, from the second on.
    fn call(&self, rows: &[Row]) -> Result<Call, Fault>;

    /// What the answer tells beside its results.
    fn metadata(&self, reply: &Reply) -> Metadata {
        Metadata::from(reply)
    }

    /// Reads the answer; `repeated` says that an earlier attempt may have been acted on.
    fn read(&self, reply: &Reply, rows: &[Row], repeated: bool) -> Result<Answered, Unusable>;
}

/// A JSON body with one row per line.
pub(crate) fn body_of(head: &str, rows: &[Row]) -> Vec<u8> {
    let size: usize = rows.iter().map(|row| row.body.len() + 2).sum();
    let mut body = Vec::with_capacity(head.len() + size + 4);
    body.extend_from_slice(head.as_bytes());
    for (at, row) in rows.iter().enumerate() {
        body.extend_from_slice(if at == 0 { b"\n" } else { b",\n" });
        body.extend_from_slice(&row.body);
    }
    body.extend_from_slice(b"\n]}");
    body
}
