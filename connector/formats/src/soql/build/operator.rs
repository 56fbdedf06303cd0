//! The operators of filters, and which values each takes.

use super::wrong::Wrong;
use crate::soql::literal::{self, Unfit};
use salesforce_contract::catalog::nearest;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// What an operator compares with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Any one value.
    One,
    /// One value that has an order.
    Ordered,
    /// A pattern.
    Pattern,
    /// Text that stands literally within a pattern, between these.
    Part(&'static str, &'static str),
    /// A list of values, or a query.
    List,
    /// A list of texts.
    Texts,
}

/// An operator.
#[derive(Clone, Copy, Debug)]
pub struct Operator {
    /// Its name in filters.
    pub name: &'static str,
    /// SOQL's sign or word for it.
    pub soql: &'static str,
    /// What it compares with.
    pub takes: Takes,
}

const fn operator(name: &'static str, soql: &'static str, takes: Takes) -> Operator {
    Operator { name, soql, takes }
}

/// All operators: SOQL's own (SOQL and SOSL Reference, "Comparison Operators"), and three that spare their users the escaping.
pub const OPERATORS: [Operator; 14] = [
    operator("equal", "=", Takes::One),
    operator("not-equal", "!=", Takes::One),
    operator("less-than", "<", Takes::Ordered),
    operator("less-than-equal", "<=", Takes::Ordered),
    operator("greater-than", ">", Takes::Ordered),
    operator("greater-than-equal", ">=", Takes::Ordered),
    operator("like", "LIKE", Takes::Pattern),
    operator("in", "IN", Takes::List),
    operator("not-in", "NOT IN", Takes::List),
    operator("includes", "INCLUDES", Takes::Texts),
    operator("excludes", "EXCLUDES", Takes::Texts),
    operator("starts-with", "LIKE", Takes::Part("", "%")),
    operator("ends-with", "LIKE", Takes::Part("%", "")),
    operator("contains", "LIKE", Takes::Part("%", "%")),
];

/// The operator of this name, with hyphens or without, in any case, or of this sign.
///
/// # Errors
/// There is none.
pub fn find(name: &str, place: &str) -> Result<Operator, Wrong> {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['-', '_', ' '], "");
    let sign = if name == "<>" { "!=" } else { name };
    let found = OPERATORS.iter().find(|operator| {
        plain(operator.name) == plain(name)
            || operator.soql == sign && !sign.contains(char::is_alphabetic)
    });
    found.copied().ok_or_else(|| {
        let near = nearest(name, OPERATORS.iter().map(|operator| operator.name));
        let hint = near.map_or_else(
            || {
                let names: Vec<_> = OPERATORS.iter().map(|operator| operator.name).collect();
                format!("there are {}", names.join(", "))
            },
            |near| format!("did you mean `{near}`?"),
        );
        Wrong(format!("{place} `{name}` is no operator; {hint}"))
    })
}

impl Operator {
    /// Whether it compares with values of the field's own type, and not with patterns or parts of text.
    pub fn compares_values(&self) -> bool {
        matches!(self.takes, Takes::One | Takes::Ordered | Takes::List)
    }

    /// Writes a value as this operator takes it.
    ///
    /// # Errors
    /// It takes no such value.
    pub fn literal(&self, json: &str, place: &str) -> Result<String, Wrong> {
        match self.takes {
            Takes::One => self.one(json, place),
            Takes::Ordered => match form(json) {
                Form::Null | Form::Bool => Err(self.wants(place, "a value that has an order")),
                _ => self.one(json, place),
            },
            Takes::Pattern => match form(json) {
                Form::Text | Form::Escaped => written(json, place),
                _ => Err(self.wants(place, "text")),
            },
            Takes::Part(before, after) => match serde_json::from_str::<String>(json) {
                Ok(text) => Ok(literal::like_part(before, &text, after)),
                Err(_) => Err(self.wants(place, "text")),
            },
            Takes::List => self.list(json, place, |form| {
                !matches!(form, Form::Escaped | Form::List)
            }),
            Takes::Texts => self.list(json, place, |form| form == Form::Text),
        }
    }

    fn one(&self, json: &str, place: &str) -> Result<String, Wrong> {
        match form(json) {
            Form::List => Err(Wrong(format!(
                "{place} is a list, and `{}` takes one value: use `in` or `not-in`",
                self.name
            ))),
            Form::Escaped => Err(Wrong(format!(
                "{place} is escaped for `like`, and the operator is `{}`: give the text as it is",
                self.name
            ))),
            _ => written(json, place),
        }
    }

    fn list(&self, json: &str, place: &str, fits: impl Fn(Form) -> bool) -> Result<String, Wrong> {
        let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(json) else {
            return Err(self.wants(place, "a list"));
        };
        let misfit = elements
            .iter()
            .position(|element| !fits(form(element.get())));
        if let Some(at) = misfit {
            return Err(Wrong(format!(
                "{place}[{at}] is no value that `{}` takes: {}",
                self.name,
                if self.takes == Takes::Texts {
                    "give texts, `A;B` for both at once"
                } else {
                    "give plain values"
                }
            )));
        }
        written(json, place)
    }

    fn wants(&self, place: &str, what: &str) -> Wrong {
        Wrong(format!(
            "{place} must be {what}: `{}` takes nothing else",
            self.name
        ))
    }
}

fn written(json: &str, place: &str) -> Result<String, Wrong> {
    let wrong = |unfit: Unfit| Wrong(format!("{place} {}", unfit.reason()));
    literal::write(json, None).map_err(wrong)
}

/// The form of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Null,
    Bool,
    Text,
    List,
    /// `{"like-escaped": …}`.
    Escaped,
    Other,
}

fn form(json: &str) -> Form {
    match json.trim_start().as_bytes().first() {
        Some(b'n') => Form::Null,
        Some(b't' | b'f') => Form::Bool,
        Some(b'"') => Form::Text,
        Some(b'[') => Form::List,
        Some(b'{') => {
            let members: BTreeMap<String, &RawValue> =
                serde_json::from_str(json).unwrap_or_default();
            if members.contains_key("like-escaped") {
                Form::Escaped
            } else {
                Form::Other
            }
        }
        _ => Form::Other,
    }
}
