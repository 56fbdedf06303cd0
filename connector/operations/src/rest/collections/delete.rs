//! Delete through sObject Collections: the ids travel in the URL.

use super::outcome::saved;
use super::verb::{Answered, Row, Verb};
use super::write::results;
use crate::rest::records::option_headers;
use crate::typing::{FieldError, RecordError};
use salesforce_client::exchange::{Nature, Reply};
use salesforce_client::expected::Expected;
use salesforce_client::org::{Call, Org, Unusable};
use salesforce_client::path::query;
use salesforce_client::transport::{Headers, Method};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::collections::DeleteConfig;
use salesforce_formats::message::input::Node;
use salesforce_formats::record_id::looks_like_id;

/// The code that says that a record is in the recycle bin already.
pub(crate) const DELETED: &str = "ENTITY_IS_DELETED";

/// A delete of many records.
pub(crate) struct Delete<'a> {
    org: &'a Org,
    all_or_none: bool,
    headers: Headers,
}

impl<'a> Delete<'a> {
    pub fn new(org: &'a Org, config: &DeleteConfig) -> Result<Self, Fault> {
        Ok(Self {
            org,
            all_or_none: config.all_or_none,
            headers: option_headers(config.options.as_ref())?,
        })
    }
}

/// The id of a record, if it can be one: Salesforce refuses a whole call for one that cannot.
pub(crate) fn id_of(node: &Node) -> Result<&str, RecordError> {
    let upstream_error = |message: String| {
        RecordError::Record(FieldError {
            field: "Id".into(),
            message,
        })
    };
    let id = node.text("Id").map(str::trim).filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| upstream_error("it has no `Id`".into()))?;
    if looks_like_id(id) {
        return Ok(id);
    }
    Err(upstream_error(format!(
        "`Id` is `{}`, and ids have 15 or 18 letters and digits",
        id.chars().take(40).collect::<String>()
    )))
}

impl Verb for Delete<'_> {
    fn atomic(&self) -> bool {
        self.all_or_none
    }

    fn fits(&self, _: &[String]) -> bool {
        true
    }

    fn row(&self, node: Node, index: u64) -> Result<Row, RecordError> {
        Ok(Row {
            index,
            size: 1,
            objects: Vec::new(),
            body: id_of(&node)?.as_bytes().to_vec(),
        })
    }

    fn call(&self, rows: &[Row]) -> Result<Call, Fault> {
        let ids: Vec<_> = rows
            .iter()
            .map(|row| String::from_utf8_lossy(&row.body))
            .collect();
        let all_or_none = self.all_or_none.to_string();
        let pairs = query([("ids", ids.join(",").as_str()), ("allOrNone", &all_or_none)]);
        Ok(Call {
            method: Method::Delete,
            nature: Nature::RepeatableWrite,
            headers: self.headers.clone(),
            expected: Expected::List,
            ..Call::get(format!("{}{pairs}", self.org.path("composite/sobjects")?))
        })
    }

    fn read(&self, reply: &Reply, rows: &[Row], repeated: bool) -> Result<Answered, Unusable> {
        let answers = results(reply, rows.len())?;
        let outcomes = rows.iter().zip(answers).map(|(row, answer)| {
            let outcome = answer.outcome(row.index, Some(false));
            // An attempt before this one has deleted it, and its answer was lost.
            if repeated && super::outcome::has_code(&outcome, DELETED) {
                return saved(
                    row.index,
                    Some(String::from_utf8_lossy(&row.body).into_owned()),
                    Some(false),
                );
            }
            outcome
        });
        Ok(Ok(outcomes.collect()))
    }
}
