//! What `--input-type` says of the input of a load: the config's fields that tell the same are set.

use serde_json::Value;

use super::failure::Failure;
use super::format::{FORMAT, KNOWN, choices};
use mediate::contract::OperationInfo;
use mediate::text;

/// Parameters of media types with the fields of configs that mean the same.
const FIELDS: [(&str, &str); 2] = [("header", "header"), ("delimiter", "column-delimiter")];

/// Completes a config by the media type of the input.
///
/// # Errors
/// A media type that the operation does not take, a parameter that it has no field for, and one that the config contradicts.
pub(super) fn choose(
    mut config: Value,
    operation: &OperationInfo,
    media_type: &str,
) -> Result<Value, Failure> {
    let mut parts = media_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let format = KNOWN.iter().find(|(.., known)| *known == essence);
    let formats = choices(operation, FORMAT);
    match format {
        Some((_, format, _)) if formats.iter().any(|choice| choice == format) => {
            set(&mut config, FORMAT, format)?;
        }
        _ if formats.is_empty() && takes(operation, &essence) => {}
        _ => return Err(not_taken(operation, media_type)),
    }
    for parameter in parts.filter(|parameter| !parameter.is_empty()) {
        apply(&mut config, operation, parameter)?;
    }
    Ok(config)
}

fn takes(operation: &OperationInfo, essence: &str) -> bool {
    let accepts = &operation.accepts;
    accepts.is_empty() || accepts.iter().any(|known| known == essence)
}

fn not_taken(operation: &OperationInfo, media_type: &str) -> Failure {
    Failure::usage(format!(
        "--input-type {media_type}: `{}` takes {}",
        operation.name,
        text::list(&operation.accepts, "or")
    ))
}

/// Sets the field that means the same as a parameter.
fn apply(config: &mut Value, operation: &OperationInfo, parameter: &str) -> Result<(), Failure> {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let name = name.trim().to_ascii_lowercase();
    let value = value.trim().trim_matches('"').to_ascii_lowercase();
    if name == "charset" {
        return if matches!(value.as_str(), "utf-8" | "utf8" | "us-ascii") {
            Ok(())
        } else {
            Err(Failure::usage(format!(
                "--input-type: charset={value} is not read: save the input as UTF-8"
            )))
        };
    }
    let field = FIELDS.iter().find(|(known, _)| *known == name);
    let choices = field.map_or_else(Vec::new, |(_, field)| choices(operation, field));
    match field {
        Some((_, field)) if choices.contains(&value) => set(config, field, &value),
        Some(_) if !choices.is_empty() => Err(Failure::usage(format!(
            "--input-type: {name}={value}: it can be {}",
            text::list(&choices, "or")
        ))),
        _ => Err(Failure::usage(format!(
            "--input-type: `{}` has no field for `{name}`: leave it out",
            operation.name
        ))),
    }
}

fn set(config: &mut Value, field: &str, value: &str) -> Result<(), Failure> {
    if let Some(known) = config.get(field)
        && known != value
    {
        return Err(Failure::usage(format!(
            "--input-type says {field}={value}, and the config says {field}={}: take one of the two out",
            known.as_str().unwrap_or_default()
        )));
    }
    if let Some(members) = config.as_object_mut() {
        members.insert(field.to_owned(), value.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use mediate::contract::{Effect, Style};
    use serde_json::json;

    use super::*;

    fn load() -> OperationInfo {
        let schema = json!({"type": "object", "properties": {
            "format": {"enum": ["csv", "ndjson", "json", "xml"]},
            "header": {"enum": ["present", "absent"]},
            "column-delimiter": {"enum": ["comma", "space"]},
        }});
        OperationInfo {
            name: "bulk/load".into(),
            summary: String::new(),
            description: String::new(),
            style: Style::Sink,
            effect: Effect::Write,
            config_schema: schema.to_string(),
            accepts: vec!["text/csv".into(), "application/json".into()],
            returns: Vec::new(),
            reply_schema: None,
        }
    }

    fn chosen(config: Value, media_type: &str) -> Option<Value> {
        choose(config, &load(), media_type).ok()
    }

    #[test]
    fn parameters_become_fields() {
        assert_eq!(
            chosen(
                json!({"object": "Account"}),
                "Text/CSV; charset=UTF-8; header=absent; delimiter=\"space\""
            ),
            Some(
                json!({"object": "Account", "format": "csv", "header": "absent", "column-delimiter": "space"})
            )
        );
        assert_eq!(
            chosen(json!({"format": "json"}), "application/json"),
            Some(json!({"format": "json"}))
        );
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (config, media_type) in [
            (json!({}), "text/plain"),
            (json!({"format": "json"}), "text/csv"),
            (json!({}), "text/csv; header=maybe"),
            (json!({}), "text/csv; charset=latin1"),
            (json!({}), "text/csv; quote=x"),
        ] {
            assert_eq!(chosen(config, media_type), None, "{media_type}");
        }
    }
}
