//! Several requests in one: composite, batch and graph. The body is Salesforce's own; it is checked before it is sent.

mod check;

use super::ask::{self, Facts, Parameters};
use crate::bindings::exports::salesforce::connector::composite::CompositeConfig;
use crate::bindings::{Fault, Message};
use crate::connection::settings::check_headers;
use crate::exchange::Nature;
use crate::org::Org;
use serde::Deserialize;
use serde_json::Value;

/// POST composite.
pub fn request(org: &Org, config: &CompositeConfig, input: &Message) -> Result<Message, Fault> {
    let nature = check::request(&ask::json_of(input)?)?;
    send(org, "composite", config, input, nature, |body| {
        let answer: CompositeAnswer = serde_json::from_slice(body)?;
        Ok(failed(answer.failed()))
    })
}

/// POST composite/batch.
pub fn batch(org: &Org, config: &CompositeConfig, input: &Message) -> Result<Message, Fault> {
    let nature = check::batch(&ask::json_of(input)?)?;
    send(org, "composite/batch", config, input, nature, |body| {
        let answer: BatchAnswer = serde_json::from_slice(body)?;
        let statuses = answer.results.iter().map(|result| result.status);
        Ok(failed(count_failed(statuses)))
    })
}

/// POST composite/graph.
pub fn graph(org: &Org, config: &CompositeConfig, input: &Message) -> Result<Message, Fault> {
    let nature = check::graphs(&ask::json_of(input)?)?;
    send(org, "composite/graph", config, input, nature, |body| {
        let answer: GraphsAnswer = serde_json::from_slice(body)?;
        let graphs = answer.graphs.iter().filter(|graph| !graph.succeeded);
        let mut facts = failed(
            answer
                .graphs
                .iter()
                .map(|graph| graph.answer.failed())
                .sum(),
        );
        facts.push(("failed-graphs".into(), graphs.count().to_string()));
        Ok(facts)
    })
}

/// GET composite.
pub fn list(org: &Org) -> Result<Message, Fault> {
    ask::get(org, "composite", Parameters::none())
}

fn send(
    org: &Org,
    resource: &str,
    config: &CompositeConfig,
    input: &Message,
    nature: Nature,
    read: impl Fn(&[u8]) -> serde_json::Result<Facts>,
) -> Result<Message, Fault> {
    check_headers("config.headers", &config.headers)?;
    let mut call = ask::post_call(org, resource, nature, &input.body)?;
    call.headers.extend(config.headers.iter().cloned());
    ask::send_and_read(org, &call, read)
}

fn failed(count: usize) -> Facts {
    vec![("failed".into(), count.to_string())]
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
    #[serde(rename = "isSuccessful")]
    succeeded: bool,
}

/// Whether the member of this name holds text.
fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}
