//! create, update and upsert.

use super::batch_call::{BatchCall, RecordCodec};
use super::headers::Headers;
use super::results::{flag, outcome};
use super::sobject;
use super::xml::{Element, Xml};
use crate::batch::{Plan, SaveKind};
use crate::typing::{RecordEncoder, RecordError, field_error};
use salesforce_client::client::Client;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::exports::salesforce::connector::soap::{
    CreateConfig, HeaderOptions, UpsertConfig,
};
use salesforce_contract::message::Message;
use salesforce_formats::message::input::{Document, Node, Options};

/// create().
pub fn create(client: &Client, config: &CreateConfig, input: &Message) -> Result<Message, Fault> {
    save(client, "create", SaveKind::Create, config, input)
}

/// update().
pub fn update(client: &Client, config: &CreateConfig, input: &Message) -> Result<Message, Fault> {
    save(client, "update", SaveKind::Update, config, input)
}

fn save(
    client: &Client,
    name: &'static str,
    kind: SaveKind,
    config: &CreateConfig,
    input: &Message,
) -> Result<Message, Fault> {
    let object = config.object.as_deref();
    let document = Document::open(input, object, Options::default())?;
    let headers = headers(config.headers.as_ref(), config.all_or_none);
    let codec = Save::new(client, kind, object, &document);
    let plan = Plan::new(config.batch_size, config.parallel);
    BatchCall::new(client, name, headers, kind.idempotency(), codec).run(
        &document,
        plan,
        config.format,
    )
}

/// upsert().
pub fn upsert(client: &Client, config: &UpsertConfig, input: &Message) -> Result<Message, Fault> {
    let object = Some(config.object.as_str());
    let document = Document::open(input, object, Options::default())?;
    let kind = SaveKind::upsert_by(&config.external_id_field);
    let headers = headers(config.headers.as_ref(), config.all_or_none);
    let codec = Save::new(client, kind, object, &document);
    let plan = Plan::new(config.batch_size, config.parallel);
    BatchCall::new(client, "upsert", headers, kind.idempotency(), codec)
        .with_head("externalIDFieldName", &config.external_id_field)
        .run(&document, plan, config.format)
}

fn headers(options: Option<&HeaderOptions>, all_or_none: bool) -> Headers<'_> {
    Headers {
        all_or_none: Some(all_or_none),
        ..Headers::new(options)
    }
}

struct Save<'a> {
    encoder: RecordEncoder<'a>,
    kind: SaveKind,
    object: Option<&'a str>,
}

impl<'a> Save<'a> {
    fn new(
        client: &'a Client,
        kind: SaveKind,
        object: Option<&'a str>,
        document: &Document<'_>,
    ) -> Self {
        Self {
            encoder: RecordEncoder::new(client, document.is_untyped()).by_describe(),
            kind,
            object,
        }
    }
}

impl RecordCodec for Save<'_> {
    fn encode(&self, node: Node) -> Result<(Option<String>, String), RecordError> {
        let (object, node) = self.encoder.encode_of(node, self.object)?;
        if self.kind == SaveKind::Update && node.text("Id").is_none() {
            return Err(field_error(
                "Id",
                "is missing: an update names its record by its id",
            ));
        }
        let mut xml = Xml::default();
        sobject::write(&self.encoder, "sObjects", &object, node, &mut xml)?;
        Ok((Some(object), xml.finish()))
    }

    fn outcome(&self, result: &Element, index: u32, _: &str, repeated: bool) -> Outcome {
        let created = self.kind.created(flag(result, "created"), repeated);
        outcome(result, index, created)
    }
}
