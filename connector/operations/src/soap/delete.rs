//! delete, undelete and emptyRecycleBin: calls that name records by their ids.

use super::batch_call::{BatchCall, RecordCodec};
use super::headers::Headers;
use super::id;
use super::results::outcome;
use super::xml::{Element, Xml};
use crate::batch::{Plan, deletion_outcome, document_of_ids, id_of};
use crate::typing::RecordError;
use salesforce_client::client::Client;
use salesforce_client::exchange::Idempotency;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::exports::salesforce::connector::soap::IdsConfig;
use salesforce_contract::message::Message;
use salesforce_formats::message::input::Node;

/// delete().
pub fn delete_records(
    client: &Client,
    config: &IdsConfig,
    input: &Message,
) -> Result<Message, Fault> {
    run(client, "delete", Idempotency::Idempotent, config, input)
}

/// undelete(). A second one fails, because the records are no longer deleted.
pub fn undelete(client: &Client, config: &IdsConfig, input: &Message) -> Result<Message, Fault> {
    run(
        client,
        "undelete",
        Idempotency::NonIdempotent,
        config,
        input,
    )
}

/// emptyRecycleBin(). A second one fails, because the records are no longer there.
pub fn empty_recycle_bin(
    client: &Client,
    config: &IdsConfig,
    input: &Message,
) -> Result<Message, Fault> {
    if config.all_or_none {
        return Err(Fault::config(
            "config.all-or-none: the SOAP call emptyRecycleBin() takes no such header, so leave it out",
        ));
    }
    run(
        client,
        "emptyRecycleBin",
        Idempotency::NonIdempotent,
        config,
        input,
    )
}

fn run(
    client: &Client,
    name: &'static str,
    idempotency: Idempotency,
    config: &IdsConfig,
    input: &Message,
) -> Result<Message, Fault> {
    let document = document_of_ids(input)?;
    let takes_all_or_none = name != "emptyRecycleBin";
    let headers = Headers {
        all_or_none: takes_all_or_none.then_some(config.all_or_none),
        ..Headers::new(config.headers.as_ref())
    };
    let codec = Ids {
        deletes: name == "delete",
    };
    let plan = Plan::new(config.batch_size, config.parallel);
    BatchCall::new(client, name, headers, idempotency, codec).run(&document, plan, config.format)
}

struct Ids {
    deletes: bool,
}

impl RecordCodec for Ids {
    fn encode(&self, node: Node) -> Result<(Option<String>, String), RecordError> {
        let mut xml = Xml::default();
        let id = id_of(&node)?;
        xml.text("ids", id::long(id).as_deref().unwrap_or(id));
        Ok((None, xml.finish()))
    }

    fn outcome(&self, result: &Element, index: u32, sent: &str, repeated: bool) -> Outcome {
        let id = sent.trim_start_matches("<ids>").trim_end_matches("</ids>");
        let outcome = outcome(result, index, Some(false));
        deletion_outcome(outcome, id, self.deletes && repeated)
    }
}
