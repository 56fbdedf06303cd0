//! `findDuplicates()` and `findDuplicatesByIds()`: what the org's duplicate rules say of records.

use serde_json::{Map, Value as Json};

use super::Context;
use super::arguments::Arguments;
use super::fault::Fault;
use super::records::Record;
use super::results;
use sandbox_core::rules::duplicates;
use sandbox_core::setup::{self, DuplicateRule};
use sandbox_core::write::{Row, Writer};
use sandbox_model::api_error::{Duplicates, Matches};
use sandbox_model::schema::Object;
use sandbox_model::value::{Value, dates};
use sandbox_model::xml::Out;

/// Records of one call (SOAP API guide, "findDuplicates()": 50).
const MAX_RECORDS: usize = 50;

/// Finds duplicates of records that need not be saved.
pub(super) fn find(context: &Context<'_>, mut arguments: Arguments<'_>) -> Result<Out, Fault> {
    let elements = arguments.many("sObjects");
    arguments.finish()?;
    results::reject_many(elements.len(), MAX_RECORDS)?;
    let schema = context.org.schema();
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
            row.set("Id", Value::text(id.as_str()));
        }
        rows.push(row);
    }
    let found = context
        .org
        .write(&context.user, context.write_options(), |writer| {
            let one = |row: &Row<'_>| look_up(context, writer, row);
            Ok(rows.iter().map(one).collect::<Result<Vec<_>, _>>())
        })?;
    Ok(respond(&found?))
}

/// Finds duplicates of records by their ids.
pub(super) fn find_by_ids(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let ids = arguments.texts("ids");
    arguments.finish()?;
    results::reject_many(ids.len(), MAX_RECORDS)?;
    let found = context
        .org
        .write(&context.user, context.write_options(), |writer| {
            let one = |text: &str| {
                let row = saved(writer, text)?;
                look_up(context, writer, &row)
            };
            Ok(ids.into_iter().map(one).collect::<Result<Vec<_>, _>>())
        })?;
    Ok(respond(&found?))
}

fn saved<'o>(writer: &Writer<'o>, text: &str) -> Result<Row<'o>, Fault> {
    let id = results::read_id(text)?;
    let missing = || Fault::new("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id");
    let object = writer.schema.object_by_prefix(id.key_prefix());
    let object = object.ok_or_else(missing)?;
    let row = Row::load(writer.connection, object, id.as_str())?;
    let row = row.filter(|(_, deleted)| !deleted);
    row.map(|(row, _)| row).ok_or_else(missing)
}

/// Returns what each matching rule of the object's duplicate rule finds, be it nothing.
fn look_up(context: &Context<'_>, writer: &Writer<'_>, row: &Row<'_>) -> Result<Duplicates, Fault> {
    let rule = rule(row.object)?;
    let with_details = context.header.duplicates.include_record_details;
    let found = duplicates::find(writer, row, with_details)?;
    let mut found = found.map(|found| found.matches).unwrap_or_default();
    let of = |matching: &setup::MatchingRule| {
        let same = |it: &Matches| it.rule == matching.rule && it.object == matching.object;
        match found.iter().position(same) {
            Some(at) => found.swap_remove(at),
            None => Matches {
                rule: matching.rule.clone(),
                object: matching.object.clone(),
                records: Vec::new(),
            },
        }
    };
    Ok(Duplicates {
        rule: rule.developer_name.clone(),
        object: rule.object.clone(),
        matches: rule.matches.iter().map(of).collect(),
        with_details,
    })
}

fn rule(object: &Object) -> Result<&'static DuplicateRule, Fault> {
    let mut rules = setup::standard().duplicate_rules.iter();
    let rule = rules.find(|rule| rule.object == object.name);
    rule.ok_or_else(|| {
        let message = format!(
            "No active duplicate rules are defined for the {} object type.",
            object.name
        );
        Fault::new("NO_ACTIVE_DUPLICATE_RULE", message)
    })
}

fn respond(found: &[Duplicates]) -> Out {
    let mut out = Out::default();
    for duplicates in found {
        out.element("result", "", |out| {
            duplicate_result(out, "duplicateResults", duplicates, None);
            out.flag("success", true);
        });
    }
    out
}

/// `DuplicateResult`, here and in the errors of records that a rule kept from being saved.
pub(super) fn duplicate_result(
    out: &mut Out,
    tag: &str,
    found: &Duplicates,
    message: Option<&str>,
) {
    out.element(tag, "", |out| {
        out.flag("allowSave", true);
        out.text("duplicateRule", &found.rule);
        out.text("duplicateRuleEntityType", &found.object);
        out.nillable("errorMessage", message);
        for matches in &found.matches {
            out.element("matchResults", "", |out| match_result(out, matches));
        }
    });
}

fn match_result(out: &mut Out, matches: &Matches) {
    out.text("entityType", &matches.object);
    out.text("matchEngine", "ExactMatchEngine");
    for record in &matches.records {
        out.element("matchRecords", "", |out| {
            out.text("matchConfidence", "100.0");
            out.element("record", super::rows::RECORD, |out| {
                matched(out, &matches.object, record);
            });
        });
    }
    out.text("rule", &matches.rule);
    out.number("size", matches.records.len());
    out.flag("success", true);
}

fn matched(out: &mut Out, object: &str, record: &Map<String, Json>) {
    let id = record.get("Id").and_then(Json::as_str).unwrap_or_default();
    out.text("sf:type", object);
    out.text("sf:Id", id);
    for (name, value) in record {
        out.nillable(&format!("sf:{name}"), text(value).as_deref());
    }
}

/// Returns a value in SOAP's form; REST shows instants with an offset.
fn text(value: &Json) -> Option<String> {
    let text = match value {
        Json::Null => return None,
        Json::String(text) => text,
        Json::Number(number) if number.is_f64() => {
            return number.as_f64().map(sandbox_model::value::number);
        }
        other => return Some(other.to_string()),
    };
    let instant = text
        .ends_with("+0000")
        .then(|| dates::parse_datetime(text))
        .flatten();
    Some(instant.map_or_else(|| text.clone(), dates::format_datetime_z))
}
