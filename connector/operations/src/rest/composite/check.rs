//! What Salesforce would refuse in a composite body, said before it is sent: limits, missing members, lost references.

mod references;

use super::text;
use salesforce_client::exchange::Idempotency;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::limits::{
    MAX_BATCH_SUBREQUESTS, MAX_COMPOSITE_QUERIES, MAX_COMPOSITE_SUBREQUESTS, MAX_GRAPH_DEPTH,
    MAX_GRAPH_KINDS, MAX_GRAPH_NODES, MAX_GRAPHS,
};
use serde_json::Value;
use std::collections::HashSet;

/// Checks the body of a composite request and says what sending it twice would do.
pub fn request(body: &Value) -> Result<Idempotency, Fault> {
    let subrequests = list(body, "The input", "compositeRequest")?;
    at_most(
        subrequests.len(),
        MAX_COMPOSITE_SUBREQUESTS,
        "subrequests in a composite request",
        "split it, or use composite/graph",
    )?;
    members(subrequests, "compositeRequest", true)?;
    let queries = subrequests.iter().filter(|one| is_query(one)).count();
    at_most(
        queries,
        MAX_COMPOSITE_QUERIES,
        "queries and collections in a composite request",
        "split it",
    )?;
    references::check(subrequests, "compositeRequest")?;
    Ok(idempotency(subrequests))
}

/// Checks the body of a batch and says what sending it twice would do.
pub fn batch(body: &Value) -> Result<Idempotency, Fault> {
    let subrequests = list(body, "The input", "batchRequests")?;
    at_most(
        subrequests.len(),
        MAX_BATCH_SUBREQUESTS,
        "subrequests in a batch",
        "split it",
    )?;
    members(subrequests, "batchRequests", false)?;
    Ok(idempotency(subrequests))
}

/// Checks the body of graphs and says what sending it twice would do.
pub fn graphs(body: &Value) -> Result<Idempotency, Fault> {
    let graphs = list(body, "The input", "graphs")?;
    at_most(graphs.len(), MAX_GRAPHS, "graphs in a payload", "split it")?;
    let mut ids = HashSet::new();
    let mut nodes: Vec<&Value> = Vec::new();
    for (index, graph) in graphs.iter().enumerate() {
        let place = format!("graphs[{index}]");
        let id = needed(graph, &place, "graphId")?;
        unique(&mut ids, &place, "graphId", id)?;
        let subrequests = list(graph, &place, "compositeRequest")?;
        let place = format!("{place}.compositeRequest");
        members(subrequests, &place, true)?;
        references::check(subrequests, &place)?;
        depth(id, references::depth(subrequests))?;
        nodes.extend(subrequests);
    }
    at_most(
        nodes.len(),
        MAX_GRAPH_NODES,
        "subrequests in the graphs of a payload",
        "split it",
    )?;
    let kinds: HashSet<_> = nodes.iter().filter_map(|node| kind(node)).collect();
    at_most(
        kinds.len(),
        MAX_GRAPH_KINDS,
        "combinations of API version and object in the graphs of a payload",
        "split it by objects",
    )?;
    let reads = nodes.iter().all(|node| reads(node));
    Ok(if reads {
        Idempotency::Safe
    } else {
        Idempotency::NonIdempotent
    })
}

fn depth(id: &str, depth: usize) -> Result<(), Fault> {
    if depth <= MAX_GRAPH_DEPTH {
        return Ok(());
    }
    Err(bad_input(format!(
        "The references of graph `{id}` run in a circle, or more than {MAX_GRAPH_DEPTH} in a row, which is what Salesforce takes: break the chain"
    )))
}

/// A list that is there and not empty.
fn list<'a>(parent: &'a Value, place: &str, name: &str) -> Result<&'a [Value], Fault> {
    match parent.get(name).and_then(Value::as_array) {
        Some(items) if !items.is_empty() => Ok(items),
        _ => Err(bad_input(format!(
            "{place} needs `{name}`: a list of at least one object"
        ))),
    }
}

fn at_most(count: usize, limit: usize, what: &str, fix: &str) -> Result<(), Fault> {
    if count <= limit {
        return Ok(());
    }
    Err(bad_input(format!(
        "Salesforce takes {limit} {what}, not {count}: {fix}"
    )))
}

/// Every subrequest says what to do, and its name, if it has one, is its own.
fn members(subrequests: &[Value], place: &str, named: bool) -> Result<(), Fault> {
    let mut names = HashSet::new();
    for (index, subrequest) in subrequests.iter().enumerate() {
        let place = format!("{place}[{index}]");
        needed(subrequest, &place, "method")?;
        needed(subrequest, &place, "url")?;
        if named {
            let name = needed(subrequest, &place, "referenceId")?;
            unique(&mut names, &place, "referenceId", name)?;
        }
    }
    Ok(())
}

fn needed<'a>(value: &'a Value, place: &str, name: &str) -> Result<&'a str, Fault> {
    let found = text(value, name).filter(|text| !text.is_empty());
    found.ok_or_else(|| bad_input(format!("{place} of the input needs `{name}`: a text")))
}

fn unique<'a>(
    seen: &mut HashSet<&'a str>,
    place: &str,
    name: &str,
    value: &'a str,
) -> Result<(), Fault> {
    if seen.insert(value) {
        return Ok(());
    }
    Err(bad_input(format!(
        "{place} of the input has the {name} `{value}` of one before it: give each its own"
    )))
}

fn idempotency(subrequests: &[Value]) -> Idempotency {
    if subrequests.iter().all(reads) {
        Idempotency::Safe
    } else {
        Idempotency::NonIdempotent
    }
}

fn reads(subrequest: &Value) -> bool {
    text(subrequest, "method").is_some_and(|method| {
        method.eq_ignore_ascii_case("GET") || method.eq_ignore_ascii_case("HEAD")
    })
}

/// Whether it counts against the limit on queries and collections.
fn is_query(subrequest: &Value) -> bool {
    let mut resource = resource(subrequest);
    match resource.next() {
        Some("query" | "queryAll") => true,
        Some("composite") => resource.next() == Some("sobjects"),
        _ => false,
    }
}

/// What makes nodes of graphs different: API version and object. Newer versions of the org count methods, too.
fn kind(node: &Value) -> Option<(String, String)> {
    let mut segments = segments(node);
    let version = segments.by_ref().find(|segment| is_version(segment))?;
    let object = segments.nth(1)?;
    Some((version.to_owned(), object.to_ascii_lowercase()))
}

/// The path of a subrequest after its API version.
fn resource(subrequest: &Value) -> impl Iterator<Item = &str> {
    segments(subrequest)
        .skip_while(|segment| !is_version(segment))
        .skip(1)
}

fn segments(subrequest: &Value) -> impl Iterator<Item = &str> {
    let url = text(subrequest, "url").unwrap_or_default();
    let path = url.split('?').next().unwrap_or_default();
    path.split('/').filter(|segment| !segment.is_empty())
}

/// `v62.0`
fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|number| {
        number.starts_with(|first: char| first.is_ascii_digit()) && number.contains('.')
    })
}

#[cfg(test)]
mod tests;
