//! Publishing: events are created as records are, many at once.

use crate::rest::collections;
use salesforce_client::client::Client;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::collections::CreateConfig;
use salesforce_contract::bindings::exports::salesforce::connector::events::PublishConfig;
use salesforce_contract::message::Message;

/// Calls under way at once unless the config says otherwise: one keeps the order of events.
const PARALLEL: u8 = 1;

/// POST composite/sobjects.
pub fn publish(client: &Client, config: &PublishConfig, input: &Message) -> Result<Message, Fault> {
    let create = CreateConfig {
        object: Some(config.event.clone()),
        batch_size: config.batch_size,
        parallel: Some(config.parallel.unwrap_or(PARALLEL)),
        all_or_none: config.all_or_none,
        options: config.options.clone(),
        format: config.format,
    };
    collections::create(client, &create, input)
}
