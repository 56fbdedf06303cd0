//! findDuplicates and findDuplicatesByIds.

use super::envelope::Envelope;
use super::headers::Headers;
use super::id;
use super::record::Types;
use super::request;
use super::sobject;
use crate::typing::{RecordEncoder, RecordError, object_of};
use salesforce_client::client::Client;
use salesforce_client::exchange::Idempotency;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::soap::{
    FindDuplicatesByIdsConfig, FindDuplicatesConfig, ReplyFormat,
};
use salesforce_contract::limits::MAX_DUPLICATE_RECORDS;
use salesforce_contract::message::Message;
use salesforce_formats::message::input::{Document, Options, Record};

/// findDuplicates().
pub fn find_duplicates(
    client: &Client,
    config: &FindDuplicatesConfig,
    input: &Message,
) -> Result<Message, Fault> {
    let object = config.object.as_deref();
    let document = Document::open(input, object, Options::default())?;
    let wanted = check_count(document.check()?)?;
    let mut envelope = Envelope::new("findDuplicates", &Headers::new(config.headers.as_ref()))?;
    let encoder = RecordEncoder::new(client, document.is_untyped()).by_describe();
    for record in document.records()? {
        let Record { position, node } = record?;
        let written = object_of(&node, object).and_then(|object| {
            let node = encoder.encode(node, &object)?;
            sobject::write(&encoder, "sObjects", &object, node, envelope.body())
        });
        written.map_err(|error| match error {
            RecordError::Fault(fault) => fault,
            RecordError::Record(error) => {
                bad_input(format!("Of the input, of {position}, {}", error.message))
            }
        })?;
    }
    send(
        client,
        "findDuplicates",
        envelope,
        wanted,
        config.untyped,
        config.format,
    )
}

/// findDuplicatesByIds().
pub fn find_duplicates_by_ids(
    client: &Client,
    config: &FindDuplicatesByIdsConfig,
) -> Result<Message, Fault> {
    let headers = Headers::new(config.headers.as_ref());
    let mut envelope = Envelope::new("findDuplicatesByIds", &headers)?;
    let ids = id::all_of_config("ids", &config.ids)?;
    envelope.body().each("ids", &ids);
    send(
        client,
        "findDuplicatesByIds",
        envelope,
        ids.len(),
        config.untyped,
        config.format,
    )
}

fn check_count(count: u64) -> Result<usize, Fault> {
    let few = usize::try_from(count).ok();
    if let Some(few) = few.filter(|_| (1..=MAX_DUPLICATE_RECORDS).contains(&count)) {
        return Ok(few);
    }
    Err(bad_input(format!(
        "The input holds {count} records; findDuplicates() takes 1 to {MAX_DUPLICATE_RECORDS}"
    )))
}

fn send(
    client: &Client,
    call: &'static str,
    envelope: Envelope,
    wanted: usize,
    untyped: bool,
    format: Option<ReplyFormat>,
) -> Result<Message, Fault> {
    let types = Types::new(untyped || format == Some(ReplyFormat::Xml));
    let answered = request::answer(
        client,
        call,
        envelope,
        wanted,
        Idempotency::Safe,
        format,
        &types,
    )?;
    Ok(answered.with_failures())
}
