//! How a field is compared.

use super::pattern::Pattern;
use super::value::Value;
use salesforce_formats::soql::build::Wrong;
use salesforce_formats::soql::build::operator::{Operator, Takes};
use serde_json::value::RawValue;
use std::cmp::Ordering;

/// What a field is compared with, and how.
#[derive(Clone, Debug)]
pub enum Test {
    /// It equals one of these.
    OneOf(Vec<Value>),
    /// It stands so to this.
    Ordered {
        /// Whether it may be less, or greater otherwise.
        less: bool,
        /// Whether it may be equal.
        equal: bool,
        /// What it is compared with.
        value: Value,
    },
    /// It is like this.
    Like(Pattern),
    /// It is a list, or text with semicolons, that has all parts of one of these.
    Includes(Vec<Vec<String>>),
}

impl Test {
    /// Reads the value of a comparison that SOQL would take; true where the opposite is meant.
    pub fn parse(operator: &Operator, json: &str, place: &str) -> Result<(Self, bool), Wrong> {
        let negated = matches!(operator.name, "not-equal" | "not-in" | "excludes");
        let test = match operator.takes {
            Takes::One => Self::OneOf(vec![Value::parse(json, place)?]),
            Takes::Ordered => Self::Ordered {
                less: operator.soql.starts_with('<'),
                equal: operator.soql.ends_with('='),
                value: Value::parse(json, place)?,
            },
            Takes::Pattern => Self::Like(Pattern::parse(json)),
            Takes::Part(before, after) => Self::Like(Pattern::around(before, json, after)),
            Takes::List => Self::OneOf(list(json, place)?),
            Takes::Texts => Self::Includes(parts(json)),
        };
        Ok((test, negated))
    }

    /// Tells whether a value of an event meets it; nothing where they are of different kinds. SOQL compares null with null alone.
    pub fn meets(&self, found: Option<&str>) -> Option<bool> {
        let found = found.filter(|json| *json != "null");
        match self {
            Self::OneOf(values) => one_of(values, found),
            Self::Ordered { less, equal, value } => {
                let Some(found) = found else {
                    return Some(false);
                };
                Some(match value.compare(found)?.reverse() {
                    Ordering::Equal => *equal,
                    Ordering::Less => *less,
                    Ordering::Greater => !*less,
                })
            }
            Self::Like(pattern) => match found {
                None => Some(false),
                Some(found) => Some(pattern.fits(&serde_json::from_str::<String>(found).ok()?)),
            },
            Self::Includes(wanted) => match found {
                None => Some(false),
                Some(found) => includes(wanted, found),
            },
        }
    }
}

fn one_of(values: &[Value], found: Option<&str>) -> Option<bool> {
    let Some(found) = found else {
        return Some(values.contains(&Value::Null));
    };
    let mut values = values.iter().filter(|value| **value != Value::Null);
    let mut decided = Some(false);
    let is_found = values.any(|value| match value.compare(found) {
        Some(order) => order == Ordering::Equal,
        None => {
            decided = None;
            false
        }
    });
    if is_found { Some(true) } else { decided }
}

/// Tells whether a list has all parts of one of these. Multi-select pick-lists are text with semicolons.
fn includes(wanted: &[Vec<String>], found: &str) -> Option<bool> {
    let there: Vec<String> = match serde_json::from_str::<String>(found) {
        Ok(text) => split(&text),
        Err(_) => {
            let list: Vec<String> = serde_json::from_str(found).ok()?;
            list.iter().map(|one| one.to_lowercase()).collect()
        }
    };
    Some(
        wanted
            .iter()
            .any(|parts| parts.iter().all(|part| there.contains(part))),
    )
}

fn list(json: &str, place: &str) -> Result<Vec<Value>, Wrong> {
    let elements: Vec<&RawValue> = serde_json::from_str(json).unwrap_or_default();
    let elements = elements.iter().enumerate();
    elements
        .map(|(at, element)| Value::parse(element.get(), &format!("{place}[{at}]")))
        .collect()
}

fn parts(json: &str) -> Vec<Vec<String>> {
    let texts: Vec<String> = serde_json::from_str(json).unwrap_or_default();
    texts.iter().map(|text| split(text)).collect()
}

fn split(text: &str) -> Vec<String> {
    text.split(';').map(str::to_lowercase).collect()
}
