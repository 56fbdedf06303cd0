//! Several requests in one: composite, batch and graph. The body is Salesforce's own; it is checked before it is sent.

mod check;

use super::ask::{self, Parameters};
use salesforce_client::client::{Client, Request};
use salesforce_client::connection::settings::check_headers;
use salesforce_client::exchange::Idempotency;
use salesforce_client::expected::Expected;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::exports::salesforce::connector::composite::CompositeConfig;
use salesforce_contract::message::Message;
use salesforce_contract::message::bounded;
use serde::Deserialize;
use serde_json::Value;

/// POST composite.
pub fn request(
    client: &Client,
    config: &CompositeConfig,
    input: &Message,
) -> Result<Message, Fault> {
    let body = ask::json_of(input)?;
    let idempotency = check::request(&body)?;
    let call = call(client, "composite", config, input, idempotency)?
        .expecting(Expected::Object(&["compositeResponse"]));
    ask::send_and_read(client, &call, |answer| {
        let answer: CompositeAnswer = serde_json::from_slice(answer)?;
        counted(answer.responses.len(), count(&body, "compositeRequest"))?;
        Ok(failed(answer.failed()))
    })
}

/// POST composite/batch.
pub fn batch(client: &Client, config: &CompositeConfig, input: &Message) -> Result<Message, Fault> {
    let body = ask::json_of(input)?;
    let idempotency = check::batch(&body)?;
    let call = call(client, "composite/batch", config, input, idempotency)?
        .expecting(Expected::Object(&["results"]));
    ask::send_and_read(client, &call, |answer| {
        let answer: BatchAnswer = serde_json::from_slice(answer)?;
        counted(answer.results.len(), count(&body, "batchRequests"))?;
        let statuses = answer.results.iter().map(|result| result.status);
        Ok(failed(count_failed(statuses)))
    })
}

/// POST composite/graph.
pub fn graph(client: &Client, config: &CompositeConfig, input: &Message) -> Result<Message, Fault> {
    let body = ask::json_of(input)?;
    let idempotency = check::graphs(&body)?;
    let call = call(client, "composite/graph", config, input, idempotency)?
        .expecting(Expected::Object(&["graphs"]));
    ask::send_and_read(client, &call, |answer| {
        let answer: GraphsAnswer = serde_json::from_slice(answer)?;
        counted(answer.graphs.len(), count(&body, "graphs"))?;
        for graph in answer.graphs.iter().filter(|graph| graph.succeeded) {
            counted(graph.answer.responses.len(), nodes(&body, &graph.id))?;
        }
        let graphs = answer.graphs.iter().filter(|graph| !graph.succeeded);
        let mut facts = failed(
            answer
                .graphs
                .iter()
                .map(|graph| graph.answer.failed())
                .sum(),
        );
        facts.add("failed-graphs", graphs.count().to_string());
        Ok(facts)
    })
}

/// GET composite.
pub fn resources(client: &Client) -> Result<Message, Fault> {
    ask::get(
        client,
        "composite",
        Parameters::none(),
        Expected::Object(&["batch"]),
    )
}

fn call(
    client: &Client,
    resource: &str,
    config: &CompositeConfig,
    input: &Message,
    idempotency: Idempotency,
) -> Result<Request, Fault> {
    let headers = config.headers.as_deref().unwrap_or_default();
    check_headers("config.headers", headers)?;
    let mut call = ask::post_call(client, resource, idempotency, &input.body)?;
    call.headers.extend(headers.iter().cloned());
    Ok(call)
}

/// The entries of a list of the body.
fn count(body: &Value, name: &str) -> usize {
    body.get(name).and_then(Value::as_array).map_or(0, Vec::len)
}

/// The subrequests of the graph with this id.
fn nodes(body: &Value, id: &str) -> usize {
    let graphs = body.get("graphs").and_then(Value::as_array);
    let mut graphs = graphs.into_iter().flatten();
    let graph = graphs.find(|graph| text(graph, "graphId") == Some(id));
    graph.map_or(0, |graph| count(graph, "compositeRequest"))
}

/// Refuses an answer that does not say of each request what became of it.
fn counted(answers: usize, requests: usize) -> serde_json::Result<()> {
    match answers == requests {
        true => Ok(()),
        false => Err(serde::de::Error::custom(format!(
            "{requests} requests were sent, and it answers {answers}"
        ))),
    }
}

fn failed(count: usize) -> Metadata {
    Metadata {
        failed: Some(bounded(count as u64)),
        ..Metadata::default()
    }
}

fn count_failed(statuses: impl Iterator<Item = u16>) -> usize {
    statuses
        .filter(|status| !matches!(status, 200..=299 | 304))
        .count()
}

/// What matters of the answer to a composite request, and to each graph.
#[derive(Deserialize)]
struct CompositeAnswer {
    #[serde(rename = "compositeResponse")]
    responses: Vec<SubAnswer>,
}

impl CompositeAnswer {
    fn failed(&self) -> usize {
        count_failed(self.responses.iter().map(|response| response.status))
    }
}

#[derive(Deserialize)]
struct SubAnswer {
    #[serde(rename = "httpStatusCode")]
    status: u16,
}

/// What matters of the answer to a batch.
#[derive(Deserialize)]
struct BatchAnswer {
    results: Vec<BatchResult>,
}

#[derive(Deserialize)]
struct BatchResult {
    #[serde(rename = "statusCode")]
    status: u16,
}

/// What matters of the answer to graphs.
#[derive(Deserialize)]
struct GraphsAnswer {
    graphs: Vec<GraphAnswer>,
}

#[derive(Deserialize)]
struct GraphAnswer {
    #[serde(rename = "graphResponse")]
    answer: CompositeAnswer,
    #[serde(rename = "graphId")]
    id: String,
    #[serde(rename = "isSuccessful")]
    succeeded: bool,
}

/// Whether the member of this name holds text.
fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}
