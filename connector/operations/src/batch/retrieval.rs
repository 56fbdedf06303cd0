//! Records retrieved by id, in calls of which the next one travels while the last one is read.

use crate::rows::Documents;
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::exchange::Reply;
use salesforce_client::transport::Started;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::exports::salesforce::connector::soap::DocumentFormat;
use salesforce_contract::limits::MAX_COLLECTION_RETRIEVE;
use salesforce_contract::message::Message;
use salesforce_contract::message::bounded;
use salesforce_formats::message::RowError;
use salesforce_formats::soql::SelectList;
use serde_json::value::RawValue;

/// How one API retrieves records.
pub(crate) trait Retrieval {
    /// Makes the call for these ids.
    fn call(&self, ids: &[String]) -> Result<Request, Fault>;

    /// Returns what an answer tells beside its records.
    fn metadata(&self, reply: &Reply) -> Metadata {
        Metadata::from(reply)
    }

    /// Reads an answer: as many records as were asked for, each as its JSON text, `null` where there is none. The inner fault is one
    /// that came with a good status, or that of `row`.
    fn read(
        &self,
        reply: &Reply,
        wanted: usize,
        row: &mut dyn FnMut(&RawValue) -> Result<(), Fault>,
    ) -> Result<Result<(), Fault>, Unusable>;
}

/// A call whose answer is still to be read.
struct InFlight {
    call: Request,
    /// How many records it asks for.
    count: usize,
    started: Option<Started>,
}

/// Retrieves the records of these ids, at most `batch_size` with a call, and writes them in their order.
pub(crate) fn retrieve(
    client: &Client,
    retrieval: &impl Retrieval,
    ids: &[String],
    batch_size: Option<u16>,
    documents: Documents,
) -> Result<Message, Fault> {
    let size = batch_size.map_or(MAX_COLLECTION_RETRIEVE, usize::from);
    let mut records = Records::new(documents);
    let mut ahead: Option<InFlight> = None;
    for ids in ids.chunks(size.max(1)) {
        let call = retrieval.call(ids)?;
        // A request that cannot even be started fails again, with its reason, when its turn comes.
        let started = client.start(&call).ok();
        let next = InFlight {
            call,
            count: ids.len(),
            started,
        };
        if let Some(request) = ahead.replace(next) {
            records.complete(client, retrieval, request)?;
        }
    }
    if let Some(request) = ahead {
        records.complete(client, retrieval, request)?;
    }
    Ok(records.message(client))
}

/// The records retrieved so far.
struct Records {
    documents: Documents,
    out: Vec<u8>,
    missing: u64,
    found: u64,
    /// What the newest answer told beside its records.
    metadata: Metadata,
}

impl Records {
    fn new(mut documents: Documents) -> Self {
        let mut out = Vec::new();
        documents.begin(&mut out);
        Self {
            documents,
            out,
            missing: 0,
            found: 0,
            metadata: Metadata::default(),
        }
    }

    fn complete(
        &mut self,
        client: &Client,
        retrieval: &impl Retrieval,
        request: InFlight,
    ) -> Result<(), Fault> {
        client.send_as(&request.call, request.started, |reply, _| {
            self.metadata = retrieval.metadata(&reply);
            retrieval.read(&reply, request.count, &mut |row| self.row(row))
        })?
    }

    fn row(&mut self, row: &RawValue) -> Result<(), Fault> {
        let is_missing = row.get() == RawValue::NULL.get();
        self.missing += u64::from(is_missing);
        self.found += u64::from(!is_missing);
        let format = self.documents.format();
        // A table has no row for a record that is not there.
        if is_missing && !matches!(format, DocumentFormat::Json | DocumentFormat::Ndjson) {
            return Ok(());
        }
        let mut no_more =
            |_: &str| -> Result<Vec<u8>, Fault> { Err(RowError::Malformed { at: 0 }.into()) };
        self.documents.row(row, &mut self.out, &mut no_more)
    }

    fn message(mut self, client: &Client) -> Message {
        self.documents.end(&mut self.out);
        let mut metadata = client.metadata(self.metadata);
        metadata.records = Some(bounded(self.found));
        metadata.add("missing", self.missing.to_string());
        Message {
            media_type: self.documents.media_type().into(),
            body: self.out,
            metadata,
        }
    }
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
