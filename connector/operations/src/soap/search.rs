//! search: SOSL, in the body of a request.

use super::envelope::Envelope;
use super::headers::Headers;
use super::record::Types;
use super::request;
use salesforce_client::client::Client;
use salesforce_client::exchange::Idempotency;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::soap::{
    ReplyFormat, SearchConfig,
};
use salesforce_contract::message::Message;
use salesforce_formats::soql::sosl;

/// search().
pub fn search(client: &Client, config: &SearchConfig) -> Result<Message, Fault> {
    let sosl = sosl::bind(&config.sosl, config.bind.as_deref().unwrap_or_default())
        .map_err(|error| Fault::config(error.to_string()))?;
    let mut envelope = Envelope::new("search", &Headers::new(config.headers.as_ref()))?;
    envelope.body().text("searchString", &sosl);
    let envelope = envelope.carrying(&sosl);
    let types = Types::new(config.untyped || config.format == Some(ReplyFormat::Xml));
    let answered = request::answer(
        client,
        "search",
        envelope,
        1,
        Idempotency::Safe,
        config.format,
        &types,
    )?;
    Ok(answered.message)
}
