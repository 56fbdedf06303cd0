//! Results of jobs as Salesforce sends them, streamed.

mod as_json;

use super::body::Arriving;
use super::jobs::{self, INGEST, QUERY};
use as_json::AsJson;
use salesforce_client::client::{Client, Request};
use salesforce_client::exchange::Reply;
use salesforce_client::expected::Expected;
use salesforce_client::media_type::essence;
use salesforce_client::path::query;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    QueryJobResultsConfig, ResultFormat, ResultsConfig,
};
use salesforce_contract::message::Head;
use salesforce_contract::message::bounded;
use salesforce_contract::source::{Buffered, Source};
use salesforce_formats::message::RowFormat;
use std::rc::Rc;

/// The resource of records that were saved.
pub const SUCCESSFUL: &str = "successfulResults/";
/// The resource of records that were not.
pub const FAILED: &str = "failedResults/";
/// The resource of records that Salesforce did not get to.
pub const UNPROCESSED: &str = "unprocessedrecords/";

/// The header that counts the rows of a page of a query job.
pub const NUMBER_OF_RECORDS: &str = "sforce-numberofrecords";

/// One result document, in the format that is asked for.
pub enum Document {
    /// As Salesforce sends it.
    AsSent(Box<Results>),
    /// As JSON.
    AsJson(Box<Buffered<AsJson>>),
}

/// One result document as Salesforce sends it.
pub struct Results {
    media_type: String,
    arriving: Arriving,
    metadata: Metadata,
}

/// GET successfulResults.
pub fn successful(client: Rc<Client>, config: &ResultsConfig) -> Result<Document, Fault> {
    of_ingest(client, config, SUCCESSFUL)
}

/// GET failedResults.
pub fn failed(client: Rc<Client>, config: &ResultsConfig) -> Result<Document, Fault> {
    of_ingest(client, config, FAILED)
}

/// GET unprocessedrecords.
pub fn unprocessed(client: Rc<Client>, config: &ResultsConfig) -> Result<Document, Fault> {
    of_ingest(client, config, UNPROCESSED)
}

fn of_ingest(
    client: Rc<Client>,
    config: &ResultsConfig,
    resource: &str,
) -> Result<Document, Fault> {
    let call = ingest_call(&client, &config.job, resource)?;
    Ok(Document::new(Results::open(client, call)?, config.format))
}

/// Returns the call for a result document of an ingest job.
pub fn ingest_call(client: &Client, job: &str, resource: &str) -> Result<Request, Fault> {
    let path = jobs::path(client, INGEST, job)?;
    Ok(csv(format!("{path}/{resource}")))
}

/// Returns the call for a page of results of a query job.
pub fn query_call(
    client: &Client,
    job: &str,
    locator: Option<&str>,
    max_records: Option<u32>,
) -> Result<Request, Fault> {
    let max = max_records.map(|max| max.to_string());
    let pairs = [("locator", locator), ("maxRecords", max.as_deref())];
    let told = pairs
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let path = jobs::path(client, QUERY, job)?;
    Ok(csv(format!("{path}/results{}", query(told))))
}

/// Makes a GET of CSV.
pub fn csv(path: String) -> Request {
    Request::get(path)
        .expecting(Expected::Csv)
        .with_header("accept", "text/csv")
}

/// GET jobs/query/{job}/results.
pub fn query_page(client: Rc<Client>, config: &QueryJobResultsConfig) -> Result<Document, Fault> {
    let locator = config.locator.as_deref();
    let call = query_call(&client, &config.job, locator, config.max_records)?;
    let mut results = Results::open(client, call)?;
    let head = &results.arriving.head;
    let records = number_of_records(head).map(bounded);
    if let Some(next) = next_locator(head).map(str::to_owned) {
        results.metadata.add("locator", next);
    }
    results.metadata.records = records;
    Ok(Document::new(results, config.format))
}

/// Returns the locator of the page after this one: Salesforce writes `null` where there is none.
pub fn next_locator(head: &Reply) -> Option<&str> {
    head.header("sforce-locator")
        .map(str::trim)
        .filter(|locator| !locator.is_empty() && *locator != "null")
}

/// Returns how many rows a page is said to have.
pub fn number_of_records(head: &Reply) -> Option<u64> {
    head.header(NUMBER_OF_RECORDS)?.trim().parse().ok()
}

impl Document {
    fn new(results: Results, format: Option<ResultFormat>) -> Self {
        match format.unwrap_or(ResultFormat::Csv) {
            ResultFormat::Csv => Self::AsSent(Box::new(results)),
            format => {
                let json = AsJson::new(results, format);
                Self::AsJson(Box::new(Buffered::new(json, Vec::new())))
            }
        }
    }
}

impl Source for Document {
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault> {
        match self {
            Self::AsSent(results) => results.read(max),
            Self::AsJson(json) => json.read(max),
        }
    }

    fn head(&self) -> Head {
        match self {
            Self::AsSent(results) => results.head(),
            Self::AsJson(json) => json.head(),
        }
    }
}

impl Results {
    /// Sends the call and waits for the head of its answer.
    pub fn open(client: Rc<Client>, call: Request) -> Result<Self, Fault> {
        let arriving = Arriving::open(Rc::clone(&client), call, None)?;
        let told = arriving.head.header("content-type").unwrap_or("text/csv");
        let media_type = match essence(told) {
            "text/csv" => RowFormat::Csv.media_type(),
            other => other,
        };
        Ok(Self {
            media_type: media_type.to_owned(),
            metadata: client.metadata(Metadata::from(&arriving.head)),
            arriving,
        })
    }
}

impl Source for Results {
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault> {
        self.arriving.read(max)
    }

    fn head(&self) -> Head {
        Head {
            media_type: self.media_type.clone(),
            metadata: self.metadata.clone(),
        }
    }
}

#[cfg(test)]
#[path = "results_tests.rs"]
mod tests;
