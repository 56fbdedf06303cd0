//! `findDuplicates()` and `findDuplicatesByIds()`: what the org's duplicate rules say of records.

use rusqlite::Connection;

use super::Context;
use super::arguments::Arguments;
use super::fault::Fault;
use super::out::Out;
use super::records::Record;
use super::results;
use super::shown;
use crate::duplicates::{Match, Rule};
use crate::schema::{Field, Object};
use crate::write::Row;

/// Records of one call (SOAP API guide, "findDuplicates()": 50).
const MOST_RECORDS: usize = 50;

/// Finds duplicates of records that need not be saved.
pub(super) fn find(context: &Context<'_>, mut arguments: Arguments<'_>) -> Result<Out, Fault> {
    let elements = arguments.many("sObjects");
    arguments.finish()?;
    results::refuse_many(elements.len(), MOST_RECORDS)?;
    let schema = &context.org.schema;
    let mut rows = Vec::with_capacity(elements.len());
    for element in elements {
        let record = Record::read(element, schema, &context.namespaces)?;
        let mut row = Row::empty(record.object);
        let draft = record.draft(schema)??;
        for (at, value) in draft.values {
            if let Some(place) = row.values.get_mut(at) {
                *place = value;
            }
        }
        if let Some(id) = record.id {
            let id = results::read_id(id)?;
            row.set("Id", crate::value::Value::text(id.as_str()));
        }
        rows.push(row);
    }
    context
        .org
        .store
        .read(|connection| answer(context, connection, &rows))
}

/// Finds duplicates of records by their ids.
pub(super) fn find_by_ids(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let ids = arguments.texts("ids");
    arguments.finish()?;
    results::refuse_many(ids.len(), MOST_RECORDS)?;
    context.org.store.read(|connection| {
        let mut rows = Vec::with_capacity(ids.len());
        for text in ids {
            let id = results::read_id(text)?;
            let object = context.org.schema.object_by_prefix(id.key_prefix());
            let missing =
                || Fault::new("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id");
            let object = object.ok_or_else(missing)?;
            let row = Row::load(connection, object, id.as_str())?;
            let (row, _) = row.filter(|(_, deleted)| !deleted).ok_or_else(missing)?;
            rows.push(row);
        }
        answer(context, connection, &rows)
    })
}

fn answer(context: &Context<'_>, connection: &Connection, rows: &[Row<'_>]) -> Result<Out, Fault> {
    let mut out = Out::default();
    for row in rows {
        let rule = Rule::of(row.object).ok_or_else(|| no_rule(row.object))?;
        let matches = rule.matches(&context.org.schema, connection, row)?;
        out.element("result", "", |out| {
            duplicate_result(out, context, &rule, &matches);
            out.flag("success", true);
        });
    }
    Ok(out)
}

fn no_rule(object: &Object) -> Fault {
    let message = format!(
        "No active duplicate rules are defined for the {} object type.",
        object.name
    );
    Fault::new("NO_ACTIVE_DUPLICATE_RULE", message)
}

fn duplicate_result(out: &mut Out, context: &Context<'_>, rule: &Rule, matches: &[Match<'_>]) {
    out.element("duplicateResults", "", |out| {
        out.flag("allowSave", true);
        out.text("duplicateRule", rule.name);
        out.text("duplicateRuleEntityType", rule.object);
        out.nil("errorMessage");
        out.element("matchResults", "", |out| {
            out.text("entityType", rule.object);
            out.text("matchEngine", "ExactMatchEngine");
            for found in matches {
                out.element("matchRecords", "", |out| match_record(out, context, found));
            }
            out.text("rule", rule.matching);
            out.number("size", matches.len());
            out.flag("success", true);
        });
    });
}

fn match_record(out: &mut Out, context: &Context<'_>, found: &Match<'_>) {
    for (name, same) in &found.fields {
        out.element("fieldDiffs", "", |out| {
            let is_null = found.row.get(name).is_null();
            let difference = match (same, is_null) {
                (true, _) => "SAME",
                (false, true) => "NULL",
                (false, false) => "DIFFERENT",
            };
            out.text("difference", difference);
            out.text("name", name);
        });
    }
    out.number("matchConfidence", format!("{:.1}", found.confidence));
    let all = context.header.duplicates.include_record_details;
    let fields: Vec<&Field> = found.row.object.fields().iter().collect();
    let fields = if all { fields.as_slice() } else { &[] };
    shown::record(out, "record", &found.row, fields);
}
