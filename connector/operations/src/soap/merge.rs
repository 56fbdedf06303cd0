//! merge: losers go, the winner gets their children and the values that it is given.

use super::batch_call::{BatchCall, RecordCodec};
use super::headers::Headers;
use super::id;
use super::results::outcome;
use super::sobject;
use super::xml::{Element, Xml};
use crate::batch::{Extra, Extras, Plan};
use crate::typing::{RecordEncoder, RecordError, field_error, object_of};
use salesforce_client::client::Client;
use salesforce_client::exchange::Idempotency;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::exports::salesforce::connector::soap::MergeConfig;
use salesforce_contract::limits::MAX_MERGE_LOSERS;
use salesforce_contract::message::Message;
use salesforce_formats::message::input::{Document, Node, Options, Value};

const MASTER: &str = "masterRecord";
const LOSERS: &str = "recordToMergeIds";

/// merge().
pub fn merge(client: &Client, config: &MergeConfig, input: &Message) -> Result<Message, Fault> {
    let options = Options {
        repeated: true,
        ..Options::default()
    };
    let document = Document::open(input, None, options)?;
    let codec = Merge {
        encoder: RecordEncoder::new(client, document.is_untyped()).by_describe(),
        object: config.object.as_deref(),
    };
    let headers = Headers::new(config.headers.as_ref());
    let plan = Plan::new(config.batch_size, config.parallel);
    BatchCall::new(client, "merge", headers, Idempotency::NonIdempotent, codec).run(
        &document,
        plan,
        config.format,
    )
}

struct Merge<'a> {
    encoder: RecordEncoder<'a>,
    object: Option<&'a str>,
}

impl RecordCodec for Merge<'_> {
    fn encode(&self, node: Node) -> Result<(Option<String>, String), RecordError> {
        let (mut master, mut losers) = (None, Vec::new());
        for (name, value) in node.members {
            match value {
                Value::Object(node) if name.eq_ignore_ascii_case(MASTER) => master = Some(node),
                value if name.eq_ignore_ascii_case(LOSERS) => losers = ids(value)?,
                _ => {
                    return Err(field_error(
                        &name,
                        "is no part of a merge: give `masterRecord`, an object, and `recordToMergeIds`, a list of ids",
                    ));
                }
            }
        }
        let master = master.ok_or_else(|| field_error(MASTER, "is missing"))?;
        let object = object_of(&master, self.object)?;
        let master = self.encoder.encode(master, &object)?;
        if master.text("Id").is_none() {
            return Err(field_error(
                MASTER,
                "has no `Id`: it names the record that stays",
            ));
        }
        if losers.is_empty() || losers.len() > MAX_MERGE_LOSERS {
            return Err(field_error(
                LOSERS,
                format_args!(
                    "has {} ids; Salesforce merges 1 to {MAX_MERGE_LOSERS} records into another",
                    losers.len()
                ),
            ));
        }
        let mut xml = Xml::default();
        xml.start("request");
        sobject::write(&self.encoder, MASTER, &object, master, &mut xml)?;
        xml.each(LOSERS, &losers);
        xml.end("request");
        // Requests of one call may be of any objects.
        Ok((None, xml.finish()))
    }

    fn outcome(&self, result: &Element, index: u32, _: &str, _: bool) -> Outcome {
        outcome(result, index, Some(false))
    }

    fn extras(&self, result: &Element) -> Extras {
        let list = |name| Extra::List(result.texts_of(name));
        vec![
            ("mergedRecordIds", list("mergedRecordIds")),
            ("updatedRelatedIds", list("updatedRelatedIds")),
        ]
    }
}

/// The ids of a list, or a single one.
fn ids(value: Value) -> Result<Vec<String>, RecordError> {
    let one = |value: Value| match value {
        Value::Text(text) | Value::Untyped(text) => {
            let what = "holds something else than ids of 15 or 18 letters and digits";
            id::long(&text).ok_or_else(|| field_error(LOSERS, what))
        }
        _ => Err(field_error(LOSERS, "is no list of ids")),
    };
    match value {
        Value::List(values) => values.into_iter().map(one).collect(),
        value => Ok(vec![one(value)?]),
    }
}
