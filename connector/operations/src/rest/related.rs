//! Records by their relationships, records seen last, and how many there are.

use super::ask::{self, Parameters};
use super::path::segment;
use super::query::page_or_record;
use super::records::{Write, delete, record_path, write};
use salesforce_client::exchange::Nature;
use salesforce_client::expected::Expected;
use salesforce_client::metadata::Replied;
use salesforce_client::org::Org;
use salesforce_client::transport::Method;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::exports::salesforce::connector::records::{
    CountConfig, DeleteRelatedConfig, RecentConfig, RelatedConfig, UpdateRelatedConfig,
};
use salesforce_contract::bindings::{Fault, Message};

/// GET sobjects/{object}/{id}/{relationship}.
pub fn related(org: &Org, config: &RelatedConfig) -> Result<Message, Fault> {
    let path = related_path(&config.object, &config.id, &config.relationship)?;
    let fields = Parameters::none().list("fields", &config.fields);
    page_or_record(
        org,
        &ask::get_call(org, &path, &fields)?.expecting(Expected::OBJECT),
    )
}

/// PATCH sobjects/{object}/{id}/{relationship}.
pub fn update_related(
    org: &Org,
    config: &UpdateRelatedConfig,
    input: &Message,
) -> Result<Replied<Outcome>, Fault> {
    write(
        org,
        Write {
            method: Method::Patch,
            object: None,
            path: related_path(&config.object, &config.id, &config.relationship)?,
            nature: Nature::RepeatableWrite,
            options: config.options.as_ref(),
            input,
            id: None,
            upserts: false,
        },
    )
}

/// DELETE sobjects/{object}/{id}/{relationship}.
pub fn delete_related(org: &Org, config: &DeleteRelatedConfig) -> Result<Replied<Outcome>, Fault> {
    let path = related_path(&config.object, &config.id, &config.relationship)?;
    delete(org, &path, None)
}

fn related_path(object: &str, id: &str, relationship: &str) -> Result<String, Fault> {
    Ok(format!(
        "{}/{}",
        record_path(object, id)?,
        segment("relationship", relationship)?
    ))
}

/// GET recent.
pub fn recent(org: &Org, config: &RecentConfig) -> Result<Message, Fault> {
    ask::get(
        org,
        "recent",
        Parameters::none().some("limit", config.limit),
        Expected::List,
    )
}

/// GET limits/recordCount.
pub fn count(org: &Org, config: &CountConfig) -> Result<Message, Fault> {
    let objects = Parameters::none().list("sObjects", &config.objects);
    ask::get(
        org,
        "limits/recordCount",
        objects,
        Expected::Object(&["sObjects"]),
    )
}
