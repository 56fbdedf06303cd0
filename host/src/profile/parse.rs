//! TOML and JSON text to one kind of document.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use serde_json::{Map, Number, Value};

use super::ProfileError;

/// Bounds a connection file and every file it refers to, in bytes.
pub(super) const MAX_FILE: u64 = 1024 * 1024;

/// Reads a connection file: JSON if its name ends in `.json`, otherwise TOML.
pub(super) fn file(path: &Path) -> Result<Map<String, Value>, ProfileError> {
    let text = read_text(path).map_err(|source| ProfileError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    if path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
    {
        json(&text, path)
    } else {
        toml(&text, path)
    }
}

/// Reads a bounded file of UTF-8 text.
pub(super) fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let length = fs::File::open(path)?
        .take(MAX_FILE + 1)
        .read_to_string(&mut text)?;
    if length as u64 > MAX_FILE {
        return Err(io::Error::other(format!(
            "it is larger than {MAX_FILE} bytes"
        )));
    }
    Ok(text)
}

fn json(text: &str, path: &Path) -> Result<Map<String, Value>, ProfileError> {
    serde_json::from_str(text).map_err(|error| ProfileError::Syntax {
        path: path.to_owned(),
        line: error.line(),
        column: error.column(),
        problem: if error.is_data() {
            "must be a JSON object".into()
        } else {
            json_problem(&error)
        },
    })
}

/// Says what serde_json complains of, without the position that it adds.
pub(crate) fn json_problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ")
        .map_or(text.clone(), |(problem, _)| problem.to_owned())
}

fn toml(text: &str, path: &Path) -> Result<Map<String, Value>, ProfileError> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let (line, column) = position(text, error.span().map_or(0, |span| span.start));
        // Only the message: the error's Display quotes the line, which may hold a secret.
        ProfileError::Syntax {
            path: path.to_owned(),
            line,
            column,
            problem: error.message().replace('\n', ", "),
        }
    })?;
    members(table, path, "")
}

fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    (line, column)
}

fn members(
    table: toml::Table,
    path: &Path,
    under: &str,
) -> Result<Map<String, Value>, ProfileError> {
    let convert = |(name, value): (String, toml::Value)| {
        let key = if under.is_empty() {
            name.clone()
        } else {
            format!("{under}.{name}")
        };
        Ok((name, value_of(value, path, &key)?))
    };
    table.into_iter().map(convert).collect()
}

fn value_of(value: toml::Value, path: &Path, key: &str) -> Result<Value, ProfileError> {
    Ok(match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::Number(number.into()),
        toml::Value::Boolean(truth) => Value::Bool(truth),
        toml::Value::Datetime(moment) => Value::String(moment.to_string()),
        toml::Value::Float(number) => {
            Number::from_f64(number)
                .map(Value::Number)
                .ok_or_else(|| ProfileError::Value {
                    path: path.to_owned(),
                    key: key.to_owned(),
                    problem: "must be a finite number".into(),
                })?
        }
        toml::Value::Array(items) => items
            .into_iter()
            .map(|item| value_of(item, path, key))
            .collect::<Result<_, _>>()?,
        toml::Value::Table(table) => Value::Object(members(table, path, key)?),
    })
}
