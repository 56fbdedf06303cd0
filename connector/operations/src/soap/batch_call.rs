//! Calls on many records: one [`BatchOperation`] for all of them, over what each says of its records.

use super::envelope::Envelope;
use super::headers::Headers;
use super::request::{metadata, read_answer};
use super::xml::{Element, Malformed};
use crate::batch::{self, Answered, BatchOperation, Extras, Plan, Row, check_count};
use crate::typing::RecordError;
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::exchange::{Idempotency, Reply};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::exports::salesforce::connector::soap::ResultFormat;
use salesforce_contract::message::Message;
use salesforce_formats::message::input::{Document, Node};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What the calls differ in: how a record becomes XML, and what its result says.
pub(super) trait RecordCodec {
    /// Encodes a record; its sObject is told where calls may hold only so many.
    fn encode(&self, node: Node) -> Result<(Option<String>, String), RecordError>;

    /// Reads the result of a record; `sent` is its XML, `repeated` says that an earlier attempt may have been acted on.
    fn outcome(&self, result: &Element, index: u32, sent: &str, repeated: bool) -> Outcome;

    /// Reads what the result of a record says beside its outcome.
    fn extras(&self, _: &Element) -> Extras {
        Vec::new()
    }
}

/// A call on many records.
pub(super) struct BatchCall<'a, C> {
    client: &'a Client,
    name: &'static str,
    headers: Headers<'a>,
    idempotency: Idempotency,
    /// The element before the records, with its text.
    head: Option<(&'static str, &'a str)>,
    codec: C,
    extras: RefCell<BTreeMap<u32, Extras>>,
}

impl<'a, C: RecordCodec> BatchCall<'a, C> {
    /// The call of this name; `idempotency` says whether it may be sent twice.
    pub fn new(
        client: &'a Client,
        name: &'static str,
        headers: Headers<'a>,
        idempotency: Idempotency,
        codec: C,
    ) -> Self {
        Self {
            client,
            name,
            headers,
            idempotency,
            head: None,
            codec,
            extras: RefCell::default(),
        }
    }

    /// Puts an element with a text before the records.
    pub fn with_head(mut self, name: &'static str, text: &'a str) -> Self {
        self.head = Some((name, text));
        self
    }

    /// Makes the calls that the records of a document need, and reports their outcomes.
    pub fn run(
        self,
        document: &Document<'_>,
        plan: Plan,
        format: Option<ResultFormat>,
    ) -> Result<Message, Fault> {
        let report = batch::run(self.client, &self, document, plan)?;
        let report = report.with_extras(self.extras.take());
        report.message(self.client, format.unwrap_or(ResultFormat::Json))
    }
}

impl<C: RecordCodec> BatchOperation for BatchCall<'_, C> {
    fn is_atomic(&self) -> bool {
        self.headers.all_or_none == Some(true)
    }

    fn row(&self, node: Node, index: u32) -> Result<Row, RecordError> {
        let (object, xml) = self.codec.encode(node)?;
        Ok(Row::new(index, object, xml.into_bytes()))
    }

    fn call(&self, rows: &[Row]) -> Result<Request, Fault> {
        let mut envelope = Envelope::new(self.name, &self.headers)?;
        let xml = envelope.body();
        if let Some((name, text)) = self.head {
            xml.text(name, text);
        }
        for row in rows {
            xml.raw(&String::from_utf8_lossy(&row.body));
        }
        envelope.call(self.client, self.idempotency)
    }

    fn metadata(&self, reply: &Reply) -> Metadata {
        metadata(self.name, reply)
    }

    fn read(&self, reply: &Reply, rows: &[Row], repeated: bool) -> Result<Answered, Unusable> {
        let results = read_answer(self.client, self.name, reply, |answer| {
            let mut results = Vec::with_capacity(rows.len());
            while let Some(result) = answer.next_element()? {
                if results.len() == rows.len() {
                    return Err(Malformed(format!(
                        "speaks of more than the {} records of the call",
                        rows.len()
                    )));
                }
                results.push(result);
            }
            Ok(results)
        })?;
        let results = match results {
            Ok(results) => results,
            Err(fault) => return Ok(Err(fault)),
        };
        check_count(results.len(), rows.len())?;
        let outcomes = rows.iter().zip(&results).map(|(row, result)| {
            let extras = self.codec.extras(result);
            if !extras.is_empty() {
                self.extras.borrow_mut().insert(row.index, extras);
            }
            let sent = String::from_utf8_lossy(&row.body);
            self.codec.outcome(result, row.index, &sent, repeated)
        });
        Ok(Ok(outcomes.collect()))
    }
}
