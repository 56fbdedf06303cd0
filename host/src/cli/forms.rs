//! The form of a file, chosen by its ending: what is written to `outcomes.csv` is CSV.

use std::path::Path;

use serde_json::Value;

use crate::contract::OperationInfo;
use crate::schema::Schema;

/// Names the form of what goes in, or comes out.
pub(super) const FORMAT: &str = "format";
/// Names the form of outcomes.
pub(super) const OUTCOME_FORMAT: &str = "outcome-format";

/// Completes a config: where the operation lets the form of a file be chosen and nobody chose it, the file's ending does.
pub(super) fn by_ending(
    mut config: Value,
    operation: &OperationInfo,
    field: &str,
    path: Option<&Path>,
) -> Value {
    let form = path.and_then(|path| form(path, operation, field));
    if let (Some(form), Some(members)) = (form, config.as_object_mut()) {
        members.entry(field).or_insert_with(|| form.into());
    }
    config
}

/// The ending of a file, if it is one of the forms to choose from.
fn form(path: &Path, operation: &OperationInfo, field: &str) -> Option<String> {
    let ending = path.extension()?.to_str()?.to_lowercase();
    let form = if ending == "jsonl" { "ndjson" } else { &ending };
    let schema: Value = serde_json::from_str(&operation.config_schema).ok()?;
    let choices = Schema::new(&schema).property(field)?.choices();
    choices.contains(&form).then(|| form.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::{Effect, Style};

    fn operation() -> OperationInfo {
        let schema =
            json!({"type": "object", "properties": {"format": {"enum": ["ndjson", "csv"]}}});
        OperationInfo {
            name: "query/rows".into(),
            summary: String::new(),
            description: String::new(),
            style: Style::Source,
            effect: Effect::Read,
            config_schema: schema.to_string(),
            accepts: Vec::new(),
            returns: Vec::new(),
            reply_schema: None,
        }
    }

    fn chosen(config: Value, path: &str) -> Value {
        by_ending(config, &operation(), FORMAT, Some(Path::new(path)))
    }

    #[test]
    fn the_ending_chooses_where_nobody_else_did() {
        assert_eq!(chosen(json!({}), "a.CSV"), json!({"format": "csv"}));
        assert_eq!(chosen(json!({}), "a.jsonl"), json!({"format": "ndjson"}));
        let given = json!({"format": "ndjson"});
        assert_eq!(chosen(given.clone(), "a.csv"), given);
    }

    #[test]
    fn other_endings_and_other_fields_choose_nothing() {
        for path in ["a", "a.txt", "csv", "-"] {
            assert_eq!(chosen(json!({}), path), json!({}));
        }
        let other = by_ending(
            json!({}),
            &operation(),
            OUTCOME_FORMAT,
            Some(Path::new("a.csv")),
        );
        assert_eq!(other, json!({}));
    }
}
