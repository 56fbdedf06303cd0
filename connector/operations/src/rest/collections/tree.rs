//! Create records with their children: sObject Tree.

use super::write::{body_of, encoder, json};
use crate::batch::{
    Answered, BatchOperation, Extra, Extras, ROLLED_BACK, Row, WireError, failed, failed_by,
    has_code, saved,
};
use crate::rest::records::option_headers;
use crate::typing::{FieldError, RecordEncoder, RecordError, object_of};
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::exchange::{Idempotency, Reply};
use salesforce_client::expected::Expected;
use salesforce_client::fault;
use salesforce_client::path::segment;
use salesforce_client::transport::{Headers, Method};
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::collections::CreateTreeConfig;
use salesforce_contract::bindings::{Fault, UpstreamFault};
use salesforce_contract::limits::{MAX_TREE_LEVELS, MAX_TREE_OBJECTS, MAX_TREE_RECORDS};
use salesforce_formats::message::input::{Document, Node, RecordPosition, Value};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

/// A create of many trees.
pub(super) struct Tree<'a> {
    client: &'a Client,
    encoder: RecordEncoder<'a>,
    object: &'a str,
    path: String,
    headers: Headers,
    /// The names that records have in the input, by index.
    references: RefCell<BTreeMap<u32, Extras>>,
}

impl<'a> Tree<'a> {
    pub fn new(
        client: &'a Client,
        config: &'a CreateTreeConfig,
        document: &Document<'_>,
    ) -> Result<Self, Fault> {
        Ok(Self {
            client,
            encoder: encoder(client, document).with_children(),
            object: &config.object,
            path: format!("composite/tree/{}", segment("object", &config.object)?),
            headers: option_headers(config.options.as_ref())?,
            references: RefCell::default(),
        })
    }

    /// Returns the names that records have in the input, by index.
    pub fn references(&self) -> BTreeMap<u32, Extras> {
        self.references.take()
    }

    /// Notes the names of the records of a tree, the first of which has this index. What is sent has names of the connector's own: those of
    /// an input need not be unique.
    fn note_references(&self, node: &Node, index: u32) {
        let mut references = Vec::new();
        collect_references(node, &mut references);
        if references.iter().all(Option::is_none) {
            return;
        }
        let mut known = self.references.borrow_mut();
        for (at, reference) in (index..).zip(references) {
            known.insert(at, vec![(REFERENCE, Extra::Text(reference))]);
        }
    }
}

/// The member of an outcome that gives the record's `referenceId` back.
const REFERENCE: &str = "reference-id";

/// Lists the names of the records of a tree in document order.
fn collect_references(node: &Node, references: &mut Vec<Option<String>>) {
    references.push(node.reference_id.clone());
    for (_, value) in &node.members {
        let Value::List(children) = value else {
            continue;
        };
        for child in children {
            if let Value::Object(child) = child {
                collect_references(child, references);
            }
        }
    }
}

/// Refuses trees that no call can take, before anything is sent.
pub(super) fn check(document: &Document<'_>) -> Result<(), Fault> {
    for record in document.records()? {
        let record = record?;
        let (records, levels) = extent(&record.node);
        if records > MAX_TREE_RECORDS {
            return Err(too_much(
                record.position,
                records,
                "records",
                MAX_TREE_RECORDS,
            ));
        }
        if levels > MAX_TREE_LEVELS {
            return Err(too_much(record.position, levels, "levels", MAX_TREE_LEVELS));
        }
    }
    Ok(())
}

fn too_much(place: RecordPosition, found: usize, what: &str, limit: usize) -> Fault {
    bad_input(format!(
        "Of the input, the tree of {place} has {found} {what}; Salesforce takes {limit}: load the children apart, with a reference to their parent by external id"
    ))
}

/// How many records a tree has, and on how many levels.
fn extent(node: &Node) -> (usize, usize) {
    let (mut records, mut levels) = (1, 0);
    for (_, value) in &node.members {
        let Value::List(children) = value else {
            continue;
        };
        for child in children {
            if let Value::Object(child) = child {
                let (more, below) = extent(child);
                records += more;
                levels = levels.max(below);
            }
        }
    }
    (records, levels + 1)
}

/// Names the records of a tree in document order, and wraps children as the API takes them.
fn name(node: &mut Node, next: &mut u32, objects: &mut Vec<String>) {
    node.reference_id = Some(reference(*next));
    *next += 1;
    objects.extend(node.sobject.clone());
    for (_, value) in &mut node.members {
        let Value::List(children) = value else {
            continue;
        };
        let mut children = std::mem::take(children);
        for child in &mut children {
            if let Value::Object(child) = child {
                name(child, next, objects);
            }
        }
        *value = Value::Object(Node {
            members: vec![("records".into(), Value::List(children))],
            ..Node::default()
        });
    }
    // Without children there is nothing to send under the relationship.
    node.members.retain(|(_, value)| !is_empty_wrapper(value));
}

fn is_empty_wrapper(value: &Value) -> bool {
    let Value::Object(node) = value else {
        return false;
    };
    matches!(node.members.as_slice(), [(_, Value::List(children))] if children.is_empty())
}

/// The name of a record by its place.
fn reference(index: u32) -> String {
    format!("r{index}")
}

impl BatchOperation for Tree<'_> {
    fn is_atomic(&self) -> bool {
        true
    }

    /// A tree that cannot be sent stands alone: the API saves trees whole, and not the trees of a call.
    fn needs_every_record(&self) -> bool {
        false
    }

    fn fits(&self, objects: &[String]) -> bool {
        distinct(objects) <= MAX_TREE_OBJECTS
    }

    fn size(&self, node: &Node) -> usize {
        extent(node).0
    }

    fn row(&self, node: Node, index: u32) -> Result<Row, RecordError> {
        let error = |message: String| {
            RecordError::Record(FieldError {
                field: "attributes.type".into(),
                message,
            })
        };
        self.note_references(&node, index);
        let object = object_of(&node, Some(self.object))?;
        let size = self.size(&node);
        let mut node = self.encoder.encode(node, &object)?;
        node.sobject = Some(object);
        let (mut next, mut objects) = (index, Vec::new());
        name(&mut node, &mut next, &mut objects);
        let count = distinct(&objects);
        if count > MAX_TREE_OBJECTS {
            return Err(error(format!(
                "its tree has records of {count} objects, and Salesforce takes {MAX_TREE_OBJECTS}"
            )));
        }
        Ok(Row {
            index,
            size,
            objects,
            body: json(&node)?,
        })
    }

    fn call(&self, rows: &[Row]) -> Result<Request, Fault> {
        let mut call = Request::write(
            Method::Post,
            self.client.path(&self.path)?,
            Idempotency::NonIdempotent,
            "application/json",
            &body_of("{\"records\":[", rows),
        )
        .expecting(Expected::Created(&["hasErrors", "results"]));
        call.headers.extend(self.headers.iter().cloned());
        // A tree that is refused is answered by 400 with the reason of each record.
        call.accepted_statuses = &[400];
        Ok(call)
    }

    fn read(&self, reply: &Reply, rows: &[Row], _: bool) -> Result<Answered, Unusable> {
        let Ok(answer) = serde_json::from_slice::<Answer>(&reply.body) else {
            return match reply.status {
                400 => Ok(Err(refusal(reply))),
                _ => Err(Unusable("The answer to a tree is not as documented".into())),
            };
        };
        let indexes = rows.iter().flat_map(Row::indexes);
        if answer.has_errors {
            return Ok(Ok(answer.refused(indexes)));
        }
        let mut ids: HashMap<String, Option<String>> = answer
            .results
            .into_iter()
            .map(|result| (result.reference_id, result.id))
            .collect();
        let outcomes = indexes.map(|index| {
            let id = ids.remove(&reference(index)).flatten();
            let id = id.ok_or_else(|| {
                Unusable(format!("The answer to a tree has no id for record {index}"))
            })?;
            Ok(saved(index, Some(id), Some(true)))
        });
        outcomes.collect::<Result<_, _>>().map(Ok)
    }
}

fn refusal(reply: &Reply) -> Fault {
    Fault {
        attempts: 1,
        ..fault::from_answer(reply.status, &reply.body).0
    }
}

fn distinct(objects: &[String]) -> usize {
    let mut seen: Vec<&String> = objects.iter().collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len()
}

/// What Salesforce says of a call with trees.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    has_errors: bool,
    results: Vec<Named>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    reference_id: String,
    id: Option<String>,
    #[serde(default)]
    errors: Vec<WireError>,
}

impl Answer {
    /// The outcomes of a call that was refused: those that were wrong, and those that fell with them.
    fn refused(
        self,
        indexes: impl Iterator<Item = u32>,
    ) -> Vec<salesforce_contract::bindings::exports::salesforce::connector::common::Outcome> {
        const MESSAGE: &str = "Not saved: another record of the same call was refused";
        let mut wrong: HashMap<String, Vec<WireError>> = self
            .results
            .into_iter()
            .filter(|result| !result.errors.is_empty())
            .map(|result| (result.reference_id, result.errors))
            .collect();
        let outcomes = indexes.map(|index| match wrong.remove(&reference(index)) {
            Some(errors) => failed(index, errors.into_iter().map(Into::into).collect()),
            None => failed_by(index, ROLLED_BACK, MESSAGE, None),
        });
        let mut outcomes: Vec<_> = outcomes.collect();
        // Errors of a reference that is none of ours could be those of any record: each that has none of its own gets them.
        let strange: Vec<UpstreamFault> = wrong.into_values().flatten().map(Into::into).collect();
        for outcome in &mut outcomes {
            if has_code(outcome, ROLLED_BACK) {
                outcome.errors.extend(strange.iter().cloned());
            }
        }
        outcomes
    }
}
