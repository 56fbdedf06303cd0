//! `/composite/sobjects`: up to 200 records created, changed or deleted in one call.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use super::blobs::Blobs;
use super::part::Enclosing;
use super::rejected;
use crate::auth::Caller;
use crate::form::Form;
use crate::response::{self, HandlerResult};
use crate::{Shared, upload};
use sandbox_core::org::Org;
use sandbox_core::write::{Batch, Draft, Outcome, Saved, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::json::{Body, Members, or_default};
use sandbox_model::schema::Object;

/// Most records of a call (REST API guide, "sObject Collections").
const MAX_RECORDS: usize = 200;
/// Most runs of records of the same object (REST API guide, "Create Records Using sObject Collections").
const MAX_CHUNKS: usize = 10;

/// The body of all calls but delete.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Collection<'a> {
    #[serde(default, deserialize_with = "or_default")]
    all_or_none: bool,
    #[serde(borrow)]
    records: Vec<&'a RawValue>,
}

/// A record of a call, read but not yet written.
pub(super) struct Entry<'o> {
    pub(super) object: &'o Object,
    /// The record's id or key as the client wrote it.
    pub(super) key: Option<String>,
    pub(super) draft: Draft,
    /// Why it cannot be written; its draft is empty then.
    rejected: Option<ApiError>,
}

/// Creates records.
pub(crate) async fn create(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    enclosing: Enclosing,
    form: Option<Extension<Form>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    upload::expect(&headers, form.is_some())?;
    response::run_blocking(move || {
        let blobs = Blobs::new(&org, &bytes, form)?;
        let no_key = |_: &Object, _: &mut Draft, _: &Members<'_>| None;
        save(&org, &caller, &enclosing, blobs, no_key, |writer, entry| {
            writer.insert(entry.object, entry.draft)
        })
    })
    .await?
}

/// Changes records by id.
pub(crate) async fn update(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    enclosing: Enclosing,
    form: Option<Extension<Form>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    upload::expect(&headers, form.is_some())?;
    response::run_blocking(move || {
        let blobs = Blobs::new(&org, &bytes, form)?;
        save(
            &org,
            &caller,
            &enclosing,
            blobs,
            take_id,
            |writer, entry| {
                let id = id_of(entry.object, entry.key.as_deref())?;
                writer.update(entry.object, &id, entry.draft)
            },
        )
    })
    .await?
}

/// Takes the id out of the values to be written: it names the record.
fn take_id(object: &Object, draft: &mut Draft, members: &Members<'_>) -> Option<String> {
    let id = object.field_index("Id");
    draft.values.retain(|(at, _)| Some(*at) != id);
    text_of(members, "Id")
}

/// Reads the records with their files, writes each with `work` and shows the outcomes.
fn save<'o>(
    org: &'o Org,
    caller: &Caller,
    enclosing: &Enclosing,
    mut blobs: Blobs<'_>,
    key: impl Fn(&Object, &mut Draft, &Members<'_>) -> Option<String>,
    work: impl FnMut(&Writer<'_>, Entry<'o>) -> Outcome,
) -> HandlerResult {
    let (mode, entries) = read(org, &blobs.document(), |object, mut draft, members| {
        blobs.attach(object, &mut draft, members)?;
        let key = key(object, &mut draft, members);
        Ok((key, draft))
    })?;
    let outcomes = write(org, caller, follow(mode, enclosing), entries, work)?;
    blobs.keep(&outcomes);
    Ok(shown(&outcomes))
}

/// Deletes the records that `ids` lists.
pub(crate) async fn delete(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
    enclosing: Enclosing,
) -> HandlerResult {
    let query = query.unwrap_or_default();
    let parameter = |wanted: &str| {
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.into_owned())
    };
    let ids = parameter("ids").unwrap_or_default();
    let ids: Vec<String> = ids
        .split(',')
        .map(|id| id.trim().to_owned())
        .filter(|id| !id.is_empty())
        .collect();
    let all = parameter("allOrNone").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    Ok(response::run_blocking(move || {
        if ids.is_empty() {
            let message = "The ids parameter is required: a comma-separated list of record IDs";
            return Err(ApiError::new("MISSING_ARGUMENT", message));
        }
        check_count(ids.len())?;
        let objects = ids.iter().map(|id| org.schema().object_of_id(id));
        check_chunks(objects.map(|object| object.map(|object| object.name.as_str())))?;
        let outcomes = org.write(&caller.user, caller.options, |writer| {
            let mode = follow(mode(all), &enclosing);
            writer.run(mode, &ids, |writer, id| {
                let malformed =
                    || ApiError::for_record("MALFORMED_ID", format!("malformed id {id}"), []);
                let id = RecordId::parse(id).ok_or_else(malformed)?;
                let object = org.schema().object_by_prefix(id.key_prefix());
                writer.delete(object.ok_or_else(malformed)?, &id)
            })
        })?;
        Ok(shown(&outcomes))
    })
    .await??)
}

fn mode(all_or_none: bool) -> Batch {
    if all_or_none {
        Batch::AllOrNone
    } else {
        Batch::Each
    }
}

/// Returns a request around the collection that is all or none overrides it (REST API guide, "allOrNone Parameters in Composite
/// and Collections Requests").
pub(super) fn follow(own: Batch, enclosing: &Enclosing) -> Batch {
    if enclosing.is_some() {
        Batch::AllOrNone
    } else {
        own
    }
}

/// Reads all records before any is written: what cannot be read fails the whole call, but fields that do not exist fail
/// their record alone.
pub(super) fn read<'o>(
    org: &'o Org,
    bytes: &Bytes,
    mut keyed: impl FnMut(&Object, Draft, &Members<'_>) -> Result<(Option<String>, Draft), ApiError>,
) -> Result<(Batch, Vec<Entry<'o>>), ApiError> {
    let text = Body::new(bytes)?;
    let collection: Collection<'_> = text.parse()?;
    check_count(collection.records.len())?;
    let mut entries = Vec::with_capacity(collection.records.len());
    for raw in collection.records {
        let members = text.object(raw)?;
        let object = type_of(org, text, &members)?;
        let (draft, rejected) = match Draft::from_json(org.schema(), object, text, &members) {
            Ok(draft) => (draft, None),
            Err(error) if error.code == "INVALID_FIELD" => (Draft::default(), Some(error)),
            Err(error) => return Err(error),
        };
        let (key, draft) = keyed(object, draft, &members)?;
        entries.push(Entry {
            object,
            key,
            draft,
            rejected,
        });
    }
    check_chunks(entries.iter().map(|entry| Some(entry.object.name.as_str())))?;
    Ok((mode(collection.all_or_none), entries))
}

pub(super) fn write<'o>(
    org: &Org,
    caller: &Caller,
    mode: Batch,
    entries: Vec<Entry<'o>>,
    mut work: impl FnMut(&Writer<'_>, Entry<'o>) -> Outcome,
) -> Result<Vec<Outcome>, ApiError> {
    org.write(&caller.user, caller.options, |writer| {
        writer.run(mode, entries, |writer, entry| match entry.rejected {
            Some(error) => Err(error),
            None => work(writer, entry),
        })
    })
}

/// Returns the object that a record's `attributes` name.
fn type_of<'o>(
    org: &'o Org,
    body: Body<'_>,
    members: &Members<'_>,
) -> Result<&'o Object, ApiError> {
    let attributes = members.0.iter().find(|(name, _)| name == "attributes");
    let attributes = attributes.and_then(|(_, raw)| serde_json::from_str::<Json>(raw.get()).ok());
    let name = attributes
        .as_ref()
        .and_then(|found| found.get("type")?.as_str());
    let Some(name) = name else {
        let place = members.0.first().map(|(_, raw)| body.place(raw));
        return Err(rejected(format!(
            "Include an entity type for each record in the request. {}",
            place
                .map(|place| format!("The record near {place} has none."))
                .unwrap_or_default()
        )));
    };
    org.schema().object(name).ok_or_else(|| {
        ApiError::new(
            "INVALID_TYPE",
            format!("sObject type '{name}' is not supported."),
        )
    })
}

pub(super) fn text_of(members: &Members<'_>, field: &str) -> Option<String> {
    let raw = members
        .0
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(field));
    match serde_json::from_str(raw?.1.get()).ok()? {
        Json::String(text) => Some(text).filter(|text| !text.is_empty()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

pub(super) fn id_of(object: &Object, text: Option<&str>) -> Result<RecordId, ApiError> {
    let Some(text) = text else {
        let message = "Id not specified in an update call";
        return Err(ApiError::for_record("MISSING_ARGUMENT", message, ["Id"]));
    };
    let malformed = |message| ApiError::for_record("MALFORMED_ID", message, ["Id"]);
    let id = RecordId::parse(text).ok_or_else(|| malformed(format!("malformed id {text}")))?;
    if id.key_prefix() == object.key_prefix {
        return Ok(id);
    }
    Err(malformed(format!(
        "{} ID: id value of incorrect type: {text}",
        object.label
    )))
}

fn check_count(records: usize) -> Result<(), ApiError> {
    if records <= MAX_RECORDS {
        return Ok(());
    }
    Err(ApiError::new(
        "EXCEEDED_ID_LIMIT",
        format!(
            "record limit reached. cannot submit more than {MAX_RECORDS} records into this call"
        ),
    ))
}

/// Records of one object should be adjacent: each change of object starts a new chunk.
fn check_chunks<'a>(objects: impl Iterator<Item = Option<&'a str>>) -> Result<(), ApiError> {
    let mut chunks = 0;
    let mut last = None;
    for object in objects.flatten() {
        chunks += usize::from(last != Some(object));
        last = Some(object);
    }
    if chunks <= MAX_CHUNKS {
        return Ok(());
    }
    Err(rejected(format!(
        "Limit of {MAX_CHUNKS} chunks of records exceeded: {chunks}. Place records of the same type next to each other"
    )))
}

fn shown(outcomes: &[Outcome]) -> axum::response::Response {
    response::ok(&Json::Array(outcomes.iter().map(outcome_json).collect()))
}

pub(super) fn outcome_json(outcome: &Outcome) -> Json {
    match outcome {
        Ok(Saved { id, .. }) => json!({"id": id.as_str(), "success": true, "errors": []}),
        Err(error) => json!({"success": false, "errors": [error_json(error)]}),
    }
}

/// Returns a record's error: what is a missing resource in a URL is a dangling id in a list.
pub(super) fn error_json(error: &ApiError) -> Json {
    let (code, message) = match error.code {
        "NOT_FOUND" => ("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
        code => (code, error.message.as_str()),
    };
    let fields = error.fields.as_deref().unwrap_or_default();
    json!({"statusCode": code, "message": message, "fields": fields})
}
