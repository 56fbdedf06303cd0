//! `@{referenceId.field}`: which subrequests a subrequest leans on.

use super::text;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::limits::MAX_GRAPH_DEPTH;
use serde_json::Value;
use std::collections::HashMap;

/// What begins a reference.
const OPEN: &str = "@{";

/// Refuses references to subrequests that are not there.
pub fn check(subrequests: &[Value], place: &str) -> Result<(), Fault> {
    let places = places(subrequests);
    for (index, subrequest) in subrequests.iter().enumerate() {
        let lost = names(subrequest)
            .into_iter()
            .find(|name| !places.contains_key(name));
        if let Some(name) = lost {
            return Err(bad_input(format!(
                "{place}[{index}] of the input refers to `@{{{name}}}`, but no subrequest has that referenceId"
            )));
        }
    }
    Ok(())
}

/// How many references follow one another at most; more than [`MAX_GRAPH_DEPTH`] also where they run in a circle.
pub fn depth(subrequests: &[Value]) -> usize {
    let places = places(subrequests);
    let leans: Vec<Vec<usize>> = subrequests
        .iter()
        .map(|one| {
            names(one)
                .iter()
                .filter_map(|name| places.get(name).copied())
                .collect()
        })
        .collect();
    let mut depths = vec![0; leans.len()];
    // Each round settles one more link of every chain, so a chain that still grows after this many is too long.
    for _ in 0..=MAX_GRAPH_DEPTH {
        depths = leans.iter().map(|on| deepest(on, &depths)).collect();
    }
    depths.into_iter().max().unwrap_or(0)
}

fn deepest(on: &[usize], depths: &[usize]) -> usize {
    on.iter()
        .filter_map(|place| depths.get(*place))
        .map(|depth| depth + 1)
        .max()
        .unwrap_or(0)
}

fn places(subrequests: &[Value]) -> HashMap<&str, usize> {
    let named = subrequests.iter().enumerate();
    named
        .filter_map(|(place, one)| Some((text(one, "referenceId")?, place)))
        .collect()
}

/// The names that a subrequest refers to, in its URL, body or headers.
fn names(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => in_text(text),
        Value::Array(items) => items.iter().flat_map(names).collect(),
        Value::Object(members) => members.values().flat_map(names).collect(),
        _ => Vec::new(),
    }
}

fn in_text(text: &str) -> Vec<&str> {
    text.split(OPEN)
        .skip(1)
        .filter(|rest| rest.contains('}'))
        .filter_map(|rest| {
            let end = rest.find(|char: char| !(char.is_ascii_alphanumeric() || char == '_'))?;
            rest.get(..end).filter(|name| !name.is_empty())
        })
        .collect()
}
