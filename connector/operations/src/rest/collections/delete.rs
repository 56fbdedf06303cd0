//! Delete through sObject Collections: the ids travel in the URL.

use super::answer::outcomes;
use crate::batch::{Answered, BatchOperation, Row, deletion_outcome, id_of};
use crate::rest::records::option_headers;
use crate::typing::RecordError;
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::exchange::{Idempotency, Reply};
use salesforce_client::expected::Expected;
use salesforce_client::path::query;
use salesforce_client::transport::{Headers, Method};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::collections::DeleteConfig;
use salesforce_formats::message::input::Node;

/// A delete of many records.
pub(super) struct Delete<'a> {
    client: &'a Client,
    all_or_none: bool,
    headers: Headers,
}

impl<'a> Delete<'a> {
    pub fn new(client: &'a Client, config: &DeleteConfig) -> Result<Self, Fault> {
        Ok(Self {
            client,
            all_or_none: config.all_or_none,
            headers: option_headers(config.options.as_ref())?,
        })
    }
}

impl BatchOperation for Delete<'_> {
    fn is_atomic(&self) -> bool {
        self.all_or_none
    }

    fn row(&self, node: Node, index: u32) -> Result<Row, RecordError> {
        Ok(Row::new(index, None, id_of(&node)?.as_bytes().to_vec()))
    }

    fn call(&self, rows: &[Row]) -> Result<Request, Fault> {
        let ids: Vec<_> = rows.iter().map(id).collect();
        let all_or_none = self.all_or_none.to_string();
        let pairs = query([("ids", ids.join(",").as_str()), ("allOrNone", &all_or_none)]);
        Ok(Request {
            method: Method::Delete,
            idempotency: Idempotency::Idempotent,
            headers: self.headers.clone(),
            expected: Expected::List,
            ..Request::get(format!(
                "{}{pairs}",
                self.client.path("composite/sobjects")?
            ))
        })
    }

    fn read(&self, reply: &Reply, rows: &[Row], repeated: bool) -> Result<Answered, Unusable> {
        outcomes(reply, rows, |row, result| {
            let outcome = result.outcome(row.index, Some(false));
            deletion_outcome(outcome, &id(row), repeated)
        })
    }
}

fn id(row: &Row) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(&row.body)
}
