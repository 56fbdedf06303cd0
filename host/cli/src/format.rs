//! The format of a file, told by its ending: what is written to `outcomes.csv` is CSV, to `outcomes.csv.gz` compressed
//! CSV, and to `outcomes.parquet` nothing, for no operation writes that.

use std::path::Path;

use serde_json::Value;

use super::failure::Failure;
use mediate::contract::OperationInfo;
use mediate::schema::Schema;
use mediate::text;

/// Field with the format of what goes in, or comes out.
pub(super) const FORMAT: &str = "format";
/// Field with the format of outcomes.
pub(super) const OUTCOME_FORMAT: &str = "outcome-format";
/// Media type of bytes that are nobody's business.
const BYTES: &str = "application/octet-stream";
/// Ending of compressed files.
const GZIP: &str = "gz";
/// Endings with their formats and media types.
pub(super) const KNOWN: [(&str, &str, &str); 7] = [
    ("csv", "csv", "text/csv"),
    ("ndjson", "ndjson", "application/x-ndjson"),
    ("jsonl", "ndjson", "application/x-ndjson"),
    ("json", "json", "application/json"),
    ("xml", "xml", "application/xml"),
    ("xsd", "xml", "application/xml"),
    ("wsdl", "xml", "application/xml"),
];
/// Endings that promise no format.
const NEUTRAL: [&str; 8] = ["txt", "text", "log", "out", "dat", "data", "tmp", "bak"];
/// Length of the longest ending that counts as one: `accounts.20261130T0600` has none.
const LONGEST_ENDING: usize = 8;

/// What the ending of a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Nothing.
    None,
    /// One of [`KNOWN`].
    Known(&'static str, &'static str),
    /// A format that is none of ours.
    Foreign,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Data {
    /// The input of an operation.
    Input,
    /// What it gives.
    Output,
    /// The outcomes of records.
    Outcomes,
    /// The records that failed.
    Failed,
}

impl Data {
    pub(super) const fn argument(self) -> &'static str {
        match self {
            Self::Input => "--input",
            Self::Output => "--output",
            Self::Outcomes => "--outcomes",
            Self::Failed => "--failed",
        }
    }

    const fn field(self) -> &'static str {
        match self {
            Self::Outcomes => OUTCOME_FORMAT,
            _ => FORMAT,
        }
    }
}

/// Returns what a file's name says of its format, and whether it is compressed.
pub(super) fn ending(path: &Path) -> (Ending, bool) {
    let lower = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let (stem, gzip) = match lower.rsplit_once('.') {
        Some((stem, GZIP)) => (stem, true),
        _ => (lower.as_str(), false),
    };
    let last = stem.rsplit_once('.').map(|(_, last)| last);
    (last.map_or(Ending::None, format_of), gzip)
}

fn format_of(ending: &str) -> Ending {
    let known = KNOWN.iter().find(|(known, ..)| *known == ending);
    if let Some((_, format, media_type)) = known {
        return Ending::Known(format, media_type);
    }
    let begins = ending.starts_with(|first: char| first.is_ascii_lowercase());
    let is_one = begins
        && ending.len() <= LONGEST_ENDING
        && ending.chars().all(|letter| letter.is_ascii_alphanumeric());
    if is_one && !NEUTRAL.contains(&ending) {
        Ending::Foreign
    } else {
        Ending::None
    }
}

/// Says whether a file is compressed by its ending. Where an operation takes or gives nothing but bytes, a compressed
/// file is what it is.
pub(super) fn is_gzip(path: &Path, media_types: &[String]) -> bool {
    let is_only_bytes = media_types.iter().all(|media_type| media_type == BYTES);
    let (_, gzip) = ending(path);
    gzip && (media_types.is_empty() || !is_only_bytes)
}

/// Completes a config by the ending of a file: where the operation lets the format be chosen and nobody chose it, the
/// ending does. An ending that the operation has no format for is refused, unless the config says the format.
pub(super) fn by_ending(
    mut config: Value,
    operation: &OperationInfo,
    data: Data,
    path: Option<&Path>,
) -> Result<Value, Failure> {
    let Some(path) = path else { return Ok(config) };
    let field = data.field();
    let (ending, _) = ending(path);
    let choices = choices(operation, field);
    if data == Data::Failed {
        return check_failed(&config, operation, &choices, path, ending).map(|()| config);
    }
    if config.get(field).is_some() || ending == Ending::None {
        return Ok(config);
    }
    match ending {
        Ending::Known(format, _) if choices.iter().any(|choice| choice == format) => {
            if let Some(members) = config.as_object_mut() {
                members.insert(field.to_owned(), format.into());
            }
            Ok(config)
        }
        _ if choices.is_empty() && fits(operation, data, ending) => Ok(config),
        _ => Err(refused(operation, data, path, &choices)),
    }
}

/// Lists the values that a field of the config can have; none where it has no such field.
pub(super) fn choices(operation: &OperationInfo, field: &str) -> Vec<String> {
    let schema: Option<Value> = serde_json::from_str(&operation.config_schema).ok();
    let choices = schema.as_ref().and_then(|schema| {
        let choices = Schema::new(schema).property(field)?.choices();
        Some(choices.into_iter().map(str::to_owned).collect())
    });
    choices.unwrap_or_default()
}

/// Says whether an operation whose format cannot be chosen takes or gives files of this ending.
fn fits(operation: &OperationInfo, data: Data, ending: Ending) -> bool {
    let media_types = match data {
        Data::Input => &operation.accepts,
        Data::Output => &operation.returns,
        // Without a choice, outcomes are lines: those of JSON, as far as a connector gives any of the known formats.
        Data::Outcomes | Data::Failed => return matches!(ending, Ending::Known("ndjson", _)),
    };
    let is_open = |media_type: &str| !KNOWN.iter().any(|(.., known)| is_of(media_type, known));
    media_types.is_empty()
        || media_types.iter().any(|media_type| match ending {
            Ending::Known(_, known) => is_of(media_type, known) || media_type == BYTES,
            _ => is_open(media_type),
        })
}

/// Says whether a media type is of a known one: `application/schema+json` is JSON.
fn is_of(media_type: &str, known: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let suffix = known.rsplit('/').next().unwrap_or_default();
    essence == known
        || essence.ends_with(&format!("+{suffix}"))
        || (known == "application/xml" && essence == "text/xml")
}

/// Refuses a file for failed records in another format than theirs: CSV where the input is CSV, else lines of JSON.
fn check_failed(
    config: &Value,
    operation: &OperationInfo,
    choices: &[String],
    path: &Path,
    ending: Ending,
) -> Result<(), Failure> {
    let chosen = config
        .get(FORMAT)
        .and_then(Value::as_str)
        .map(str::to_owned);
    let Some(input) = chosen.or_else(|| default(operation, FORMAT)) else {
        return Ok(());
    };
    let given = if input == "csv" { "csv" } else { "ndjson" };
    let has = choices.iter().any(|choice| choice == given);
    match ending {
        Ending::Known(format, _) if has && format != given => {}
        Ending::Foreign if has => {}
        _ => return Ok(()),
    }
    Err(Failure::usage(format!(
        "--failed {}: the records that fail come as {given} where the input is {input}: end the name in .{given}",
        path.display()
    )))
}

fn default(operation: &OperationInfo, field: &str) -> Option<String> {
    let schema: Value = serde_json::from_str(&operation.config_schema).ok()?;
    let field = Schema::new(&schema).property(field)?;
    Some(field.keyword("default")?.as_str()?.to_owned())
}

fn refused(operation: &OperationInfo, data: Data, path: &Path, choices: &[String]) -> Failure {
    let (name, argument, path) = (&operation.name, data.argument(), path.display());
    let verb = if data == Data::Input {
        "takes"
    } else {
        "gives"
    };
    if choices.is_empty() {
        let media_types = match data {
            Data::Input => text::list(&operation.accepts, "or"),
            Data::Output => text::list(&operation.returns, "or"),
            Data::Outcomes | Data::Failed => "application/x-ndjson".to_owned(),
        };
        return Failure::usage(format!(
            "{argument} {path}: `{name}` {verb} {media_types}, which this ending does not stand for: choose a matching ending"
        ));
    }
    let endings: Vec<String> = choices.iter().map(|choice| format!(".{choice}")).collect();
    let field = data.field();
    Failure::usage(format!(
        "{argument} {path}: `{name}` {verb} {}, which this ending does not stand for: end the name in {}, or set {field}=",
        text::list(choices, "or"),
        text::list(&endings, "or"),
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use mediate::contract::{Effect, Style};

    fn operation(schema: &Value, returns: &[&str]) -> OperationInfo {
        OperationInfo {
            name: "query/rows".into(),
            summary: String::new(),
            description: String::new(),
            style: Style::Source,
            effect: Effect::Read,
            config_schema: schema.to_string(),
            accepts: Vec::new(),
            returns: returns
                .iter()
                .map(|&media_type| media_type.to_owned())
                .collect(),
            reply_schema: None,
        }
    }

    fn rows() -> OperationInfo {
        let schema = json!({"type": "object", "properties": {"format": {"enum": ["ndjson", "csv"], "default": "csv"}}});
        operation(&schema, &["text/csv", "application/x-ndjson"])
    }

    fn chosen(config: Value, path: &str) -> Option<Value> {
        by_ending(config, &rows(), Data::Output, Some(Path::new(path))).ok()
    }

    #[test]
    fn the_ending_chooses_where_nobody_else_did() {
        for (path, format) in [
            ("a.CSV", "csv"),
            ("a.jsonl", "ndjson"),
            ("a.csv.gz", "csv"),
            ("2026.11.30.csv", "csv"),
        ] {
            assert_eq!(
                chosen(json!({}), path),
                Some(json!({"format": format})),
                "{path}"
            );
        }
        let given = json!({"format": "ndjson"});
        for path in ["a.csv", "a.parquet"] {
            assert_eq!(chosen(given.clone(), path), Some(given.clone()), "{path}");
        }
    }

    #[test]
    fn what_promises_nothing_chooses_nothing() {
        for path in ["a", "a.txt", "csv", "-", "a.gz", "a.2026-11-30", "a.out"] {
            assert_eq!(chosen(json!({}), path), Some(json!({})), "{path}");
        }
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        for path in [
            "a.json",
            "a.parquet",
            "a.xlsx",
            "a.xml",
            "a.json.gz",
            "a.tsv",
        ] {
            assert_eq!(chosen(json!({}), path), None, "{path}");
        }
    }

    #[test]
    fn an_operation_without_a_choice_is_held_to_what_it_gives() {
        let fits = |returns: &[&str], path: &str| {
            let operation = operation(&json!({}), returns);
            by_ending(json!({}), &operation, Data::Output, Some(Path::new(path))).is_ok()
        };
        assert!(fits(&["application/schema+json"], "a.json"));
        assert!(fits(&["application/xml"], "a.xsd"));
        assert!(fits(&["application/json"], "a"));
        assert!(!fits(&["application/json"], "a.csv"));
        assert!(!fits(&["application/json"], "a.parquet"));
        for path in ["a.csv", "a.parquet", "a.pdf", "a.csv.gz"] {
            assert!(fits(&["application/octet-stream"], path), "{path}");
        }
    }

    #[test]
    fn bytes_are_what_they_are_and_the_rest_is_compressed() {
        let gzip = |media_types: &[&str], path: &str| {
            let media_types: Vec<String> = media_types.iter().map(|&one| one.to_owned()).collect();
            is_gzip(Path::new(path), &media_types)
        };
        assert!(gzip(&["text/csv"], "a.csv.gz"));
        assert!(gzip(&["text/csv"], "a.GZ"));
        assert!(!gzip(&["text/csv"], "a.csv"));
        assert!(!gzip(&["application/octet-stream"], "a.csv.gz"));
    }

    #[test]
    fn failed_records_are_in_the_format_of_the_input() {
        let failed = |config: Value, path: &str| {
            by_ending(config, &rows(), Data::Failed, Some(Path::new(path))).is_ok()
        };
        assert!(failed(json!({}), "bad.csv"));
        assert!(failed(json!({"format": "json"}), "bad.ndjson"));
        assert!(!failed(json!({"format": "ndjson"}), "bad.csv"));
        assert!(!failed(json!({}), "bad.xlsx"));
    }
}
