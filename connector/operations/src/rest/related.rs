//! Records by their relationships, records seen last, and how many there are.

use super::ask::{self, Parameters};
use super::path::segment;
use super::query::page_or_record;
use super::records::{Write, delete, record_path, write};
use salesforce_client::client::Client;
use salesforce_client::exchange::Idempotency;
use salesforce_client::expected::Expected;
use salesforce_client::metadata::Replied;
use salesforce_client::transport::Method;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::exports::salesforce::connector::records::{
    CountConfig, DeleteRelatedConfig, RecentConfig, RelatedConfig, UpdateRelatedConfig,
};
use salesforce_contract::message::Message;

/// GET sobjects/{object}/{id}/{relationship}.
pub fn related(client: &Client, config: &RelatedConfig) -> Result<Message, Fault> {
    let path = related_path(&config.object, &config.id, &config.relationship)?;
    let fields = Parameters::none().list("fields", config.fields.as_deref().unwrap_or_default());
    page_or_record(
        client,
        &ask::get_call(client, &path, &fields)?.expecting(Expected::OBJECT),
    )
}

/// PATCH sobjects/{object}/{id}/{relationship}.
pub fn update_related(
    client: &Client,
    config: &UpdateRelatedConfig,
    input: &Message,
) -> Result<Replied<Outcome>, Fault> {
    write(
        client,
        Write {
            method: Method::Patch,
            object: None,
            path: related_path(&config.object, &config.id, &config.relationship)?,
            idempotency: Idempotency::Idempotent,
            options: config.options.as_ref(),
            input,
            id: None,
            key: None,
            upserts: false,
        },
    )
}

/// DELETE sobjects/{object}/{id}/{relationship}.
pub fn delete_related(
    client: &Client,
    config: &DeleteRelatedConfig,
) -> Result<Replied<Outcome>, Fault> {
    let path = related_path(&config.object, &config.id, &config.relationship)?;
    delete(client, &path, None)
}

fn related_path(object: &str, id: &str, relationship: &str) -> Result<String, Fault> {
    Ok(format!(
        "{}/{}",
        record_path(object, id)?,
        segment("relationship", relationship)?
    ))
}

/// GET recent.
pub fn recent(client: &Client, config: &RecentConfig) -> Result<Message, Fault> {
    ask::get(
        client,
        "recent",
        Parameters::none().some("limit", config.limit),
        Expected::List,
    )
}

/// GET limits/recordCount.
pub fn count(client: &Client, config: &CountConfig) -> Result<Message, Fault> {
    let objects =
        Parameters::none().list("sObjects", config.objects.as_deref().unwrap_or_default());
    ask::get(
        client,
        "limits/recordCount",
        objects,
        Expected::Object(&["sObjects"]),
    )
}
