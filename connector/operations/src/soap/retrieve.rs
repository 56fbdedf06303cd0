//! retrieve: records by their ids, in the order of the input.

use super::envelope::Envelope;
use super::headers::Headers;
use super::id;
use super::record::Types;
use super::request::{metadata, read_answer};
use super::rows::documents;
use super::xml::Malformed;
use crate::batch::{self, Retrieval, ids, select};
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::exchange::{Idempotency, Reply};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::exports::salesforce::connector::soap::{
    DocumentFormat, RetrieveConfig,
};
use salesforce_contract::message::Message;
use serde_json::value::RawValue;

/// retrieve().
pub fn retrieve(
    client: &Client,
    config: &RetrieveConfig,
    input: &Message,
) -> Result<Message, Fault> {
    let ids = ids(input)?;
    let select = select(&config.object, &config.fields)?;
    let format = config.format.unwrap_or(DocumentFormat::Ndjson);
    let documents = documents(format, Some(&select), config.keep_attributes)?;
    let retrieve = Retrieve {
        client,
        config,
        types: Types::new(config.untyped),
    };
    batch::retrieve(client, &retrieve, &ids, config.batch_size, documents)
}

struct Retrieve<'a> {
    client: &'a Client,
    config: &'a RetrieveConfig,
    types: Types,
}

impl Retrieval for Retrieve<'_> {
    fn call(&self, ids: &[String]) -> Result<Request, Fault> {
        let headers = Headers::new(self.config.headers.as_ref());
        let mut envelope = Envelope::new("retrieve", &headers)?;
        let xml = envelope.body();
        xml.text("fieldList", &self.config.fields.join(", "));
        xml.text("sObjectType", &self.config.object);
        for id in ids {
            xml.text("ids", id::long(id).as_deref().unwrap_or(id));
        }
        envelope.call(self.client, Idempotency::Safe)
    }

    fn metadata(&self, reply: &Reply) -> Metadata {
        metadata("retrieve", reply)
    }

    fn read(
        &self,
        reply: &Reply,
        wanted: usize,
        row: &mut dyn FnMut(&RawValue) -> Result<(), Fault>,
    ) -> Result<Result<(), Fault>, Unusable> {
        // Salesforce sends the id whether it was asked for or not.
        let mut fields = self.config.fields.iter();
        let with_id = fields.any(|field| field.eq_ignore_ascii_case("Id"));
        let records = read_answer(self.client, "retrieve", reply, |answer| {
            let mut records: Vec<Vec<u8>> = Vec::with_capacity(wanted);
            while let Some(mut record) = answer.next_element()? {
                if !with_id {
                    record.children.retain(|field| field.name() != "Id");
                }
                let mut text = Vec::new();
                if let Err(fault) = self.types.record(self.client, &record, &mut text) {
                    return Ok(Err(fault));
                }
                records.push(text);
            }
            if records.len() != wanted {
                return Err(Malformed(format!(
                    "holds {} of {wanted} records",
                    records.len()
                )));
            }
            Ok(Ok(records))
        })?;
        let written = records.and_then(|records| records).and_then(|records| {
            records.iter().try_for_each(|record| {
                let record = serde_json::from_slice(record).map_err(|error| {
                    Fault::protocol(format!("A record cannot be written: {error}"))
                })?;
                row(record)
            })
        });
        Ok(written)
    }
}
