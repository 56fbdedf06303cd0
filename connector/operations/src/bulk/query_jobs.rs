//! Query jobs of Bulk API 2.0, call by call.

use super::dialect::Dialect;
use super::extract::soql::is_carried;
use super::jobs::{self, JobInfo, QUERY, State};
use crate::field_sets;
use crate::rest::ask::{self, Object};
use crate::rest::query::{Question, fitting};
use salesforce_client::client::Client;
use salesforce_client::describe::described;
use salesforce_client::exchange::Reply;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    CreateQueryJobConfig, JobConfig, ListQueryJobsConfig, QueryJobType,
};
use salesforce_contract::message::Message;
use salesforce_formats::soql::SelectList;
use salesforce_formats::soql::field_sets::find;
use serde_json::Value;

/// POSTs a query job.
pub fn make(
    client: &Client,
    soql: &str,
    include_deleted: bool,
    dialect: Dialect,
) -> Result<(Reply, JobInfo), Fault> {
    let operation = if include_deleted { "queryAll" } else { "query" };
    let body: Value = Object::new()
        .put("operation", operation)
        .put("query", soql)
        .put("contentType", "CSV")
        .put("columnDelimiter", dialect.delimiter_name())
        .put("lineEnding", dialect.ending_name())
        .into();
    jobs::create(client, QUERY, &body, Some(soql), &Vec::new())
}

/// POST jobs/query.
pub fn create(client: &Client, config: &CreateQueryJobConfig) -> Result<Message, Fault> {
    let question = Question {
        soql: &config.soql,
        bind: config.bind.as_deref().unwrap_or_default(),
        include_deleted: config.include_deleted,
        page_size: None,
        headers: &[],
    };
    let dialect = Dialect::new(config.column_delimiter, config.line_ending);
    let soql = named(client, question.bound_for(client)?)?;
    let made = make(client, &soql, config.include_deleted, dialect)?;
    Ok(jobs::message(client, made))
}

/// The query with names in place of FIELDS(), if it has any.
fn named(client: &Client, soql: String) -> Result<String, Fault> {
    let has_none = find(&soql).is_empty();
    let Some(select) = SelectList::read(&soql).filter(|_| !has_none) else {
        return Ok(soql);
    };
    let object = described(client, &select.from)?;
    fitting(field_sets::named(&soql, &object, is_carried)?)
}

/// GET jobs/query/{job}.
pub fn info(client: &Client, config: &JobConfig) -> Result<Message, Fault> {
    Ok(jobs::message(
        client,
        jobs::info(client, QUERY, &config.job)?,
    ))
}

/// GET jobs/query.
pub fn list(client: &Client, config: &ListQueryJobsConfig) -> Result<Message, Fault> {
    let kind = config.job_type.map(|kind| match kind {
        QueryJobType::Classic => "Classic",
        QueryJobType::V2Query => "V2Query",
        QueryJobType::V2Ingest => "V2Ingest",
    });
    let locator = config.locator.as_deref();
    jobs::list(client, QUERY, config.pk_chunking, kind, locator)
}

/// PATCH to Aborted.
pub fn abort(client: &Client, config: &JobConfig) -> Result<Message, Fault> {
    let aborted = jobs::bring_to(client, QUERY, &config.job, State::Aborted)?;
    Ok(jobs::message(client, aborted))
}

/// DELETE jobs/query/{job}.
pub fn delete(client: &Client, config: &JobConfig) -> Result<Message, Fault> {
    let job = salesforce_client::path::segment("job", &config.job)?;
    ask::delete(client, &format!("{QUERY}/{job}"))
}
