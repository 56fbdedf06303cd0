//! `${env:NAME}` and `${file:PATH}` in the strings of a connection file.

use std::path::Path;

use serde_json::{Map, Value};

use super::ProfileError;
use super::parse::read_text;
use crate::secret::Secret;
use crate::text;

/// Lookup of environment variables; a function, so that tests need no global state.
pub type Environment = dyn Fn(&str) -> Option<String>;

pub(super) struct Sources<'a> {
    pub(super) environment: &'a Environment,
    /// Where relative paths start: the folder of the connection file.
    pub(super) directory: &'a Path,
}

/// What stood for a secret in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// JSON Pointer of the text that held the reference.
    pub pointer: String,
    /// What the reference stood for.
    pub text: Secret<String>,
}

/// Replaces all references in a document, and tells what they stood for.
pub(super) fn resolve(
    document: &mut Map<String, Value>,
    path: &Path,
    sources: &Sources,
) -> Result<Vec<Resolved>, ProfileError> {
    let mut resolver = Resolver {
        sources,
        key: Vec::new(),
        resolved: Vec::new(),
    };
    match resolver.members(document) {
        Ok(()) => Ok(resolver.resolved),
        Err(problem) => Err(ProfileError::Value {
            path: path.to_owned(),
            key: resolver.key.join("."),
            problem,
        }),
    }
}

struct Resolver<'a> {
    sources: &'a Sources<'a>,
    /// Dotted path of the value; after an error, where it happened.
    key: Vec<String>,
    resolved: Vec<Resolved>,
}

impl Resolver<'_> {
    fn members(&mut self, members: &mut Map<String, Value>) -> Result<(), String> {
        for (name, member) in members {
            self.child(name.clone(), member)?;
        }
        Ok(())
    }

    fn child(&mut self, name: String, value: &mut Value) -> Result<(), String> {
        self.key.push(name);
        self.value(value)?;
        self.key.pop();
        Ok(())
    }

    fn value(&mut self, value: &mut Value) -> Result<(), String> {
        match value {
            Value::String(text) if text.contains("${") => {
                let (replaced, found) = replace(text, self.sources)?;
                *text = replaced;
                self.keep(found);
            }
            Value::Object(object) => self.members(object)?,
            Value::Array(items) => {
                for (at, item) in items.iter_mut().enumerate() {
                    self.child(at.to_string(), item)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn keep(&mut self, found: Vec<String>) {
        let step = |name: &String| format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let pointer: String = self.key.iter().map(step).collect();
        self.resolved.extend(found.into_iter().map(|text| Resolved {
            pointer: pointer.clone(),
            text: Secret::new(text),
        }));
    }
}

/// Replaces the references of a text, and lists what they stood for.
fn replace(text: &str, sources: &Sources) -> Result<(String, Vec<String>), String> {
    let mut found = Vec::new();
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
        let value = look_up(reference, sources)?;
        replaced.push_str(&value);
        found.push(value);
        rest = after;
    }
    replaced.push_str(rest);
    Ok((replaced, found))
}

fn look_up(reference: &str, sources: &Sources) -> Result<String, String> {
    match reference.split_once(':') {
        Some(("env", name)) => (sources.environment)(name)
            .ok_or_else(|| format!("needs the environment variable {name}, which is not set: set it and run again")),
        Some(("file", path)) => {
            let path = sources.directory.join(path);
            let text = read_text(&path)
                .map_err(|error| format!("needs the file {}, which cannot be read: {}", path.display(), text::io(&error)))?;
            Ok(without_newline(&text).to_owned())
        }
        _ => Err("has a reference that is not known: write `${env:NAME}`, `${file:PATH}`, or `$${` for a literal `${`".into()),
    }
}

/// Cuts the one newline that editors and `echo` leave at the end.
pub fn without_newline(text: &str) -> &str {
    text.strip_suffix("\r\n")
        .or_else(|| text.strip_suffix('\n'))
        .unwrap_or(text)
}
