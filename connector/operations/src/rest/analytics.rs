//! Reports: descriptions, runs that are waited for, and runs that are asked for later.

use super::ask::{self, Parameters};
use super::path::segment;
use salesforce_client::client::{Client, Request};
use salesforce_client::exchange::Idempotency;
use salesforce_client::expected::Expected;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::analytics::{
    InstanceConfig, ReportConfig, RunReportConfig,
};
use salesforce_contract::message::Message;
use serde::Deserialize;
use serde_json::Value;

/// GET analytics/reports.
pub fn reports(client: &Client) -> Result<Message, Fault> {
    ask::get(
        client,
        "analytics/reports",
        Parameters::none(),
        Expected::List,
    )
}

/// GET analytics/reports/{id}/describe.
pub fn describe_report(client: &Client, config: &ReportConfig) -> Result<Message, Fault> {
    let path = format!("{}/describe", report(&config.report_id)?);
    ask::get(
        client,
        &path,
        Parameters::none(),
        Expected::Object(&["reportMetadata"]),
    )
}

/// GET analytics/reports/{id}, or POST with other filters. A run changes nothing.
pub fn run_report(
    client: &Client,
    config: &RunReportConfig,
    input: Option<&Message>,
) -> Result<Message, Fault> {
    let path = run_path(config, "")?;
    let call = match input {
        Some(input) => ask::post_call(client, &path, Idempotency::Safe, metadata(input)?)?,
        None => Request::get(client.path(&path)?),
    };
    ask::send_and_read(
        client,
        &call.expecting(Expected::Object(&["factMap"])),
        facts,
    )
}

/// POST analytics/reports/{id}/instances.
pub fn run_report_async(
    client: &Client,
    config: &RunReportConfig,
    input: Option<&Message>,
) -> Result<Message, Fault> {
    let body = input.map(metadata).transpose()?.unwrap_or_default();
    let path = run_path(config, "/instances")?;
    let call = ask::post_call(client, &path, Idempotency::NonIdempotent, body)?;
    let call = call.expecting(Expected::Made(&["id", "status"]));
    Ok(client.message(client.send(&call)?))
}

/// GET analytics/reports/{id}/instances.
pub fn instances(client: &Client, config: &ReportConfig) -> Result<Message, Fault> {
    let path = format!("{}/instances", report(&config.report_id)?);
    ask::get(client, &path, Parameters::none(), Expected::List)
}

/// GET analytics/reports/{id}/instances/{instance}.
pub fn instance_result(client: &Client, config: &InstanceConfig) -> Result<Message, Fault> {
    let call =
        Request::get(client.path(&instance(config)?)?).expecting(Expected::Object(&["attributes"]));
    ask::send_and_read(client, &call, facts)
}

/// DELETE analytics/reports/{id}/instances/{instance}.
pub fn delete_instance(client: &Client, config: &InstanceConfig) -> Result<Message, Fault> {
    ask::delete(client, &instance(config)?)
}

fn report(id: &str) -> Result<String, Fault> {
    Ok(format!("analytics/reports/{}", segment("report-id", id)?))
}

fn run_path(config: &RunReportConfig, resource: &str) -> Result<String, Fault> {
    let details = config.include_details;
    let report = report(&config.report_id)?;
    Ok(format!("{report}{resource}?includeDetails={details}"))
}

fn instance(config: &InstanceConfig) -> Result<String, Fault> {
    let report = report(&config.report_id)?;
    let instance = segment("instance-id", &config.instance_id)?;
    Ok(format!("{report}/instances/{instance}"))
}

/// Filters and columns for one run, as Salesforce takes them.
fn metadata(input: &Message) -> Result<&[u8], Fault> {
    match ask::json_of(input)?.get("reportMetadata") {
        Some(Value::Object(_)) => Ok(&input.body),
        _ => Err(bad_input(
            "The input must be a JSON object with `reportMetadata`, such as {\"reportMetadata\": {\"reportFilters\": []}}",
        )),
    }
}

fn facts(body: &[u8]) -> serde_json::Result<Metadata> {
    let run: Run = serde_json::from_slice(body)?;
    let status = run.attributes.and_then(|attributes| attributes.status);
    let mut facts = Metadata::default();
    if let Some(status) = status {
        facts.add("report-status", status);
    }
    if let Some(all) = run.all_data {
        facts.add("all-data", all.to_string());
    }
    Ok(facts)
}

/// What matters of the result of a run.
#[derive(Deserialize)]
struct Run {
    attributes: Option<RunAttributes>,
    #[serde(rename = "allData")]
    all_data: Option<bool>,
}

#[derive(Deserialize)]
struct RunAttributes {
    status: Option<String>,
}
