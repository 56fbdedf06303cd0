//! Retrieve through sObject Collections: the ids travel in a body.

use crate::batch::{self, Retrieval, ids, select};
use crate::rest::rows;
use crate::rows::Documents;
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::exchange::{Idempotency, Reply};
use salesforce_client::expected::Expected;
use salesforce_client::path::segment;
use salesforce_client::transport::Method;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::collections::RetrieveConfig;
use salesforce_contract::message::Message;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Characters that a message quotes of what is no record.
const MAX_QUOTE: usize = 80;

/// POST composite/sobjects/{object}.
pub fn retrieve(
    client: &Client,
    config: &RetrieveConfig,
    input: &Message,
) -> Result<Message, Fault> {
    let ids = ids(input)?;
    let select = select(&config.object, &config.fields)?;
    let format = rows::format(config.format);
    let documents = Documents::new(format, Some(&select), config.keep_attributes)?;
    let retrieve = Retrieve {
        client,
        path: format!("composite/sobjects/{}", segment("object", &config.object)?),
        fields: &config.fields,
    };
    batch::retrieve(client, &retrieve, &ids, config.batch_size, documents)
}

struct Retrieve<'a> {
    client: &'a Client,
    path: String,
    fields: &'a [String],
}

#[derive(Serialize)]
struct Wanted<'a> {
    ids: &'a [String],
    fields: &'a [String],
}

impl Retrieval for Retrieve<'_> {
    fn call(&self, ids: &[String]) -> Result<Request, Fault> {
        let wanted = Wanted {
            ids,
            fields: self.fields,
        };
        let body = serde_json::to_vec(&wanted).map_err(|error| bad_input(error.to_string()))?;
        let path = self.client.path(&self.path)?;
        Ok(Request::write(
            Method::Post,
            path,
            Idempotency::Safe,
            "application/json",
            &body,
        )
        .expecting(Expected::List))
    }

    fn read(
        &self,
        reply: &Reply,
        wanted: usize,
        row: &mut dyn FnMut(&RawValue) -> Result<(), Fault>,
    ) -> Result<Result<(), Fault>, Unusable> {
        let rows: Vec<&RawValue> = serde_json::from_slice(&reply.body)
            .map_err(|error| Unusable(format!("The records are not as documented: {error}")))?;
        if rows.len() != wanted {
            let message = format!("The org sent {} of {wanted} records", rows.len());
            return Err(Unusable(message));
        }
        if let Some(other) = rows.iter().find(|row| !is_record(row)) {
            let message = format!("The org sent `{}` for a record", quote(other));
            return Err(Unusable(message));
        }
        Ok(rows.into_iter().try_for_each(row))
    }
}

/// Tells whether this is `null` or a record. A record has attributes; a list of errors, for one, has none.
fn is_record(row: &RawValue) -> bool {
    #[derive(Deserialize)]
    struct Attributed {
        #[serde(rename = "attributes")]
        _attributes: IgnoredAny,
    }
    serde_json::from_str::<Option<Attributed>>(row.get()).is_ok()
}

fn quote(row: &RawValue) -> String {
    row.get().chars().take(MAX_QUOTE).collect()
}
