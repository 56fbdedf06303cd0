//! create, update and upsert.

use super::headers::Headers;
use super::many::{Form, Many};
use super::report;
use super::results::{flag, outcome};
use super::sobject;
use super::xml::{Element, Xml};
use crate::rest::collections::outcome::created_by_upsert;
use crate::typing::{RecordEncoder, RecordError};
use salesforce_client::exchange::Nature;
use salesforce_client::org::Org;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::exports::salesforce::connector::soap::{
    CreateConfig, UpsertConfig,
};
use salesforce_contract::bindings::{Fault, Message};
use salesforce_contract::limits::MAX_COLLECTION_RECORDS;
use salesforce_formats::message::input::{Document, Node, Options};

/// What the three differ in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Create,
    Update,
    Upsert,
}

/// create().
pub fn create(org: &Org, config: &CreateConfig, input: &Message) -> Result<Message, Fault> {
    save(org, Kind::Create, config, input)
}

/// update().
pub fn update(org: &Org, config: &CreateConfig, input: &Message) -> Result<Message, Fault> {
    save(org, Kind::Update, config, input)
}

fn save(org: &Org, kind: Kind, config: &CreateConfig, input: &Message) -> Result<Message, Fault> {
    let object = config.object.as_deref();
    let document = Document::open(input, object, Options::default())?;
    let (call, nature) = match kind {
        Kind::Create => ("create", Nature::Write),
        Kind::Update | Kind::Upsert => ("update", Nature::RepeatableWrite),
    };
    let many = Many {
        org,
        call,
        headers: Headers {
            all_or_none: Some(config.all_or_none),
            ..Headers::of(config.headers.as_ref())
        },
        nature,
        head: None,
        form: Save {
            encoder: RecordEncoder::new(org, document.is_untyped()).by_describe(),
            kind,
            object,
        },
        extras: Default::default(),
    };
    let size = config
        .batch_size
        .map_or(MAX_COLLECTION_RECORDS, usize::from);
    let done = many.run(&document, size, config.parallel)?;
    report::message(org, done, &many.extras.take(), config.format)
}

/// upsert().
pub fn upsert(org: &Org, config: &UpsertConfig, input: &Message) -> Result<Message, Fault> {
    let object = Some(config.object.as_str());
    let document = Document::open(input, object, Options::default())?;
    let field = config.external_id_field.as_str();
    // Records without an id would be created again by a second call.
    let nature = if field.eq_ignore_ascii_case("Id") {
        Nature::Write
    } else {
        Nature::RepeatableWrite
    };
    let many = Many {
        org,
        call: "upsert",
        headers: Headers {
            all_or_none: Some(config.all_or_none),
            ..Headers::of(config.headers.as_ref())
        },
        nature,
        head: Some(("externalIDFieldName", field)),
        form: Save {
            encoder: RecordEncoder::new(org, document.is_untyped()).by_describe(),
            kind: Kind::Upsert,
            object,
        },
        extras: Default::default(),
    };
    let size = config
        .batch_size
        .map_or(MAX_COLLECTION_RECORDS, usize::from);
    let done = many.run(&document, size, config.parallel)?;
    report::message(org, done, &many.extras.take(), config.format)
}

struct Save<'a> {
    encoder: RecordEncoder<'a>,
    kind: Kind,
    object: Option<&'a str>,
}

impl Form for Save<'_> {
    fn xml(&self, node: Node) -> Result<(Option<String>, String), RecordError> {
        let (object, node) = self.encoder.settle_of(node, self.object)?;
        if self.kind == Kind::Update && node.text("Id").is_none() {
            return Err(sobject::upstream_error(
                "Id",
                "is missing: an update names its record by its id",
            ));
        }
        let mut xml = Xml::default();
        sobject::write(&self.encoder, "sObjects", &object, node, &mut xml)?;
        Ok((Some(object), xml.finish()))
    }

    fn outcome(&self, result: &Element, index: u64, _: &str, repeated: bool) -> Outcome {
        let created = match self.kind {
            Kind::Create => Some(true),
            Kind::Update => Some(false),
            Kind::Upsert => created_by_upsert(flag(result, "created"), repeated),
        };
        outcome(result, index, created)
    }
}
