//! Filters: JSON to the condition of a WHERE or HAVING.

use super::name::{self, Use};
use super::operator::{self, Operator, Takes};
use super::typing::Typing;
use super::wrong::Wrong;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The members of a JSON object, values as they are written: numbers keep all their digits.
type Members<'a> = BTreeMap<String, &'a RawValue>;

/// A condition, and whether it must stand in parentheses among others.
struct Condition {
    soql: String,
    joined: bool,
}

impl Condition {
    fn apart(self) -> String {
        if self.joined {
            format!("({})", self.soql)
        } else {
            self.soql
        }
    }
}

/// Writes a filter.
pub(super) fn condition(
    json: &str,
    place: &str,
    used: Use,
    typing: Option<&Typing<'_>>,
) -> Result<String, Wrong> {
    let filter = Filter {
        used,
        joins: true,
        typing,
    };
    filter.read(json, place).map(|condition| condition.soql)
}

/// How a filter is read.
#[derive(Clone, Copy)]
struct Filter<'t> {
    /// Where it stands.
    used: Use,
    /// Whether it may hold queries: those of a query within it may not (SOQL and SOSL Reference, "Semi-Joins and Anti-Joins").
    joins: bool,
    /// The object whose fields tell the types of values; absent where values have types of their own.
    typing: Option<&'t Typing<'t>>,
}

impl Filter<'_> {
    fn read(self, json: &str, place: &str) -> Result<Condition, Wrong> {
        let members: Members = serde_json::from_str(json).map_err(|_| {
            Wrong(format!(
                "{place} is no filter: write {{\"field\": …, \"operator\": …, \"value\": …}}, or join filters by {{\"and\": […]}}, {{\"or\": […]}}, {{\"not\": …}}"
            ))
        })?;
        let lone = members.len() == 1;
        match members.iter().next() {
            Some((word, inner)) if lone && word == "and" => {
                self.group(inner.get(), " AND ", &format!("{place}.and"))
            }
            Some((word, inner)) if lone && word == "or" => {
                self.group(inner.get(), " OR ", &format!("{place}.or"))
            }
            Some((word, inner)) if lone && word == "not" => {
                let inner = self.read(inner.get(), &format!("{place}.not"))?;
                Ok(Condition {
                    soql: format!("NOT ({})", inner.soql),
                    joined: true,
                })
            }
            _ => self.comparison(&members, place),
        }
    }

    fn group(self, json: &str, joint: &str, place: &str) -> Result<Condition, Wrong> {
        let list: Vec<&RawValue> = serde_json::from_str(json)
            .map_err(|_| Wrong(format!("{place} is no list: list the filters to join")))?;
        let mut read = Vec::with_capacity(list.len());
        for (at, inner) in list.iter().enumerate() {
            read.push(self.read(inner.get(), &format!("{place}[{at}]"))?);
        }
        match read.len() {
            0 => Err(Wrong(format!(
                "{place} is empty: list at least one filter, or leave it out"
            ))),
            1 => read.pop().ok_or_else(|| Wrong(format!("{place} is empty"))),
            _ => Ok(Condition {
                soql: read
                    .into_iter()
                    .map(Condition::apart)
                    .collect::<Vec<_>>()
                    .join(joint),
                joined: true,
            }),
        }
    }

    fn comparison(self, members: &Members<'_>, place: &str) -> Result<Condition, Wrong> {
        known(
            members,
            &["field", "operator", "value", "query"],
            place,
            "a filter has `field`, `operator` and `value`, or only one of `and`, `or`, `not`",
        )?;
        let field = text(members, "field", place)?;
        let field = name::expression(&field, &format!("{place}.field"), self.used)?;
        let operator = operator::find(
            &text(members, "operator", place)?,
            &format!("{place}.operator"),
        )?;
        let right = match (members.get("value"), members.get("query")) {
            (Some(value), None) => self.literal(&field, operator, value.get(), place)?,
            (None, Some(query)) if operator.takes == Takes::List && self.joins => {
                self.join(query.get(), &format!("{place}.query"))?
            }
            (None, Some(_)) if operator.takes == Takes::List => {
                return Err(Wrong(format!(
                    "{place}.query lies in another query: SOQL takes one level of them"
                )));
            }
            (None, Some(_)) => {
                return Err(Wrong(format!(
                    "{place}.query goes with `in` and `not-in`, not with `{}`",
                    operator.name
                )));
            }
            (None, None) => {
                return Err(Wrong(format!(
                    "{place} has no `value`: give one, `null` for an empty field"
                )));
            }
            (Some(_), Some(_)) => {
                return Err(Wrong(format!(
                    "{place} has `value` and `query`: give one of them"
                )));
            }
        };
        Ok(Condition {
            soql: format!("{field} {} {right}", operator.soql),
            joined: false,
        })
    }

    /// Writes a value as the operator takes it, and the field.
    fn literal(
        self,
        field: &str,
        operator: Operator,
        json: &str,
        place: &str,
    ) -> Result<String, Wrong> {
        let at = format!("{place}.value");
        match self.typing.filter(|_| operator.compares_values()) {
            Some(typing) => operator.literal(&typing.typed(field, json, place)?, &at),
            None => operator.literal(json, &at),
        }
    }

    /// Writes the query that an `in` looks into.
    fn join(self, json: &str, place: &str) -> Result<String, Wrong> {
        const SHAPE: &str = "a query in a filter has `object`, `field` and `filter`";
        let members: Members = serde_json::from_str(json)
            .map_err(|_| Wrong(format!("{place} is no object: {SHAPE}")))?;
        known(&members, &["object", "field", "filter"], place, SHAPE)?;
        let object = name::word(
            &text(&members, "object", place)?,
            &format!("{place}.object"),
        )?;
        let field = name::path(&text(&members, "field", place)?, &format!("{place}.field"))?;
        let mut soql = format!("SELECT {field} FROM {object}");
        if let Some(inner) = members.get("filter") {
            let typing = self.typing.map(|typing| Typing {
                types: typing.types,
                object: object.clone(),
            });
            let filter = Filter {
                used: Use::Filter,
                joins: false,
                typing: typing.as_ref(),
            };
            let inner = filter.read(inner.get(), &format!("{place}.filter"))?;
            soql.push_str(&format!(" WHERE {}", inner.soql));
        }
        Ok(format!("({soql})"))
    }
}

fn known(members: &Members<'_>, names: &[&str], place: &str, shape: &str) -> Result<(), Wrong> {
    let strange = members.keys().find(|name| !names.contains(&name.as_str()));
    strange.map_or(Ok(()), |name| {
        Err(Wrong(format!("{place} has a member `{name}`: {shape}")))
    })
}

fn text(members: &Members<'_>, name: &str, place: &str) -> Result<String, Wrong> {
    let value = members.get(name);
    let text = value.and_then(|value| serde_json::from_str(value.get()).ok());
    text.ok_or_else(|| Wrong(format!("{place} needs `{name}`, a text")))
}
