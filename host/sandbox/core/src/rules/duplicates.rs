//! Duplicate rules: a record that matches another is rejected, unless the client insists.

use serde_json::{Map, Value as Json};

use crate::setup::{self, DuplicateRule, MatchingRule};
use crate::write::{Draft, Row, Writer};
use sandbox_model::api_error::{ApiError, Duplicates, Matches};
use sandbox_model::id::RecordId;
use sandbox_model::schema::Object;
use sandbox_model::store::quoted;
use sandbox_model::value::{Value, to_json};

/// Records named per matching rule (SOAP API guide, "MatchResult").
const MAX_MATCHES: usize = 100;

/// Returns the rule for an object.
fn rule(object: &Object) -> Option<&'static DuplicateRule> {
    let rules = &setup::standard().duplicate_rules;
    rules.iter().find(|rule| rule.object == object.name)
}

/// Returns whether the draft touches what the rule looks at.
pub(crate) fn concerns(object: &Object, draft: &Draft) -> bool {
    rule(object).is_some_and(|rule| {
        let fields = rule.matches.iter().flat_map(|matching| &matching.fields);
        fields
            .into_iter()
            .any(|(field, _)| draft.names(object, field))
    })
}

/// Rejects a record, just written, that is a duplicate.
pub(crate) fn reject(writer: &Writer<'_>, object: &Object, id: &RecordId) -> Result<(), ApiError> {
    if writer.options.duplicates.allow_save || rule(object).is_none() {
        return Ok(());
    }
    let Some((row, _)) = Row::load(writer.connection, object, id.as_str())? else {
        return Ok(());
    };
    let details = writer.options.duplicates.include_record_details;
    match find(writer, &row, details)? {
        Some(found) => Err(ApiError::duplicates(found)),
        None => Ok(()),
    }
}

/// Returns the records that `row`, saved or not, is a duplicate of; `None` without any, or without a rule.
pub fn find(
    writer: &Writer<'_>,
    row: &Row<'_>,
    details: bool,
) -> Result<Option<Duplicates>, ApiError> {
    let Some(rule) = rule(row.object) else {
        return Ok(None);
    };
    let mut matches = Vec::new();
    for matching in &rule.matches {
        let records = matched(writer, row, matching, details)?;
        if !records.is_empty() {
            matches.push(Matches {
                rule: matching.rule.clone(),
                object: matching.object.clone(),
                records,
            });
        }
    }
    Ok((!matches.is_empty()).then(|| Duplicates {
        rule: rule.developer_name.clone(),
        object: rule.object.clone(),
        matches,
        with_details: details,
    }))
}

/// Records whose fields all equal those of the row; a field without value matches nothing.
fn matched(
    writer: &Writer<'_>,
    row: &Row<'_>,
    matching: &MatchingRule,
    details: bool,
) -> Result<Vec<Map<String, Json>>, ApiError> {
    let Some(object) = writer.schema.object(&matching.object) else {
        return Ok(Vec::new());
    };
    let mut values: Vec<&Value> = Vec::new();
    let mut conditions = String::new();
    for (own, other) in &matching.fields {
        let value = row.get(own);
        if value.is_null() {
            return Ok(Vec::new());
        }
        values.push(value);
        conditions.push_str(&format!("{} = ?{} AND ", quoted(other), values.len()));
    }
    let own = row.get("Id").as_str().unwrap_or_default();
    let sql = format!(
        "SELECT \"Id\" FROM {} WHERE {conditions}\"IsDeleted\" = 0 LIMIT {}",
        quoted(&object.name),
        MAX_MATCHES + 1
    );
    let mut statement = writer.connection.prepare_cached(&sql)?;
    let ids = statement.query_map(rusqlite::params_from_iter(values), |row| {
        row.get::<_, String>(0)
    })?;
    let mut records = Vec::new();
    for id in ids {
        let id = id?;
        if id != own && records.len() < MAX_MATCHES {
            records.push(shown(writer, object, id, details)?);
        }
    }
    Ok(records)
}

fn shown(
    writer: &Writer<'_>,
    object: &Object,
    id: String,
    details: bool,
) -> Result<Map<String, Json>, ApiError> {
    let mut members = Map::new();
    let row = if details {
        Row::load(writer.connection, object, &id)?
    } else {
        None
    };
    members.insert("Id".into(), Json::String(id));
    if let Some((row, _)) = row {
        for (field, value) in row.iter().filter(|(field, _)| !field.is_compound()) {
            members.insert(field.name.clone(), to_json(&field.field_type, value));
        }
    }
    Ok(members)
}

/// Makes what matching looks up quick to find.
pub(crate) fn index(writer: &Writer<'_>) -> Result<(), ApiError> {
    let rules = &setup::standard().duplicate_rules;
    for matching in rules.iter().flat_map(|rule| &rule.matches) {
        let Some(object) = writer.schema.object(&matching.object) else {
            continue;
        };
        for (_, field) in matching.fields.iter().take(1) {
            let sql = format!(
                "CREATE INDEX IF NOT EXISTS {} ON {} ({}) WHERE \"IsDeleted\" = 0",
                quoted(&format!("__matching.{}.{field}", object.name)),
                quoted(&object.name),
                quoted(field)
            );
            writer.connection.execute_batch(&sql)?;
        }
    }
    Ok(())
}
