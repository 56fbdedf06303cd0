//! Schemas of records, made from describes: those of the org, or those in the input.

use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::expected::Expected;
use salesforce_client::metadata::Replied;
use salesforce_client::path::segment;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::schema::{
    RecordShape as ShapeChoice, ShapeConfig,
};
use salesforce_contract::message::Message;
use salesforce_formats::shapes::wire::WireObject;
use salesforce_formats::shapes::{
    Plan, RecordShape, Use, json_schema as json, lay_out, xsd as xml,
};
use serde_json::Value;
use std::collections::HashMap;
use std::rc::Rc;

/// A JSON Schema of an object's records.
pub fn json_schema(
    client: &Client,
    config: &ShapeConfig,
    input: Option<&Message>,
) -> Result<Message, Fault> {
    let shape = shape(client, config, input)?;
    let body = json::render(&shape.value).to_string().into_bytes();
    Ok(message(
        client,
        "application/schema+json",
        body,
        shape.metadata,
    ))
}

/// An XML Schema of an object's records.
pub fn xsd(
    client: &Client,
    config: &ShapeConfig,
    input: Option<&Message>,
) -> Result<Message, Fault> {
    if config.dependent_picklists {
        return Err(Fault::config(
            "config.dependent-picklists is for `schema/json-schema`: XML Schema cannot tie one field to another",
        ));
    }
    let shape = shape(client, config, input)?;
    let body = xml::write(&shape.value)
        .map_err(|error| Fault::protocol(format!("The schema cannot be written: {error}")))?;
    Ok(message(client, "application/xml", body, shape.metadata))
}

fn message(client: &Client, media_type: &str, body: Vec<u8>, metadata: Metadata) -> Message {
    Message {
        media_type: media_type.into(),
        body,
        metadata: client.metadata(metadata),
    }
}

fn shape(
    client: &Client,
    config: &ShapeConfig,
    input: Option<&Message>,
) -> Result<Replied<RecordShape>, Fault> {
    let plan = Plan {
        purpose: match config.shape {
            ShapeChoice::Create => Use::Create,
            ShapeChoice::Update => Use::Update,
            ShapeChoice::Upsert => Use::Upsert,
            ShapeChoice::Query => Use::Query,
        },
        key: config.external_id_field.as_deref(),
        without_key: config.without_key,
        fields: config.fields.as_deref().unwrap_or_default(),
        relationships: Plan::paths(config.relationships.as_deref().unwrap_or_default())?,
        dependent: config.dependent_picklists,
    };
    let mut library = Library::new(client, input)?;
    let shape = lay_out(
        &mut |object| library.describe(object),
        &config.object,
        &plan,
    )?;
    Ok(Replied::new(shape, library.metadata))
}

/// Describes by the names of their objects, asked for once.
struct Library<'o> {
    client: &'o Client,
    known: HashMap<String, Rc<WireObject>>,
    /// What the newest describe told.
    metadata: Metadata,
}

impl<'o> Library<'o> {
    /// The describes of the input: one, or a list of them.
    fn new(client: &'o Client, input: Option<&Message>) -> Result<Self, Fault> {
        let given = match input {
            None => Vec::new(),
            Some(input) => given(&input.body).map_err(|error| {
                bad_input(format!(
                    "The input is neither a describe of an object nor a list of describes: {error}"
                ))
            })?,
        };
        let keyed = given
            .into_iter()
            .map(|object| (key(&object.name), Rc::new(object)));
        Ok(Self {
            client,
            known: keyed.collect(),
            metadata: Metadata::default(),
        })
    }

    fn describe(&mut self, object: &str) -> Result<Rc<WireObject>, Fault> {
        if let Some(known) = self.known.get(&key(object)) {
            return Ok(known.clone());
        }
        let path = format!("sobjects/{}/describe", segment("object", object)?);
        let call = Request::get(self.client.path(&path)?).expecting(Expected::DESCRIBE);
        let (asked, metadata) = self.client.send_as(&call, None, |reply, _| {
            let asked = serde_json::from_slice::<WireObject>(&reply.body).map_err(|error| {
                Unusable(format!(
                    "The describe of {object} is not as documented: {error}"
                ))
            })?;
            Ok((asked, Metadata::from(&reply)))
        })?;
        self.metadata = metadata;
        let asked = Rc::new(asked);
        self.known.insert(key(object), asked.clone());
        Ok(asked)
    }
}

fn given(body: &[u8]) -> serde_json::Result<Vec<WireObject>> {
    match serde_json::from_slice(body)? {
        Value::Array(items) => items.into_iter().map(serde_json::from_value).collect(),
        one => Ok(vec![serde_json::from_value(one)?]),
    }
}

fn key(object: &str) -> String {
    object.to_ascii_lowercase()
}
