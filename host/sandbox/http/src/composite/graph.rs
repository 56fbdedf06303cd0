//! `POST /composite/graph`: several graphs of requests; each graph is kept or undone as a whole.

use std::collections::{HashMap, HashSet};

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::part::{self, Part, PartResponse, Parts};
use super::reference;
use super::request::{Runner, check_ids, halted, result};
use super::{read, rejected};
use crate::Shared;
use crate::auth::Caller;
use crate::response::{self, HandlerResult};
use sandbox_model::api_error::ApiError;

/// First version that has graphs (REST API guide, "Composite Graph").
const SINCE: u16 = 50;
/// Most graphs of a request (REST API guide, "Composite Graph Limits", also for the next four).
const MAX_GRAPHS: usize = 75;
/// Most nodes of a request, hence of a graph.
const MAX_NODES: usize = 500;
/// Longest chain of nodes that refer to each other.
const MAX_DEPTH: usize = 15;
/// Most kinds of nodes of a request: they differ in object or version.
const MAX_KINDS: usize = 15;
/// When more graphs than this have failed, the others are not tried.
const MAX_FAILURES: usize = 14;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Graphs {
    graphs: Vec<Graph>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Graph {
    graph_id: String,
    composite_request: Vec<Part>,
}

/// Runs the graphs in order and responds with 200 and the outcome of each.
pub(crate) async fn run(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Extension(parts): Extension<Parts>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    if caller.version < SINCE {
        return Err(ApiError::not_found().into());
    }
    let graphs = read::<Graphs>(&headers, &bytes)?.graphs;
    check(&graphs, caller.version)?;
    response::run_blocking(move || {
        let runner = Runner {
            org: &org,
            parts: &parts,
            caller: &caller,
            all_or_none: true,
        };
        let mut failures = 0;
        let mut shown = Vec::with_capacity(graphs.len());
        for graph in &graphs {
            let (results, good) = if failures > MAX_FAILURES {
                (untried(graph), false)
            } else {
                runner.run(&graph.composite_request)?
            };
            failures += usize::from(!good);
            shown.push(json!({
                "graphId": graph.graph_id,
                "graphResponse": {"compositeResponse": results},
                "isSuccessful": good,
            }));
        }
        Ok(response::ok(&json!({"graphs": shown})))
    })
    .await?
}

fn untried(graph: &Graph) -> Vec<Json> {
    let halted = PartResponse::rejection(&halted());
    let parts = graph.composite_request.iter();
    parts.map(|part| result(part, &halted)).collect()
}

fn check(graphs: &[Graph], version: u16) -> Result<(), ApiError> {
    within("graphs in the request", graphs.len(), MAX_GRAPHS)?;
    let nodes: usize = graphs
        .iter()
        .map(|graph| graph.composite_request.len())
        .sum();
    within("nodes in the request", nodes, MAX_NODES)?;
    let mut ids = HashSet::new();
    let mut kinds = HashSet::new();
    for graph in graphs {
        if !ids.insert(&graph.graph_id) {
            let id = &graph.graph_id;
            return Err(rejected(format!(
                "Duplicate graphId provided in the request: {id}"
            )));
        }
        check_ids(&graph.composite_request, version)?;
        for node in &graph.composite_request {
            check_url(node)?;
            let object = node.segments().get(1).map(|name| name.to_lowercase());
            kinds.insert((part::version(&node.url), object));
        }
        within(
            "levels in a graph",
            depth(&graph.composite_request),
            MAX_DEPTH,
        )?;
    }
    within("different nodes in the request", kinds.len(), MAX_KINDS)
}

fn within(what: &str, count: usize, most: usize) -> Result<(), ApiError> {
    if count <= most {
        return Ok(());
    }
    Err(rejected(format!(
        "Limit of {most} exceeded for {what}: {count}"
    )))
}

/// Graphs are of records only (REST API guide, "Using Composite Graphs").
fn check_url(node: &Part) -> Result<(), ApiError> {
    let (segments, method) = (node.segments(), node.method.as_str());
    let fine = match segments.as_slice() {
        ["sobjects", _] => method == "POST",
        ["sobjects", _, _] => matches!(method, "DELETE" | "GET" | "PATCH"),
        ["sobjects", _, _, _] => matches!(method, "DELETE" | "GET" | "PATCH" | "POST"),
        _ => false,
    };
    if fine {
        return Ok(());
    }
    let (id, url) = (&node.reference_id, &node.url);
    Err(rejected(format!(
        "Composite graph does not support {method} {url} (referenceId {id})"
    )))
}

/// Nodes in the longest chain of references.
fn depth(nodes: &[Part]) -> usize {
    let mut levels: HashMap<&str, usize> = HashMap::new();
    for node in nodes {
        let body = node.body.as_ref().map(Json::to_string).unwrap_or_default();
        let below = reference::names(&node.url)
            .chain(reference::names(&body))
            .filter_map(|name| levels.get(name))
            .max();
        let level = below.copied().unwrap_or(0) + 1;
        levels.insert(&node.reference_id, level);
    }
    levels.into_values().max().unwrap_or(0)
}
