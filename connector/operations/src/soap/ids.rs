//! delete, undelete and emptyRecycleBin: calls that name records by their ids.

use super::headers::Headers;
use super::id;
use super::many::{Form, Many};
use super::report;
use super::results::outcome;
use super::xml::{Element, Xml};
use crate::rest::collections::delete::{DELETED, id_of};
use crate::rest::collections::outcome::{has_code, saved};
use crate::typing::RecordError;
use salesforce_client::exchange::Nature;
use salesforce_client::org::Org;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::exports::salesforce::connector::soap::IdsConfig;
use salesforce_contract::bindings::{Fault, Message};
use salesforce_contract::limits::MAX_COLLECTION_RECORDS;
use salesforce_formats::message::input::{Document, Node, Options};

/// delete().
pub fn delete(org: &Org, config: &IdsConfig, input: &Message) -> Result<Message, Fault> {
    run(org, "delete", Nature::RepeatableWrite, config, input)
}

/// undelete(). A second one fails, because the records are no longer deleted.
pub fn undelete(org: &Org, config: &IdsConfig, input: &Message) -> Result<Message, Fault> {
    run(org, "undelete", Nature::Write, config, input)
}

/// emptyRecycleBin(). A second one fails, because the records are no longer there.
pub fn empty_recycle_bin(org: &Org, config: &IdsConfig, input: &Message) -> Result<Message, Fault> {
    if config.all_or_none {
        return Err(Fault::config(
            "config.all-or-none: the SOAP call emptyRecycleBin() takes no such header, so leave it out",
        ));
    }
    run(org, "emptyRecycleBin", Nature::Write, config, input)
}

fn run(
    org: &Org,
    call: &'static str,
    nature: Nature,
    config: &IdsConfig,
    input: &Message,
) -> Result<Message, Fault> {
    let options = Options {
        plain_ids: true,
        ..Options::default()
    };
    let document = Document::open(input, None, options)?;
    let takes_all_or_none = call != "emptyRecycleBin";
    let many = Many {
        org,
        call,
        headers: Headers {
            all_or_none: takes_all_or_none.then_some(config.all_or_none),
            ..Headers::of(config.headers.as_ref())
        },
        nature,
        head: None,
        form: Ids {
            deletes: call == "delete",
        },
        extras: Default::default(),
    };
    let size = config
        .batch_size
        .map_or(MAX_COLLECTION_RECORDS, usize::from);
    let done = many.run(&document, size, config.parallel)?;
    report::message(org, done, &many.extras.take(), config.format)
}

struct Ids {
    deletes: bool,
}

impl Form for Ids {
    fn xml(&self, node: Node) -> Result<(Option<String>, String), RecordError> {
        let mut xml = Xml::default();
        let id = id_of(&node)?;
        xml.text("ids", id::long(id).as_deref().unwrap_or(id));
        Ok((None, xml.finish()))
    }

    fn outcome(&self, result: &Element, index: u64, sent: &str, repeated: bool) -> Outcome {
        let outcome = outcome(result, index, Some(false));
        // An attempt before this one has deleted it, and its answer was lost.
        if self.deletes && repeated && has_code(&outcome, DELETED) {
            let id = sent.trim_start_matches("<ids>").trim_end_matches("</ids>");
            return saved(index, Some(id.to_owned()), Some(false));
        }
        outcome
    }
}
