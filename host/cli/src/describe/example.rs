//! An example command line, made from the schema of an operation.

use serde_json::Value;

use mediate::contract::{OperationInfo, Style};
use mediate::schema::{Kind, Schema};

/// Beginning of the example in a description: ``for example `Account` ``.
const FOR_EXAMPLE: &str = "for example `";

/// Writes a command that sets every required field.
pub(super) fn command(operation: &OperationInfo, schema: Schema) -> String {
    let verb = match operation.style {
        Style::Call => "call",
        Style::Source => "read",
        Style::Sink => "write",
        Style::Trigger => "watch",
    };
    let mut command = format!("mediate {verb} {}", operation.name);
    required("", schema, &mut command);
    if let Some(media_type) = operation.accepts.first() {
        command.push_str(&format!(" --input {}", file_for(media_type)));
    }
    command
}

fn required(prefix: &str, schema: Schema, command: &mut String) {
    for (name, property) in schema.properties() {
        if !schema.requires(name) {
            continue;
        }
        let key = format!("{prefix}{name}");
        match property.kind() {
            Kind::Record => required(&format!("{key}."), property, command),
            kind => command.push_str(&format!(" {}", pair(&key, kind, property))),
        }
    }
}

fn pair(key: &str, kind: Kind, schema: Schema) -> String {
    let value = value(key, schema);
    match kind {
        Kind::Any | Kind::Choice | Kind::Map => format!("{key}:={}", quoted(&value)),
        _ => format!("{key}={}", quoted(&value)),
    }
}

/// Takes what the schema gives as an example, a choice or a default, else the field's name in capitals.
fn value(key: &str, schema: Schema) -> String {
    let first = |keyword| schema.keyword(keyword)?.as_array()?.first();
    let known = first("examples")
        .or_else(|| schema.keyword("default"))
        .map(plain);
    known
        .or_else(|| in_description(schema))
        .or_else(|| schema.choices().first().map(|&word| word.to_owned()))
        .or_else(|| schema.keyword("minimum").map(plain))
        .unwrap_or_else(|| by_kind(key, schema.kind()))
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn in_description(schema: Schema) -> Option<String> {
    let (_, example) = schema.text("description")?.split_once(FOR_EXAMPLE)?;
    example
        .split_once('`')
        .map(|(example, _)| example.to_owned())
}

fn by_kind(key: &str, kind: Kind) -> String {
    match kind {
        Kind::Integer | Kind::Number => "1".into(),
        Kind::Boolean => "true".into(),
        Kind::Any | Kind::Choice | Kind::Map => "{}".into(),
        _ => key.rsplit('.').next().unwrap_or(key).to_uppercase(),
    }
}

/// Quotes a value for the shell where it must be.
fn quoted(value: &str) -> String {
    let safe = |letter: char| letter.is_alphanumeric() || "-_./:@,+%=".contains(letter);
    if !value.is_empty() && value.chars().all(safe) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', r"'\''"))
    }
}

fn file_for(media_type: &str) -> &'static str {
    match media_type {
        "application/json" => "input.json",
        "application/x-ndjson" => "input.ndjson",
        "text/csv" => "input.csv",
        "application/xml" | "text/xml" => "input.xml",
        _ => "FILE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_for_the_shell() {
        assert_eq!(quoted("Account"), "Account");
        assert_eq!(quoted("SELECT Id"), "'SELECT Id'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
