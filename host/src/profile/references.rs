//! `${env:NAME}` and `${file:PATH}` in the strings of a connection file.

use std::path::Path;

use serde_json::{Map, Value};

use super::ProfileError;
use super::parse::read_text;
use crate::words;

/// Looks up environment variables; a function, so that tests need no global state.
pub type Environment = dyn Fn(&str) -> Option<String>;

pub(super) struct Sources<'a> {
    pub(super) environment: &'a Environment,
    /// Where relative paths start: the folder of the connection file.
    pub(super) directory: &'a Path,
}

/// Replaces all references in a document.
pub(super) fn resolve(
    document: &mut Map<String, Value>,
    path: &Path,
    sources: &Sources,
) -> Result<(), ProfileError> {
    let mut key = Vec::new();
    members(document, &mut key, sources).map_err(|problem| ProfileError::Value {
        path: path.to_owned(),
        key: key.join("."),
        problem,
    })
}

/// On an error, `key` is left naming the place.
fn members(
    members: &mut Map<String, Value>,
    key: &mut Vec<String>,
    sources: &Sources,
) -> Result<(), String> {
    for (name, member) in members {
        key.push(name.clone());
        value(member, key, sources)?;
        key.pop();
    }
    Ok(())
}

fn value(value: &mut Value, key: &mut Vec<String>, sources: &Sources) -> Result<(), String> {
    match value {
        Value::String(text) if text.contains("${") => *text = replace(text, sources)?,
        Value::Object(object) => members(object, key, sources)?,
        Value::Array(items) => {
            for (place, item) in items.iter_mut().enumerate() {
                key.push(place.to_string());
                self::value(item, key, sources)?;
                key.pop();
            }
        }
        _ => {}
    }
    Ok(())
}

fn replace(text: &str, sources: &Sources) -> Result<String, String> {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(literal) = before.strip_suffix('$') {
            replaced.push_str(literal);
            replaced.push_str("${");
            rest = after;
            continue;
        }
        let (reference, after) = after
            .split_once('}')
            .ok_or("has a `${` without its `}`; a literal `${` is written `$${`")?;
        replaced.push_str(before);
        replaced.push_str(&look_up(reference, sources)?);
        rest = after;
    }
    replaced.push_str(rest);
    Ok(replaced)
}

fn look_up(reference: &str, sources: &Sources) -> Result<String, String> {
    match reference.split_once(':') {
        Some(("env", name)) => (sources.environment)(name)
            .ok_or_else(|| format!("needs the environment variable {name}, which is not set: set it and run again")),
        Some(("file", path)) => {
            let path = sources.directory.join(path);
            let text = read_text(&path)
                .map_err(|error| format!("needs the file {}, which cannot be read: {}", path.display(), words::io(&error)))?;
            Ok(without_newline(&text).to_owned())
        }
        _ => Err("has a reference that is not known: write `${env:NAME}`, `${file:PATH}`, or `$${` for a literal `${`".into()),
    }
}

/// Cuts the one newline that editors and `echo` leave at the end.
pub(crate) fn without_newline(text: &str) -> &str {
    text.strip_suffix("\r\n")
        .or_else(|| text.strip_suffix('\n'))
        .unwrap_or(text)
}
