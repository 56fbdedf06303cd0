//! What the cell `here` of a row claims.
//!
//! Every text in backquotes is one of: an operation; a request; a command; behind `connection`, a member of the connection; or a
//! member of an operation's config, of the last operation before it between semicolons, else of those behind it, else of the last one before. A text behind ` = ` is its value.

use super::page::quoted;
use super::request::Request;
use salesforce_contract::catalog;
use serde_json::Value;

/// One of them.
#[derive(Debug)]
pub enum Claim {
    Operation(&'static str),
    /// A member of an operation's config, with its value where that is said.
    Member(&'static str, String, Option<String>),
    Connection(String),
    Request(Request),
    Command(String),
}

/// Reads a cell.
///
/// # Errors
/// The text that is none of what a cell may hold.
pub fn claims(cell: &str) -> Result<Vec<Claim>, String> {
    let mut claims = Vec::new();
    let mut last = None;
    for clause in cell.split(';') {
        let texts = quoted(clause);
        for (at, (before, text)) in texts.iter().enumerate() {
            if *before == " = " {
                continue;
            }
            let value = texts.get(at + 1).filter(|(between, _)| *between == " = ");
            let value = value.map(|(_, value)| (*value).to_owned());
            if let Some(claim) = alone(before, text)? {
                claims.push(claim);
                continue;
            }
            for operation in owners(&texts, at, last)? {
                member(operation, text)?;
                claims.push(Claim::Member(operation.name, (*text).into(), value.clone()));
            }
        }
        last = operations(&texts).last().or(last);
    }
    Ok(claims)
}

/// What a text claims without its neighbours.
fn alone(before: &str, text: &str) -> Result<Option<Claim>, String> {
    if before.ends_with("connection ") {
        let known = has(catalog::connection().schema.read(), text);
        return match known {
            true => Ok(Some(Claim::Connection(text.into()))),
            false => Err(format!("the connection has no `{text}`")),
        };
    }
    if let Some(operation) = catalog::find(text) {
        return Ok(Some(Claim::Operation(operation.name)));
    }
    if let Some(request) = Request::read(text) {
        return Ok(Some(Claim::Request(request)));
    }
    let command = text.starts_with("mediate ") || text.starts_with("--");
    Ok(command.then(|| Claim::Command(text.into())))
}

fn operations<'a>(
    texts: &'a [(&str, &str)],
) -> impl Iterator<Item = &'static catalog::Operation> + 'a {
    texts.iter().filter_map(|(_, text)| catalog::find(text))
}

fn owners(
    texts: &[(&str, &str)],
    at: usize,
    last: Option<&'static catalog::Operation>,
) -> Result<Vec<&'static catalog::Operation>, String> {
    let before = operations(&texts[..at]).last();
    let behind = || operations(&texts[at..]).collect();
    let owners: Vec<_> = before.map_or_else(behind, |owner| vec![owner]);
    match (owners.is_empty(), last) {
        (false, _) => Ok(owners),
        (true, Some(last)) => Ok(vec![last]),
        (true, None) => Err(format!("`{}` is nothing of ours", texts[at].1)),
    }
}

fn member(operation: &catalog::Operation, path: &str) -> Result<(), String> {
    match has(operation.config.schema.read(), path) {
        true => Ok(()),
        false => Err(format!("{} has no `{path}`", operation.name)),
    }
}

/// Whether a schema has a member, given by its path.
fn has(schema: &str, path: &str) -> bool {
    let mut schema: Value = serde_json::from_str(schema).unwrap();
    for name in path.split('.') {
        let choices = schema["oneOf"].as_array().cloned().unwrap_or_default();
        let mut places = [vec![schema], choices].concat().into_iter();
        match places.find_map(|place| place["properties"].get(name).cloned()) {
            Some(found) => schema = found,
            None => return false,
        }
    }
    true
}
