//! One operation, explained.

use std::fmt::Write as _;

use serde_json::Value;

use super::example;
use super::wrap::{lines, wrapped};
use crate::type_words::takes;
use mediate::contract::{Effect, OperationInfo, Style};
use mediate::schema::{Kind, Schema};

/// Bound of how deep groups in groups are listed.
const MAX_DEPTH: usize = 4;
/// Bound of a line of text.
const WIDTH: usize = 100;

/// Explains an operation: what it does, what it takes and gives, and a command to begin with.
pub(crate) fn text(operation: &OperationInfo, schema: &Value) -> String {
    let schema = Schema::new(schema);
    let mut text = format!("{}: {}\n", operation.name, operation.summary);
    paragraphs(&mut text, operation);
    let _ = writeln!(text, "\nRun by  {}", style(operation.style));
    let _ = writeln!(text, "Effect  {}", effect(operation.effect));
    let _ = writeln!(text, "Input   {}", media_types(&operation.accepts));
    let _ = writeln!(text, "Output  {}", media_types(&operation.returns));
    fields(&mut text, schema);
    let _ = writeln!(text, "\nExample\n  {}", example::command(operation, schema));
    text
}

/// Writes the description without its first sentence where that is the summary.
fn paragraphs(text: &mut String, operation: &OperationInfo) {
    let description = operation.description.trim();
    let rest = description
        .strip_prefix(operation.summary.trim())
        .unwrap_or(description)
        .trim();
    for paragraph in rest
        .split("\n\n")
        .filter(|paragraph| !paragraph.trim().is_empty())
    {
        let _ = write!(text, "\n{}\n", lines(paragraph, WIDTH).join("\n"));
    }
}

const fn style(style: Style) -> &'static str {
    match style {
        Style::Call => "mediate call (one request, one reply)",
        Style::Source => "mediate read (many rows, in constant memory)",
        Style::Sink => "mediate write (a file of any size, in constant memory)",
        Style::Trigger => "mediate watch (what is new, polled again and again)",
    }
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Pure => "none: nothing is sent",
        Effect::Read => "read: running it again changes nothing",
        Effect::Write => "write: changes the remote system",
    }
}

fn media_types(types: &[String]) -> String {
    if types.is_empty() {
        "none".into()
    } else {
        wrapped(&types.join(", "), 8)
    }
}

/// One field in the table of the config.
struct Row {
    key: String,
    takes: String,
    notes: Vec<String>,
    description: String,
}

fn fields(text: &mut String, schema: Schema) {
    let mut rows = Vec::new();
    gather("", schema, 0, &mut rows);
    if rows.is_empty() {
        text.push_str("\nConfig  none\n");
        return;
    }
    text.push_str("\nConfig\n");
    for row in rows {
        let notes: Vec<String> = std::iter::once(row.takes).chain(row.notes).collect();
        let _ = writeln!(text, "  {}  ({})", row.key, notes.join("; "));
        if !row.description.is_empty() {
            let _ = writeln!(text, "      {}", wrapped(&row.description, 6));
        }
    }
}

fn gather(prefix: &str, schema: Schema, depth: usize, rows: &mut Vec<Row>) {
    if schema.kind() == Kind::Map && depth == 0 {
        rows.push(row("", schema, false));
    }
    let mut properties = schema.properties();
    properties.sort_by_key(|(name, _)| !schema.requires(name));
    for (name, property) in properties {
        let key = format!("{prefix}{name}");
        rows.push(row(&key, property, schema.requires(name)));
        if depth < MAX_DEPTH && matches!(property.kind(), Kind::Record | Kind::Choice) {
            gather(&format!("{key}."), property, depth + 1, rows);
        }
    }
}

fn row(key: &str, schema: Schema, required: bool) -> Row {
    let mut notes = Vec::new();
    if required {
        notes.push("required".to_owned());
    }
    if schema.is_secret() {
        notes.push("secret".to_owned());
    }
    if let Some(default) = schema
        .keyword("default")
        .filter(|default| !is_empty(default))
    {
        notes.push(format!(
            "default {}",
            default
                .as_str()
                .map_or_else(|| default.to_string(), str::to_owned)
        ));
    }
    let key = match (schema.kind(), key) {
        (Kind::Map, "") => "NAME".to_owned(),
        (Kind::Map, key) => format!("{key}.NAME"),
        (_, key) => key.to_owned(),
    };
    Row {
        key,
        takes: takes(schema),
        notes,
        description: schema.text("description").unwrap_or_default().to_owned(),
    }
}

/// Says whether a default is an empty list or group, which says no more than that the field can be left out.
fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
        || value.as_object().is_some_and(serde_json::Map::is_empty)
}

#[cfg(test)]
#[path = "operation_tests.rs"]
mod tests;
