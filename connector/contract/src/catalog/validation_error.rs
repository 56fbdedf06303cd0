//! What is wrong with a document, in one sentence, and the place where it is wrong.

use std::fmt;

/// How many characters of a foreign name or value a sentence repeats.
const SHOWN: usize = 60;

/// What is wrong with a JSON document. Never repeats the value of a secret field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidationError {
    /// The document: `config` or `connection`.
    pub what: String,
    /// The place in it, for example `config.fields[2]`.
    pub path: String,
    /// The sentence for people: the place, what is wrong, how to fix it.
    pub sentence: String,
}

impl ValidationError {
    /// An error that goes on after the name of the place: `must be ...`, `is missing ...`.
    pub(super) fn at(place: &JsonPath<'_>, rest: impl fmt::Display) -> ValidationError {
        let path = place.to_string();
        ValidationError {
            what: place.document().to_owned(),
            sentence: format!("{path} {rest}"),
            path,
        }
    }

    /// The document is no JSON at all.
    pub(super) fn syntax(what: &str, error: &serde_json::Error) -> ValidationError {
        let said = error.to_string();
        let reason = said.split(" at line ").next().unwrap_or_default();
        let (line, column) = (error.line(), error.column());
        ValidationError::at(
            &JsonPath::Document(what),
            format_args!("is not JSON: {reason} at line {line}, column {column}"),
        )
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for ValidationError {}

/// A path in a JSON document, linked upwards while the walk goes down.
#[derive(Debug, Clone, Copy)]
pub(super) enum JsonPath<'a> {
    /// The document itself: `config` or `connection`.
    Document(&'a str),
    /// A property of an object.
    Property(&'a JsonPath<'a>, &'a str),
    /// An item of a list, from 0.
    Item(&'a JsonPath<'a>, usize),
}

impl JsonPath<'_> {
    fn document(&self) -> &str {
        match self {
            JsonPath::Document(name) => name,
            JsonPath::Property(parent, _) | JsonPath::Item(parent, _) => parent.document(),
        }
    }
}

impl fmt::Display for JsonPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JsonPath::Document(name) => f.write_str(name),
            JsonPath::Property(parent, name) if is_plain(name) => write!(f, "{parent}.{name}"),
            JsonPath::Property(parent, name) => write!(f, "{parent}[{}]", quoted(name)),
            JsonPath::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// Whether a name needs no quotes in a path.
fn is_plain(name: &str) -> bool {
    let letters = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    letters && !name.is_empty() && name.len() <= SHOWN
}

/// Foreign text as a JSON string, cut where it gets long: one line, whatever is in it.
pub(super) fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    serde_json::Value::from(short).to_string()
}
