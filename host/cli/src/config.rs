//! The config of an operation, from `--config` and `key=value` arguments.
//!
//! | argument | meaning |
//! |---|---|
//! | `key=text` | converted to the type that the operation's schema gives to `key` |
//! | `key=a,b` | a list; the key may also be repeated |
//! | `group.key=…` | a field of a nested group, an entry of a map |
//! | `key:=JSON` | any JSON, as it stands |
//! | `key=@file`, `key:=@file` | the same, read from a file |

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Map, Value};

use super::convert::convert;
use super::failure::Failure;
use super::files;
use mediate::schema::{Kind, Schema};
use mediate::text;

/// Builds the config: `--config` first, then each pair over it.
pub(super) fn build(
    base: Option<&str>,
    pairs: &[String],
    schema: &Value,
) -> Result<Value, Failure> {
    let mut config = base.map_or_else(|| Ok(Value::Object(Map::new())), self::base)?;
    let mut given = HashSet::new();
    for text in pairs {
        set(&mut config, text, Schema::new(schema), &mut given)?;
    }
    Ok(config)
}

/// Checks that a config has no member that the operation does not know.
pub(super) fn check_names(config: &Value, schema: &Value) -> Result<(), Failure> {
    let schema = Schema::new(schema);
    let Some(members) = config.as_object() else {
        return Err(Failure::usage("`config` must be a table of fields"));
    };
    let mut names = members.keys();
    let wrong = names.find_map(|name| step(schema, name).err());
    wrong.map_or(Ok(()), |why| {
        Err(Failure::usage(format!("`config`: {why}")))
    })
}

fn base(text: &str) -> Result<Value, Failure> {
    let (what, text) = match text.strip_prefix('@') {
        Some(path) => (path.to_owned(), files::text(Path::new(path))?),
        None => ("--config".to_owned(), text.to_owned()),
    };
    let config: Value = files::json(&what, text.as_bytes())?;
    if config.is_object() {
        Ok(config)
    } else {
        Err(Failure::usage(format!(
            "{what} must hold a JSON object: {{…}}"
        )))
    }
}

/// One argument, taken apart.
struct Pair<'a> {
    key: &'a str,
    is_json: bool,
    value: &'a str,
}

impl<'a> Pair<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (key, value) = text.split_once('=')?;
        let (key, is_json) = key
            .strip_suffix(':')
            .map_or((key, false), |key| (key, true));
        (!key.is_empty()).then_some(Self {
            key,
            is_json,
            value,
        })
    }

    fn text(&self) -> Result<String, Failure> {
        match self.value.strip_prefix('@') {
            Some(path) => {
                files::text(Path::new(path)).map(|text| files::without_newline(&text).to_owned())
            }
            None => Ok(self.value.to_owned()),
        }
    }

    /// Shows the argument in an error; a value that is a secret, or may be one under a mistyped key, stays out.
    fn shown(&self, schema: Option<Schema>) -> String {
        let sign = if self.is_json { ":=" } else { "=" };
        let value = match schema {
            None => "…",
            Some(schema) if schema.is_secret() => "***",
            Some(_) => self.value,
        };
        format!("{}{sign}{value}", self.key)
    }
}

fn set(
    config: &mut Value,
    text: &str,
    schema: Schema,
    given: &mut HashSet<String>,
) -> Result<(), Failure> {
    let Some(pair) = Pair::parse(text) else {
        return Err(Failure::usage(format!(
            "`{text}` cannot be used: write key=value, key:=JSON or key=@file"
        )));
    };
    let (slot, schema) =
        slot(config, schema, pair.key).map_err(|why| unusable(&pair, None, &why))?;
    let again = !given.insert(pair.key.to_owned());
    let refuse = |why: &str| unusable(&pair, Some(schema), why);
    let value = value(&pair, schema)?;
    match (slot, value) {
        (Value::Array(items), Value::Array(more)) if again => items.extend(more),
        (_, _) if again => return Err(refuse("the key is given twice")),
        (slot, value) => *slot = value,
    }
    Ok(())
}

fn value(pair: &Pair, schema: Schema) -> Result<Value, Failure> {
    let text = pair.text()?;
    if pair.is_json {
        return serde_json::from_str(&text).map_err(|error| {
            let problem = format!(
                "the JSON is wrong at {}: {}",
                files::position(&error),
                files::json_problem(&error)
            );
            unusable(pair, Some(schema), &problem)
        });
    }
    convert(schema, &text).map_err(|why| {
        let name = pair.key.rsplit('.').next().unwrap_or(pair.key);
        unusable(pair, Some(schema), &format!("`{name}` {why}"))
    })
}

fn unusable(pair: &Pair, schema: Option<Schema>, why: &str) -> Failure {
    Failure::usage(format!("`{}` cannot be used: {why}", pair.shown(schema)))
}

/// Finds the value of a dotted key in the config, creating the groups on the way.
fn slot<'v, 's>(
    mut at: &'v mut Value,
    mut schema: Schema<'s>,
    key: &str,
) -> Result<(&'v mut Value, Schema<'s>), String> {
    let mut rest = Some(key);
    while let Some(key) = rest {
        let (name, next, child) = step(schema, key)?;
        let Value::Object(members) = at else {
            return Err(format!(
                "the value above `{name}` in --config is not a group of fields"
            ));
        };
        let empty = if next.is_some() {
            Value::Object(Map::new())
        } else {
            Value::Null
        };
        at = members.entry(name.to_owned()).or_insert(empty);
        (schema, rest) = (child, next);
    }
    Ok((at, schema))
}

/// Takes one name off a dotted key: the name, what remains, and the schema of the name. Names in a map may have dots.
fn step<'k, 's>(
    schema: Schema<'s>,
    key: &'k str,
) -> Result<(&'k str, Option<&'k str>, Schema<'s>), String> {
    let (name, rest) = key
        .split_once('.')
        .map_or((key, None), |(name, rest)| (name, Some(rest)));
    if let Some(property) = schema.property(name) {
        return Ok((name, rest, property));
    }
    match (schema.other_properties(), schema.kind()) {
        (Some(values), _) => Ok((key, None, values)),
        (None, Kind::Any) => Ok((key, None, schema)),
        (None, Kind::Record | Kind::Choice) => Err(unknown(schema, name)),
        (None, _) => Err(format!(
            "`{name}` is below a field that is not a group of fields"
        )),
    }
}

fn unknown(schema: Schema, name: &str) -> String {
    let known: Vec<&str> = schema
        .properties()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    match text::nearest(name, known.iter().copied()) {
        Some(near) => format!("`{name}` is not known; did you mean `{near}`?"),
        None if known.is_empty() => format!("`{name}` is not known: there is nothing to set here"),
        None => format!(
            "`{name}` is not known; there is {}",
            text::list(&known, "and")
        ),
    }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
