//! Create, update and upsert through sObject Collections.

use super::answer::outcomes;
use crate::batch::{Answered, BatchOperation, Row, SaveKind};
use crate::rest::records::option_headers;
use crate::typing::{FieldError, RecordEncoder, RecordError};
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::exchange::Reply;
use salesforce_client::expected::Expected;
use salesforce_client::path::segment;
use salesforce_client::transport::{Headers, Method};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::collections::{
    CreateConfig, UpdateConfig, UpsertConfig,
};
use salesforce_contract::bindings::exports::salesforce::connector::common::WriteOptions;
use salesforce_formats::message::input::{Document, Node};

/// A write of many records.
pub(super) struct Write<'a> {
    client: &'a Client,
    encoder: RecordEncoder<'a>,
    kind: SaveKind,
    object: Option<&'a str>,
    /// The path under the versioned root.
    path: String,
    all_or_none: bool,
    headers: Headers,
}

impl<'a> Write<'a> {
    pub fn create(
        client: &'a Client,
        config: &'a CreateConfig,
        document: &Document<'_>,
    ) -> Result<Self, Fault> {
        Ok(Self {
            object: config.object.as_deref(),
            all_or_none: config.all_or_none,
            ..Self::new(client, SaveKind::Create, document, config.options.as_ref())?
        })
    }

    pub fn update(
        client: &'a Client,
        config: &'a UpdateConfig,
        document: &Document<'_>,
    ) -> Result<Self, Fault> {
        Ok(Self {
            object: config.object.as_deref(),
            all_or_none: config.all_or_none,
            ..Self::new(client, SaveKind::Update, document, config.options.as_ref())?
        })
    }

    pub fn upsert(
        client: &'a Client,
        config: &'a UpsertConfig,
        document: &Document<'_>,
    ) -> Result<Self, Fault> {
        let path = format!(
            "composite/sobjects/{}/{}",
            segment("object", &config.object)?,
            segment("external-id-field", &config.external_id_field)?
        );
        let kind = SaveKind::upsert_by(&config.external_id_field);
        Ok(Self {
            object: Some(&config.object),
            path,
            all_or_none: config.all_or_none,
            ..Self::new(client, kind, document, config.options.as_ref())?
        })
    }

    fn new(
        client: &'a Client,
        kind: SaveKind,
        document: &Document<'_>,
        options: Option<&WriteOptions>,
    ) -> Result<Self, Fault> {
        Ok(Self {
            client,
            encoder: encoder(client, document),
            kind,
            object: None,
            path: "composite/sobjects".into(),
            all_or_none: false,
            headers: option_headers(options)?,
        })
    }
}

/// An encoder for the records of calls. Where a call holds several, each is held to the describe: a value that the org cannot read would
/// make it refuse them all. A record alone is refused alone, and costs no describe.
pub(super) fn encoder<'a>(client: &'a Client, document: &Document<'_>) -> RecordEncoder<'a> {
    let untyped = document.is_untyped();
    let encoder = RecordEncoder::new(client, untyped);
    match (untyped, document.has_several()) {
        (false, true) => encoder.by_describe().with_open_times(),
        _ => encoder,
    }
}

impl BatchOperation for Write<'_> {
    fn is_atomic(&self) -> bool {
        self.all_or_none
    }

    fn row(&self, node: Node, index: u32) -> Result<Row, RecordError> {
        let (object, mut node) = self.encoder.encode_of(node, self.object)?;
        node.sobject = Some(object.clone());
        Ok(Row::new(index, Some(object), json(&node)?))
    }

    fn call(&self, rows: &[Row]) -> Result<Request, Fault> {
        let head = format!("{{\"allOrNone\":{},\"records\":[", self.all_or_none);
        let method = match self.kind {
            SaveKind::Create => Method::Post,
            SaveKind::Update | SaveKind::Upsert { .. } => Method::Patch,
        };
        let mut call = Request::write(
            method,
            self.client.path(&self.path)?,
            self.kind.idempotency(),
            "application/json",
            &body_of(&head, rows),
        )
        .expecting(Expected::List);
        call.headers.extend(self.headers.iter().cloned());
        Ok(call)
    }

    fn read(&self, reply: &Reply, rows: &[Row], repeated: bool) -> Result<Answered, Unusable> {
        outcomes(reply, rows, |row, result| {
            let created = result.created.unwrap_or(false);
            result.outcome(row.index, self.kind.created(created, repeated))
        })
    }
}

/// A JSON body with one row per line.
pub(super) fn body_of(head: &str, rows: &[Row]) -> Vec<u8> {
    let size: usize = rows.iter().map(|row| row.body.len() + 2).sum();
    let mut body = Vec::with_capacity(head.len() + size + 4);
    body.extend_from_slice(head.as_bytes());
    for (at, row) in rows.iter().enumerate() {
        body.extend_from_slice(if at == 0 { b"\n" } else { b",\n" });
        body.extend_from_slice(&row.body);
    }
    body.extend_from_slice(b"\n]}");
    body
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
