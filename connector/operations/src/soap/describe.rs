//! describeGlobal, describeSObject and describeSObjects.

use super::envelope::Envelope;
use super::headers::Headers;
use super::record::Types;
use super::request;
use super::xml::Xml;
use salesforce_client::client::Client;
use salesforce_client::exchange::Idempotency;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::soap::{
    DescribeObjectConfig, DescribeObjectsConfig, HeaderOptions, PlainConfig, ReplyFormat,
};
use salesforce_contract::message::Message;

/// describeGlobal().
pub fn describe_global(client: &Client, config: &PlainConfig) -> Result<Message, Fault> {
    let headers = config.headers.as_ref();
    read(client, "describeGlobal", headers, 1, config.format, |_| {})
}

/// describeSObject().
pub fn describe_object(client: &Client, config: &DescribeObjectConfig) -> Result<Message, Fault> {
    let headers = config.headers.as_ref();
    read(
        client,
        "describeSObject",
        headers,
        1,
        config.format,
        |xml| {
            xml.text("sObjectType", &config.object);
        },
    )
}

/// describeSObjects().
pub fn describe_objects(client: &Client, config: &DescribeObjectsConfig) -> Result<Message, Fault> {
    let headers = config.headers.as_ref();
    let wanted = config.objects.len();
    read(
        client,
        "describeSObjects",
        headers,
        wanted,
        config.format,
        |xml| {
            xml.each("sObjectType", &config.objects);
        },
    )
}

/// Sends a call that changes nothing and holds no records.
pub(super) fn read(
    client: &Client,
    call: &'static str,
    headers: Option<&HeaderOptions>,
    wanted: usize,
    format: Option<ReplyFormat>,
    body: impl FnOnce(&mut Xml),
) -> Result<Message, Fault> {
    let mut envelope = Envelope::new(call, &Headers::new(headers))?;
    body(envelope.body());
    let types = Types::new(true);
    Ok(request::answer(
        client,
        call,
        envelope,
        wanted,
        Idempotency::Safe,
        format,
        &types,
    )?
    .message)
}
