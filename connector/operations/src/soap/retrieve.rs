//! retrieve: records by their ids, in the order of the input, the next call while the last one is read.

use super::ask::{metadata, read_answer};
use super::envelope::Envelope;
use super::headers::Headers;
use super::id;
use super::record::Types;
use super::rows::Documents;
use super::xml::Malformed;
use crate::rest::collections::ahead::{Flight, Retrieval, retrieve_all};
use crate::rest::collections::retrieve::{ids, select};
use salesforce_client::exchange::Nature;
use salesforce_client::metadata::Metadata;
use salesforce_client::org::{Call, Org};
use salesforce_contract::bindings::exports::salesforce::connector::soap::{
    DocumentFormat, RetrieveConfig,
};
use salesforce_contract::bindings::{Fault, Message};
use salesforce_formats::message::RowError;
use serde_json::value::RawValue;

/// retrieve().
pub fn retrieve(org: &Org, config: &RetrieveConfig, input: &Message) -> Result<Message, Fault> {
    let ids = ids(input)?;
    let mut retrieve = Retrieve::open(org, config)?;
    retrieve_all(org, &mut retrieve, &ids, config.batch_size)?;
    Ok(retrieve.finish())
}

struct Retrieve<'a> {
    org: &'a Org,
    config: &'a RetrieveConfig,
    types: Types,
    format: DocumentFormat,
    documents: Documents,
    out: Vec<u8>,
    missing: u64,
    found: u64,
    /// What the newest answer told beside its records.
    metadata: Metadata,
}

impl Retrieval for Retrieve<'_> {
    fn call(&self, ids: &[String]) -> Result<Call, Fault> {
        let headers = Headers::of(self.config.headers.as_ref());
        let mut envelope = Envelope::new("retrieve", &headers)?;
        let xml = envelope.body();
        xml.text("fieldList", &self.config.fields.join(", "));
        xml.text("sObjectType", &self.config.object);
        for id in ids {
            xml.text("ids", id::long(id).as_deref().unwrap_or(id));
        }
        envelope.call(self.org, Nature::Read)
    }

    fn land(&mut self, flight: Flight) -> Result<(), Fault> {
        let (org, types) = (self.org, &self.types);
        // Salesforce sends the id whether it was asked for or not.
        let mut fields = self.config.fields.iter();
        let with_id = fields.any(|field| field.eq_ignore_ascii_case("Id"));
        let told = &mut self.metadata;
        let records = org.send_as(&flight.call, flight.started, |reply, _| {
            *told = metadata("retrieve", &reply);
            read_answer(org, "retrieve", &reply, |answer| {
                let mut records: Vec<Vec<u8>> = Vec::with_capacity(flight.count);
                while let Some(mut record) = answer.next_element()? {
                    if !with_id {
                        record.children.retain(|field| field.name() != "Id");
                    }
                    let mut text = Vec::new();
                    if let Err(fault) = types.record(org, &record, &mut text) {
                        return Ok(Err(fault));
                    }
                    records.push(text);
                }
                if records.len() != flight.count {
                    return Err(Malformed(format!(
                        "holds {} of {} records",
                        records.len(),
                        flight.count
                    )));
                }
                Ok(Ok(records))
            })
        })???;
        records.iter().try_for_each(|record| self.row(record))
    }
}

impl<'a> Retrieve<'a> {
    fn open(org: &'a Org, config: &'a RetrieveConfig) -> Result<Self, Fault> {
        let select = select(&config.object, &config.fields)?;
        let format = config.format.unwrap_or(DocumentFormat::Ndjson);
        let mut documents = Documents::new(format, Some(&select), config.keep_attributes)?;
        let mut out = Vec::new();
        documents.begin(&mut out);
        Ok(Self {
            org,
            config,
            types: Types::new(config.untyped),
            format,
            documents,
            out,
            missing: 0,
            found: 0,
            metadata: Metadata::default(),
        })
    }

    fn row(&mut self, record: &[u8]) -> Result<(), Fault> {
        let row: &RawValue = serde_json::from_slice(record)
            .map_err(|error| Fault::protocol(format!("A record cannot be written: {error}")))?;
        let is_missing = row.get() == "null";
        self.missing += u64::from(is_missing);
        self.found += u64::from(!is_missing);
        if is_missing && !matches!(self.format, DocumentFormat::Json | DocumentFormat::Ndjson) {
            return Ok(());
        }
        let mut no_more =
            |_: &str| -> Result<Vec<u8>, Fault> { Err(RowError::Malformed { at: 0 }.into()) };
        self.documents.row(row, &mut self.out, &mut no_more)
    }

    fn finish(mut self) -> Message {
        self.documents.end(&mut self.out);
        let mut attributes = self.org.attributes(&self.metadata);
        attributes.push(("records".into(), self.found.to_string()));
        attributes.push(("missing".into(), self.missing.to_string()));
        Message {
            media_type: self.documents.media_type().into(),
            body: self.out,
            attributes,
        }
    }
}
