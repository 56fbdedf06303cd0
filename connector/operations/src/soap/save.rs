//! create, update and upsert.

use super::batch_call::{BatchCall, RecordCodec};
use super::headers::Headers;
use super::results::{flag, outcome};
use super::sobject;
use super::xml::{Element, Xml};
use crate::batch::{Plan, SaveKind};
use crate::typing::{RecordEncoder, RecordError, field_error};
use salesforce_client::org::Org;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::exports::salesforce::connector::soap::{
    CreateConfig, HeaderOptions, UpsertConfig,
};
use salesforce_contract::bindings::{Fault, Message};
use salesforce_formats::message::input::{Document, Node, Options};

/// create().
pub fn create(org: &Org, config: &CreateConfig, input: &Message) -> Result<Message, Fault> {
    save(org, "create", SaveKind::Create, config, input)
}

/// update().
pub fn update(org: &Org, config: &CreateConfig, input: &Message) -> Result<Message, Fault> {
    save(org, "update", SaveKind::Update, config, input)
}

fn save(
    org: &Org,
    name: &'static str,
    kind: SaveKind,
    config: &CreateConfig,
    input: &Message,
) -> Result<Message, Fault> {
    let object = config.object.as_deref();
    let document = Document::open(input, object, Options::default())?;
    let headers = headers(config.headers.as_ref(), config.all_or_none);
    let codec = Save::new(org, kind, object, &document);
    let plan = Plan::new(config.batch_size, config.parallel);
    BatchCall::new(org, name, headers, kind.nature(), codec).run(&document, plan, config.format)
}

/// upsert().
pub fn upsert(org: &Org, config: &UpsertConfig, input: &Message) -> Result<Message, Fault> {
    let object = Some(config.object.as_str());
    let document = Document::open(input, object, Options::default())?;
    let kind = SaveKind::upsert_by(&config.external_id_field);
    let headers = headers(config.headers.as_ref(), config.all_or_none);
    let codec = Save::new(org, kind, object, &document);
    let plan = Plan::new(config.batch_size, config.parallel);
    BatchCall::new(org, "upsert", headers, kind.nature(), codec)
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
    fn new(org: &'a Org, kind: SaveKind, object: Option<&'a str>, document: &Document<'_>) -> Self {
        Self {
            encoder: RecordEncoder::new(org, document.is_untyped()).by_describe(),
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

    fn outcome(&self, result: &Element, index: u64, _: &str, repeated: bool) -> Outcome {
        let created = self.kind.created(flag(result, "created"), repeated);
        outcome(result, index, created)
    }
}
