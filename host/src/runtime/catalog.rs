//! What a connector says of itself, held against the contract before anybody uses or prints it.

use crate::contract::{ConnectorInfo, OperationInfo};
use crate::error::HostError;
use crate::terminal::is_hidden;
use serde_json::Value;
use std::collections::HashSet;

/// Operations of one connector. Salesforce's has some 200.
const MAX_OPERATIONS: usize = 5_000;
/// Length of a name, in characters.
const MAX_NAME: usize = 100;
/// Length of a version or a media type, in characters.
const MAX_WORD: usize = 100;
/// Length of a summary, in characters.
const MAX_SUMMARY: usize = 1_000;
/// Length of a description, in characters.
const MAX_DESCRIPTION: usize = 100_000;
/// Length of a schema, in bytes.
const MAX_SCHEMA: usize = 4 << 20;
/// Media types of one operation.
const MAX_MEDIA_TYPES: usize = 100;

/// What was being done, for errors.
const DURING: &str = "`describe`";

/// Checks names, texts and schemas of a catalog.
///
/// # Errors
/// The first thing that the contract does not allow.
pub(super) fn check(info: &ConnectorInfo) -> Result<(), HostError> {
    connector(info).map_err(|problem| HostError::broken(DURING, problem))
}

fn connector(info: &ConnectorInfo) -> Result<(), String> {
    let name = &info.name;
    if !is_part(name) {
        return Err(format!(
            "its name `{}` does not consist of lower-case letters, digits and hyphens",
            start(name)
        ));
    }
    text("its version", &info.version, MAX_WORD)?;
    schema("the schema of its connection", &info.connection_schema)?;
    let count = info.operations.len();
    if count > MAX_OPERATIONS {
        return Err(format!(
            "it has {count} operations, and {MAX_OPERATIONS} are allowed"
        ));
    }
    let mut names = HashSet::new();
    for one in &info.operations {
        operation(one)?;
        if !names.insert(one.name.as_str()) {
            return Err(format!("it has two operations `{}`", one.name));
        }
    }
    Ok(())
}

fn operation(info: &OperationInfo) -> Result<(), String> {
    let name = &info.name;
    let is_name = name
        .split_once('/')
        .is_some_and(|(group, name)| is_part(group) && is_part(name));
    if !is_name {
        return Err(format!(
            "its operation `{}` is not named `group/name`, in lower-case letters, digits and hyphens",
            start(name)
        ));
    }
    let of = |what: &str| format!("{what} of `{name}`");
    text(&of("the summary"), &info.summary, MAX_SUMMARY)?;
    text(&of("the description"), &info.description, MAX_DESCRIPTION)?;
    schema(&of("the config schema"), &info.config_schema)?;
    if let Some(reply) = &info.reply_schema {
        schema(&of("the reply schema"), reply)?;
    }
    for types in [&info.accepts, &info.returns] {
        if types.len() > MAX_MEDIA_TYPES {
            return Err(format!("`{name}` lists {} media types", types.len()));
        }
        for media_type in types {
            is_media_type(media_type).then_some(()).ok_or_else(|| {
                format!(
                    "{} is not a media type",
                    of(&format!("`{}`", start(media_type)))
                )
            })?;
        }
    }
    Ok(())
}

/// Says whether this is one part of a name: a letter, then letters, digits and single hyphens.
fn is_part(name: &str) -> bool {
    let letters = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    name.chars().count() <= MAX_NAME
        && name
            .split('-')
            .all(|word| !word.is_empty() && word.chars().all(letters))
}

fn is_media_type(text: &str) -> bool {
    let letters = |letter: char| letter.is_ascii_graphic() || letter == ' ';
    text.chars().count() <= MAX_WORD && text.contains('/') && text.chars().all(letters)
}

fn text(what: &str, text: &str, max: usize) -> Result<(), String> {
    let length = text.chars().count();
    if length > max {
        return Err(format!(
            "{what} has {length} characters, and {max} are allowed"
        ));
    }
    match text.chars().find(|letter| is_hidden(*letter)) {
        Some(letter) => Err(format!(
            "{what} holds the control character U+{:04X}",
            u32::from(letter)
        )),
        None => Ok(()),
    }
}

fn schema(what: &str, text: &str) -> Result<(), String> {
    if text.len() > MAX_SCHEMA {
        let length = text.len();
        return Err(format!(
            "{what} has {length} bytes, and {MAX_SCHEMA} are allowed"
        ));
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(_) | Value::Bool(_)) => Ok(()),
        Ok(_) => Err(format!(
            "{what} is not a JSON Schema: it is neither an object nor true nor false"
        )),
        Err(error) => Err(format!("{what} is not JSON ({error})")),
    }
}

/// Returns as much of a foreign name as an error shows.
fn start(name: &str) -> String {
    crate::terminal::cut(name, MAX_NAME).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Effect, Style};

    fn catalog() -> ConnectorInfo {
        ConnectorInfo {
            name: "salesforce".into(),
            version: "0.1.0".into(),
            connection_schema: "{}".into(),
            operations: vec![OperationInfo {
                name: "records/create".into(),
                summary: "Creates.".into(),
                description: "Creates.\n\nA record.".into(),
                style: Style::Call,
                effect: Effect::Write,
                config_schema: "true".into(),
                accepts: vec!["application/json".into()],
                returns: vec![],
                reply_schema: Some(r#"{"type": "object"}"#.into()),
            }],
        }
    }

    #[track_caller]
    fn refused(change: impl FnOnce(&mut ConnectorInfo), why: &str) {
        let mut info = catalog();
        change(&mut info);
        let sentence = check(&info).expect_err(why).to_string();
        assert!(sentence.contains(why), "{sentence}");
    }

    #[test]
    fn a_sound_catalog_passes() {
        check(&catalog()).expect("sound");
    }

    #[test]
    fn names_have_a_form() {
        for name in [
            "",
            "create",
            "records/",
            "../etc",
            "records/../x",
            "records/a/b",
            "records/\0",
            "Records/create",
            "records/-a",
        ] {
            refused(
                |info| info.operations[0].name = name.into(),
                "is not named `group/name`",
            );
        }
        refused(|info| info.name = "a b".into(), "its name `a b`");
        refused(
            |info| info.operations[0].name = format!("a/{}", "b".repeat(101)),
            "is not named",
        );
    }

    #[test]
    fn a_catalog_is_bounded() {
        refused(
            |info| info.operations = vec![info.operations[0].clone(); MAX_OPERATIONS + 1],
            "it has 5001 operations",
        );
        refused(
            |info| info.operations.push(info.operations[0].clone()),
            "two operations",
        );
        refused(
            |info| info.operations[0].summary = "x".repeat(1_001),
            "has 1001 characters",
        );
        refused(
            |info| info.operations[0].description = "x".repeat(MAX_DESCRIPTION + 1),
            "the description of `records/create` has",
        );
        refused(
            |info| info.connection_schema = format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_SCHEMA)),
            "the schema of its connection has",
        );
    }

    #[test]
    fn texts_hold_nothing_that_a_terminal_obeys() {
        refused(
            |info| info.operations[0].summary = "\u{1b}[2J".into(),
            "control character U+001B",
        );
        refused(
            |info| info.version = "1\u{202e}".into(),
            "control character U+202E",
        );
    }

    #[test]
    fn schemas_and_media_types_are_what_they_say() {
        refused(
            |info| info.operations[0].config_schema = "[]".into(),
            "is not a JSON Schema",
        );
        refused(
            |info| info.operations[0].reply_schema = Some("{".into()),
            "is not JSON",
        );
        refused(
            |info| info.operations[0].accepts = vec!["json".into()],
            "`json` of `records/create` is not a media type",
        );
    }
}
