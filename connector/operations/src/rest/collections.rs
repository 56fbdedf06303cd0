//! Many records at once: sObject Collections and sObject Tree.

pub(crate) mod ahead;
mod batch;
pub(crate) mod delete;
pub(crate) mod engine;
mod hunt;
pub(crate) mod outcome;
pub(crate) mod report;
pub(crate) mod retrieve;
mod tree;
pub(crate) mod verb;
mod write;

pub use retrieve::retrieve;

use engine::Plan;
use salesforce_client::org::Org;
use salesforce_contract::bindings::exports::salesforce::connector::collections::{
    CreateConfig, CreateTreeConfig, DeleteConfig, OutcomeFormat, UpdateConfig, UpsertConfig,
};
use salesforce_contract::bindings::{Fault, Message};
use salesforce_contract::limits::{MAX_COLLECTION_RECORDS, MAX_TREE_RECORDS};
use salesforce_formats::message::input::{Document, Options};

/// Calls under way at once, unless the config says otherwise.
const PARALLEL: u8 = 2;

/// POST composite/sobjects.
pub fn create(org: &Org, config: &CreateConfig, input: &Message) -> Result<Message, Fault> {
    let object = config.object.as_deref();
    let document = Document::open(input, object, Options::default())?;
    let verb = write::Write::create(org, object, config, &document)?;
    let plan = Plan {
        all_or_none: config.all_or_none,
        ..plan(config.batch_size, config.parallel)
    };
    run(org, &verb, &document, plan, config.format)
}

/// PATCH composite/sobjects.
pub fn update(org: &Org, config: &UpdateConfig, input: &Message) -> Result<Message, Fault> {
    let object = config.object.as_deref();
    let document = Document::open(input, object, Options::default())?;
    let verb = write::Write::update(org, object, config, &document)?;
    let plan = Plan {
        all_or_none: config.all_or_none,
        ..plan(config.batch_size, config.parallel)
    };
    run(org, &verb, &document, plan, config.format)
}

/// PATCH composite/sobjects/{object}/{field}.
pub fn upsert(org: &Org, config: &UpsertConfig, input: &Message) -> Result<Message, Fault> {
    let document = Document::open(input, Some(&config.object), Options::default())?;
    let verb = write::Write::upsert(org, config, &document)?;
    let plan = Plan {
        all_or_none: config.all_or_none,
        ..plan(config.batch_size, config.parallel)
    };
    run(org, &verb, &document, plan, config.format)
}

/// DELETE composite/sobjects?ids=.
pub fn delete(org: &Org, config: &DeleteConfig, input: &Message) -> Result<Message, Fault> {
    let document = Document::open(
        input,
        None,
        Options {
            plain_ids: true,
            ..Options::default()
        },
    )?;
    let verb = delete::Delete::new(org, config)?;
    let plan = Plan {
        all_or_none: config.all_or_none,
        ..plan(config.batch_size, config.parallel)
    };
    run(org, &verb, &document, plan, config.format)
}

/// POST composite/tree/{object}.
pub fn create_tree(
    org: &Org,
    config: &CreateTreeConfig,
    input: &Message,
) -> Result<Message, Fault> {
    let document = Document::open(input, Some(&config.object), Options::default())?;
    let verb = tree::Tree::new(org, config, &document)?;
    tree::check(&document)?;
    let plan = Plan {
        batch_size: usize::from(config.batch_size.unwrap_or(u8::MAX)).min(MAX_TREE_RECORDS),
        ..plan(None, config.parallel)
    };
    run(org, &verb, &document, plan, config.format)
}

/// Sends the records of a document, and tells what became of each.
fn run(
    org: &Org,
    verb: &dyn verb::Verb,
    document: &Document<'_>,
    plan: Plan,
    format: Option<OutcomeFormat>,
) -> Result<Message, Fault> {
    report::message(org, engine::run(org, verb, document, plan)?, format)
}

fn plan(batch_size: Option<u8>, parallel: Option<u8>) -> Plan {
    Plan {
        batch_size: batch_size.map_or(MAX_COLLECTION_RECORDS, usize::from),
        parallel: usize::from(parallel.unwrap_or(PARALLEL)),
        all_or_none: false,
    }
}

#[cfg(test)]
mod tests;
