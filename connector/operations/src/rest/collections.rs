//! Many records at once: sObject Collections and sObject Tree.

mod answer;
mod delete;
mod retrieve;
mod tree;
mod write;

pub use retrieve::retrieve;
use salesforce_contract::message::Message;

use crate::batch::{self, BatchOperation, Plan, document_of_ids, format_of};
use salesforce_client::client::Client;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::collections::{
    CreateConfig, CreateTreeConfig, DeleteConfig, OutcomeFormat, UpdateConfig, UpsertConfig,
};
use salesforce_contract::limits::MAX_TREE_RECORDS;
use salesforce_formats::message::input::{Document, Options};

/// POST composite/sobjects.
pub fn create(client: &Client, config: &CreateConfig, input: &Message) -> Result<Message, Fault> {
    let object = config.object.as_deref();
    let document = Document::open(input, object, Options::default())?;
    let operation = write::Write::create(client, config, &document)?;
    let plan = Plan::new(config.batch_size, config.parallel);
    run(client, &operation, &document, plan, config.format)
}

/// PATCH composite/sobjects.
pub fn update(client: &Client, config: &UpdateConfig, input: &Message) -> Result<Message, Fault> {
    let object = config.object.as_deref();
    let document = Document::open(input, object, Options::default())?;
    let operation = write::Write::update(client, config, &document)?;
    let plan = Plan::new(config.batch_size, config.parallel);
    run(client, &operation, &document, plan, config.format)
}

/// PATCH composite/sobjects/{object}/{field}.
pub fn upsert(client: &Client, config: &UpsertConfig, input: &Message) -> Result<Message, Fault> {
    let document = Document::open(input, Some(&config.object), Options::default())?;
    let operation = write::Write::upsert(client, config, &document)?;
    let plan = Plan::new(config.batch_size, config.parallel);
    run(client, &operation, &document, plan, config.format)
}

/// DELETE composite/sobjects?ids=.
pub fn delete_records(
    client: &Client,
    config: &DeleteConfig,
    input: &Message,
) -> Result<Message, Fault> {
    let document = document_of_ids(input)?;
    let operation = delete::Delete::new(client, config)?;
    let plan = Plan::new(config.batch_size, config.parallel);
    run(client, &operation, &document, plan, config.format)
}

/// POST composite/tree/{object}.
pub fn create_tree(
    client: &Client,
    config: &CreateTreeConfig,
    input: &Message,
) -> Result<Message, Fault> {
    let document = Document::open(input, Some(&config.object), Options::default())?;
    let operation = tree::Tree::new(client, config, &document)?;
    tree::check(&document)?;
    let plan = Plan::new(config.batch_size, config.parallel).at_most(MAX_TREE_RECORDS);
    let report = batch::run(client, &operation, &document, plan)?;
    let report = report.with_extras(operation.references());
    report.message(client, format_of(config.format))
}

/// Sends the records of a document, and reports what became of each.
fn run(
    client: &Client,
    operation: &dyn BatchOperation,
    document: &Document<'_>,
    plan: Plan,
    format: Option<OutcomeFormat>,
) -> Result<Message, Fault> {
    batch::run(client, operation, document, plan)?.message(client, format_of(format))
}

#[cfg(test)]
mod tests;
