//! One record at a time: the sObject resources.

mod key;
mod outcome;

pub(super) use key::Key;

use super::ask::{delete_call, fitting};
use super::path::{query, segment};
use crate::typing::{RecordEncoder, RecordError};
use outcome::{done, outcome, settled, several_matches};
use salesforce_client::client::{Client, Request};
use salesforce_client::connection::ApiVersion;
use salesforce_client::connection::settings::check_headers;
use salesforce_client::exchange::Idempotency;
use salesforce_client::expected::Expected;
use salesforce_client::fault;
use salesforce_client::metadata::Replied;
use salesforce_client::transport::Method;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::common::{
    Outcome, WriteOptions,
};
use salesforce_contract::bindings::exports::salesforce::connector::records::{
    CreateConfig, DeleteByExternalIdConfig, DeleteConfig, RetrieveByExternalIdConfig,
    RetrieveConfig, UpdateConfig, UpsertConfig,
};
use salesforce_contract::message::Message;
use salesforce_formats::message::input::{Document, Node, Options};
use salesforce_formats::record_id::looks_like_id;

/// POST sobjects/{object}.
pub fn create(
    client: &Client,
    config: &CreateConfig,
    input: &Message,
) -> Result<Replied<Outcome>, Fault> {
    let path = format!("sobjects/{}", segment("object", &config.object)?);
    write(
        client,
        Write {
            method: Method::Post,
            object: Some(&config.object),
            path,
            idempotency: Idempotency::NonIdempotent,
            options: config.options.as_ref(),
            input,
            id: None,
            key: None,
            upserts: false,
        },
    )
}

/// PATCH sobjects/{object}/{id}.
pub fn update(
    client: &Client,
    config: &UpdateConfig,
    input: &Message,
) -> Result<Replied<Outcome>, Fault> {
    let path = record_path(&config.object, &config.id)?;
    let id = Some(config.id.as_str());
    write(
        client,
        Write {
            method: Method::Patch,
            object: Some(&config.object),
            path,
            idempotency: Idempotency::Idempotent,
            options: config.options.as_ref(),
            input,
            id,
            key: Some(Key::id(&config.id)),
            upserts: false,
        },
    )
}

/// PATCH sobjects/{object}/{field}/{value}.
pub fn upsert(
    client: &Client,
    config: &UpsertConfig,
    input: &Message,
) -> Result<Replied<Outcome>, Fault> {
    let path = external_path(
        &config.object,
        &config.external_id_field,
        &config.external_id,
    )?;
    write(
        client,
        Write {
            method: Method::Patch,
            object: Some(&config.object),
            path,
            idempotency: Idempotency::Idempotent,
            options: config.options.as_ref(),
            input,
            id: None,
            key: Some(Key::external(
                &config.external_id_field,
                &config.external_id,
            )),
            upserts: true,
        },
    )
}

/// GET sobjects/{object}/{id}.
pub fn retrieve(client: &Client, config: &RetrieveConfig) -> Result<Message, Fault> {
    read(
        client,
        &record_path(&config.object, &config.id)?,
        config.fields.as_deref().unwrap_or_default(),
    )
}

/// GET sobjects/{object}/{field}/{value}.
pub fn retrieve_by_external_id(
    client: &Client,
    config: &RetrieveByExternalIdConfig,
) -> Result<Message, Fault> {
    read(
        client,
        &external_path(
            &config.object,
            &config.external_id_field,
            &config.external_id,
        )?,
        config.fields.as_deref().unwrap_or_default(),
    )
}

/// DELETE sobjects/{object}/{id}.
pub fn delete_record(client: &Client, config: &DeleteConfig) -> Result<Replied<Outcome>, Fault> {
    delete(
        client,
        &record_path(&config.object, &config.id)?,
        Some(&config.id),
    )
}

/// DELETE sobjects/{object}/{field}/{value}.
pub fn delete_by_external_id(
    client: &Client,
    config: &DeleteByExternalIdConfig,
) -> Result<Replied<Outcome>, Fault> {
    delete(
        client,
        &external_path(
            &config.object,
            &config.external_id_field,
            &config.external_id,
        )?,
        None,
    )
}

pub(super) fn record_path(object: &str, id: &str) -> Result<String, Fault> {
    Ok(format!(
        "sobjects/{}/{}",
        segment("object", object)?,
        segment("id", id)?
    ))
}

fn external_path(object: &str, field: &str, value: &str) -> Result<String, Fault> {
    let (object, field, value) = (
        segment("object", object)?,
        segment("external-id-field", field)?,
        segment("external-id", value)?,
    );
    Ok(format!("sobjects/{object}/{field}/{value}"))
}

/// GETs one record with these fields, or all of them.
pub(super) fn read(client: &Client, path: &str, fields: &[String]) -> Result<Message, Fault> {
    let fields = fields.join(",");
    let pairs = (!fields.is_empty()).then_some(("fields", fields.as_str()));
    let call = Request {
        accepted_statuses: &[300],
        expected: Expected::RECORD,
        ..Request::get(format!("{}{}", client.path(path)?, query(pairs)))
    };
    let reply = client.send(&fitting(client, call)?)?;
    if reply.status == 300 {
        Err(several_matches(&reply))
    } else {
        Ok(client.message(reply))
    }
}

/// The first version in which an upsert of a record that was there answers with a body, 200 instead of 204 (REST API Developer Guide,
/// "Insert or Update (Upsert) a Record Using an External ID").
const UPSERTS_ANSWER: ApiVersion = ApiVersion(46);

/// One write of one record.
pub(super) struct Write<'a> {
    pub method: Method,
    /// The sObject of the record, where it is known.
    pub object: Option<&'a str>,
    pub path: String,
    pub idempotency: Idempotency,
    pub options: Option<&'a WriteOptions>,
    pub input: &'a Message,
    pub id: Option<&'a str>,
    /// What the path says of the record.
    pub key: Option<Key<'a>>,
    /// Whether it creates the record where there is none.
    pub upserts: bool,
}

impl Write<'_> {
    /// What Salesforce answers (REST API Developer Guide, "Create a Record", "Update a Record", "Insert or Update (Upsert) a
    /// Record Using an External ID"). An update has nothing to say; a new record has its id.
    fn expected(&self, version: ApiVersion) -> Expected {
        match (self.method, self.upserts) {
            (Method::Patch, true) if version >= UPSERTS_ANSWER => {
                Expected::Made(&["id", "success"])
            }
            (Method::Patch, true) => Expected::Upserted(&["id", "success"]),
            (Method::Patch, false) => Expected::Done,
            _ => Expected::CREATED,
        }
    }
}

pub(super) fn write(client: &Client, write: Write<'_>) -> Result<Replied<Outcome>, Fault> {
    let headers = option_headers(write.options)?;
    let body = body(client, write.object, write.key, write.input)?;
    let path = client.path(&write.path)?;
    let mut call = Request::write(
        write.method,
        path,
        write.idempotency,
        "application/json",
        &body,
    );
    call.headers.extend(headers);
    call.accepted_statuses = &[300];
    call.expected = write.expected(client.version()?);
    let reply = client.send_as(&call, None, |reply, repeated| {
        let metadata = Metadata::from(&reply);
        let outcome = outcome(reply, write.id)?;
        Ok(outcome.map(|outcome| {
            let outcome = settled(outcome, write.upserts && repeated);
            Replied::new(outcome, metadata)
        }))
    })?;
    reply.map_err(|several| several_matches(&several))
}

pub(super) fn delete(
    client: &Client,
    path: &str,
    id: Option<&str>,
) -> Result<Replied<Outcome>, Fault> {
    let call = Request {
        accepted_statuses: &[300],
        ..delete_call(client, path)?
    };
    match client.send(&call) {
        Ok(several) if several.status == 300 => Err(several_matches(&several)),
        Ok(reply) => Ok(Replied::new(done(id, false), &reply)),
        Err(fault) if fault::deleted_before(&fault) => Ok(Replied::new(done(id, false), &fault)),
        Err(fault) => Err(fault),
    }
}

/// The one record of the input as JSON, without the key that its path has. Without the object, values cannot be typed: the input must
/// have types itself.
pub(super) fn body(
    client: &Client,
    object: Option<&str>,
    key: Option<Key<'_>>,
    input: &Message,
) -> Result<Vec<u8>, Fault> {
    let document = Document::open(input, object, Options::default())?;
    if object.is_none() && document.is_untyped() {
        return Err(bad_input(
            "The types of the fields are not known here: give the input as application/json",
        ));
    }
    let mut record = document.only()?;
    if let (Some(own), Some(object)) = (record.node.sobject.as_deref(), object)
        && !own.eq_ignore_ascii_case(object)
    {
        return Err(bad_input(format!(
            "The input is a record of `{own}`, not of config.object `{object}`"
        )));
    }
    key.map_or(Ok(()), |key| key.take_out(&mut record.node))?;
    let encoder = RecordEncoder::new(client, document.is_untyped());
    let node = encoder
        .encode(record.node, object.unwrap_or_default())
        .map_err(|error| match error {
            RecordError::Fault(fault) => fault,
            RecordError::Record(error) => bad_input(format!(
                "Of the input, {} cannot be sent: {}",
                record.position, error.message
            )),
        })?;
    // The path tells the sObject.
    let bare = Node {
        sobject: None,
        ..node
    };
    serde_json::to_vec(&bare)
        .map_err(|error| bad_input(format!("The input cannot be written as JSON: {error}")))
}

/// Headers that the options of a write become.
pub(super) fn option_headers(
    options: Option<&WriteOptions>,
) -> Result<Vec<(String, String)>, Fault> {
    let Some(options) = options else {
        return Ok(Vec::new());
    };
    let mut headers = options.headers.clone().unwrap_or_default();
    check_headers("config.options.headers", &headers)?;
    if let Some(rule) = &options.assignment_rule {
        headers.push(("sforce-auto-assign".into(), assignment(rule)?.into()));
    }
    if options.allow_duplicates {
        headers.push((
            "sforce-duplicate-rule-header".into(),
            "allowSave=true".into(),
        ));
    }
    Ok(headers)
}

/// What `Sforce-Auto-Assign` says (REST API Developer Guide, "Assignment Rule Header").
fn assignment(rule: &str) -> Result<&str, Fault> {
    match rule {
        "use-default" => Ok("TRUE"),
        "skip" => Ok("FALSE"),
        id if looks_like_id(id) => Ok(id),
        other => Err(Fault::config(format!(
            "config.options.assignment-rule `{other}` is no assignment rule: write `use-default`, `skip` or the id of a rule (15 or 18 characters)"
        ))),
    }
}

#[cfg(test)]
mod tests;
