//! getUpdated and getDeleted: what changed in a span of time.

use super::envelope::Envelope;
use super::headers::Headers;
use super::record::Types;
use super::request;
use crate::rest::replication::Span;
use salesforce_client::client::Client;
use salesforce_client::exchange::Idempotency;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::soap::ReplicationConfig;
use salesforce_contract::limits::{DELETED_DAYS, UPDATED_DAYS};
use salesforce_contract::message::Message;

/// getDeleted().
pub fn get_deleted(client: &Client, config: &ReplicationConfig) -> Result<Message, Fault> {
    span(client, "getDeleted", config, DELETED_DAYS)
}

/// getUpdated().
pub fn get_updated(client: &Client, config: &ReplicationConfig) -> Result<Message, Fault> {
    span(client, "getUpdated", config, UPDATED_DAYS)
}

fn span(
    client: &Client,
    call: &'static str,
    config: &ReplicationConfig,
    days: u32,
) -> Result<Message, Fault> {
    let span = Span::check(client, &config.start, &config.end, days)?;
    let mut envelope = Envelope::new(call, &Headers::new(config.headers.as_ref()))?;
    let xml = envelope.body();
    xml.text("sObjectType", &config.object);
    xml.text("startDate", &span.start);
    xml.text("endDate", &span.end);
    let types = Types::new(true);
    let answered = request::answer(
        client,
        call,
        envelope,
        1,
        Idempotency::Safe,
        config.format,
        &types,
    )?;
    let covered = answered
        .first
        .as_ref()
        .and_then(|result| result.text_of("latestDateCovered"));
    let Some(covered) = covered else {
        return Err(Fault::protocol(format!(
            "The answer of {call}() has no `latestDateCovered`"
        )));
    };
    let mut message = answered.message;
    message.metadata.add("latest-date-covered", covered);
    Ok(message)
}
