//! Create, update and upsert through sObject Collections.

use super::outcome::{WireError, created_by_upsert, failed, saved};
use super::verb::{Answered, Row, Verb, body_of};
use crate::rest::records::option_headers;
use crate::typing::{FieldError, RecordEncoder, RecordError};
use salesforce_client::exchange::{Nature, Reply};
use salesforce_client::expected::Expected;
use salesforce_client::org::{Call, Org, Unusable};
use salesforce_client::path::segment;
use salesforce_client::transport::{Headers, Method};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::collections::{
    CreateConfig, UpdateConfig, UpsertConfig,
};
use salesforce_contract::bindings::exports::salesforce::connector::common::{
    Outcome, WriteOptions,
};
use salesforce_contract::limits::MAX_COLLECTION_CHUNKS;
use salesforce_formats::message::input::{Document, Node};
use serde::Deserialize;

/// What the three differ in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Create,
    Update,
    Upsert,
}

/// A write of many records.
pub(super) struct Write<'a> {
    org: &'a Org,
    encoder: RecordEncoder<'a>,
    kind: Kind,
    object: Option<&'a str>,
    /// The path under the versioned root.
    path: String,
    method: Method,
    nature: Nature,
    all_or_none: bool,
    headers: Headers,
}

impl<'a> Write<'a> {
    pub fn create(
        org: &'a Org,
        object: Option<&'a str>,
        config: &CreateConfig,
        document: &Document<'_>,
    ) -> Result<Self, Fault> {
        Ok(Self {
            kind: Kind::Create,
            method: Method::Post,
            nature: Nature::Write,
            all_or_none: config.all_or_none,
            ..Self::common(org, object, document, config.options.as_ref())?
        })
    }

    pub fn update(
        org: &'a Org,
        object: Option<&'a str>,
        config: &UpdateConfig,
        document: &Document<'_>,
    ) -> Result<Self, Fault> {
        Ok(Self {
            all_or_none: config.all_or_none,
            ..Self::common(org, object, document, config.options.as_ref())?
        })
    }

    pub fn upsert(
        org: &'a Org,
        config: &'a UpsertConfig,
        document: &Document<'_>,
    ) -> Result<Self, Fault> {
        let field = &config.external_id_field;
        let path = format!(
            "composite/sobjects/{}/{}",
            segment("object", &config.object)?,
            segment("external-id-field", field)?
        );
        // Records without an id would be created again by a second call.
        let by_id = field.eq_ignore_ascii_case("Id");
        let common = Self::common(org, Some(&config.object), document, config.options.as_ref())?;
        Ok(Self {
            kind: Kind::Upsert,
            path,
            nature: if by_id {
                Nature::Write
            } else {
                Nature::RepeatableWrite
            },
            all_or_none: config.all_or_none,
            ..common
        })
    }

    fn common(
        org: &'a Org,
        object: Option<&'a str>,
        document: &Document<'_>,
        options: Option<&WriteOptions>,
    ) -> Result<Self, Fault> {
        Ok(Self {
            org,
            encoder: encoder(org, document),
            kind: Kind::Update,
            object,
            path: "composite/sobjects".into(),
            method: Method::Patch,
            nature: Nature::RepeatableWrite,
            all_or_none: false,
            headers: option_headers(options)?,
        })
    }
}

/// A encoder for the records of calls. Where a call holds several, each is held to the describe: a value that the org cannot read would
/// make it refuse them all. A record alone is refused alone, and costs no describe.
pub(super) fn encoder<'a>(org: &'a Org, document: &Document<'_>) -> RecordEncoder<'a> {
    let untyped = document.is_untyped();
    let encoder = RecordEncoder::new(org, untyped);
    match (untyped, document.has_several()) {
        (false, true) => encoder.by_describe().with_open_times(),
        _ => encoder,
    }
}

impl Verb for Write<'_> {
    fn atomic(&self) -> bool {
        self.all_or_none
    }

    fn fits(&self, objects: &[String]) -> bool {
        let changes = objects
            .windows(2)
            .filter(|pair| pair.first() != pair.last());
        changes.count() < MAX_COLLECTION_CHUNKS
    }

    fn row(&self, node: Node, index: u64) -> Result<Row, RecordError> {
        let (object, mut node) = self.encoder.settle_of(node, self.object)?;
        node.sobject = Some(object.clone());
        Ok(Row {
            index,
            size: 1,
            objects: vec![object],
            body: json(&node)?,
        })
    }

    fn call(&self, rows: &[Row]) -> Result<Call, Fault> {
        let head = format!("{{\"allOrNone\":{},\"records\":[", self.all_or_none);
        let mut call = Call::write(
            self.method,
            self.org.path(&self.path)?,
            self.nature,
            "application/json",
            &body_of(&head, rows),
        )
        .expecting(Expected::List);
        call.headers.extend(self.headers.iter().cloned());
        Ok(call)
    }

    fn read(&self, reply: &Reply, rows: &[Row], repeated: bool) -> Result<Answered, Unusable> {
        let answers = results(reply, rows.len())?;
        let outcomes = rows.iter().zip(answers).map(|(row, answer)| {
            let created = match self.kind {
                Kind::Create => Some(true),
                Kind::Update => Some(false),
                Kind::Upsert => created_by_upsert(answer.created.unwrap_or(false), repeated),
            };
            answer.outcome(row.index, created)
        });
        Ok(Ok(outcomes.collect()))
    }
}

/// What Salesforce says of one record.
#[derive(Deserialize)]
pub(super) struct Answer {
    pub id: Option<String>,
    pub success: bool,
    pub created: Option<bool>,
    #[serde(default)]
    pub errors: Vec<WireError>,
}

impl Answer {
    pub fn outcome(self, index: u64, created: Option<bool>) -> Outcome {
        if self.success {
            return saved(index, self.id, created);
        }
        let errors = self.errors.into_iter().map(Into::into).collect();
        Outcome {
            id: self.id,
            ..failed(index, errors)
        }
    }
}

/// Reads one answer per record.
pub(super) fn results(reply: &Reply, count: usize) -> Result<Vec<Answer>, Unusable> {
    let answers: Vec<Answer> = serde_json::from_slice(&reply.body).map_err(|error| {
        Unusable(format!(
            "The answer to a call of {count} records is not as documented: {error}"
        ))
    })?;
    if answers.len() == count {
        return Ok(answers);
    }
    Err(Unusable(format!(
        "The org answered for {} of {count} records",
        answers.len()
    )))
}

/// A record as one line of JSON.
pub(super) fn json(node: &Node) -> Result<Vec<u8>, RecordError> {
    serde_json::to_vec(node).map_err(|error| {
        RecordError::Record(FieldError {
            field: String::new(),
            message: format!("it cannot be written as JSON: {error}"),
        })
    })
}
