//! Retrieve through sObject Collections: the ids travel in a body, the next call while the last one is read.

use super::ahead::{Flight, Retrieval, retrieve_all};
use super::delete::id_of;
use crate::rest::rows;
use crate::typing::RecordError;
use salesforce_client::exchange::Nature;
use salesforce_client::expected::Expected;
use salesforce_client::metadata::Metadata;
use salesforce_client::org::{Call, Org, Unusable};
use salesforce_client::path::segment;
use salesforce_client::transport::Method;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::collections::RetrieveConfig;
use salesforce_contract::bindings::{Fault, Message};
use salesforce_formats::message::input::{Document, Options};
use salesforce_formats::message::{RowError, RowFormat, RowWriter};
use salesforce_formats::soql::SelectList;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Characters that a message quotes of what is no record.
const MAX_QUOTE: usize = 80;

/// POST composite/sobjects/{object}.
pub fn retrieve(org: &Org, config: &RetrieveConfig, input: &Message) -> Result<Message, Fault> {
    let ids = ids(input)?;
    let mut retrieve = Retrieve::open(org, config)?;
    retrieve_all(org, &mut retrieve, &ids, config.batch_size)?;
    Ok(retrieve.finish())
}

/// The ids of the input; one that cannot be an id is refused before anything is sent.
pub(crate) fn ids(input: &Message) -> Result<Vec<String>, Fault> {
    let document = Document::open(
        input,
        None,
        Options {
            plain_ids: true,
            ..Options::default()
        },
    )?;
    let mut ids = Vec::new();
    for record in document.records()? {
        let record = record?;
        match id_of(&record.node) {
            Ok(id) => ids.push(id.to_owned()),
            Err(RecordError::Org(fault)) => return Err(fault),
            Err(RecordError::Record(upstream_error)) => {
                return Err(bad_input(format!(
                    "Of the input, {} is no record to retrieve: {}",
                    record.place, upstream_error.message
                )));
            }
        }
    }
    Ok(ids)
}

struct Retrieve<'a> {
    org: &'a Org,
    path: String,
    fields: &'a [String],
    format: RowFormat,
    writer: RowWriter,
    out: Vec<u8>,
    missing: u64,
    found: u64,
    /// What the newest answer told beside its records.
    metadata: Metadata,
}

#[derive(Serialize)]
struct Wanted<'a> {
    ids: &'a [String],
    fields: &'a [String],
}

impl Retrieval for Retrieve<'_> {
    fn call(&self, ids: &[String]) -> Result<Call, Fault> {
        let wanted = Wanted {
            ids,
            fields: self.fields,
        };
        let body = serde_json::to_vec(&wanted).map_err(|error| bad_input(error.to_string()))?;
        let path = self.org.path(&self.path)?;
        Ok(
            Call::write(Method::Post, path, Nature::Read, "application/json", &body)
                .expecting(Expected::List),
        )
    }

    fn land(&mut self, flight: Flight) -> Result<(), Fault> {
        let org = self.org;
        org.send_as(&flight.call, flight.started, |reply, _| {
            let rows: Vec<Option<&RawValue>> = serde_json::from_slice(&reply.body)
                .map_err(|error| Unusable(format!("The records are not as documented: {error}")))?;
            if rows.len() != flight.count {
                let message = format!("The org sent {} of {} records", rows.len(), flight.count);
                return Err(Unusable(message));
            }
            if let Some(other) = rows.iter().flatten().find(|row| !is_record(row)) {
                let message = format!("The org sent `{}` for a record", quote(other));
                return Err(Unusable(message));
            }
            self.metadata = Metadata::from(&reply);
            Ok(rows.into_iter().try_for_each(|row| self.row(row)))
        })?
    }
}

impl<'a> Retrieve<'a> {
    fn open(org: &'a Org, config: &'a RetrieveConfig) -> Result<Self, Fault> {
        let select = select(&config.object, &config.fields)?;
        let format = rows::format(config.format);
        let mut writer = RowWriter::new(format, Some(&select), config.keep_attributes)?;
        let mut out = Vec::new();
        writer.begin(&mut out);
        Ok(Self {
            org,
            path: format!("composite/sobjects/{}", segment("object", &config.object)?),
            fields: &config.fields,
            format,
            writer,
            out,
            missing: 0,
            found: 0,
            metadata: Metadata::default(),
        })
    }

    fn row(&mut self, row: Option<&RawValue>) -> Result<(), Fault> {
        let mut no_more =
            |_: &str| -> Result<Vec<u8>, Fault> { Err(RowError::Malformed { at: 0 }.into()) };
        match (row, self.format) {
            (Some(row), _) => {
                self.found += 1;
                self.writer.row(row, &mut self.out, &mut no_more)
            }
            (None, RowFormat::Csv | RowFormat::Xml) => {
                self.missing += 1;
                Ok(())
            }
            (None, RowFormat::Json | RowFormat::Ndjson) => {
                self.missing += 1;
                self.writer.row(RawValue::NULL, &mut self.out, &mut no_more)
            }
        }
    }

    fn finish(mut self) -> Message {
        self.writer.end(&mut self.out);
        let mut attributes = self.org.attributes(&self.metadata);
        attributes.push(("records".into(), self.found.to_string()));
        attributes.push(("missing".into(), self.missing.to_string()));
        Message {
            media_type: self.format.media_type().into(),
            body: self.out,
            attributes,
        }
    }
}

/// A record has attributes; a list of errors, for one, has none.
fn is_record(row: &RawValue) -> bool {
    #[derive(Deserialize)]
    struct Attributed {
        #[serde(rename = "attributes")]
        _attributes: IgnoredAny,
    }
    serde_json::from_str::<Attributed>(row.get()).is_ok()
}

fn quote(row: &RawValue) -> String {
    row.get().chars().take(MAX_QUOTE).collect()
}

/// The columns, from the fields that are asked for.
pub(crate) fn select(object: &str, fields: &[String]) -> Result<SelectList, Fault> {
    let is_path = |field: &&String| {
        let letters = |name: &str| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        field.split('.').all(letters)
    };
    if let Some(wrong) = fields.iter().find(|field| !is_path(field)) {
        return Err(Fault::config(format!(
            "config.fields has `{wrong}`, which names no field: write names such as `Name` or `Owner.Name`"
        )));
    }
    let soql = format!("SELECT {} FROM {}", fields.join(","), object);
    SelectList::read(&soql)
        .ok_or_else(|| Fault::config(format!("config.object `{object}` names no object")))
}
