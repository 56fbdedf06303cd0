//! What Salesforce tells beside the sentence of an error: extended error codes, and the records that a duplicate rule found.

use serde_json::{Map, Value};

/// Most matching records that a message names; the rest is counted.
const MAX_MATCHES: usize = 50;

/// The sentence of an error with what stands beside it.
pub fn with_details(message: String, error: &Value) -> String {
    let extended = extended(error).map(|told| format!("extended error: {told}"));
    let matches = matches_of(error);
    let all = extended
        .into_iter()
        .chain((!matches.is_empty()).then(|| named(&matches)));
    let all: Vec<String> = all.collect();
    beside(message, &all)
}

/// A sentence with further facts in parentheses.
pub fn beside(message: String, facts: &[String]) -> String {
    match facts {
        [] => message,
        facts => format!("{} ({})", message.trim_end(), facts.join("; ")),
    }
}

/// Ids of records that match, as a message names them.
pub fn named(ids: &[String]) -> String {
    let more = match ids.len().saturating_sub(MAX_MATCHES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shown: Vec<&str> = ids.iter().take(MAX_MATCHES).map(String::as_str).collect();
    format!("matching records: {}{more}", shown.join(", "))
}

/// `extendedErrorDetails`, one or several: a code and what belongs to it; some resources have `extendedErrorCode` alone.
fn extended(error: &Value) -> Option<String> {
    let told = match error.get("extendedErrorDetails") {
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_object).map(one).collect(),
        Some(Value::Object(only)) => vec![one(only)],
        _ => Vec::new(),
    };
    let bare = || error.get("extendedErrorCode")?.as_str().map(str::to_owned);
    match told.is_empty() {
        true => bare(),
        false => Some(told.join("; ")),
    }
}

fn one(details: &Map<String, Value>) -> String {
    let code = details.get("extendedErrorCode").map(plain);
    let rest = details.iter().filter(|(name, value)| {
        *name != "extendedErrorCode" && !matches!(value, Value::Null | Value::Object(_))
    });
    let rest = rest.map(|(name, value)| format!("{name} {}", plain(value)));
    let all: Vec<String> = code.into_iter().chain(rest).collect();
    all.join(", ")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The ids of the records that duplicate rules found. The API itself misspells the name in single creates: `duplicateResut`.
fn matches_of(error: &Value) -> Vec<String> {
    let result = error
        .get("duplicateResult")
        .or_else(|| error.get("duplicateResut"));
    let lists = result.and_then(|result| result.get("matchResults")?.as_array());
    let records = lists
        .into_iter()
        .flatten()
        .filter_map(|list| list.get("matchRecords")?.as_array())
        .flatten();
    records
        .filter_map(|found| Some(found.pointer("/record/Id")?.as_str()?.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn matching_records_are_named_however_the_api_spells_them() {
        for name in ["duplicateResult", "duplicateResut"] {
            let error = json!({name: {"allowSave": true, "matchResults": [
                {"entityType": "Contact", "matchRecords": [
                    {"record": {"attributes": {"type": "Contact"}, "Id": "003A"}}, {"record": {"Id": "003B"}}]},
                {"entityType": "Lead", "matchRecords": [{"record": {"Id": "00QA"}}]}]}});
            assert_eq!(
                with_details("Use one of these records?".into(), &error),
                "Use one of these records? (matching records: 003A, 003B, 00QA)"
            );
        }
    }

    #[test]
    fn extended_codes_are_kept() {
        let list = json!({"extendedErrorDetails": [{"extendedErrorCode": "DEADLOCK", "apexClass": "Batch1", "x": null}]});
        let one = json!({"extendedErrorDetails": {"extendedErrorCode": "DEADLOCK", "apexClass": "Batch1"}});
        for error in [list, one] {
            assert_eq!(
                with_details("No".into(), &error),
                "No (extended error: DEADLOCK, apexClass Batch1)"
            );
        }
        let bare = json!({"extendedErrorCode": "F"});
        assert_eq!(with_details("No".into(), &bare), "No (extended error: F)");
        assert_eq!(with_details("No".into(), &json!({})), "No");
    }
}
