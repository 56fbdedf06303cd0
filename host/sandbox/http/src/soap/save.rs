//! `create()`, `update()` and `upsert()`.

use std::collections::HashSet;

use super::Context;
use super::arguments::Arguments;
use super::fault::Fault;
use super::records::Record;
use super::results::{self, MAX_RECORDS, outcome};
use sandbox_core::write::{Draft, Outcome, Row, Saved, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::Object;
use sandbox_model::xml::Out;

/// Runs of records of one object in a call (SOAP API guide, "create()": records of up to ten objects).
const MAX_RUNS: usize = 10;

/// A record to be saved; an error becomes its result.
struct Incoming<'s> {
    object: &'s Object,
    id: Option<String>,
    /// The value of the key of an upsert.
    key: Option<String>,
    draft: Result<Draft, ApiError>,
}

/// Creates records.
pub(super) fn create(context: &Context<'_>, mut arguments: Arguments<'_>) -> Result<Out, Fault> {
    let records = read(context, &mut arguments, None)?;
    arguments.finish()?;
    let outcomes = save(context, records, |writer, record| {
        if record.id.is_some() {
            let message = "cannot specify Id in an insert call";
            let code = "INVALID_FIELD_FOR_INSERT_UPDATE";
            return Err(ApiError::for_record(code, message, ["Id"]));
        }
        writer.insert(record.object, record.draft?)
    })?;
    Ok(save_results(&outcomes))
}

/// Changes records by id.
pub(super) fn update(context: &Context<'_>, mut arguments: Arguments<'_>) -> Result<Out, Fault> {
    let records = read(context, &mut arguments, None)?;
    arguments.finish()?;
    let outcomes = save(context, records, |writer, record| {
        let id = record.id.ok_or_else(|| {
            let message = "Id not specified in an update call";
            ApiError::for_record("MISSING_ARGUMENT", message, ["Id"])
        })?;
        let id = own_id(record.object, &id)?;
        change(context, writer, record.object, &id, record.draft?)
    })?;
    Ok(save_results(&outcomes))
}

/// Changes records by a key, or creates those it does not find.
pub(super) fn upsert(context: &Context<'_>, mut arguments: Arguments<'_>) -> Result<Out, Fault> {
    let key = arguments.text("externalIDFieldName")?;
    let records = read(context, &mut arguments, Some(key))?;
    arguments.finish()?;
    let mut seen = HashSet::new();
    let outcomes = save(context, records, |writer, record| {
        upsert_one(writer, record, key, &mut seen)
    })?;
    let mut out = Out::default();
    for rejected_or_saved in &outcomes {
        out.element("result", "", |out| {
            let saved = rejected_or_saved.as_ref();
            out.flag("created", saved.is_ok_and(|saved| saved.created));
            let id = saved.ok().map(|saved| saved.id.as_str());
            outcome(out, id, saved.err());
        });
    }
    Ok(out)
}

fn upsert_one(
    writer: &Writer<'_>,
    record: Incoming<'_>,
    key: &str,
    seen: &mut HashSet<(String, String)>,
) -> Outcome {
    if key.eq_ignore_ascii_case("Id") {
        return match &record.id {
            None => writer.insert(record.object, record.draft?),
            Some(id) => writer.update(record.object, &own_id(record.object, id)?, record.draft?),
        };
    }
    let value = record.key.ok_or_else(|| {
        ApiError::for_record("MISSING_ARGUMENT", format!("{key} not specified"), [key])
    })?;
    if !seen.insert((record.object.name.clone(), value.to_lowercase())) {
        let message = format!("Duplicate external id specified: {value}");
        return Err(ApiError::for_record("DUPLICATE_VALUE", message, [key]));
    }
    writer.upsert(record.object, key, &value, record.draft?)
}

/// Reads all records before the first is saved: what the schema does not know rejects the whole call.
fn read<'s>(
    context: &Context<'s>,
    arguments: &mut Arguments<'_>,
    key: Option<&str>,
) -> Result<Vec<Incoming<'s>>, Fault> {
    context.reject_unknown_rule()?;
    let elements = arguments.many("sObjects");
    results::reject_many(elements.len(), MAX_RECORDS)?;
    let schema = context.org.schema();
    let mut records: Vec<Incoming<'_>> = Vec::with_capacity(elements.len());
    for element in elements {
        let record = Record::read(element, schema, &context.namespaces)?;
        let key = key
            .map(|key| usable_key(record.object, key))
            .transpose()?
            .and_then(|key| record.text(key));
        records.push(Incoming {
            object: record.object,
            id: record.id.map(str::to_owned),
            key: key.map(str::to_owned),
            draft: record.draft(schema)?,
        });
    }
    let runs = records.chunk_by(|a, b| a.object.name == b.object.name);
    if runs.count() > MAX_RUNS {
        let message = format!(
            "Cannot have more than {MAX_RUNS} chunks in a single operation. Please rearrange the data to reduce chunking."
        );
        return Err(Fault::new("LIMIT_EXCEEDED", message));
    }
    Ok(records)
}

/// Checks that the key of an upsert is an external id or an indexed field of every record's object.
fn usable_key<'k>(object: &Object, key: &'k str) -> Result<&'k str, Fault> {
    let field = object.field(key).filter(|field| field.id_lookup);
    if field.is_some() {
        return Ok(key);
    }
    let message = format!(
        "Field name provided, {key} does not match an External ID, Salesforce Id, or indexed field for {}",
        object.name
    );
    Err(Fault::new("INVALID_FIELD", message))
}

/// Returns an update, with what `OwnerChangeOptions` ask for where the owner changes.
fn change(
    context: &Context<'_>,
    writer: &Writer<'_>,
    object: &Object,
    id: &RecordId,
    draft: Draft,
) -> Outcome {
    let options = &context.header.owner_change;
    let changes_owner = !options.is_empty() && draft.names(object, "OwnerId");
    let before = if changes_owner {
        Row::load(writer.connection, object, id.as_str())?
    } else {
        None
    };
    let saved = writer.update(object, id, draft)?;
    let old = before.and_then(|(row, _)| row.get("OwnerId").as_str().map(str::to_owned));
    if let Some(old) = old {
        writer.follow_owner(object, id, &old, options)?;
    }
    Ok(saved)
}

fn own_id(object: &Object, text: &str) -> Result<RecordId, ApiError> {
    let id = results::read_id(text)?;
    if id.key_prefix() == object.key_prefix {
        return Ok(id);
    }
    let message = format!("{} ID: id value of incorrect type: {text}", object.label);
    Err(ApiError::for_record("MALFORMED_ID", message, ["Id"]))
}

fn save<'s>(
    context: &Context<'_>,
    records: Vec<Incoming<'s>>,
    mut save: impl FnMut(&Writer<'_>, Incoming<'s>) -> Outcome,
) -> Result<Vec<Outcome>, Fault> {
    let outcomes = context
        .org
        .write(&context.user, context.write_options(), |writer| {
            let outcomes = writer.run(context.batch(), records, |writer, record| {
                save(writer, record)
            })?;
            if context.header.update_mru {
                let mut saved = outcomes.iter().flatten();
                saved.try_for_each(|saved| writer.remember(&saved.id))?;
            }
            Ok(outcomes)
        })?;
    Ok(outcomes)
}

fn save_results(outcomes: &[Outcome]) -> Out {
    let mut out = Out::default();
    for result in outcomes {
        out.element("result", "", |out| {
            let id = result.as_ref().ok().map(|saved: &Saved| saved.id.as_str());
            outcome(out, id, result.as_ref().err());
        });
    }
    out
}

impl Context<'_> {
    /// Assignment rules are known only where the org has such an object.
    fn reject_unknown_rule(&self) -> Result<(), Fault> {
        let Some(rule) = &self.header.assignment_rule else {
            return Ok(());
        };
        let rules = self.org.schema().object("AssignmentRule");
        let known = rules.map(|rules| {
            self.org
                .store()
                .read(|connection| sandbox_core::write::Row::load(connection, rules, rule.as_str()))
        });
        if known.transpose()?.flatten().is_some() {
            return Ok(());
        }
        let message = format!("assignment rule {rule} is not in this org");
        Err(Fault::new("INVALID_ASSIGNMENT_RULE", message))
    }
}
