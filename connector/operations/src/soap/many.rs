//! Calls on many records, over the engine of the REST collections: split, sent again where that is safe, one outcome per record in
//! input order.

use super::ask::{metadata, read_answer};
use super::envelope::Envelope;
use super::headers::Headers;
use super::xml::{Element, Malformed};
use crate::rest::collections::engine::{self, Plan, Report};
use crate::rest::collections::verb::{Answered, Row, Verb};
use crate::typing::RecordError;
use salesforce_client::exchange::{Nature, Reply};
use salesforce_client::metadata::Metadata;
use salesforce_client::org::{Call, Org, Unusable};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::limits::MAX_COLLECTION_CHUNKS;
use salesforce_formats::message::input::{Document, Node};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Calls under way at once, unless the config says otherwise.
const PARALLEL: u8 = 2;

/// What the calls differ in: how a record becomes XML, and what its result says.
pub trait Form {
    /// The XML of a record, and its sObject where calls may hold only so many.
    fn xml(&self, node: Node) -> Result<(Option<String>, String), RecordError>;

    /// What the result of a record says; `sent` is its XML, `repeated` says that an earlier attempt may have been acted on.
    fn outcome(&self, result: &Element, index: u64, sent: &str, repeated: bool) -> Outcome;

    /// What the result of a record says beside its outcome.
    fn extras(&self, _: &Element) -> Extras {
        Vec::new()
    }
}

/// What an outcome says beside what all outcomes say.
pub type Extras = Vec<(&'static str, Extra)>;

/// A member of an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extra {
    /// One text or none.
    Text(Option<String>),
    /// Texts.
    List(Vec<String>),
}

/// A call on many records.
pub struct Many<'a, F> {
    /// The org.
    pub org: &'a Org,
    /// The name of the call.
    pub call: &'static str,
    /// Its headers.
    pub headers: Headers<'a>,
    /// Whether it may be sent twice.
    pub nature: Nature,
    /// What stands before the records: an element with its text.
    pub head: Option<(&'static str, &'a str)>,
    /// How records are written and results read.
    pub form: F,
    /// What results said beside outcomes, by place.
    pub extras: RefCell<BTreeMap<u64, Extras>>,
}

impl<F: Form> Many<'_, F> {
    /// Runs the calls that the records of a document need.
    pub fn run(
        &self,
        document: &Document<'_>,
        batch_size: usize,
        parallel: Option<u8>,
    ) -> Result<Report, Fault> {
        let plan = Plan {
            batch_size,
            parallel: usize::from(parallel.unwrap_or(PARALLEL)),
            all_or_none: self.atomic(),
        };
        engine::run(self.org, self, document, plan)
    }
}

impl<F: Form> Verb for Many<'_, F> {
    fn atomic(&self) -> bool {
        self.headers.all_or_none == Some(true)
    }

    fn fits(&self, objects: &[String]) -> bool {
        let changes = objects
            .windows(2)
            .filter(|pair| pair.first() != pair.last());
        changes.count() < MAX_COLLECTION_CHUNKS
    }

    fn row(&self, node: Node, index: u64) -> Result<Row, RecordError> {
        let (object, xml) = self.form.xml(node)?;
        Ok(Row {
            index,
            size: 1,
            objects: object.into_iter().collect(),
            body: xml.into_bytes(),
        })
    }

    fn call(&self, rows: &[Row]) -> Result<Call, Fault> {
        let mut envelope = Envelope::new(self.call, &self.headers)?;
        let xml = envelope.body();
        if let Some((name, text)) = self.head {
            xml.text(name, text);
        }
        for row in rows {
            xml.raw(&String::from_utf8_lossy(&row.body));
        }
        envelope.call(self.org, self.nature)
    }

    fn metadata(&self, reply: &Reply) -> Metadata {
        metadata(self.call, reply)
    }

    fn read(&self, reply: &Reply, rows: &[Row], repeated: bool) -> Result<Answered, Unusable> {
        let results = read_answer(self.org, self.call, reply, |answer| {
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
        if results.len() != rows.len() {
            return Err(Unusable(format!(
                "The org answered for {} of {} records",
                results.len(),
                rows.len()
            )));
        }
        let outcomes = rows.iter().zip(&results).map(|(row, result)| {
            let extras = self.form.extras(result);
            if !extras.is_empty() {
                self.extras.borrow_mut().insert(row.index, extras);
            }
            let sent = String::from_utf8_lossy(&row.body);
            self.form.outcome(result, row.index, &sent, repeated)
        });
        Ok(Ok(outcomes.collect()))
    }
}
