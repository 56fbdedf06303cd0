//! TOML and JSON text to one kind of document.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::ProfileError;

/// Bound of a connection file and every file it refers to, in bytes.
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

/// Gives the message of an error of serde_json, without the position that it adds.
pub fn json_problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ")
        .map_or(text.clone(), |(problem, _)| problem.to_owned())
}

/// Reads a TOML document; numbers keep their digits.
pub fn toml(text: &str, path: &Path) -> Result<Map<String, Value>, ProfileError> {
    let table = DeTable::parse(text).map_err(|error| {
        let (line, column) = position(text, error.span().map_or(0, |span| span.start));
        // Only the message: the error's Display quotes the line, which may hold a secret.
        ProfileError::Syntax {
            path: path.to_owned(),
            line,
            column,
            problem: error.message().replace('\n', ", "),
        }
    })?;
    members(table.into_inner(), path, "")
}

fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    (line, column)
}

fn members(
    table: DeTable<'_>,
    path: &Path,
    under: &str,
) -> Result<Map<String, Value>, ProfileError> {
    let convert = |(name, value): (Spanned<DeString<'_>>, Spanned<DeValue<'_>>)| {
        let name = name.into_inner().into_owned();
        let key = if under.is_empty() {
            name.clone()
        } else {
            format!("{under}.{name}")
        };
        Ok((name, value_of(value.into_inner(), path, &key)?))
    };
    table.into_iter().map(convert).collect()
}

/// Converts a value of TOML to JSON; numbers keep the digits that they were written with.
fn value_of(value: DeValue<'_>, path: &Path, key: &str) -> Result<Value, ProfileError> {
    let wrong = |problem: &str| ProfileError::Value {
        path: path.to_owned(),
        key: key.to_owned(),
        problem: problem.into(),
    };
    Ok(match value {
        DeValue::String(text) => Value::String(text.into_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map(Value::from)
            .map_err(|_| wrong("must be a whole number of at most 64 bits"))?,
        DeValue::Boolean(truth) => Value::Bool(truth),
        DeValue::Datetime(moment) => Value::String(moment.to_string()),
        DeValue::Float(number) => {
            let digits = number.as_str().trim_start_matches('+');
            serde_json::from_str(digits)
                .map(Value::Number)
                .map_err(|_| wrong("must be a finite number"))?
        }
        DeValue::Array(items) => items
            .into_iter()
            .map(|item| value_of(item.into_inner(), path, key))
            .collect::<Result<_, _>>()?,
        DeValue::Table(table) => Value::Object(members(table, path, key)?),
    })
}
